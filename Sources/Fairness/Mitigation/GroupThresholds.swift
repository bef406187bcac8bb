import Figures
package import Prediction
package import Statistics

/// Thresholds of every group of a protected column, fitted so that a gap keeps a tolerance.
package struct GroupThresholds: Codable, Sendable, Hashable {
    package var column: String
    package var constraint: FairnessConstraint
    package var tolerance: Double
    package var rules: [String: GroupRule]
    /// Where the rows of a file are decided together: of each group the share that is decided 1, from the highest
    /// score down. Its rates then keep the tolerance in every file, whatever its scores.
    package var shares: [String: Double]?

    /// Rows of a group that a rate needs, so that a threshold is more than an accident.
    package static let fewestRows = 5

    /// - Parameters:
    ///   - rows: Two classes with their protected column; rows that the model did not learn from.
    ///   - isDeterministic: Whether each group has one threshold.
    ///   - isRanked: Whether rows are decided together; of demographic parity alone.
    /// - Throws: `StatisticsError` where a group has too few rows, saying how many are needed.
    package init(
        _ constraint: FairnessConstraint, tolerance: Double, column: String,
        isDeterministic: Bool = false, isRanked: Bool = false, fittedOn rows: LabelledPredictions
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
        guard isRanked else { return }
        precondition(constraint == .demographicParity, "other rates need the answers")
        shares = Dictionary(
            uniqueKeysWithValues: zip(groups.names, fitted).map { name, rule in
                let rows = groups.members[name] ?? []
                func weight(_ row: Int) -> Double { groups.weights?[row] ?? 1 }
                let hits = rows.reduce(0) { $0 + weight($1) * rule.chance(groups.scores[$1]) }
                return (name, hits / rows.reduce(0) { $0 + weight($1) })
            })
    }

    package var isDeterministic: Bool {
        shares != nil || rules.values.allSatisfy(\.isDeterministic)
    }

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
        if let shares {
            return try ranked(scores, groups: groups, draws: draws, shares: shares)
        }
        var decided: [Bool] = []
        decided.reserveCapacity(scores.count)
        for row in scores.indices {
            guard let rule = rules[groups[row]] else { throw unknown(groups[row], row) }
            decided.append(rule.decides(scores[row], draw: draws[row]))
        }
        return decided
    }

    /// The highest scores of each group; of equal ones those with the lowest lots.
    private func ranked(
        _ scores: [Double], groups: [String], draws: [Double], shares: [String: Double]
    ) throws(StatisticsError) -> [Bool] {
        var decided = [Bool](repeating: false, count: scores.count)
        for (name, rows) in Dictionary(grouping: scores.indices, by: { groups[$0] }) {
            guard let share = shares[name] else { throw unknown(name, rows[0]) }
            let order = rows.sorted { (scores[$1], draws[$0], $0) < (scores[$0], draws[$1], $1) }
            let hits = Int((share * Double(rows.count)).rounded())
            for row in order.prefix(hits) { decided[row] = true }
        }
        return decided
    }

    private func unknown(_ name: String, _ row: Int) -> StatisticsError {
        StatisticsError(
            "row \(row + 1) is of the group \(column) = \(name), which no threshold was "
                + "fitted for; there is \(rules.keys.sorted().joined(separator: ", "))")
    }

    /// In a report: the rule of each group.
    package var text: String {
        if let shares {
            return shares.sorted { $0.key < $1.key }.map {
                "\($0.key): the highest \(NumberText.fixed(100 * $0.value, decimals: 1)) % of a file's rows"
            }.joined(separator: "; ")
        }
        return rules.keys.sorted().map { "\($0): \(rules[$0]?.text ?? "")" }.joined(separator: "; ")
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
    func check(_ constraint: FairnessConstraint, split: RowSplit) throws(StatisticsError) {
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
                    + "rows) or choose another constraint")
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
