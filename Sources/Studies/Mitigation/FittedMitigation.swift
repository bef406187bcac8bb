import Fairness
import Models
import Prediction
import Runs
import Statistics
import Tables
import TensorCore

/// Decisions that were fitted for a constraint, as a run's folder keeps them.
struct FittedMitigation: Codable, Sendable, Hashable {
    /// As `vouch predict --fair` names it.
    var id: String
    /// Columns whose groups, combined where there are several, the thresholds are of.
    var protected: [String]
    var rule: Rule
    /// Small groups that are decided as others; `nil` where a run of an older version has none.
    var pooling: GroupPooling?

    enum Rule: Codable, Sendable, Hashable {
        case thresholds(GroupThresholds)
        case withoutGroups(GroupFreeRule)
    }

    init(_ request: MitigationRequest, _ rows: MitigationRows) throws {
        id = request.id
        protected = request.protected
        pooling = rows.pooling
        switch request.method {
        case .threshold:
            rule = .thresholds(
                try GroupThresholds(
                    request.constraint, tolerance: request.tolerance, column: rows.column,
                    isDeterministic: request.isDeterministic, isRanked: request.isRanked,
                    fittedOn: rows.fitting))
        case .thresholdWithoutAttribute:
            guard let chances = rows.groups else {
                preconditionFailure("rows for this method have the groups' probabilities")
            }
            rule = .withoutGroups(
                try GroupFreeRule(
                    request.constraint, tolerance: request.tolerance, column: rows.column,
                    groups: chances.names, chances: chances.fitting, fittedOn: rows.fitting))
        }
    }

    /// The rows decided by it.
    ///
    /// - Parameter chances: `[rows][groups]`, where the rule is told no groups.
    func applied(
        to rows: LabelledPredictions, chances: [[Double]]?
    ) throws -> LabelledPredictions {
        let scores = rows.positiveScores
        switch rule {
        case .thresholds(let rule):
            return rows.deciding(
                try rule.decisions(
                    scores, groups: rows.protected[0].groups, draws: Self.draws(rows.rows)))
        case .withoutGroups(let rule):
            return rows.deciding(
                zip(scores, chances ?? []).map { rule.decides($0, $1) })
        }
    }

    /// A lot for each row, by its place alone.
    static func draws(_ rows: Int) -> [Double] {
        let random = CounterRandom(seed: 0, name: "thresholds by lot")
        return (0..<rows).map { random.uniform(index: UInt64($0)) }
    }

    /// In a report.
    var text: String {
        switch rule {
        case .thresholds(let rule): rule.text
        case .withoutGroups(let rule):
            rule.constraint.rates.indices.map { kind in
                zip(rule.groups, rule.multipliers[kind])
                    .map { "\($0) \(fixed($1))" }.joined(separator: ", ")
            }.joined(separator: "; ")
        }
    }

    private func fixed(_ number: Double) -> String {
        String(Double(Int((number * 1000).rounded())) / 1000)
    }
}

extension FittedMitigation {
    /// - Throws: an error that names those the run has.
    static func named(_ id: String, run: String) throws -> FittedMitigation {
        let known = try mitigationFile.read(run)
        guard let found = known.first(where: { $0.id == id }) else {
            throw VouchError(
                "\(run) has no mitigation \"\(id)\"; "
                    + (known.isEmpty
                        ? "vouch fairness mitigate makes one"
                        : "it has \(known.map(\.id).joined(separator: ", "))"))
        }
        guard case .thresholds = found.rule else {
            throw VouchError(
                "\(id) needs the models that predict the group, which a run does not keep; its proof "
                    + "stands, and --method threshold makes one that can be applied")
        }
        return found
    }

    /// The name of the class decided for each new row.
    ///
    /// - Throws: where a protected column is missing, or a row is of a group without a rule.
    func decisions(
        _ predictions: Predictions, _ table: Table, _ model: some DescribedModel
    ) throws -> [String] {
        let each = try protected.map { name -> [String] in
            guard let column = table.column(named: name) else {
                throw VouchError(
                    "\(table.name) has no column \"\(name)\", whose groups --fair \(id) decides by")
            }
            return column.groupNames(model.groups)
        }
        guard case .thresholds(let rule) = rule else { return [] }
        let decided = try rule.decisions(
            predictions.positiveScores,
            groups: (0..<predictions.rows).map { row in
                let name = each.map { $0[row] }.joined(separator: intersectionSign)
                return pooling?.pool(name) ?? name
            }, draws: Self.draws(predictions.rows))
        return decided.map { predictions.classes[$0 ? 1 : 0] }
    }
}
