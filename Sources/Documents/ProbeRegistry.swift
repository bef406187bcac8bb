package import Cost
import DataEfficiency
package import Evidence
import Explanation
import Fairness
import Generalization
import Runs
import Tuning

/// Every probe, in the order in which they run: those that train nothing first, then one that answers each of
/// the six questions, then what refines an answer.
package let allProbes: [any Probe] = [
    PredictionQuality(),
    TrivialAnswers(),
    TrainingCostProbe(),
    ModelSizeProbe(),
    PredictionLatency(),
    TrainingDataProbe(),
    TrainTestGap(),
    TrivialBaseline(),
    MembershipInference(),
    CanaryExposure(),
    Leakage(),
    WeakSegmentSearch(),
    GroupRates(),
    ConformalCoverage(),
    SelectivePrediction(),
    SuspectedLabelShare(),
    PermutationImportance(),
    CheaperModel(),
    SeedSpread(),
    LearningCurve(),
    Robustness(),
    LinearComparison(),
    GlassBoxPrice(),
    SettingEffects(),
]

/// Probes that look back at the whole command, when all others are done.
///
/// - Parameter tariff: At which it is billed.
package func closingProbes(_ tariff: Tariff) -> [any Probe] { [RunCostProbe(tariff: tariff)] }

/// Probes that are too expensive to run every time: `vouch generalization` runs them on a finished run,
/// in this order, and says their price before.
package let onDemandProbes: [any Probe] = [
    RandomLabelCapacity(),
    LikelihoodRatioMembership(),
]

/// Probes of explanations, which `vouch explain evaluate` and `vouch explain prove` run on a finished run.
package let explanationQuality: any Probe = ExplanationQuality()

/// Effects over all rows, which `vouch explain global` measures on a finished run.
///
/// - Parameter together: Columns whose importance is that of shuffling them together.
package func globalEffects(together: [[String]] = []) -> any Probe {
    GlobalEffects(together: together)
}

/// Cheaper kinds of model, which `vouch cost frontier` measures on a finished run beside predictions of others.
package func cheaperModel(
    peers: [PeerModel], margin: Double?, kinds: Set<String>?
) -> any Probe {
    CheaperModel(peers: peers, margin: margin, kinds: kinds)
}

/// - Parameter seed: Of rules, rows and trainings.
package func ruleRecovery(seed: UInt64 = 0) -> any Probe {
    RuleRecovery(seed: seed)
}

/// How many labels a goal takes, which `vouch data plan` measures on a finished run.
package let labelPlan: any Probe = LabelPlanProbe()

/// Learning rate and batch by a few steps, which `vouch tune rate` measures on a finished run.
package let firstSteps: any Probe = FirstSteps()

/// Probes that run only where an option of the training asks for them.
package let requestedProbes: [any Probe] = [
    UnlabelledProbe(), CrossValidatedQuality(), AdditiveShapes(), RuleLabelsProbe(),
    CarryingOver(),
]

/// What each metric id means, over all probes and studies.
package enum MetricRegistry {
    package static let all: [MetricDefinition] = {
        var seen: Set<MetricID> = []
        let onFinishedRuns = [
            explanationQuality, ruleRecovery(), globalEffects(), ConceptVectors(),
            labelPlan, firstSteps,
        ]
        let probes =
            allProbes + closingProbes(.unknown) + onDemandProbes + onFinishedRuns + requestedProbes
        // Those of `vouch data regions` and `vouch tune` are of studies and of no probe.
        let metrics =
            probes.flatMap(\.description.metrics) + RegionMetrics.all + ImportanceMetrics.all
            + WorthMetrics.all
        return metrics.filter { seen.insert($0.id).inserted }
    }()

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    package static func definition(_ id: MetricID) -> MetricDefinition? { byID[id] }

    /// A metric's name; its id where no probe defines it.
    package static func name(of id: MetricID) -> String { byID[id]?.name ?? id.rawValue }
}
