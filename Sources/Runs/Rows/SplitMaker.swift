import Prediction
import Tables

/// Draws splits of one table.
struct SplitMaker {
    let table: Table
    let strata: [Int]
    let groups: [Int32]?
    let duplicates: [Int32]?
    let times: [Double]?
    let shares: TrainConfiguration.SplitOptions
    let seed: UInt64

    /// - Parameter strata: One a row of the table: the class, or the decile of a number.
    init(
        _ configuration: TrainConfiguration, table: Table, schema: Schema, strata: [Int],
        duplicates: [Int32]?
    ) throws {
        times = try schema.names(.time).first.map { name in try table.orderedValues(in: name) }
        groups = table.codes(in: schema.names(.group).first)
        self.table = table
        self.strata = strata
        self.duplicates = duplicates
        shares = configuration.splits
        seed = configuration.learning.seed
    }

    private func drawer(_ rows: [Int]) -> SplitDrawer {
        SplitDrawer(
            rows: rows, strata: strata, groups: groups, duplicates: duplicates, times: times,
            seed: seed)
    }

    func split(rows: [Int], hasTestFile: Bool) throws(VouchError) -> Split {
        let drawer = drawer(rows)
        let parts =
            hasTestFile
            ? [[]] + drawer.parts([shares.validation])
            : drawer.parts([shares.test, shares.validation])
        let split = Split(train: parts[2], validation: parts[1], test: parts[0])
        let needed =
            hasTestFile
            ? [(RowSplit.validation, split.validation)]
            : [(RowSplit.test, split.test), (.validation, split.validation)]
        for (name, part) in needed where part.isEmpty {
            throw VouchError(
                "\(table.name) has \(rows.count) rows with a target, too few for \(name) rows. "
                    + "Add rows, or raise --\(name)-share")
        }
        guard split.train.count > 1 else {
            throw VouchError(
                "\(table.name) leaves \(split.train.count) rows to train on. Add rows")
        }
        return split
    }

    /// The split itself, or as many as there are folds: each validates on another part.
    func folds(_ count: Int, of split: Split) -> [Split] {
        guard count > 1 else { return [split] }
        let rows = split.trainingOnValidation.train
        let fold = drawer(rows).folds(count, rowCount: table.rowCount)
        let all = (0..<count).map { number in
            Split(
                train: rows.filter { fold[$0] != number },
                validation: rows.filter { fold[$0] == number }, test: split.test)
        }
        // Few groups may leave a fold without rows.
        let usable = all.filter { !$0.validation.isEmpty && $0.train.count > 1 }
        return usable.count > 1 ? usable : [split]
    }
}

extension Split {
    /// With the validation rows among the training rows, as several folds have it.
    var trainingOnValidation: Split {
        Split(train: (train + validation).sorted(), validation: [], test: test)
    }
}
