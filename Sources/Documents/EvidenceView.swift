import Cost
import DataEfficiency
package import Evidence
import Explanation
import Fairness
import Figures
import Generalization
package import Reporting
package import Tables
import Tuning

/// What probes found, put in the order of a report: the six rows, a section a drawback.
package struct EvidenceView {
    let outcomes: [ProbeSchedule.Outcome]

    package init(_ outcomes: [ProbeSchedule.Outcome]) { self.outcomes = outcomes }

    private var findings: [Findings] { outcomes.compactMap(\.findings) }
    package var measurements: [Measurement] { findings.flatMap(\.measurements) }

    /// A table for each column, with what every probe found of its groups.
    package var groups: [GroupTable] {
        findings.flatMap(\.groups).reduce(into: []) { tables, found in
            guard let place = tables.firstIndex(where: { $0.column == found.column }) else {
                return tables.append(found)
            }
            tables[place].gaps += found.gaps
            for row in found.rows {
                if let known = tables[place].rows.firstIndex(where: { $0.group == row.group }) {
                    tables[place].rows[known].measurements += row.measurements
                } else {
                    tables[place].rows.append(row)
                }
            }
        }
    }

    /// Those over all rows and those of groups and gaps.
    private var everything: [Measurement] {
        measurements + groups.flatMap { $0.gaps + $0.rows.flatMap(\.measurements) }
    }

    package var definitions: [MetricDefinition] {
        let shown = Set(everything.map(\.metric))
        return MetricRegistry.all.filter { shown.contains($0.id) }
    }

    package var leftOut: [RunReport.LeftOut] {
        outcomes.compactMap { outcome in
            guard case .leftOut(let reason) = outcome.result else { return nil }
            return .init(
                drawback: outcome.probe.drawback, probe: outcome.probe.name, reason: reason)
        }
    }

    /// A section for each drawback of which something is known, or why it is not.
    package var sections: [RunReport.Section] {
        Drawback.allCases.compactMap { drawback in
            let own = outcomes.filter { $0.probe.drawback == drawback }
            guard !own.isEmpty else { return nil }
            return RunReport.Section(
                drawback, title: drawback.title, text: drawback.question,
                figures: own.compactMap(\.findings).flatMap(\.figures))
        }
    }

    package var rows: [RunReport.DrawbackRow] {
        Drawback.allCases.map { drawback in
            let own = everything.filter { $0.drawback == drawback && $0.value != nil }
            var chosen = Self.headlines[drawback, default: []].flatMap(shown)
            // What the section shows, the row shows too, by whatever name.
            if chosen.isEmpty { chosen = Array(own.prefix(3)) }
            return RunReport.DrawbackRow(
                drawback: drawback, question: drawback.question, measured: chosen,
                notMeasured: chosen.isEmpty ? notMeasured(drawback) : nil)
        }
    }

    private func notMeasured(_ drawback: Drawback) -> String {
        if drawback == .bias, let onlyGroups { return onlyGroups }
        if drawback == .bias, !groups.isEmpty {
            return listedInWords(
                groups.map { "no two groups of \"\($0.column)\" could be compared" })
        }
        return leftOut.first { $0.drawback == drawback }?.reason ?? "no probe measures it"
    }

    /// That no protected column has two groups to compare; `nil` where one has, or there is none.
    private var onlyGroups: String? {
        guard !groups.isEmpty, groups.allSatisfy({ $0.rows.count == 1 }) else { return nil }
        let named = groups.map { "\($0.column) = \($0.rows[0].group)" }.joined(separator: ", ")
        return "only one group among the test rows (\(named)): there is nothing to compare"
    }

    /// The metrics of each of the six rows, the most telling first.
    private static let headlines: [Drawback: [MetricID]] = [
        .computeCost: [
            .totalSeconds, .totalEnergy, .totalEmissions, .totalMoney, .trainingSeconds, .peakMemory,
        ],
        .dataHunger: [.trainingRows, .gainFromDoubling, .conflictingRows],
        .opacity: [
            .glassBoxPrice, .glassBoxPriceError, .effectiveColumns, .permutationImportance,
        ],
        .overfitting: [.trainTestGap, .expectedCalibrationError, .rSquared, .suspectedLeaks],
        .hyperParameters: [.seedSpread, .settingEffect],
        // Of gaps those of the convention that was asked for are there.
        .bias: [
            .truePositiveRateGap, .falsePositiveRateGap, .selectionRateGap, .accuracyGap,
            .meanErrorGap,
            .statisticalParityDifference, .equalOpportunityDifference, .averageOddsDifference,
            .demographicParityFFB, .equalizedOddsFFB, .demographicParityOxonFair,
            .equalizedOddsOxonFair,
        ],
    ]

    /// Of a metric that is measured for each column or setting, the largest stands in the row.
    private func shown(_ metric: MetricID) -> [Measurement] {
        let found = everything.filter { $0.metric == metric && $0.value != nil }
        let largest = found.max { abs($0.value ?? 0) < abs($1.value ?? 0) }
        return largest.map { [$0] } ?? []
    }
}

/// The metrics of a report's cards, in order.
package func headlines(_ task: TargetEncoder.Task) -> [MetricID] {
    switch task {
    case .binary: [.rocAUC, .accuracy, .logLoss, .brierScore, .expectedCost]
    case .multiclass: [.accuracy, .macroF1, .macroAUC, .logLoss]
    case .regression: [.rootMeanSquaredError, .meanAbsoluteError, .rSquared]
    }
}
