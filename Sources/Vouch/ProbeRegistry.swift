import Cost
import DataEfficiency
package import Evidence
import Explanation
import Fairness
import Generalization
import Tuning

/// Every probe, in the order in which they run: quick ones first, so that a small budget gets far.
///
/// What is added here appears in the terminal, the report, the JSON, policies and comparisons.
package let allProbes: [any Probe] = [
    PredictionQuality(),
    TrainingCostProbe(),
    TrainingDataProbe(),
    TrainTestGap(),
    MembershipInference(),
    CanaryExposure(),
    Leakage(),
    WeakSegmentSearch(),
    GroupRates(),
    ConformalCoverage(),
    SelectivePrediction(),
    Baselines(),
    PermutationImportance(),
    Robustness(),
    GlassBoxPrice(),
    SettingSpread(),
    LearningCurve(),
]

/// Probes that are too expensive to run every time: `vouch generalization` runs them on a finished run,
/// in this order, and says their price before.
package let onDemandProbes: [any Probe] = [
    RandomLabelCapacity(),
    LikelihoodRatioMembership(),
]

/// Probes of explanations, which `vouch explain evaluate` and `vouch explain prove` run on a finished run.
package let explanationQuality: any Probe = ExplanationQuality(
    attributed: attributed, methods: attributionMethods)

/// Effects over all rows, which `vouch explain global` measures on a finished run.
///
/// - Parameter together: Columns whose importance is that of shuffling them together.
package func globalEffects(together: [[String]] = []) -> any Probe {
    GlobalEffects(together: together)
}

/// - Parameter seed: Of rules, rows and trainings.
package func ruleRecovery(seed: UInt64 = 0) -> any Probe {
    RuleRecovery(seed: seed, attributed: attributed, methods: attributionMethods)
}

/// Probes that run only where an option of the training asks for them.
package let requestedProbes: [any Probe] = [CrossValidatedQuality(), AdditiveShapes()]

/// What each metric id means, over all probes.
package enum MetricRegistry {
    package static let all: [MetricDefinition] = {
        var seen: Set<String> = []
        let onExplanations = [
            explanationQuality, ruleRecovery(), globalEffects(), ConceptVectors(),
        ]
        return (allProbes + onDemandProbes + onExplanations + requestedProbes).flatMap(
            \.description.metrics
        )
        .filter { seen.insert($0.id).inserted }
    }()

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    package static func definition(_ id: String) -> MetricDefinition? { byID[id] }
}
