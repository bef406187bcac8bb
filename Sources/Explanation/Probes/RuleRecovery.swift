package import Evidence
import Figures
import Models
import Prediction
import Statistics
import Tables
import TensorCore

/// Which method of explanation names the right columns on data like these: known rules are planted into the user's own
/// rows, models like the run's are trained on them, and each method is asked.
package struct RuleRecovery: Probe {
    /// Of the rules, the draws and the trainings; added to the run's own.
    private let seed: UInt64

    package init(seed: UInt64 = 0) { self.seed = seed }

    package let description = ProbeDescription(
        id: "ruleRecovery", name: "Recovery of planted rules by explanations", drawback: .opacity,
        needs: [.model, .trainingTables, .otherAnswers], looksAt: [],
        metrics: [RecoveryMetrics.recovery, RecoveryMetrics.ofRule, RecoveryMetrics.modelAccuracy])

    private static let learned = 8000
    private static let explained = 100
    private static let backgroundRows = 50

    package func trainings(_ subject: Subject) -> Int { PlantedRule.Kind.allCases.count }

    package func expectedSeconds(_ subject: Subject) -> Double {
        guard let trainer = subject.answerTrainer else { return 0 }
        return Double(PlantedRule.Kind.allCases.count)
            * (trainer.expectedSeconds(learning: Self.learned) + 10)
    }

    /// What one method reached with one rule, row by row.
    private struct Reached {
        var method: String
        var kind: PlantedRule.Kind
        var rows: [Double]

        var mean: Double { rows.reduce(0, +) / Double(max(rows.count, 1)) }
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let tables = subject.tables, let trainer = subject.answerTrainer,
            subject.model != nil
        else { return Findings() }
        let columns = tables.schema.features.map(\.name)
        var reached: [Reached] = []
        var accuracies: [(kind: PlantedRule.Kind, right: [Double])] = []
        for (place, kind) in PlantedRule.Kind.allCases.enumerated() {
            let own = subject.seed &+ seed &* 1_000_003 &+ UInt64(place) &* 7919
            let random = CounterRandom(seed: own, name: "rows of a planted rule")
            let order = random.permutation(of: tables.training.rowCount)
            let explained = Array(order.prefix(min(Self.explained, order.count / 5))).sorted()
            let learned = Array(order.dropFirst(explained.count).prefix(Self.learned)).sorted()
            guard let rule = PlantedRule(kind, of: tables.training, columns: columns, seed: own)
            else { continue }
            let predictor = try trainer.predictor(
                learning: learned, answers: learned.map { rule.answers[$0] }, seed: own)
            let model = AttributedModel(
                predictor,
                background: tables.training.selecting(rows: Array(learned.prefix(Self.backgroundRows))))
            let rows = tables.training.selecting(rows: explained)
            let chances = try model.values(of: rows)
            accuracies.append(
                (kind, zip(explained, chances).map { ($1 >= 0.5) == rule.answers[$0] ? 1 : 0 }))
            for method in model.methods {
                let found = try method.attributions(of: rows, in: model, seed: own)
                reached.append(
                    Reached(
                        method: method.name, kind: kind,
                        rows: zip(explained, found).map { row, attribution in
                            PlantedRule.recovery(
                                attribution.contributions.map(\.value), uses: rule.uses[row])
                        }))
            }
        }
        guard !reached.isEmpty else {
            throw StatisticsError(
                "a planted rule needs five columns that differ among the rows; this run has fewer")
        }
        return try findings(reached, accuracies)
    }

    private func findings(
        _ reached: [Reached], _ accuracies: [(kind: PlantedRule.Kind, right: [Double])]
    ) throws -> Findings {
        var names: [String] = []
        for one in reached where !names.contains(one.method) { names.append(one.method) }
        let means = try names.map { name -> (name: String, estimate: Estimate) in
            let own = reached.filter { $0.method == name }.map(\.mean)
            var estimate = try SamplingDesign(rows: own.count, weights: nil, clusters: nil)
                .mean(own, scale: .plain, bounds: 0...1)
            estimate.varied = "rules"
            return (name, estimate)
        }
        let best = means.max {
            ($0.estimate.value ?? 0, $1.name) < ($1.estimate.value ?? 0, $0.name)
        }
        let rows = reached.first?.rows.count ?? 0
        var measurements = means.map { name, estimate in
            var measured = Measurement(
                RecoveryMetrics.recovery, estimate, group: "method = \(name)", split: .training,
                rows: rows)
            if name == best?.name {
                measured.verdict = "the method to use on these data"
            }
            return measured
        }
        for one in reached {
            let design = try SamplingDesign(rows: one.rows.count, weights: nil, clusters: nil)
            measurements.append(
                Measurement(
                    RecoveryMetrics.ofRule,
                    design.mean(one.rows, scale: .plain, bounds: 0...1),
                    group: "method = \(one.method), rule = \(one.kind.rawValue)", split: .training,
                    rows: rows))
        }
        for (kind, right) in accuracies {
            let design = try SamplingDesign(rows: right.count, weights: nil, clusters: nil)
            measurements.append(
                Measurement(
                    RecoveryMetrics.modelAccuracy,
                    design.mean(right, scale: .plain, bounds: 0...1),
                    group: "rule = \(kind.rawValue)",
                    split: .training, rows: rows))
        }
        return Findings(
            measurements: measurements,
            figures: [
                Figure(
                    id: "ruleRecovery", title: "Which explanations find planted rules",
                    caption:
                        "The chance that a column which a planted rule looks at has a larger contribution than one "
                        + "it does not; mean over \(accuracies.count) rules in these data's own rows, with 95 % "
                        + "intervals over rules. One half is chance.",
                    plot: .intervals(
                        IntervalChart(
                            axis: Axis("Recovery AUC", lower: 0, upper: 1),
                            rows: means.compactMap { name, estimate in
                                estimate.value.map {
                                    .init(
                                        label: name, value: $0, lower: estimate.lower,
                                        upper: estimate.upper, count: rows)
                                }
                            }, reference: .init(value: 0.5, label: "chance"))))
            ])
    }
}

/// Metrics of planted rules: the definitions.
package enum RecoveryMetrics {
    private static let source = "planted attributions: Liu et al. 2021, arXiv:2106.12543"
    package static let recovery = MetricDefinition(
        id: .ruleRecovery, name: "Recovery of planted rules",
        formula: "mean over rules and rows of P(|φ| of a column of the rule > |φ| of another)",
        direction: 1, drawback: .opacity, source: source)
    package static let ofRule = MetricDefinition(
        id: .recoveryOfRule, name: "Recovery of one planted rule",
        formula: "mean over rows of P(|φ| of a column of the rule > |φ| of another)", direction: 1,
        drawback: .opacity, source: source)
    package static let modelAccuracy = MetricDefinition(
        id: .plantedAccuracy, name: "Accuracy of the model of a planted rule",
        formula: "share of held-out rows whose planted answer is predicted", direction: 1,
        drawback: .opacity, source: source)
}

// Their ids.
extension MetricID {
    package static let ruleRecovery = MetricID("ruleRecovery")
    package static let recoveryOfRule = MetricID("recoveryOfRule")
    package static let plantedAccuracy = MetricID("plantedAccuracy")
}
