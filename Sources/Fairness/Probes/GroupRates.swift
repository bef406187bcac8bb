package import Evidence
import Figures
import Prediction
import Statistics

/// What a model does to each protected group, and how far the groups are apart.
///
/// Groups are those of each protected column; rows without a value are a group of their own. Gaps are
/// those of a convention, with intervals that hold for all pairs of groups at once (`PairwiseGaps`) and a verdict
/// that controls false discoveries over all gaps of all columns.
package struct GroupRates: Probe {
    private let options: GapOptions

    package init(_ options: GapOptions = GapOptions()) { self.options = options }

    package let description = ProbeDescription(
        id: "groupRates", name: "Rates of each group", drawback: .bias,
        needs: [.protectedColumns], looksAt: [.test],
        metrics: [
            QualityMetrics.selectionRate, QualityMetrics.sensitivity,
            QualityMetrics.falsePositiveRate, QualityMetrics.falseNegativeRate,
            QualityMetrics.positivePredictiveValue,
            QualityMetrics.accuracy, QualityMetrics.rocAUC, QualityMetrics.meanScore,
            GroupMetricDefinitions.meanError, QualityMetrics.meanAbsoluteError,
            GroupMetricDefinitions.errorGap, GroupMetricDefinitions.abroca.metric,
            GroupMetricDefinitions.entropyIndex,
        ] + GapConvention.allCases.flatMap { $0.gaps.map(\.metric) })

    package func expectedSeconds(_ subject: Subject) -> Double {
        2e-6 * Double(subject.test.rows * subject.test.protected.count)
    }

    package func measure(_ subject: Subject) throws -> Findings {
        var found = Findings()
        if options.convention == .aif360, subject.test.predictions.classes.count == 2 {
            let sample = try subject.test.classificationSample
            found.measurements.append(
                Measurement(
                    GroupMetricDefinitions.entropyIndex,
                    sample.generalizedEntropy(threshold: subject.test.threshold), on: subject.test))
        }
        var columns: [Column] = []
        for column in subject.test.protected {
            columns.append(try self.column(subject.test, column))
        }
        let told = columns.flatMap(\.gaps).compactMap(\.gap.pValue)
        var adjusted = benjaminiHochberg(told)[...]
        for column in columns {
            var table = column.table
            for item in column.gaps {
                let p = item.gap.pValue == nil ? nil : adjusted.popFirst()
                table.gaps.append(
                    measurement(item, adjusted: p, names: column.names, table.column, subject.test))
            }
            found.groups.append(table)
            if let figure = figure(table, subject.test) { found.figures.append(figure) }
        }
        return found
    }

    /// What one protected column gives, before verdicts.
    private struct Column {
        var table: GroupTable
        /// As gaps name the groups.
        var names: [String]
        var gaps: [(definition: GapDefinition, gap: PairwiseGaps.Gap)]
    }

    private func column(
        _ test: LabelledPredictions, _ column: LabelledPredictions.ProtectedColumn
    ) throws -> Column {
        let members = Dictionary(grouping: column.groups.indices) { column.groups[$0] }
        let names = NaturalOrder.sorted(Array(members.keys))
        let parts = names.map { test.selecting(members[$0] ?? []) }
        let isBinary = test.predictions.classes.count == 2
        let samples = isBinary ? try parts.map { try $0.classificationSample } : []
        // Each rate is estimated once, for the table and for all gaps that it is part of.
        var estimates: [GroupRate: [Estimate]] = [:]
        if isBinary {
            for rate in GroupRate.allCases {
                estimates[rate] = samples.map { rate.estimate($0, threshold: test.threshold) }
            }
        }
        let shown =
            isBinary
            ? try shownRates(samples, estimates, threshold: test.threshold) : try rates(parts)
        let rows = names.indices.map { group in
            GroupRow(
                group: names[group], rows: parts[group].rows,
                measurements: shown.map { rate in
                    Measurement(
                        rate.metric, rate.estimates[group], on: test, drawback: .bias,
                        group: "\(column.name) = \(names[group])")
                })
        }
        var result = Column(
            table: GroupTable(column: column.name, rows: rows), names: names, gaps: [])
        guard isBinary else {
            if let rate = shown.first {
                let definition = GapDefinition(
                    rate.metric.id == GroupMetricDefinitions.meanError.id
                        ? GroupMetricDefinitions.errorGap : GroupMetricDefinitions.accuracyGap,
                    .range)
                result.gaps = [(definition, definition.gap([rate.estimates]))]
            }
            return result
        }
        var compared = samples
        if options.convention.needsPrivilegedGroup {
            let (privileged, others) = try privilegedAndOthers(column)
            compared = try [privileged, others].map { try test.selecting($0).classificationSample }
            result.names = [options.privileged[column.name] ?? "", "all others"]
            estimates = [:]
        }
        for definition in options.convention.gaps {
            for rate in definition.rates where estimates[rate] == nil {
                estimates[rate] = compared.map { rate.estimate($0, threshold: test.threshold) }
            }
            result.gaps.append(
                (definition, definition.gap(definition.rates.map { estimates[$0] ?? [] })))
        }
        if options.convention == .fairlearn {
            let curves = RankingGap(compared)
            result.gaps.append((GroupMetricDefinitions.abroca, curves.gap(seed: options.seed)))
        }
        return result
    }

    private func privilegedAndOthers(
        _ column: LabelledPredictions.ProtectedColumn
    ) throws -> ([Int], [Int]) {
        guard let name = options.privileged[column.name] else {
            throw StatisticsError(
                "\(options.convention.rawValue)'s gaps compare one group with all others: say "
                    + "which, such as --privileged \(column.name)=\(column.groups.first ?? "GROUP")"
            )
        }
        let privileged = column.groups.indices.filter { column.groups[$0] == name }
        guard !privileged.isEmpty, privileged.count < column.groups.count else {
            throw StatisticsError(
                "the privileged group \(column.name)=\(name) holds \(privileged.count) of "
                    + "\(column.groups.count) rows; the groups are "
                    + Set(column.groups).sorted().prefix(10).joined(separator: ", "))
        }
        return (privileged, column.groups.indices.filter { column.groups[$0] != name })
    }

    private func measurement(
        _ item: (definition: GapDefinition, gap: PairwiseGaps.Gap), adjusted: Double?,
        names: [String], _ column: String, _ test: LabelledPredictions
    ) -> Measurement {
        let (definition, gap) = item
        let equal = definition.form.isRatio ? 1.0 : 0
        let verdict = GapVerdict(
            gap, adjusted: adjusted, equal: equal, tolerance: options.tolerance)
        var estimate = gap.estimate
        var notes: [String] = []
        if estimate.value != nil {
            notes = [
                pairText(definition.form, gap.widest, names),
                gap.detectable.map {
                    $0 <= definition.metric.bounds.upperBound
                        ? "the smallest that such a sample shows: \(NumberText.fixed($0, decimals: 3))"
                        : "no gap, however large, could be shown with so few rows"
                },
            ].compactMap { $0 }
        }
        if !gap.leftOut.isEmpty {
            let left = gap.leftOut.map { "\(names[$0.group]) (\($0.why))" }.joined(separator: ", ")
            notes.append("not compared: \(left)")
        }
        let all = [gap.estimate.note].compactMap { $0 } + notes
        estimate.note = all.isEmpty ? nil : all.joined(separator: "; ")
        var result = Measurement(definition.metric, estimate, on: test, group: column)
        if estimate.value != nil { result.verdict = verdict.text(isRatio: definition.form.isRatio) }
        return result
    }

    /// Between which groups a gap is.
    private func pairText(
        _ form: GapDefinition.Form, _ widest: (high: Int, low: Int)?, _ names: [String]
    ) -> String? {
        guard let (high, low) = widest else { return nil }
        return switch form {
        case .signed, .signedRatio: "\(names[1]) against \(names[0])"
        case .leastRatio: "farthest apart: \(names[low]) / \(names[high])"
        default: "farthest apart: \(names[high]) − \(names[low])"
        }
    }

    /// One rate of every group.
    private struct Rate {
        var metric: MetricDefinition
        var estimates: [Estimate]
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
                Rate(metric: GroupMetricDefinitions.meanError, estimates: errors.map(\.0)),
                Rate(metric: QualityMetrics.meanAbsoluteError, estimates: errors.map(\.1)),
            ]
        }
        return [
            Rate(
                metric: QualityMetrics.accuracy,
                estimates: try parts.map { try $0.classificationSample.accuracy() })
        ]
    }

    /// The table's rates of a binary decision, with intervals from resamples where those are asked for.
    private func shownRates(
        _ samples: [ClassificationSample], _ estimates: [GroupRate: [Estimate]], threshold: Double
    ) throws -> [Rate] {
        let resamples = try samples.indices.map {
            try options.resamples(samples[$0], group: $0, threshold: threshold)
        }
        let shown: [(MetricDefinition, GroupRate)] = [
            (QualityMetrics.selectionRate, .selection),
            (QualityMetrics.sensitivity, .truePositive),
            (QualityMetrics.falsePositiveRate, .falsePositive),
            (QualityMetrics.positivePredictiveValue, .precision),
            (QualityMetrics.accuracy, .accuracy), (QualityMetrics.rocAUC, .rocAUC),
            (GroupMetricDefinitions.meanError, .calibration),
        ]
        var rates = shown.map { metric, rate in
            let own = zip(estimates[rate] ?? [], resamples).map { estimate, resamples in
                resamples.map { rate.resampled(estimate, $0.counts, $0.drawn) } ?? estimate
            }
            return Rate(metric: metric, estimates: own)
        }
        // What is missed is what is not found, with the same interval from the other side.
        if let place = shown.firstIndex(where: { $0.1 == .falsePositive }),
            let found = rates.first(where: { $0.metric.id == QualityMetrics.sensitivity.id })
        {
            rates.insert(
                Rate(
                    metric: QualityMetrics.falseNegativeRate,
                    estimates: found.estimates.map(\.complement)), at: place + 1)
        }
        return rates
            + [Rate(metric: QualityMetrics.meanScore, estimates: samples.map { $0.meanScore() })]
    }

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
