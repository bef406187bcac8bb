import Fairness
import Prediction
import Tables
package import Training

extension Learner {
    /// The penalty on differences between the protected groups, where the settings ask for one.
    ///
    /// Groups with fewer than `GroupPooling.fewestRows` training rows of a kind are taken together with others, as for
    /// thresholds.
    ///
    /// - Throws: where the target is not two classes.
    package func fairPenalty(training: [Int], validation: [Int]?) throws -> (any GroupPenalty)? {
        guard let options = configuration.model.fairPenalty else { return nil }
        guard prepared.target.task == .binary,
            let column = prepared.table.column(named: prepared.target.column)
        else {
            throw VouchError(
                "--fair-penalty is for a target of two classes, and \"\(prepared.target.column)\" is not one"
            )
        }
        let labels = try prepared.target.labels(column, source: prepared.table.name)
        let groups = try groupNames(of: training)
        var counts: [String: (positives: Int, negatives: Int)] = [:]
        for (row, name) in zip(training, groups) {
            if labels[row] == 1 {
                counts[name, default: (0, 0)].positives += 1
            } else {
                counts[name, default: (0, 0)].negatives += 1
            }
        }
        let pooling = GroupPooling(
            options.constraint, counts: counts, fewest: GroupPooling.fewestRows)
        let names = Set(groups.map(pooling.pool)).sorted()
        guard names.count > 1 else {
            throw VouchError(
                "--fair-penalty needs two groups with \(GroupPooling.fewestRows) training rows of each kind; "
                    + "here are \(counts.count) groups in \(training.count) rows, too small ones taken together"
            )
        }
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
        func cells(_ rows: [Int]) throws -> GroupCells {
            let own = try groupNames(of: rows)
            let kinds = options.constraint.rates
            let codes = zip(rows, own).flatMap { row, name -> [Int32] in
                let code = places[pooling.pool(name)] ?? -1
                return kinds.map { kind in
                    switch kind {
                    case .truePositive: labels[row] == 1 ? code : -1
                    case .falsePositive: labels[row] == 0 ? code : -1
                    default: code
                    }
                }
            }
            return GroupCells(
                kinds: kinds.count, groups: names.count, codes: codes,
                weights: try answers(rows, balanced: false).weights
                    ?? Array(repeating: 1, count: rows.count))
        }
        return options.settledMeasure.penalty(
            strength: options.strength, training: try cells(training),
            validation: try validation.map(cells))
    }
}
