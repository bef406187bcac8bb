import DataEfficiency
import Evidence
import Runs
import Tables

/// Something against wrong labels: a training with other rows or other labels, by what models that did not learn
/// from a row suspect; or with other settings, whatever is suspected.
///
/// It is judged on test rows whose labels somebody trusts, since wrong labels among them would speak for the model
/// that learned the same errors.
struct LabelRemedy: Sendable {
    let description: RemedyDescription
    let isOfClassesOnly: Bool
    private let change: Change

    private enum Change: Sendable {
        /// By what is suspected; `means` is what is done with these rows, after their number.
        case rows(
            means: String,
            @Sendable (inout TrialPlan, SuspectedLabels, LabelPasses) throws -> Void)
        case settings(means: String, @Sendable (inout TrainConfiguration) -> Void)
    }

    /// Trainings that say what is suspected.
    var trainings: Int { if case .rows = change { LabelRequest.trainings } else { 0 } }

    /// The metric that decides: the loss that a user of the task knows.
    func judged(isRegression: Bool) -> RemedyDescription {
        var result = description
        if isRegression { result.judgedBy = .rootMeanSquaredError }
        return result
    }

    static let all = [drop, relabel, weigh, robustLoss]

    private static let source = "Northcutt et al. 2021, arXiv:1911.00068"

    private static let drop = LabelRemedy(
        description: .init(
            id: "drop-suspects", name: "Leaving out rows with suspected labels",
            drawback: .dataHunger, judgedBy: .logLoss, source: source),
        isOfClassesOnly: false,
        change: .rows(means: "rows left out") { plan, found, passes in
            let dropped = Set(found.likelyWrong.map { passes.rows[$0] })
            plan.rows = .keeping(passes.rows.filter { !dropped.contains($0) })
        })

    private static let relabel = LabelRemedy(
        description: .init(
            id: "relabel-suspects", name: "Giving rows with suspected labels the suggested ones",
            drawback: .dataHunger, judgedBy: .logLoss, source: source),
        isOfClassesOnly: true,
        change: .rows(means: "rows labelled as suggested") { plan, found, passes in
            guard case .classes(let given, _) = found.suspicion else { return }
            let suggestions = given.suggestions
            var owners: [Int: Int] = [:]
            for row in found.likelyWrong {
                guard let owner = given.labels.firstIndex(of: suggestions[row]) else { continue }
                owners[passes.rows[row]] = passes.rows[owner]
            }
            plan.answers = .borrowed(owners)
        })

    /// No row counts for nothing, so that a batch always weighs something.
    private static let leastShare = 0.02

    private static let weigh = LabelRemedy(
        description: .init(
            id: "weigh-suspects", name: "Counting each row by the chance that its label is right",
            drawback: .dataHunger, judgedBy: .logLoss, source: source),
        isOfClassesOnly: false,
        change: .rows(means: "rows, among others, count for less") { plan, found, passes in
            var shares = [Float](repeating: 1, count: passes.prepared.table.rowCount)
            for (place, chance) in found.suspicion.share.chances.enumerated() {
                shares[passes.rows[place]] = Float(max(leastShare, 1 - chance))
            }
            plan.shares = shares
        })

    /// As in the paper, where no share of wrong labels is told.
    private static let exponent: Float = 0.7

    private static let robustLoss = LabelRemedy(
        description: .init(
            id: "robust-loss", name: "A loss that wrong labels pull less",
            drawback: .dataHunger, judgedBy: .logLoss,
            source: "Zhang & Sabuncu 2018, arXiv:1805.07836"),
        isOfClassesOnly: true,
        change: .settings(means: "generalised cross-entropy, q = \(exponent)") {
            $0.regularising.robustLoss = exponent
        })
}

extension LabelRemedy {
    /// What is done to a training's plan, and what that was.
    ///
    /// - Parameters:
    ///   - configuration: The run's.
    ///   - suspects: What is suspected of its labels; asked where that matters.
    /// - Throws: where there is nothing to do.
    func applied(
        to configuration: TrainConfiguration,
        suspects: () throws -> (SuspectedLabels, LabelPasses)
    ) throws -> (change: (inout TrialPlan) throws -> Void, means: String) {
        switch change {
        case .settings(let means, let change):
            var changed = configuration
            change(&changed)
            guard changed != configuration else {
                throw VouchError("the run was trained so already: \(means)")
            }
            return ({ change(&$0.settings) }, means)
        case .rows(let means, let change):
            let (found, passes) = try suspects()
            guard !found.likelyWrong.isEmpty else {
                throw VouchError(
                    "no row of \(passes.run) is at least as probably wrong as right, so that there is nothing to "
                        + "leave out or to mend. `vouch data labels` lists the most doubted")
            }
            if let interrupted = found.interrupted { throw VouchError(interrupted) }
            return (
                { try change(&$0, found, passes) },
                "\(found.likelyWrong.count) of \(passes.rows.count) \(means): those at least as probably wrong as "
                    + "right, by models that did not learn from them"
            )
        }
    }
}
