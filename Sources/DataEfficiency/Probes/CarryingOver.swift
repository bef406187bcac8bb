package import Evidence
import Prediction
import Statistics

/// Whether weights of another run lowered the loss, and how many test rows that run had learned from.
///
/// Both models are compared, paired, on the rows that ended their trainings and that neither learned from. These rows chose
/// the epoch of both, and the model that is delivered, so that its own loss on them flatters it; of another seed nothing is
/// said.
package struct CarryingOver: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "carryingOver", name: "Weights of another run", drawback: .dataHunger,
        needs: [.carriedOver], looksAt: [.validation],
        metrics: [
            CarryMetrics.lossChange, CarryMetrics.sharedColumns, CarryMetrics.repeatedTestRows,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let carried = subject.carriedOver else { return Findings() }
        let sample = Measurement.Sample(split: .validation, rows: carried.rows)
        let delivered =
            carried.isDelivered
            ? "the model with weights of \(carried.run) is delivered"
            : "the model without them is delivered"
        var change = Measurement(
            metric: CarryMetrics.lossChange.id, drawback: .dataHunger,
            value: carried.change?.value, unit: carried.unit,
            interval: carried.change.flatMap { .init($0) }, sample: sample,
            note: carried.change == nil
                ? "both models could not be compared; \(delivered)" : delivered)
        change.verdict = carried.verdict
        let test = Measurement.Sample(split: subject.test.split, rows: subject.test.rows)
        var found = [
            change,
            Measurement(
                metric: CarryMetrics.sharedColumns.id, drawback: .dataHunger,
                value: Double(carried.columns) / Double(max(carried.features, 1)), sample: sample,
                note: "\(carried.columns) of \(carried.features) columns, counted, exact"),
        ]
        if let repeated = carried.repeatedTestRows {
            let share = shareEstimate(repeated.count, of: repeated.rows)
            found.append(
                Measurement(
                    metric: CarryMetrics.repeatedTestRows.id, drawback: .dataHunger,
                    value: share.value, interval: .init(share), sample: test,
                    note:
                        "\(repeated.count) rows, equal in all \(repeated.columns) columns that both "
                        + "tables have; few columns make rows equal by chance"))
        } else {
            found.append(
                Measurement(
                    metric: CarryMetrics.repeatedTestRows.id, drawback: .dataHunger, value: nil,
                    sample: test,
                    note:
                        "the table of \(carried.run) is gone, was changed or shares no column as it is "
                        + "written, so that its rows cannot be counted among the test rows"))
        }
        return Findings(measurements: found)
    }
}

/// Metrics of what is carried over: the definitions.
package enum CarryMetrics {
    package static let lossChange = MetricDefinition(
        id: .carriedLossChange, name: "Change of the loss by carried weights",
        formula:
            "loss with weights of another run − loss without, on rows that ended both trainings",
        direction: -1, drawback: .dataHunger,
        source: "paired over rows; transfer between tables: Levin et al. 2022, arXiv:2206.15306")
    package static let sharedColumns = MetricDefinition(
        id: .sharedColumns, name: "Share of columns that carry weights over",
        formula: "columns matched with another run's / columns that are read", direction: 0,
        drawback: .dataHunger, source: "counted")
    package static let repeatedTestRows = MetricDefinition(
        id: .repeatedSourceRows, name: "Share of test rows that the other run learned from",
        formula: "test rows that equal one of its rows in all columns of both tables / test rows",
        direction: -1, drawback: .dataHunger,
        source: "counted; interval Wilson 1927, DOI 10.2307/2276774")
}

// Their ids.
extension MetricID {
    package static let carriedLossChange = MetricID("carriedLossChange")
    package static let sharedColumns = MetricID("sharedColumns")
    package static let repeatedSourceRows = MetricID("repeatedSourceRows")
}
