package import Evidence
import Figures
import Prediction
import Statistics

/// What a model does to each protected group, and how far the groups are apart.
///
/// Groups are those of each protected column; rows without a value are a group of their own.
package struct GroupRates: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "groupRates", name: "Rates of each group", drawback: .bias,
        needs: [.protectedColumns],
        metrics: [
            QualityMetrics.selectionRate, QualityMetrics.sensitivity,
            QualityMetrics.falsePositiveRate, QualityMetrics.accuracy, QualityMetrics.meanScore,
            GroupMetricDefinitions.meanError, QualityMetrics.meanAbsoluteError,
            GroupMetricDefinitions.selectionGap, GroupMetricDefinitions.truePositiveGap,
            GroupMetricDefinitions.falsePositiveGap, GroupMetricDefinitions.accuracyGap,
            GroupMetricDefinitions.errorGap,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double {
        2e-6 * Double(subject.test.rows * subject.test.protected.count)
    }

    package func measure(_ subject: Subject) throws -> Findings {
        var found = Findings()
        for column in subject.test.protected {
            let table = try groupTable(subject.test, column)
            found.groups.append(table)
            if let figure = figure(table, subject.test) { found.figures.append(figure) }
        }
        return found
    }

    /// One rate of every group, with how its gap is called; `nil` where no gap is told.
    private struct Rate {
        var metric: MetricDefinition
        var gap: MetricDefinition?
        var estimates: [Estimate]
    }

    private func groupTable(
        _ test: LabelledPredictions, _ column: LabelledPredictions.ProtectedColumn
    ) throws -> GroupTable {
        let members = Dictionary(grouping: column.groups.indices) { column.groups[$0] }
        let names = members.keys.sorted()
        let parts = names.map { test.selecting(members[$0] ?? []) }
        let rates = try rates(parts)
        let rows = names.indices.map { group in
            GroupRow(
                group: names[group], rows: parts[group].rows,
                measurements: rates.map { rate in
                    Measurement(
                        rate.metric, rate.estimates[group], on: test, drawback: .bias,
                        group: "\(column.name) = \(names[group])")
                })
        }
        return GroupTable(
            column: column.name, rows: rows,
            gaps: rates.compactMap { rate in
                rate.gap.map {
                    widestGap($0, rate.estimates, names, column: column.name, on: test)
                }
            })
    }

    private func rates(_ parts: [LabelledPredictions]) throws -> [Rate] {
        guard case .classes = parts[0].answers else {
            let errors = try parts.map { part -> (Estimate, Estimate) in
                guard case .numbers(let targets) = part.answers else { preconditionFailure() }
                let errors = zip(part.predictions.values, targets).map { $0 - $1 }
                let design = try part.design
                return (
                    design.mean(errors, scale: .plain),
                    design.mean(errors.map(abs), scale: .log)
                )
            }
            return [
                Rate(
                    metric: GroupMetricDefinitions.meanError, gap: GroupMetricDefinitions.errorGap,
                    estimates: errors.map(\.0)),
                Rate(metric: QualityMetrics.meanAbsoluteError, estimates: errors.map(\.1)),
            ]
        }
        let samples = try parts.map { try $0.classificationSample }
        let threshold = parts[0].threshold
        guard samples[0].classes == 2 else {
            return [
                Rate(
                    metric: QualityMetrics.accuracy, gap: GroupMetricDefinitions.accuracyGap,
                    estimates: samples.map { $0.accuracy() })
            ]
        }
        return [
            Rate(
                metric: QualityMetrics.selectionRate, gap: GroupMetricDefinitions.selectionGap,
                estimates: samples.map { $0.selectionRate(threshold: threshold) }),
            Rate(
                metric: QualityMetrics.sensitivity, gap: GroupMetricDefinitions.truePositiveGap,
                estimates: samples.map { $0.sensitivity(threshold: threshold) }),
            Rate(
                metric: QualityMetrics.falsePositiveRate,
                gap: GroupMetricDefinitions.falsePositiveGap,
                estimates: samples.map { $0.falsePositiveRate(threshold: threshold) }),
            Rate(
                metric: QualityMetrics.accuracy, gap: GroupMetricDefinitions.accuracyGap,
                estimates: samples.map { $0.accuracy(threshold: threshold) }),
            Rate(metric: QualityMetrics.meanScore, estimates: samples.map { $0.meanScore() }),
        ]
    }

    /// The largest minus the smallest rate, its interval widened for the choice among all pairs.
    ///
    /// Groups whose rate has no interval are too small to take part; the note names them.
    private func widestGap(
        _ metric: MetricDefinition, _ estimates: [Estimate], _ names: [String], column: String,
        on test: LabelledPredictions
    ) -> Measurement {
        let usable = estimates.indices.filter {
            estimates[$0].value != nil && estimates[$0].lower != nil
        }
        let pairs = usable.count * (usable.count - 1) / 2
        guard let most = usable.max(by: { order(estimates[$0], estimates[$1]) }),
            let least = usable.min(by: { order(estimates[$0], estimates[$1]) }), pairs > 0
        else {
            return Measurement(
                metric: metric.id, drawback: .bias, value: nil, unit: metric.unit,
                sample: .init(split: test.split, rows: 0), group: column,
                note: "fewer than two groups have a rate with an interval")
        }
        var gap = estimates[most].minus(estimates[least], comparisons: pairs)
        gap.lower = gap.lower.map { max($0, 0) }
        let left = estimates.indices.filter { !usable.contains($0) }.map { names[$0] }
        gap.note =
            "\(names[most]) − \(names[least])"
            + (left.isEmpty ? "" : "; too few rows: \(left.joined(separator: ", "))")
        return Measurement(metric, gap, on: test, group: column)
    }

    private func order(_ a: Estimate, _ b: Estimate) -> Bool { (a.value ?? 0) < (b.value ?? 0) }

    private func figure(_ table: GroupTable, _ test: LabelledPredictions) -> Figure? {
        guard let metric = table.rows.first?.measurements.first?.metric,
            let definition = description.metrics.first(where: { $0.id == metric })
        else { return nil }
        return Figure(
            id: "groups-\(table.column)", title: "\(definition.name) by \(table.column)",
            caption: "Of \(test.rows) \(test.split) rows, with 95 % intervals over rows.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis(definition.name, unit: definition.unit),
                    rows: table.rows.compactMap { row in
                        guard let found = row.measurements.first, let value = found.value else {
                            return nil
                        }
                        return .init(
                            label: row.group, value: value, lower: found.interval?.lower,
                            upper: found.interval?.upper, count: row.rows ?? 0)
                    })))
    }
}

