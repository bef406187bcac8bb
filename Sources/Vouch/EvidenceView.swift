import Evidence
import Figures
import Prediction
import Reporting
import Tables

/// What probes found, put in the order of a report: the six rows, the worries, a section a drawback.
struct EvidenceView {
    let outcomes: [ProbeSchedule.Outcome]
    let subject: Subject

    init(_ outcomes: [ProbeSchedule.Outcome], _ subject: Subject) {
        self.outcomes = outcomes
        self.subject = subject
    }

    private var findings: [Findings] { outcomes.compactMap(\.findings) }
    var measurements: [Measurement] { findings.flatMap(\.measurements) }

    /// A table for each column, with what every probe found of its groups.
    var groups: [GroupTable] {
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

    var definitions: [MetricDefinition] {
        let shown = Set(everything.map(\.metric))
        return MetricRegistry.all.filter { shown.contains($0.id) }
    }

    var leftOut: [RunReport.LeftOut] {
        outcomes.compactMap { outcome in
            guard case .leftOut(let reason) = outcome.result else { return nil }
            return .init(
                drawback: outcome.probe.drawback, probe: outcome.probe.name, reason: reason)
        }
    }

    /// A section for each drawback of which something is known, or why it is not.
    var sections: [RunReport.Section] {
        Drawback.allCases.compactMap { drawback in
            let own = outcomes.filter { $0.probe.drawback == drawback }
            guard !own.isEmpty else { return nil }
            return RunReport.Section(
                drawback, title: drawback.title, text: drawback.question,
                figures: own.compactMap(\.findings).flatMap(\.figures))
        }
    }

    var rows: [RunReport.DrawbackRow] {
        Drawback.allCases.map { drawback in
            let chosen = Self.headlines[drawback, default: []].flatMap(shown)
            let reasons = leftOut.filter { $0.drawback == drawback }.map(\.reason)
            return RunReport.DrawbackRow(
                drawback: drawback, question: drawback.question, measured: chosen,
                notMeasured: chosen.isEmpty
                    ? (drawback == .bias ? onlyGroups : nil) ?? reasons.first
                        ?? "no probe measures it" : nil)
        }
    }

    /// That no protected column has two groups to compare; `nil` where one has, or there is none.
    private var onlyGroups: String? {
        let columns = subject.test.protected.map { ($0.name, Set($0.groups)) }
        guard !columns.isEmpty, columns.allSatisfy({ $0.1.count == 1 }) else { return nil }
        let named = columns.map { "\($0.0) = \($0.1.first ?? "")" }.joined(separator: ", ")
        return "only one group among the test rows (\(named)): there is nothing to compare"
    }

    /// The metrics of each of the six rows, the most telling first.
    private static let headlines: [Drawback: [String]] = [
        .computeCost: ["totalSeconds", "totalEnergy", "trainingSeconds", "peakMemory"],
        .dataHunger: ["trainingRows", "gainFromDoubling", "conflictingRows"],
        .opacity: [
            "glassBoxPrice", "glassBoxPriceError", "effectiveColumns", "permutationImportance",
        ],
        .overfitting: ["trainTestGap", "expectedCalibrationError", "rSquared", "suspectedLeaks"],
        .hyperParameters: ["seedSpread", "settingEffect"],
        // Of gaps those of the convention that was asked for are there.
        .bias: [
            "selectionRateGap", "truePositiveRateGap", "falsePositiveRateGap", "meanErrorGap",
            "statisticalParityDifference", "equalOpportunityDifference", "averageOddsDifference",
            "demographicParityFFB", "equalizedOddsFFB", "demographicParityOxonFair",
            "equalizedOddsOxonFair",
        ],
    ]

    /// Of a metric that is measured for each column or setting, the largest stands in the row.
    private func shown(_ metric: String) -> [Measurement] {
        let found = everything.filter { $0.metric == metric && $0.value != nil }
        let largest = found.max { abs($0.value ?? 0) < abs($1.value ?? 0) }
        return largest.map { [$0] } ?? []
    }

    var worries: [String] { Worries(everything, subject).texts }
}

/// The metrics of a report's cards, in order.
func headlines(_ task: TargetEncoder.Task) -> [String] {
    switch task {
    case .binary: ["rocAUC", "accuracy", "logLoss", "brierScore", "expectedCost"]
    case .multiclass: ["accuracy", "macroF1", "macroAUC", "logLoss"]
    case .regression: ["rootMeanSquaredError", "meanAbsoluteError", "rSquared"]
    }
}
