import Evidence
import Prediction
import Statistics

extension Measurement {
    /// An estimate over rows that stand in no `LabelledPredictions`, such as training rows with planted answers.
    init(
        _ metric: MetricDefinition, _ estimate: Estimate, group: String, split: RowSplit, rows: Int
    ) {
        let estimate = estimate.within(metric.bounds)
        self.init(
            metric: metric.id, drawback: metric.drawback, value: estimate.value,
            interval: estimate.lower.flatMap { lower in
                estimate.upper.map {
                    .init(
                        lower: lower, upper: $0, level: estimate.level, method: estimate.method,
                        varied: estimate.varied)
                }
            }, sample: .init(split: split, rows: rows), group: group)
    }
}