/// Metrics of groups: the definitions.
package enum GroupMetricDefinitions {
    private static let interval = "; interval MOVER, DOI 10.1002/sim.3095, Bonferroni over pairs"

    package static let selectionGap = MetricDefinition(
        id: "selectionRateGap", name: "Gap in selection rate",
        formula: "largest − smallest selection rate over groups (demographic parity difference)",
        direction: -1, drawback: .bias,
        source: "Fairlearn, demographic_parity_difference" + interval)
    package static let truePositiveGap = MetricDefinition(
        id: "truePositiveRateGap", name: "Gap in true-positive rate",
        formula: "largest − smallest true-positive rate over groups (equal opportunity difference)",
        direction: -1, drawback: .bias,
        source: "Hardt et al. 2016, arXiv:1610.02413; Fairlearn, equal_opportunity_difference"
            + interval)
    package static let falsePositiveGap = MetricDefinition(
        id: "falsePositiveRateGap", name: "Gap in false-positive rate",
        formula: "largest − smallest false-positive rate over groups", direction: -1,
        drawback: .bias, source: "Hardt et al. 2016, arXiv:1610.02413" + interval)
    package static let accuracyGap = MetricDefinition(
        id: "accuracyGap", name: "Gap in accuracy",
        formula: "largest − smallest accuracy over groups", direction: -1, drawback: .bias,
        source: "Fairlearn, MetricFrame.difference" + interval)
    package static let meanError = MetricDefinition(
        id: "meanError", name: "Mean error", formula: "mean (prediction − target)", direction: 0,
        drawback: .bias, source: "Hyndman & Koehler 2006, DOI 10.1016/j.ijforecast.2006.03.001")
    package static let errorGap = MetricDefinition(
        id: "meanErrorGap", name: "Gap in mean error",
        formula: "largest − smallest mean error over groups", direction: -1, drawback: .bias,
        source: "Fairlearn, MetricFrame.difference" + interval)
}
