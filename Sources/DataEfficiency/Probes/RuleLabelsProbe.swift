package import Evidence
import Figures
import Prediction
import Statistics

/// What rules did for a training: the share of rows that they labelled, each rule's accuracy on rows with an answer, and
/// whether the model decides more test rows right than the rules' majority vote.
package struct RuleLabelsProbe: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "ruleLabels", name: "Labels by rules", drawback: .dataHunger,
        needs: [.ruleLabels], looksAt: [.test],
        metrics: [RuleMetrics.labelledShare, RuleMetrics.wrongRules, RuleMetrics.gainOverMajority])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let labels = subject.ruleLabels else { return Findings() }
        let rows = labels.labelledRows + labels.answeredRows
        let sample = Measurement.Sample(split: .training, rows: rows)
        let wrong = labels.rules.filter(\.isWrong)
        var found = [
            Measurement(
                metric: RuleMetrics.labelledShare.id, drawback: .dataHunger,
                value: Double(labels.labelledRows) / Double(rows), sample: sample,
                note: "\(labels.labelledRows) rows, counted, exact"),
            Measurement(
                metric: RuleMetrics.wrongRules.id, drawback: .dataHunger,
                value: Double(wrong.count),
                sample: .init(split: .training, rows: labels.answeredRows),
                note: wrong.isEmpty
                    ? "none found by the rows with an answer"
                    : wrong.map { "\"\($0.name)\"" }.joined(separator: ", ")),
        ]
        if let majority = labels.majority, majority.count == subject.test.rows {
            found.append(try gain(majority, on: subject.test))
        }
        return Findings(
            measurements: found, figures: [figure(labels)].compactMap { $0 })
    }

    private func gain(_ majority: [Int], on test: LabelledPredictions) throws -> Measurement {
        let classes = test.predictions.classes.count
        let votes = Predictions(
            rows: test.rows, classes: test.predictions.classes,
            values: majority.flatMap { own in (0..<classes).map { $0 == own ? 1 : 0 } })
        let change = try PairedComparison(test.with(votes), test).difference(of: .accuracy)
        return Measurement(RuleMetrics.gainOverMajority, change.estimate, on: test)
    }

    /// Each rule's accuracy where enough rows tell.
    private func figure(_ labels: RuleLabels) -> Figure? {
        let rows = labels.rules.filter { $0.answered >= RuleSummary.fewestAnswers }
            .map { rule in
                let share = shareEstimate(rule.right, of: rule.answered)
                return IntervalChart.Row(
                    label: "\(rule.name) → \(rule.vote)",
                    value: share.value ?? 0, lower: share.lower, upper: share.upper,
                    count: rule.answered)
            }
        guard !rows.isEmpty else { return nil }
        let silent = labels.rules.count - rows.count
        return Figure(
            id: "ruleAccuracy", title: "How often each rule is right",
            caption: "Rows to learn from that have an answer and of which the rule votes; 95 % intervals over rows."
                + (silent > 0
                    ? " Of \(silent) of \(labels.rules.count) rules fewer than \(RuleSummary.fewestAnswers) such rows tell."
                    : ""),
            plot: .intervals(
                IntervalChart(
                    axis: Axis("share of votes that are right", lower: 0, upper: 1), rows: rows)))
    }
}

/// Metrics of rules: the definitions.
package enum RuleMetrics {
    package static let labelledShare = MetricDefinition(
        id: .ruleLabelledShare, name: "Share of rows labelled by rules",
        formula: "rows without an answer of which a rule votes / (these + rows to learn from with an answer)",
        direction: 0, drawback: .dataHunger, source: "counted")
    package static let wrongRules = MetricDefinition(
        id: .wrongRules, name: "Rules found to be wrong",
        formula: "rules whose class is rarer where they vote than elsewhere: Fisher's exact test, one-sided, 5 % over all rules",
        direction: -1, drawback: .dataHunger,
        source: "Fisher 1935, DOI 10.2307/2342435; Holm 1979, jstor.org/stable/4615733")
    package static let gainOverMajority = MetricDefinition(
        id: .gainOverMajorityVote, name: "Gain over the rules' majority vote",
        formula: "accuracy of the model − accuracy of the rules' majority vote, on the same rows",
        direction: 1, drawback: .dataHunger,
        source: "majority vote as baseline: Ratner et al. 2017, arXiv:1711.10160")
}

// Their ids.
extension MetricID {
    package static let ruleLabelledShare = MetricID("ruleLabelledShare")
    package static let wrongRules = MetricID("wrongRules")
    package static let gainOverMajorityVote = MetricID("gainOverMajorityVote")
}
