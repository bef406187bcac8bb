import RealModule
import Tables

/// What the other columns say of a class: a chance for each row, of a sum of one function a column.
///
/// `logit p = b + Σ_c f_c(code of column c)`, each f a table of one number a code, fitted by Newton
/// steps on the logistic loss, column by column, with a ridge of `ridge` on each number.
///
/// - Complexity: O(rounds · columns · rows).
/// - Source: additive models by cyclic steps, Lou et al. 2012, DOI 10.1145/2339530.2339556.
struct OtherColumns {
    private var start: Double
    private var tables: [[Double]]

    static let rounds = 20
    private static let rate = 0.3
    private static let ridge = 5.0
    private static let longestStep = 1.0

    /// - Parameters:
    ///   - columns: Codes of the columns, one a row of the table.
    ///   - rows: The rows to learn from.
    ///   - isHit: Whether each row of the table has the class.
    init(_ columns: [CellCodes], rows: [Int], isHit: [Bool]) {
        let hits = rows.count { isHit[$0] }
        let share = (Double(hits) + 0.5) / (Double(rows.count) + 1)
        start = Double.log(share / (1 - share))
        tables = columns.map { [Double](repeating: 0, count: $0.levels) }
        let outcomes = rows.map { isHit[$0] ? 1.0 : 0.0 }
        let codes = columns.map { column in rows.map { column.codes[$0] } }
        var logits = [Double](repeating: start, count: rows.count)
        for _ in 0..<Self.rounds {
            for column in columns.indices {
                let levels = columns[column].levels
                var slopes = [Double](repeating: 0, count: levels)
                var curvatures = [Double](repeating: Self.ridge, count: levels)
                for (row, code) in codes[column].enumerated() {
                    let chance = Self.chance(logits[row])
                    slopes[Int(code)] += outcomes[row] - chance
                    curvatures[Int(code)] += chance * (1 - chance)
                }
                var steps = [Double](repeating: 0, count: levels)
                for code in 0..<levels {
                    let step = Self.rate * slopes[code] / curvatures[code]
                    steps[code] = max(-Self.longestStep, min(Self.longestStep, step))
                    tables[column][code] += steps[code]
                }
                for (row, code) in codes[column].enumerated() { logits[row] += steps[Int(code)] }
            }
        }
    }

    /// The chance that a row has the class, of the same columns as those learned from.
    func chance(_ columns: [CellCodes], row: Int) -> Double {
        var logit = start
        for (column, table) in zip(columns, tables) { logit += table[Int(column.codes[row])] }
        return Self.chance(logit)
    }

    private static func chance(_ logit: Double) -> Double { 1 / (1 + Double.exp(-logit)) }
}
