package import Evidence
import Figures
import Models
import Prediction
import Statistics
import Tables
import TensorCore

/// Whether explanations of this model's predictions can be trusted, method by method.
///
/// At least one metric of each family, with an interval, beside three controls: random numbers, what can be said
/// without a model, and the same method on a model with randomised weights.
package struct ExplanationQuality: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "explanationQuality", name: "Quality of explanations", drawback: .opacity,
        needs: [.model, .trainingTables], looksAt: [.test],
        metrics: [
            ExplanationMetrics.marginal, ExplanationMetrics.conditional,
            ExplanationMetrics.sensitivity, ExplanationMetrics.randomization,
            ExplanationMetrics.labelRandomization,
            ExplanationMetrics.effectiveColumns, ExplanationMetrics.residual,
            ExplanationMetrics.agreement, ExplanationMetrics.topThree,
        ])

    private static let mostRows = 60
    private static let backgroundRows = 20
    private static let heads = 8
    private static let relabelledModels = 5
    private static let relabelledRows = 2000
    private static let topColumns = 3

    package func trainings(_ subject: Subject) -> Int {
        subject.answerTrainer == nil ? 0 : Self.relabelledModels
    }

    package func expectedSeconds(_ subject: Subject) -> Double {
        guard let model = subject.model else { return 0 }
        let each = model.secondsPerPrediction / Double(max(subject.test.rows, 1))
        let columns = Double(model.predictor.features.count)
        // Shapley values for each row, moved rows and randomised layers, and two curves.
        let models = Self.heads + trainings(subject)
        let passes = Double(1 + 4 + models + 4) * 2 * columns * Double(Self.backgroundRows)
        return each * passes * Double(Self.mostRows) * 2
            + Double(trainings(subject))
            * (subject.answerTrainer?.expectedSeconds(learning: Self.relabelledRows) ?? 0)
    }

    /// Models like the run's, trained on answers that a fair coin gave to some of its training rows. An
    /// additive model, which is its own explanation, has none.
    private func relabelled(_ subject: Subject, rows: Int) throws -> [any Predictor] {
        guard let trainer = subject.answerTrainer else { return [] }
        return try (0..<Self.relabelledModels).map { number in
            let own = subject.seed &+ UInt64(number) &* 7919
            let random = CounterRandom(seed: own, name: "random answers")
            let places = Array(
                random.permutation(of: rows, step: 0).prefix(Self.relabelledRows).sorted())
            return try trainer.predictor(
                learning: places,
                answers: places.map { random.uniform(step: 1, index: UInt64($0)) < 0.5 },
                seed: own)
        }
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let tested = subject.model, let tables = subject.tables else { return Findings() }
        let random = CounterRandom(seed: subject.seed, name: "explanation quality")
        func drawn(_ count: Int, of rows: Int, step: UInt32) -> [Int] {
            Array(random.permutation(of: rows, step: step).prefix(count).sorted())
        }
        let chosen = drawn(Self.mostRows, of: subject.test.rows, step: 0)
        let test = subject.test.selecting(chosen)
        let model = AttributedModel(
            tested.predictor,
            background: tables.training.selecting(
                rows: drawn(Self.backgroundRows, of: tables.training.rowCount, step: 1)))
        let trial = QualityTrial(
            model, rows: tested.table.selecting(rows: chosen), heads: Self.heads,
            relabelled: try relabelled(subject, rows: tables.training.rowCount),
            attributed: { AttributedModel($0, background: $1) }, seed: subject.seed)
        let methods = model.methods
        let results = try methods.map(trial.result)
        let controls = try Controls(trial, first: methods.first)
        var measurements: [Measurement] = []
        for result in results {
            measurements += try measured(result, controls, results.count, test)
        }
        measurements += try agreements(results, test)
        return Findings(
            measurements: measurements, figures: [try figure(results, controls, test)],
            groups: try groups(results.first, test))
    }

    /// The controls' faithfulness on the same rows.
    private struct Controls {
        /// Random numbers, cells without a model, and the first method on a model with randomised weights.
        var all: [(name: String, faithfulness: [Faithfulness.Donors: [Double]])] = []

        init(_ trial: QualityTrial, first: (any RowAttribution)?) throws {
            var methods: [any RowAttribution] = [RandomAttribution(), UnusualCells()]
            if let first, let other = trial.randomized.first {
                methods.append(OfAnotherModel(first, of: other))
            }
            all = try methods.map { method in
                let found = try method.attributions(
                    of: trial.rows, in: trial.model, seed: trial.seed)
                return (
                    method.name,
                    try trial.faithfulness(of: found.map { $0.contributions.map(\.value) })
                )
            }
        }
    }

    private func measured(
        _ result: QualityTrial.Result, _ controls: Controls, _ tests: Int,
        _ test: LabelledPredictions
    ) throws -> [Measurement] {
        let design = try test.design
        let group = "method = \(result.name)"
        func plain(_ metric: MetricDefinition, _ values: [Double]) -> Measurement {
            Measurement(metric, design.mean(values, scale: .plain), on: test, group: group)
        }
        var found: [Measurement] = []
        for (donors, metric) in [
            (Faithfulness.Donors.marginal, ExplanationMetrics.marginal),
            (.conditional, ExplanationMetrics.conditional),
        ] {
            let own = result.faithfulness[donors] ?? []
            var measured = plain(metric, own)
            measured.note = controls.all.compactMap { control in
                control.faithfulness[donors].map {
                    comparison(own, $0, control.name, design)
                }
            }.joined(separator: "; ")
            found.append(measured)
        }
        found.append(plain(ExplanationMetrics.sensitivity, result.sensitivity))
        found.append(plain(ExplanationMetrics.effectiveColumns, result.effectiveColumns))
        found.append(plain(ExplanationMetrics.residual, result.residuals))
        func likeness(
            _ metric: MetricDefinition, _ cosines: [Double], _ varied: String, _ failure: String
        ) -> Measurement {
            let (cosine, passes) = QualityTrial.randomization(
                cosines, varied: varied, tests: result.labelCosines.isEmpty ? tests : 2 * tests)
            var measured = Measurement(metric, cosine, on: test, group: group)
            measured.verdict = passes.map { $0 ? "passes" : "fails: " + failure }
            return measured
        }
        found.append(
            likeness(
                ExplanationMetrics.randomization, result.cosines, "randomised layers",
                "it hardly depends on the model"))
        if !result.labelCosines.isEmpty {
            found.append(
                likeness(
                    ExplanationMetrics.labelRandomization, result.labelCosines, "random answers",
                    "it hardly depends on what the model learned"))
        }
        return found
    }

    /// A method's faithfulness less a control's, on the same rows.
    private func comparison(
        _ own: [Double], _ control: [Double], _ name: String, _ design: SamplingDesign
    ) -> String {
        let difference = design.mean(zip(own, control).map { $0 - $1 }, scale: .plain)
        guard let value = difference.value, let lower = difference.lower,
            let upper = difference.upper
        else { return "not compared with \(name)" }
        let text = NumberText.withInterval(value, lower: lower, upper: upper)
        let word = lower > 0 ? "more than" : upper < 0 ? "less than" : "not clearly more than"
        return "\(word) \(name): \(text.value) \(text.interval)"
    }

    /// How far methods agree, pair by pair.
    private func agreements(
        _ results: [QualityTrial.Result], _ test: LabelledPredictions
    ) throws -> [Measurement] {
        let design = try test.design
        var found: [Measurement] = []
        for (place, first) in results.enumerated() {
            for second in results[(place + 1)...] {
                let group = "\(first.name) with \(second.name)"
                let pairs = zip(first.contributions, second.contributions)
                found.append(
                    Measurement(
                        ExplanationMetrics.agreement,
                        design.mean(
                            pairs.map { AttributionComparison.rankCorrelation($0, $1) },
                            scale: .plain, bounds: -1...1), on: test, group: group))
                found.append(
                    Measurement(
                        ExplanationMetrics.topThree,
                        design.mean(
                            pairs.map { pair in
                                let shared = top(pair.0).intersection(top(pair.1))
                                return Double(shared.count) / Double(top(pair.0).count)
                            }, scale: .plain, bounds: 0...1), on: test, group: group))
            }
        }
        return found
    }

    private func top(_ values: [Double]) -> Set<Int> {
        Set(
            values.indices.sorted { (abs(values[$1]), $0) < (abs(values[$0]), $1) }
                .prefix(Self.topColumns))
    }

    /// Whether one group's explanations are worse than another's.
    private func groups(
        _ result: QualityTrial.Result?, _ test: LabelledPredictions
    ) throws -> [GroupTable] {
        guard let result, let values = result.faithfulness[.conditional] else { return [] }
        return try test.protected.map { column in
            GroupTable(
                column: column.name,
                rows: try Set(column.groups).sorted().map { name in
                    let rows = column.groups.indices.filter { column.groups[$0] == name }
                    let part = test.selecting(rows)
                    var measured = Measurement(
                        ExplanationMetrics.conditional,
                        try part.design.mean(rows.map { values[$0] }, scale: .plain), on: part,
                        group: "\(column.name) = \(name)")
                    measured.note = "of \(result.name)"
                    return GroupRow(group: name, rows: nil, measurements: [measured])
                })
        }
    }

    private func figure(
        _ results: [QualityTrial.Result], _ controls: Controls, _ test: LabelledPredictions
    ) throws -> Figure {
        let design = try test.design
        let all =
            results.map { ($0.name, $0.faithfulness) }
            + controls.all.map { ("control: " + $0.name, $0.faithfulness) }
        return Figure(
            id: "faithfulness", title: "Faithfulness of explanations",
            caption:
                "By how much the output falls when the columns named first are replaced first, less when they "
                + "are replaced last; mean over \(test.rows) \(test.split) rows with 95 % intervals. Cells come from "
                + "background rows that are like the row. Controls should be near 0; no single score decides.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis("Faithfulness"),
                    rows: all.compactMap { name, values in
                        let estimate = design.mean(values[.conditional] ?? [], scale: .plain)
                        return estimate.value.map {
                            .init(
                                label: name, value: $0, lower: estimate.lower,
                                upper: estimate.upper, count: test.rows)
                        }
                    })))
    }
}

