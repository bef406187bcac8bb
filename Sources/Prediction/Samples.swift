package import Statistics

extension LabelledPredictions {
    /// As Statistics takes them.
    ///
    /// - Precondition: The answers are classes.
    package var classificationSample: ClassificationSample {
        get throws(StatisticsError) {
            guard case .classes(let labels) = answers else {
                preconditionFailure("a regression has no classes")
            }
            return try ClassificationSample(
                labels: labels, probabilities: predictions.values,
                classes: predictions.classes.count, weights: weights, clusters: clusters)
        }
    }
}
