package import Statistics

extension PairedComparison where Sample == ClassificationSample {
    /// Of two models' predictions of the same rows, each with its own threshold.
    package init(_ first: LabelledPredictions, _ second: LabelledPredictions) throws {
        try self.init(
            first: first.classificationSample, second: second.classificationSample,
            firstThreshold: first.threshold, secondThreshold: second.threshold)
    }
}

extension PairedComparison where Sample == RegressionSample {
    /// Of two models' predictions of the same rows.
    ///
    /// - Precondition: The answers are numbers.
    package init(_ first: LabelledPredictions, _ second: LabelledPredictions) throws {
        guard case .numbers(let targets) = first.answers else {
            preconditionFailure("an error of classes")
        }
        try self.init(
            targets: targets, first: first.predictions.values, second: second.predictions.values,
            weights: first.weights, clusters: first.clusters)
    }
}
