import Evidence
import Tables
import TensorCore

/// The tables as checks for leaks see them: rows with a target alone, and its classes.
struct LeakageData: Sendable {
    /// All rows that train or validate, in the order of their file.
    let training: Table
    /// At most `mostTestRows` of the test rows.
    let test: Table?
    let schema: Schema
    /// A class of each training row; of a regression, the quarter in which its number lies.
    let classes: [Int32]
    let classNames: [String]
    /// A regression's target, one a training row: its place among the others, in [0, 1], so that no
    /// few large numbers outweigh the rest.
    let numbers: [Double]?
    /// The same in the target's unit.
    let values: [Double]?
    let random: CounterRandom
    /// At most `mostSampledRows` of the training rows, ascending: what is looked at column by column.
    let sample: [Int]

    static let mostSampledRows = 20_000
    static let mostTestRows = 20_000

    init(_ tables: TrainingTables, seed: UInt64) throws {
        let random = CounterRandom(seed: seed, name: "leakage")
        self.random = random
        schema = tables.schema
        let target = tables.target
        let isRegression = target.task == .regression
        func rows(of table: Table, most: Int?) -> [Int] {
            guard let column = table.column(named: target.column) else { return [] }
            let known = (0..<table.rowCount).filter { !column.isMissing($0) }
            guard let most, known.count > most else { return known }
            return Self.drawn(most, of: known, random, step: 1)
        }
        let known = rows(of: tables.training, most: nil)
        training =
            known.count == tables.training.rowCount
            ? tables.training : tables.training.selecting(rows: known)
        test = tables.test.flatMap { table in
            let known = rows(of: table, most: Self.mostTestRows)
            return known.isEmpty ? nil : table.selecting(rows: known)
        }
        sample =
            training.rowCount > Self.mostSampledRows
            ? Self.drawn(
                Self.mostSampledRows, of: Array(0..<training.rowCount), random, step: 2)
            : Array(0..<training.rowCount)
        var edges: [Double] = []
        if isRegression, let column = training.column(named: target.column) {
            let values = try target.values(column, source: training.name)
            let sorted = values.sorted()
            edges = sorted.isEmpty ? [] : [0.25, 0.5, 0.75].map { sortedQuantile(sorted, $0) }
            numbers = Self.places(values)
            self.values = values
            classNames = ["lowest quarter", "second quarter", "third quarter", "highest quarter"]
        } else {
            numbers = nil
            values = nil
            classNames = target.classes
        }
        func labels(_ table: Table) throws -> [Int32] {
            guard let column = table.column(named: target.column) else { return [] }
            if isRegression {
                return try target.values(column, source: table.name).map { value in
                    Int32(edges.firstIndex { value <= $0 } ?? edges.count)
                }
            }
            return try target.labels(column, source: table.name, lines: table.lines)
        }
        classes = try labels(training)
    }

    /// The place of each number in their order, ties in the middle of theirs.
    private static func places(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var result = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            let place = Double(start + end - 1) / 2 / Double(max(order.count - 1, 1))
            for position in start..<end { result[order[position]] = place }
            start = end
        }
        return result
    }

    private static func drawn(
        _ count: Int, of rows: [Int], _ random: CounterRandom, step: UInt32
    ) -> [Int] {
        random.permutation(of: rows.count, step: step).prefix(count).map { rows[$0] }.sorted()
    }

    /// Columns that are suspected already: they need no second reason, and what is left is compared
    /// among itself.
    var suspected: Set<String> = []

    /// The columns that a model may use, without those that are suspected already.
    var features: [Column] {
        schema.features.filter { !suspected.contains($0.name) }
            .compactMap { training.column(named: $0.name) }
    }

    /// The features, as they stand in the sampled training rows.
    var sampledFeatures: [Column] { features.map { $0.selecting(rows: sample) } }
    var sampledClasses: [Int32] { sample.map { classes[$0] } }

    /// At the end of an evidence, where not all rows were looked at.
    var sampleText: String {
        sample.count < training.rowCount
            ? " (on \(sample.count) of \(training.rowCount) training rows)" : ""
    }

    /// The name of a class, in a sentence.
    func name(_ label: Int) -> String {
        numbers == nil
            ? "class \(classNames[label])" : "the target's \(classNames[label])"
    }
}
