package import Prediction
package import Statistics

/// Thresholds of every group of a protected column, fitted so that a gap keeps a tolerance.
package struct GroupThresholds: Codable, Sendable, Hashable {
    package var column: String
    package var constraint: FairnessConstraint
    package var tolerance: Double
    package var rules: [String: GroupRule]

    /// Rows of a group that a rate needs, so that a threshold is more than an accident.
    package static let fewestRows = 5

    /// - Parameters:
    ///   - rows: Two classes with their protected column; rows that the model did not learn from.
    ///   - isDeterministic: Whether each group has one threshold.
    /// - Throws: `StatisticsError` where a group has too few rows, saying how many are needed.
    package init(
        _ constraint: FairnessConstraint, tolerance: Double, column: String,
        isDeterministic: Bool = false, fittedOn rows: LabelledPredictions
    ) throws {
        let groups = try rows.decidedGroups(of: column)
        try groups.check(constraint, split: rows.split)
        var optimizer = ThresholdOptimizer(constraint: constraint, tolerance: tolerance)
        if let costs = rows.costs {
            optimizer.costs = (costs.falsePositive, costs.falseNegative)
        }
        let curves = groups.names.map { groups.curve($0) }
        let fitted =
            isDeterministic ? optimizer.deterministic(curves) : optimizer.randomized(curves)
        self.column = column
        self.constraint = constraint
        self.tolerance = tolerance
        rules = Dictionary(uniqueKeysWithValues: zip(groups.names, fitted))
    }

    package var isDeterministic: Bool { rules.values.allSatisfy(\.isDeterministic) }

    /// Decides rows.
    ///
    /// - Parameters:
    ///   - scores: Of the positive class, one a row.
    ///   - groups: One a row.
    ///   - draws: Uniform in [0, 1), one a row.
    /// - Throws: `StatisticsError` that names a group without a rule.
    package func decisions(
        _ scores: [Double], groups: [String], draws: [Double]
    ) throws(StatisticsError) -> [Bool] {
        var decided: [Bool] = []
        decided.reserveCapacity(scores.count)
        for row in scores.indices {
            guard let rule = rules[groups[row]] else {
                throw StatisticsError(
                    "row \(row + 1) is of the group \(column) = \(groups[row]), which no threshold was "
                        + "fitted for; there is \(rules.keys.sorted().joined(separator: ", "))")
            }
            decided.append(rule.decides(scores[row], draw: draws[row]))
        }
        return decided
    }

    /// In a report: the rule of each group.
    package var text: String {
        rules.keys.sorted().map { "\($0): \(rules[$0]?.text ?? "")" }.joined(separator: "; ")
    }
}

/// Scores and labels of two classes by the groups of a column.
struct DecidedGroups {
    var names: [String]
    var scores: [Double]
    var labels: [Bool]
    var weights: [Double]?
    var members: [String: [Int]]
    var column: String

    func curve(_ name: String) -> ROCThresholds {
        let rows = members[name] ?? []
        return ROCThresholds(
            scores: rows.map { scores[$0] }, labels: rows.map { labels[$0] },
            weights: weights.map { weights in rows.map { weights[$0] } })
    }

    /// - Throws: where a group has fewer rows than a rate needs.
    func check(_ constraint: FairnessConstraint, split: String) throws(StatisticsError) {
        let needed = GroupThresholds.fewestRows
        guard names.count > 1 else {
            throw StatisticsError(
                "\(column) has one group among \(labels.count) \(split) rows "
                    + "(\(names.first ?? "none")); a gap needs two")
        }
        var few: [String] = []
        for name in names {
            let rows = members[name] ?? []
            let positives = rows.count { labels[$0] }
            for rate in constraint.rates {
                let (count, of) =
                    switch rate {
                    case .truePositive: (positives, "positive rows")
                    case .falsePositive: (rows.count - positives, "negative rows")
                    default: (rows.count, "rows")
                    }
                if count < needed { few.append("\(name) has \(count) \(of)") }
            }
        }
        guard few.isEmpty else {
            throw StatisticsError(
                "too few \(split) rows to fit \(constraint.text): each group of \(column) needs \(needed), "
                    + "but \(few.joined(separator: ", ")). Give more rows (--folds 5 fits on all training "
                    + "rows), merge small groups in the data, or choose another constraint")
        }
    }
}

extension LabelledPredictions {
    /// - Throws: where there are not two classes, or no such column.
    func decidedGroups(of column: String) throws(StatisticsError) -> DecidedGroups {
        guard case .classes(let codes) = answers, predictions.classes.count == 2 else {
            throw StatisticsError(
                "thresholds of groups are for decisions between two classes; these predictions are of "
                    + (predictions.classes.isEmpty
                        ? "a number" : "\(predictions.classes.count) classes"))
        }
        guard let found = protected.first(where: { $0.name == column }) else {
            throw StatisticsError(
                "there is no protected column \"\(column)\"; there is "
                    + (protected.isEmpty
                        ? "none" : protected.map(\.name).joined(separator: ", ")))
        }
        let members = Dictionary(grouping: found.groups.indices) { found.groups[$0] }
        return DecidedGroups(
            names: members.keys.sorted(), scores: positiveScores, labels: codes.map { $0 == 1 },
            weights: weights, members: members, column: column)
    }

    /// Of two classes the probability of the second, one a row.
    package var positiveScores: [Double] { predictions.positiveScores }

    /// These rows decided otherwise: 1 or 0 stands in place of each probability.
    package func deciding(_ decisions: [Bool]) -> LabelledPredictions {
        var result = self
        result.predictions.values = decisions.flatMap { $0 ? [0, 1] : [1, 0] }
        return result
    }

    /// With one protected column alone.
    package func judging(_ column: String) -> LabelledPredictions {
        var result = self
        result.protected = protected.filter { $0.name == column }
        return result
    }
}
