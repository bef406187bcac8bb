package import Evidence
import Prediction
import Statistics
import Tables

/// What gets into training rows or test rows that would not be known in use.
///
/// Looks at tables, roles, split and target alone; no model is asked.
///
/// - Source: Kaufman et al. 2012, "Leakage in data mining", DOI 10.1145/2382577.2382579; Kapoor &
///   Narayanan 2023, DOI 10.1016/j.patter.2023.100804.
package struct Leakage: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "leakage", name: "Leakage", drawback: .overfitting,
        needs: [.trainingTables], looksAt: [.validation, .test],
        metrics: [LeakageMetrics.suspected, LeakageMetrics.effect])

    package func expectedSeconds(_ subject: Subject) -> Double {
        guard let tables = subject.tables else { return 0 }
        // Columns are looked at on a sample; only copies are looked for in every row.
        return 0.5 + 2e-7 * Double(tables.training.rowCount * tables.training.columns.count)
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let tables = subject.tables else { return Findings() }
        let findings = try LeakageSuite(tables, seed: subject.seed).findings()
        let train = RowSplit.training
        let sample = Measurement.Sample(
            split: tables.test == nil ? "\(train)" : "\(train) and \(RowSplit.test)",
            rows: tables.training.rowCount + (tables.test?.rowCount ?? 0))
        let count = Measurement(
            metric: LeakageMetrics.suspected.id, drawback: .overfitting,
            value: Double(findings.count), sample: sample,
            note: findings.isEmpty
                ? "looked for \(LeakageSuite.scope); counted, no interval"
                : findings.map(\.shortText).joined(separator: "; ") + "; counted, no interval")
        return Findings(
            measurements: [count]
                + findings.map { finding in
                    finding.measurement(split: sample.split)
                })
    }
}

extension LeakageFinding {
    /// The kind and the place alone.
    fileprivate var shortText: String { columns.isEmpty ? kind.title : "\(kind.title) (\(place))" }

    fileprivate func measurement(split: String) -> Measurement {
        Measurement(
            metric: LeakageMetrics.effect.id, drawback: .overfitting, value: effect.value,
            interval: .init(effect), sample: .init(split: split, rows: effect.count),
            group: "\(kind.title), \(place)", note: evidence)
    }
}

/// Metrics of leakage: the definitions.
package enum LeakageMetrics {
    package static let suspected = MetricDefinition(
        id: .suspectedLeaks, name: "Suspected leaks",
        formula: "kinds of leak, by column or rows, whose evidence is above its stated bar",
        direction: -1, drawback: .overfitting,
        source: "Kaufman et al. 2012, DOI 10.1145/2382577.2382579")
    package static let effect = MetricDefinition(
        id: .leakEvidence, name: "Evidence of a suspected leak",
        formula:
            "from 0 to 1, as the note says: a share of rows, a difference of shares, a skill on rows "
            + "that did not make the rule, a correlation, a distance of distributions",
        direction: -1, drawback: .overfitting,
        source: "Kapoor & Narayanan 2023, DOI 10.1016/j.patter.2023.100804")
}

// Their ids.
extension MetricID {
    package static let suspectedLeaks = MetricID("suspectedLeaks")
    package static let leakEvidence = MetricID("leakEvidence")
}
