package import Statistics

/// The values that a metric can have, by its id: an interval beyond them, or an effect, says what cannot be.
///
/// What stands in no list has no bound, such as a difference of losses.
package enum MetricBounds {
    /// Shares, areas of shares, and gaps between such of two groups.
    private static let unit: Set<String> = [
        "rocAUC", "macroAUC", "averagePrecision", "accuracy", "balancedAccuracy", "sensitivity",
        "specificity", "positivePredictiveValue", "falsePositiveRate", "falseNegativeRate",
        "selectionRate", "macroF1", "meanScore", "expectedCalibrationError",
        "debiasedCalibrationError", "classwiseCalibrationError", "crossValidatedAccuracy",
        "crossValidatedAUC", "acceptedShare", "acceptedRisk", "areaUnderRiskCoverage",
        "excessAreaUnderRiskCoverage", "conformalCoverage", "membershipAUC",
        "membershipTruePositiveRate", "likelihoodRatioAUC", "likelihoodRatioTruePositiveRate",
        "plantedAccuracy", "conceptAccuracy", "methodTopThree", "drift", "selectionRateGap",
        "truePositiveRateGap", "falsePositiveRateGap", "equalizedOddsGap", "precisionGap",
        "accuracyGap", "rocAUCGap", "abroca", "selectionRateRatio",
        "averageAbsoluteOddsDifference", "demographicParityFFB", "equalOpportunityFFB",
        "demographicParityOxonFair", "equalOpportunityOxonFair", "equalizedOddsOxonFair",
        "predictiveParityOxonFair", "accuracyParityOxonFair", "rowsOutside", "savedByEqualRows",
        "savedByNearRows", "ruleLabelledShare", "safeSpace", "settingShare",
    ]
    /// Differences of such that keep their sign, and correlations.
    private static let signedUnit: Set<String> = [
        "statisticalParityDifference", "equalOpportunityDifference", "averageOddsDifference",
        "accuracyDifference", "accuracyAgainstBaseline", "glassBoxPriceAccuracy",
        "glassBoxPriceAUC", "methodAgreement", "gainOverMajorityVote",
    ]
    private static let notNegative: Set<String> = [
        "logLoss", "rootMeanSquaredError", "meanAbsoluteError", "crossValidatedLogLoss",
        "crossValidatedError", "expectedCost", "meanErrorGap", "generalizedEntropyIndex",
        "disparateImpact", "segmentLoss", "conformalSetSize", "conformalWidth",
        "predictionLatency", "predictionRate", "regionRarity", "labelsNeeded",
    ]
    private static let others: [String: ClosedRange<Double>] = [
        // Of several classes the sum over them.
        "brierScore": 0...2, "brierUncertainty": 0...0.25, "brierDiscrimination": 0...0.25,
        "brierMiscalibration": 0...1, "rSquared": -Double.infinity...1,
        // The mean score less the share lies in [−1, 1].
        "calibrationGap": 0...2, "equalizedOddsFFB": 0...2,
    ]

    package static func of(_ id: MetricID) -> ClosedRange<Double> {
        if unit.contains(id.rawValue) { return 0...1 }
        if signedUnit.contains(id.rawValue) { return -1...1 }
        if notNegative.contains(id.rawValue) { return 0...Double.infinity }
        return others[id.rawValue] ?? -Double.infinity...Double.infinity
    }
}

extension MetricDefinition {
    /// The values that it can have.
    package var bounds: ClosedRange<Double> { MetricBounds.of(id) }

    /// The values that a difference of two of it can have.
    package var differenceBounds: ClosedRange<Double> {
        let reach = bounds.upperBound - bounds.lowerBound
        return -reach...reach
    }
}

extension Estimate {
    /// The same with its interval cut to what is possible.
    package func within(_ bounds: ClosedRange<Double>) -> Estimate {
        var result = self
        // A value that rounding left outside stays in its interval.
        let value = self.value ?? bounds.lowerBound
        result.lower = lower.map { min(max($0, bounds.lowerBound), max(value, bounds.lowerBound)) }
        result.upper = upper.map { max(min($0, bounds.upperBound), min(value, bounds.upperBound)) }
        return result
    }
}
