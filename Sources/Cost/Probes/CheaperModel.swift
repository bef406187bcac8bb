package import Evidence
import Figures
import Prediction
import Statistics

/// *Do you need it?* Whether a cheaper kind of model is not worse than the run's beyond a margin, on the same rows.
///
/// Kinds are trained at their standard settings on the rows that the run's model learned from, the cheapest to train first,
/// as many as a quarter of the probes' budget holds; those that another probe trained already cost nothing more.
/// See `ModelFrontier` for what *cheaper* means, and Documentation/Decisions/0046.
package struct CheaperModel: Probe {
    /// What programs of others said of the same rows.
    private let peers: [PeerModel]
    /// In place of the run's.
    private let margin: Double?
    private let kinds: Set<String>?

    /// - Parameters:
    ///   - peers: What programs of others said of the test rows; their cost is not known.
    ///   - margin: As a share of the run's model's loss; `nil` for the run's own.
    ///   - kinds: That are trained, as `--model` calls them; `nil` for all.
    package init(peers: [PeerModel] = [], margin: Double? = nil, kinds: Set<String>? = nil) {
        self.peers = peers
        self.margin = margin
        self.kinds = kinds
    }

    package let description = ProbeDescription(
        id: "cheaperModel", name: "Cheaper kinds of model", drawback: .computeCost,
        needs: [.rivals], looksAt: [.test], metrics: FrontierMetrics.all)

    /// Of the probes' budget, for what no other probe trained.
    private static let share = 0.25

    /// Those that are trained, and those that were not asked for or that there is no budget for.
    private func plan(
        _ subject: Subject
    ) -> (trained: [any RivalModel], left: [any RivalModel], seconds: Double) {
        var trained: [any RivalModel] = []
        var left: [any RivalModel] = []
        var seconds = 0.0
        let others = subject.rivals?.others ?? []
        let prices = others.map(\.expectedSeconds)
        for place in others.indices.sorted(by: { (prices[$0], $0) < (prices[$1], $1) }) {
            let isAsked = kinds?.contains(others[place].kind) ?? true
            let sum = seconds + prices[place]
            if isAsked, subject.allowance.holds(sum, atMost: Self.share) {
                seconds = sum
                trained.append(others[place])
            } else {
                left.append(others[place])
            }
        }
        return (trained, left, seconds)
    }

    package func expectedSeconds(_ subject: Subject) -> Double { plan(subject).seconds }

    package func measure(_ subject: Subject) throws -> Findings {
        guard var rivals = subject.rivals else { return Findings() }
        if let margin { rivals.margin = margin }
        let plan = plan(subject)
        let given = try peers.map {
            ModelFrontier.Candidate(
                kind: $0.label, predictions: try $0.predictions(of: subject.test), cost: nil)
        }
        let candidates = try plan.trained.map { rival -> ModelFrontier.Candidate in
            let (predicted, cost) = try rival.told()
            return .init(kind: rival.kind, predictions: predicted.predictions, cost: cost)
        }
        return try ModelFrontier(
            candidates + given, beside: subject.test, rivals, missing: plan.left.map(\.kind)
        ).findings(subject.test)
    }
}