/// Metrics of explanations: the definitions.
package enum ExplanationMetrics {
    private static let curves =
        "Samek et al. 2017, DOI 10.1109/TNNLS.2016.2599820; Blücher et al. 2024, arXiv:2401.06654"
    package static let marginal = MetricDefinition(
        id: .faithfulnessMarginal, name: "Faithfulness, cells from any row",
        formula:
            "mean over k of output with the k least important columns replaced − with the k most important; "
            + "cells of background rows",
        direction: 1, drawback: .opacity, source: curves)
    package static let conditional = MetricDefinition(
        id: .faithfulnessConditional, name: "Faithfulness, cells from like rows",
        formula:
            "mean over k of output with the k least important columns replaced − with the k most important; "
            + "cells of the 8 background rows most like the row in the columns kept",
        direction: 1, drawback: .opacity, source: curves + "; Rong et al. 2022, arXiv:2202.00449")
    package static let sensitivity = MetricDefinition(
        id: .attributionSensitivity, name: "Largest change of an explanation",
        formula:
            "max of ‖φ' − φ‖ / ‖φ‖ over 4 rows whose numbers were moved by up to 0.05 standard deviations",
        direction: -1, drawback: .opacity, source: "Yeh et al. 2019, arXiv:1901.09392")
    package static let randomization = MetricDefinition(
        id: .randomizationCosine, name: "Likeness to explanations of a random model",
        formula:
            "mean cosine of contributions for the model and for the model with a random last layer; 0 is right",
        direction: 0, drawback: .opacity, source: "after Adebayo et al. 2018, arXiv:1810.03292")
    package static let labelRandomization = MetricDefinition(
        id: .labelRandomizationCosine, name: "Likeness to explanations of random answers",
        formula:
            "mean cosine of contributions for the model and for models trained on answers by a fair coin; 0 is right",
        direction: 0, drawback: .opacity, source: "after Adebayo et al. 2018, arXiv:1810.03292")
    package static let effectiveColumns = MetricDefinition(
        id: .explanationColumns, name: "Columns that an explanation leans on",
        formula: "exp(−Σ p log p), p = |φ| / Σ |φ|", direction: -1, drawback: .opacity,
        source: "Bhatt et al. 2020, arXiv:2005.00631")
    package static let residual = MetricDefinition(
        id: .completenessResidual, name: "What an explanation leaves over",
        formula: "|output − base − Σ φ|", direction: -1, drawback: .opacity,
        source: "Sundararajan et al. 2017, arXiv:1703.01365")
    package static let agreement = MetricDefinition(
        id: .methodAgreement, name: "Agreement of two methods",
        formula: "mean over rows of Spearman's correlation of |φ|", direction: 1,
        drawback: .opacity,
        source: "Krishna et al. 2022, arXiv:2202.01602")
    package static let topThree = MetricDefinition(
        id: .methodTopThree, name: "Shared columns among the first three",
        formula: "mean over rows of the share of the three largest |φ| that two methods share",
        direction: 1, drawback: .opacity, source: "Krishna et al. 2022, arXiv:2202.01602")
}

// Their ids.
extension MetricID {
    package static let faithfulnessMarginal = MetricID("faithfulnessMarginal")
    package static let faithfulnessConditional = MetricID("faithfulnessConditional")
    package static let attributionSensitivity = MetricID("attributionSensitivity")
    package static let randomizationCosine = MetricID("randomizationCosine")
    package static let labelRandomizationCosine = MetricID("labelRandomizationCosine")
    package static let explanationColumns = MetricID("explanationColumns")
    package static let completenessResidual = MetricID("completenessResidual")
    package static let methodAgreement = MetricID("methodAgreement")
    package static let methodTopThree = MetricID("methodTopThree")
}
