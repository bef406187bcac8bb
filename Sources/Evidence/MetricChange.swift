package import Prediction
package import Statistics

/// The difference in a metric between two models, paired: over the same rows, or over turns of a clock.
package struct MetricChange: Sendable {
    package var metric: MetricDefinition
    package var difference: Difference

    package init(metric: MetricDefinition, difference: Difference) {
        self.metric = metric
        self.difference = difference
    }
}

extension LabelledPredictions {
    /// These predictions' metrics minus another model's, in the order that they are asked.
    ///
    /// - Parameters:
    ///   - numbers: Of a target that is a number.
    ///   - classes: Of one that is a class.
    package func changes(
        from other: LabelledPredictions,
        numbers: KeyValuePairs<RegressionMetric, MetricDefinition>,
        classes: KeyValuePairs<ClassificationMetric, MetricDefinition>
    ) throws -> [MetricChange] {
        if case .numbers = answers {
            let pair = try PairedComparison<RegressionSample>(other, self)
            return numbers.map {
                MetricChange(metric: $0.value, difference: pair.difference(of: $0.key))
            }
        }
        let pair = try PairedComparison<ClassificationSample>(other, self)
        return classes.map {
            MetricChange(metric: $0.value, difference: pair.difference(of: $0.key))
        }
    }
}
