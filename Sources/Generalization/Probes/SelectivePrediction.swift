package import Evidence
import Figures
import Prediction
import Statistics

/// What the risk would be if only the surest rows were decided, what deciding is worth, and whether a
/// limit on the risk that calibration rows promise is kept.
package struct SelectivePrediction: Probe {
    package init() {}

    /// The limit on the share of wrong decisions.
    private static let limit = 0.05

    package let description = ProbeDescription(
        id: "selectivePrediction", name: "Deciding only sure rows", drawback: .overfitting,
        needs: [.predictions], looksAt: [.validation, .test],
        metrics: [
            SelectiveMetrics.area, SelectiveMetrics.excessArea, SelectiveMetrics.acceptedShare,
            SelectiveMetrics.acceptedRisk,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double {
        2e-5 * Double(subject.test.rows)
    }

    package func measure(_ subject: Subject) throws -> Findings {
        let test = subject.test
        guard let (losses, confidences) = test.decisionLosses else { return Findings() }
        let design = try test.design
        let found = RiskCoverage(losses: losses, confidences: confidences, design: design)
        var findings = Findings(
            measurements: [
                Measurement(SelectiveMetrics.area, found.area(), on: test),
                Measurement(SelectiveMetrics.excessArea, found.excessArea(), on: test),
            ], figures: [curve(found, test)])
        if test.predictions.width == 2 { findings.figures.append(try benefit(test)) }
        if let calibration = subject.calibration {
            findings.measurements += try kept(calibration, test, losses)
        }
        return findings
    }

    /// Whether what the calibration rows promise holds on the test rows.
    private func kept(
        _ calibration: LabelledPredictions, _ test: LabelledPredictions, _ losses: [Double]
    ) throws -> [Measurement] {
        let control = try RiskControl(risk: Self.limit)
        guard calibration.rows >= control.rowsNeeded else { return [] }
        let abstention = try Abstention(control, fittedOn: calibration)
        let accepted = abstention.accepts(test.predictions)
        var share = Measurement(
            SelectiveMetrics.acceptedShare, try test.design.share(accepted), on: test)
        share.note =
            "limit \(Self.limit), threshold from \(calibration.rows) \(calibration.split) rows"
        let rows = accepted.indices.filter { accepted[$0] }
        guard !rows.isEmpty else {
            share.note =
                "the \(calibration.split) rows show a risk of \(Self.limit) for no share of rows"
            return [share]
        }
        let risk = try test.selecting(rows).design.share(rows.map { losses[$0] > 0 })
        return [share, Measurement(SelectiveMetrics.acceptedRisk, risk, on: test)]
    }

    private func curve(_ found: RiskCoverage, _ test: LabelledPredictions) -> Figure {
        let points = found.curve()
        return Figure(
            id: "riskCoverage", title: "Risk among the surest rows",
            caption: "Share of wrong decisions if only the surest rows are decided; "
                + "\(test.rows) \(test.split) rows.",
            plot: .lines(
                LineChart(
                    x: Axis("Share of rows decided", lower: 0, upper: 1),
                    y: Axis("Share of wrong decisions among them", lower: 0),
                    series: [
                        .init(name: "model", x: points.map(\.coverage), y: points.map(\.risk))
                    ])))
    }

    private func benefit(_ test: LabelledPredictions) throws -> Figure {
        let sample = try test.classificationSample
        let thresholds = (1...49).map { Double($0) / 50 }
        let model = thresholds.map { sample.netBenefit(threshold: $0) }
        let all = thresholds.map { sample.netBenefitOfAll(threshold: $0) }
        let values = model.map { $0.value ?? .nan }
        let lower: [Double] = zip(model, values).map { $0.lower ?? $1 }
        let upper: [Double] = zip(model, values).map { $0.upper ?? $1 }
        // Far below 0 nobody would decide so; the line ends there.
        let floor = -0.2 * max(model.compactMap(\.value).max() ?? 1, 1e-3)
        return Figure(
            id: "decisionCurve", title: "What deciding is worth",
            caption: "Net benefit, in true positives a row, for somebody who would act from a "
                + "probability on; 0 is to act on nobody. \(test.rows) \(test.split) rows.",
            plot: .lines(
                LineChart(
                    x: Axis("Probability from which one would act", lower: 0, upper: 1),
                    y: Axis("Net benefit"),
                    series: [
                        .init(
                            name: "model", x: thresholds, y: values,
                            band: .init(
                                lower: lower, upper: upper, meaning: "95 % interval over rows")),
                        .init(
                            name: "act on all", x: thresholds,
                            y: all.map { $0 >= floor ? $0 : .nan }),
                    ])))
    }
}

/// Metrics of selective prediction: the definitions.
package enum SelectiveMetrics {
    package static let area = MetricDefinition(
        id: .areaUnderRiskCoverage, name: "Area under the risk–coverage curve",
        formula: "mean over rows of the share of wrong decisions among all rows at least as sure",
        direction: -1, drawback: .overfitting, source: "Geifman et al. 2019, arXiv:1805.08206")
    package static let excessArea = MetricDefinition(
        id: .excessAreaUnderRiskCoverage,
        name: "Area under the risk–coverage curve, above the best order's",
        formula: "area − (r + (1 − r) log(1 − r)), r the share of wrong decisions",
        direction: -1, drawback: .overfitting, source: "Geifman et al. 2019, arXiv:1805.08206")
    package static let acceptedShare = MetricDefinition(
        id: .acceptedShare, name: "Rows decided at a risk of 5 %",
        formula: "rows that vouch predict --abstain-risk 0.05 decides / rows",
        direction: 1, drawback: .overfitting,
        source: "Geifman & El-Yaniv 2017, arXiv:1705.08500")
    package static let acceptedRisk = MetricDefinition(
        id: .acceptedRisk, name: "Wrong among rows decided at a risk of 5 %",
        formula: "wrong decisions / rows that vouch predict --abstain-risk 0.05 decides",
        direction: -1, drawback: .overfitting,
        source:
            "Geifman & El-Yaniv 2017, arXiv:1705.08500; Angelopoulos et al. 2021, arXiv:2110.01052")
}

// Their ids.
extension MetricID {
    package static let areaUnderRiskCoverage = MetricID("areaUnderRiskCoverage")
    package static let excessAreaUnderRiskCoverage = MetricID("excessAreaUnderRiskCoverage")
    package static let acceptedShare = MetricID("acceptedShare")
    package static let acceptedRisk = MetricID("acceptedRisk")
}
