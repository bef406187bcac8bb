package import Evidence
import Prediction
import Statistics

/// What the training data are: how many rows, classes, gaps, repeats and contradictions.
package struct TrainingDataProbe: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "trainingData", name: "Training data", drawback: .dataHunger,
        needs: [.trainingData], looksAt: [],
        metrics: [
            DataMetrics.rows, DataMetrics.smallestClass, DataMetrics.missingCells,
            DataMetrics.repeatedRows, DataMetrics.conflictingRows,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let data = subject.data else { return Findings() }
        let sample = Measurement.Sample(split: .training, rows: data.rows)
        func made(_ metric: MetricDefinition, _ value: Double, _ note: String? = nil) -> Measurement
        {
            Measurement(
                metric: metric.id, drawback: .dataHunger, value: value, unit: metric.unit,
                sample: sample, note: note)
        }
        func share(_ metric: MetricDefinition, of hits: Int) -> Measurement {
            let share = shareEstimate(hits, of: data.rows)
            return Measurement(
                metric: metric.id, drawback: .dataHunger, value: share.value, unit: metric.unit,
                interval: share.lower.flatMap { lower in
                    share.upper.map {
                        .init(lower: lower, upper: $0, method: share.method, varied: "rows")
                    }
                }, sample: sample, note: "\(hits) rows")
        }
        var found = [made(DataMetrics.rows, Double(data.rows), "counted, exact")]
        if let smallest = data.classes.min(by: { $0.rows < $1.rows }) {
            found.append(
                made(DataMetrics.smallestClass, Double(smallest.rows), "class \(smallest.name)"))
        }
        let cells = Double(data.rows * data.features)
        found.append(
            made(
                DataMetrics.missingCells, cells > 0 ? Double(data.missingCells) / cells : 0,
                "\(data.missingCells) cells, counted, exact"))
        found.append(share(DataMetrics.repeatedRows, of: data.repeatedRows))
        if !data.classes.isEmpty {
            found.append(share(DataMetrics.conflictingRows, of: data.conflictingRows))
        }
        return Findings(measurements: found)
    }
}

/// Metrics of training data: the definitions.
package enum DataMetrics {
    package static let rows = MetricDefinition(
        id: .trainingRows, name: "Rows to learn from", formula: "rows that train or validate",
        direction: 1, drawback: .dataHunger, source: "counted")
    package static let smallestClass = MetricDefinition(
        id: .smallestClassRows, name: "Rows of the smallest class",
        formula: "min over classes of rows that train or validate", direction: 1,
        drawback: .dataHunger, source: "counted")
    package static let missingCells = MetricDefinition(
        id: .missingCells, name: "Share of missing cells",
        formula: "cells without a value / (rows · features)", direction: -1,
        drawback: .dataHunger, source: "counted")
    package static let repeatedRows = MetricDefinition(
        id: .repeatedRows, name: "Share of repeated rows",
        formula: "rows that equal an earlier one, target included / rows", direction: -1,
        drawback: .dataHunger, source: "counted; interval Wilson 1927, DOI 10.2307/2276774")
    package static let conflictingRows = MetricDefinition(
        id: .conflictingRows, name: "Share of rows with conflicting labels",
        formula: "rows whose features equal another row's of another class / rows", direction: -1,
        drawback: .dataHunger, source: "counted; interval Wilson 1927, DOI 10.2307/2276774")
    package static let wrongLabels = MetricDefinition(
        id: .wrongLabelShare, name: "Share of wrong labels",
        formula: "least over doubts s of (rows doubted by s or more) / (rows · share of planted labels doubted so), halfway "
            + "to its lower end",
        direction: -1, drawback: .dataHunger,
        source: "mixture bound: Blanchard et al. 2010, JMLR 11; confident learning: Northcutt et al. 2021, "
            + "arXiv:1911.00068")
    package static let gainFromDoubling = MetricDefinition(
        id: .gainFromDoubling, name: "Gain from the last doubling of rows",
        formula: "mean test loss of the run's recipe with half of its rows − with all of them",
        direction: 0, drawback: .dataHunger,
        source: "learning curve: Viering & Loog 2023, DOI 10.1109/TPAMI.2022.3220744")
}

// Their ids.
extension MetricID {
    package static let trainingRows = MetricID("trainingRows")
    package static let smallestClassRows = MetricID("smallestClassRows")
    package static let missingCells = MetricID("missingCells")
    package static let repeatedRows = MetricID("repeatedRows")
    package static let conflictingRows = MetricID("conflictingRows")
    package static let wrongLabelShare = MetricID("wrongLabelShare")
    package static let gainFromDoubling = MetricID("gainFromDoubling")
}
