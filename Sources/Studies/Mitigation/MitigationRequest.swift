package import Fairness
import Runs

/// How a mitigation works.
package enum MitigationMethod: String, CaseIterable, Codable, Sendable {
    /// A threshold of its own for each group, or a lot among a few.
    case threshold
    /// Scores moved by how probable each group is by the other columns.
    case thresholdWithoutAttribute = "threshold-without-attribute"

    var name: String {
        switch self {
        case .threshold: "Thresholds by group"
        case .thresholdWithoutAttribute: "Scores moved by the groups' probability"
        }
    }

    var source: String {
        switch self {
        case .threshold:
            "Hardt et al. 2016, arXiv:1610.02413; Cruz & Hardt 2024, arXiv:2306.07261"
        case .thresholdWithoutAttribute:
            "Menon & Williamson 2018, PMLR 81:107; Zeng et al. 2022, arXiv:2202.09724"
        }
    }
}

/// What `vouch fairness mitigate` is asked for.
package struct MitigationRequest: Sendable {
    /// Columns; of several, the combinations of their groups are meant.
    package var protected: [String]
    package var constraint = FairnessConstraint.equalizedOdds
    /// The largest gap on the fitting rows.
    package var tolerance = 0.02
    package var method = MitigationMethod.threshold
    /// Whether each group has one threshold.
    package var isDeterministic = false
    /// Whether the rows of a file are decided together, by their rank within their group.
    package var isRanked = false
    /// Rows of each kind that a group needs, so that it is not pooled with others.
    package var fewestRows = GroupPooling.fewestRows
    /// Beyond which a gap removed is too dear.
    package var mostAccuracyLost = 0.02
    /// Further models, each of which scores rows that it did not learn from, so that all training rows are fitted
    /// on; `nil` for the run's validation rows.
    package var folds: Int?
    /// Of a frontier: strengths of penalties in training, each a further training.
    package var penalties: [Double] = []
    /// Of a frontier: remedies of gaps that train anew, as `vouch prove` takes them, each a further training.
    package var remedies: [String] = []
    package var threads: Int?
    /// The command line, for the report.
    package var arguments: [String] = []

    package init(protected: [String]) { self.protected = protected }

    func check() throws(VouchError) {
        guard !protected.isEmpty, Set(protected).count == protected.count else {
            throw VouchError("name the protected columns, each once: --protected COLUMN")
        }
        guard (0...1).contains(tolerance) else {
            throw VouchError("--tolerance is \(tolerance); it must be from 0 to 1")
        }
        guard (0...1).contains(mostAccuracyLost) else {
            throw VouchError(
                "--most-accuracy-lost is \(mostAccuracyLost); it must be from 0 to 1")
        }
        guard folds.map({ (2...100).contains($0) }) ?? true else {
            throw VouchError("--folds is \(folds ?? 0); it must be from 2 to 100")
        }
        guard fewestRows >= GroupThresholds.fewestRows else {
            throw VouchError(
                "--fewest-rows is \(fewestRows); a rate needs at least \(GroupThresholds.fewestRows)"
            )
        }
        guard !isRanked || (method == .threshold && constraint == .demographicParity) else {
            throw VouchError(
                "--by-rank goes with --method threshold and --constraint demographic-parity: of new rows the "
                    + "share of a group that is selected can be kept, other rates need their answers"
            )
        }
        if let bad = penalties.first(where: { !($0 > 0 && $0.isFinite) }) {
            throw VouchError("--penalty is \(bad); it must be above 0")
        }
        guard !isDeterministic || method == .threshold else {
            throw VouchError(
                "--deterministic goes with --method threshold; the other draws no lots anyway")
        }
    }

    /// On a command line, and in `proofs.json`: one a kind of mitigation.
    var id: String {
        ([
            method.rawValue, isDeterministic ? "deterministic" : nil, isRanked ? "by-rank" : nil,
            constraint.rawValue,
        ]
            + protected).compactMap { $0 }.joined(separator: "-")
    }
}
