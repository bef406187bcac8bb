/// A sample that can be compared with another of the same rows.
package protocol ComparedSample: Sendable {
    var design: SamplingDesign { get }
    /// The true classes, or the targets.
    func hasTruth(of other: Self) -> Bool
    /// Whether the same is predicted of every row.
    func saysSame(as other: Self) -> Bool
}

extension ClassificationSample: ComparedSample {
    package func hasTruth(of other: ClassificationSample) -> Bool {
        labels == other.labels && classes == other.classes
    }

    package func saysSame(as other: ClassificationSample) -> Bool {
        probabilities == other.probabilities
    }
}

extension RegressionSample: ComparedSample {
    package func hasTruth(of other: RegressionSample) -> Bool { targets == other.targets }

    package func saysSame(as other: RegressionSample) -> Bool {
        predictions == other.predictions
    }
}

/// Two models on the same rows: every difference is second minus first, and paired.
///
/// What varies is the rows, or the clusters; the models are taken as they are. That is the question
/// for two given models, and for a remedy that changes the output of one; one that trains again needs
/// `CrossedComparison`.
package struct PairedComparison<Sample: ComparedSample>: Sendable {
    package let first: Sample
    package let second: Sample
    /// The score from which each decides for the positive class; of no meaning for numbers.
    package let firstThreshold: Double
    package let secondThreshold: Double

    package var design: SamplingDesign { first.design }

    /// - Throws: If the two are not of the same rows, weights and clusters.
    package init(
        first: Sample, second: Sample, firstThreshold: Double = 0.5, secondThreshold: Double = 0.5
    ) throws(StatisticsError) {
        guard first.design == second.design, first.hasTruth(of: second) else {
            throw StatisticsError(
                "two models are compared on different rows, answers, weights or clusters. "
                    + "Give the predictions of both for the same rows, in the same order")
        }
        self.first = first
        self.second = second
        self.firstThreshold = firstThreshold
        self.secondThreshold = secondThreshold
    }

    /// A difference of any metric from its deletions.
    package func difference(
        method: String = "Jackknife, paired", note: String = "undefined on these rows",
        of metric: (_ sample: Sample, _ threshold: Double) -> JackknifedValue?
    ) -> Difference {
        guard let moved = jackknifed(metric) else {
            return Difference(undefined: note, method: method, design: design)
        }
        let components = moved.deletions.map {
            VarianceComponents(parts: [($0.variance, $0.degrees)])
        }
        return Difference(
            moved.value, components, method: method, isSame: isSame, shortage: moved.shortage,
            design: design)
    }

    /// Whether both models say the same of every row.
    var isSame: Bool { first.saysSame(as: second) && firstThreshold == secondThreshold }

    /// Second minus first, with its deletions.
    func jackknifed(
        _ metric: (_ sample: Sample, _ threshold: Double) -> JackknifedValue?
    ) -> JackknifedValue? {
        guard let before = metric(first, firstThreshold),
            let after = metric(second, secondThreshold)
        else { return nil }
        return after - before
    }
}

extension PairedComparison where Sample == RegressionSample {
    /// - Parameters:
    ///   - first: The first model's predictions, one a row.
    ///   - second: The second's.
    package init(
        targets: [Double], first: [Double], second: [Double], weights: [Double]? = nil,
        clusters: [Int32]? = nil
    ) throws(StatisticsError) {
        try self.init(
            first: RegressionSample(
                targets: targets, predictions: first, weights: weights, clusters: clusters),
            second: RegressionSample(
                targets: targets, predictions: second, weights: weights, clusters: clusters))
    }

    /// The difference in a metric, with Student's interval of the paired jackknife.
    package func difference(of metric: RegressionMetric) -> Difference {
        difference(note: "all targets are equal") { sample, _ in sample.jackknifed(metric) }
    }
}
