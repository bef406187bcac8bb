import DataEfficiency
import Kernels
import Models
import NN
import Prediction
import Runs
import Tables

/// What a model says of a pool, for choosing among its rows.
struct PoolSelection {
    let predictions: Predictions
    private(set) var pool: SelectionPool

    init(
        _ file: PoolFile, model: ModelBundle, costColumn: String?, labelled: Table?,
        workers: WorkerPool
    ) throws {
        // The encoder names every column that is missing or of another kind.
        let encoded = try model.encoder.encode(file.table)
        predictions = model.predict(encoded, pool: workers)
        let (features, width) = try Self.features(encoded, model, workers)
        pool = SelectionPool(rows: encoded.rows, features: features, width: width)
        if let labelled, labelled.rowCount > 0 {
            pool.labelled = try Self.features(model.encoder.encode(labelled), model, workers)
                .numbers
        }
        pool.classes = predictions.classes.count
        if pool.classes > 0 {
            pool.probabilities = predictions.values
        } else {
            pool.spread = try Self.spread(encoded, model, workers)
        }
        pool.groups = Self.groups(file.table, model)
        if let costColumn { pool.costs = try Self.costs(costColumn, file) }
    }

    /// What enters the head of the first model, or of a sum of functions the value of each.
    private static func features(
        _ encoded: EncodedFeatures, _ model: ModelBundle, _ workers: WorkerPool
    ) throws -> (numbers: [Float], width: Int) {
        try model.values(
            of: model.has(.hiddenFeatures) ? .hiddenFeatures : .terms, encoded, pool: workers)
    }

    /// The standard deviation over all members of all models, in the target's unit; empty of one alone.
    private static func spread(
        _ encoded: EncodedFeatures, _ model: ModelBundle, _ workers: WorkerPool
    ) throws -> [Double] {
        var sums = [Double](repeating: 0, count: encoded.rows)
        var squares = sums
        var voices = 0
        for number in 0..<model.count {
            let isSplit = model.has(.memberLogits)
            let (values, width) = try model.values(
                of: isSplit ? .memberLogits : .prediction, encoded, model: number, pool: workers)
            // A member's quantiles follow its number.
            let step = isSplit ? width / model.network.members : width
            voices += width / step
            for row in sums.indices {
                for place in stride(from: row * width, to: (row + 1) * width, by: step) {
                    sums[row] += Double(values[place])
                    squares[row] += Double(values[place]) * Double(values[place])
                }
            }
        }
        guard voices > 1 else { return [] }
        let count = Double(voices)
        return zip(sums, squares).map { sum, square in
            max(0, (square - sum * sum / count) / (count - 1)).squareRoot() * model.target.scale
        }
    }

    /// The combinations of protected groups, numbered in order of first use; empty without protected columns.
    private static func groups(_ table: Table, _ model: ModelBundle) -> [Int] {
        let columns = model.schema.protected.compactMap { table.column(named: $0) }
        guard !columns.isEmpty else { return [] }
        let names = columns.map { $0.groupNames(model.groups) }
        var numbers: [[String]: Int] = [:]
        return (0..<table.rowCount).map { row in
            let key = names.map { $0[row] }
            let number = numbers[key] ?? numbers.count
            numbers[key] = number
            return number
        }
    }

    private static func costs(_ name: String, _ file: PoolFile) throws -> [Double] {
        guard let column = file.table.column(named: name) else {
            throw VouchError("\(file.path) has no column \"\(name)\", which --cost-column names")
        }
        guard let costs = column.numbers else {
            throw VouchError(
                "the column \"\(name)\" of \(file.path), which --cost-column names, holds no numbers"
            )
        }
        if let row = costs.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
            throw VouchError(
                "row \(row + 1) of \(file.path) has the cost \"\(column.text(row) ?? "")\" in \"\(name)\"; "
                    + "a cost is a number above 0. Correct it")
        }
        return costs
    }

    /// The strategy that is meant where none is named, and whether one that is named can be.
    func strategy(_ asked: SelectionStrategy?) throws -> SelectionStrategy {
        let isRegression = pool.classes == 0
        guard let asked else {
            return isRegression ? (pool.spread.isEmpty ? .distance : .disagreement) : .margin
        }
        if asked.needsClasses, isRegression {
            throw VouchError(
                "--strategy \(asked.rawValue) needs classes, and the run predicts numbers. For numbers "
                    + "there are disagreement, distance, typical and random")
        }
        if asked.needsNumbers, !isRegression {
            throw VouchError(
                "--strategy \(asked.rawValue) is for numbers, and the run predicts classes. For classes "
                    + "there are margin, soft-margin, entropy, badge, typical, groups and random")
        }
        if asked == .disagreement, pool.spread.isEmpty {
            throw VouchError(
                "--strategy disagreement needs a model of several members, and this is one alone. Take "
                    + "--strategy distance")
        }
        if asked == .groups, pool.groups.isEmpty {
            throw VouchError(
                "--strategy groups needs protected columns, and the run or the pool has none. Train with "
                    + "--protected, or take another strategy")
        }
        if asked == .badge, pool.width == 0 {
            throw VouchError(
                "--strategy badge needs a model with hidden features, which this has not")
        }
        return asked
    }

    /// Why a row was chosen, in words.
    func reason(_ row: BatchChoice.Row, _ strategy: SelectionStrategy) -> String {
        if row.isRandom { return "drawn at random from all open rows" }
        let score = row.score.map { Self.shown($0) } ?? ""
        return switch strategy {
        case .margin:
            "margin: the two likeliest classes are \(Self.shown(1 - (row.score ?? 0))) apart"
        case .softMargin: "drawn by its margin, \(Self.shown(1 - (row.score ?? 0)))"
        case .groups: "expected errors of its group; margin \(Self.shown(1 - (row.score ?? 0)))"
        case .entropy: "entropy: \(score) of the most there can be"
        case .badge: "badge: its gradient is long and unlike the others'"
        case .typical: "typical of rows that no label covers"
        case .disagreement: "disagreement: the members' standard deviation is \(score)"
        case .distance: "distance: \(score) from the nearest row with a label"
        case .random: ""
        }
    }

    private static func shown(_ number: Double) -> String {
        number.isFinite ? ((number * 1000).rounded() / 1000).description : "far"
    }
}
