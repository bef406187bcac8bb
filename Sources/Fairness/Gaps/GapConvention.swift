package import Evidence
package import Statistics

/// Whose definitions of a gap are meant: tools give different numbers the same name.
package enum GapConvention: String, CaseIterable, Sendable {
    case fairlearn, aif360, ffb, oxonfair

    /// Whether it compares one group, the privileged, with all other rows.
    package var needsPrivilegedGroup: Bool { self == .aif360 }

    /// The gaps that it tells of a binary decision.
    package var gaps: [GapDefinition] {
        switch self {
        case .fairlearn: Self.fairlearnGaps
        case .aif360: Self.aif360Gaps
        case .ffb: Self.ffbGaps
        case .oxonfair: Self.oxonfairGaps
        }
    }

    private static let fairlearnGaps = [
        GapDefinition(GroupMetricDefinitions.selectionGap, .range, of: .selection),
        GapDefinition(
            metric(
                .selectionRateRatio, "Ratio of selection rates",
                "smallest / largest selection rate over groups (demographic parity ratio)",
                "Fairlearn, demographic_parity_ratio; interval MOVER-R, DOI 10.1177/0962280210383718",
                direction: 1), .leastRatio, of: .selection),
        GapDefinition(GroupMetricDefinitions.truePositiveGap, .range, of: .truePositive),
        GapDefinition(GroupMetricDefinitions.falsePositiveGap, .range, of: .falsePositive),
        GapDefinition(
            metric(
                .equalizedOddsGap, "Equalized-odds gap",
                "the larger of the gaps in true- and in false-positive rate",
                "Fairlearn, equalized_odds_difference"),
            .range, of: .truePositive, .falsePositive),
        GapDefinition(
            metric(
                .precisionGap, "Gap in precision",
                "largest − smallest positive predictive value over groups (predictive parity)",
                "Chouldechova 2017, DOI 10.1089/big.2016.0047"), .range, of: .precision),
        GapDefinition(GroupMetricDefinitions.accuracyGap, .range, of: .accuracy),
        GapDefinition(
            metric(
                .rocAUCGap, "Gap in ROC AUC", "largest − smallest ROC AUC over groups",
                "Fairlearn, MetricFrame.difference"), .range, of: .rocAUC),
        GapDefinition(
            metric(
                .calibrationGap, "Gap in calibration",
                "largest − smallest over groups of mean score − share of positives",
                "calibration within groups in the large, Kleinberg et al. 2016, arXiv:1609.05807"),
            .range, of: .calibration),
    ]

    private static let aif360Gaps = [
        GapDefinition(
            metric(
                .statisticalParityDifference, "Statistical parity difference",
                "selection rate of all others − of the privileged group",
                "AIF360, statistical_parity_difference", direction: 0), .signed, of: .selection),
        GapDefinition(
            metric(
                .disparateImpact, "Disparate impact",
                "selection rate of all others / of the privileged group",
                "AIF360, disparate_impact; interval MOVER-R", direction: 0), .signedRatio,
            of: .selection),
        GapDefinition(
            metric(
                .equalOpportunityDifference, "Equal opportunity difference",
                "true-positive rate of all others − of the privileged group",
                "AIF360, equal_opportunity_difference", direction: 0), .signed, of: .truePositive),
        GapDefinition(
            metric(
                .averageOddsDifference, "Average odds difference",
                "mean of the differences in false- and true-positive rate, others − privileged",
                "AIF360, average_odds_difference", direction: 0), .signed, of: .truePositive,
            .falsePositive),
        GapDefinition(
            metric(
                .averageAbsoluteOddsDifference, "Average absolute odds difference",
                "mean of the absolute differences in false- and true-positive rate",
                "AIF360, average_abs_odds_difference"), .meanOfRanges, of: .truePositive,
            .falsePositive),
        GapDefinition(
            metric(
                .accuracyDifference, "Accuracy difference",
                "accuracy of all others − of the privileged group",
                "AIF360, ClassificationMetric.difference(accuracy)", direction: 0), .signed,
            of: .accuracy),
    ]

    private static let ffbGaps = [
        GapDefinition(
            metric(
                .demographicParityFFB, "Demographic parity",
                "absolute difference in selection rate; over more than two groups the largest",
                "FFB, arXiv:2306.09468"), .range, of: .selection),
        GapDefinition(
            metric(
                .equalOpportunityFFB, "Equal opportunity",
                "absolute difference in true-positive rate; over more than two groups the largest",
                "FFB, arXiv:2306.09468"), .range, of: .truePositive),
        GapDefinition(
            metric(
                .equalizedOddsFFB, "Equalized odds",
                "sum of the absolute differences in true- and false-positive rate",
                "FFB, arXiv:2306.09468"), .sumOfRanges, of: .truePositive, .falsePositive),
    ]

    private static let oxonfairGaps = [
        GapDefinition(
            metric(
                .demographicParityOxonFair, "Demographic parity",
                "mean over pairs of groups of the absolute difference in selection rate",
                "OxonFair, arXiv:2407.13710"), .meanOfPairs, of: .selection),
        GapDefinition(
            metric(
                .equalOpportunityOxonFair, "Equal opportunity",
                "mean over pairs of groups of the absolute difference in true-positive rate",
                "OxonFair, arXiv:2407.13710"), .meanOfPairs, of: .truePositive),
        GapDefinition(
            metric(
                .equalizedOddsOxonFair, "Equalized odds",
                "half the sum of the mean pairwise differences in true-positive and "
                    + "true-negative rate", "OxonFair, arXiv:2407.13710"),
            .meanOfPairs, of: .truePositive, .falsePositive),
        GapDefinition(
            metric(
                .predictiveParityOxonFair, "Predictive parity",
                "mean over pairs of groups of the absolute difference in precision",
                "OxonFair, arXiv:2407.13710"), .meanOfPairs, of: .precision),
        GapDefinition(
            metric(
                .accuracyParityOxonFair, "Accuracy parity",
                "mean over pairs of groups of the absolute difference in accuracy",
                "OxonFair, arXiv:2407.13710"), .meanOfPairs, of: .accuracy),
    ]

    private static func metric(
        _ id: MetricID, _ name: String, _ formula: String, _ source: String, direction: Int = -1
    ) -> MetricDefinition {
        MetricDefinition(
            id: id, name: name, formula: formula, direction: direction, drawback: .bias,
            source: source.contains("interval")
                ? source : source + "; interval MOVER, DOI 10.1002/sim.3095, Bonferroni over pairs")
    }
}

/// A gap: which rates of the groups, and how they become one number.
package struct GapDefinition: Sendable {
    package var metric: MetricDefinition
    package var form: Form
    package var rates: [GroupRate]

    package enum Form: Sendable {
        case range, meanOfRanges, sumOfRanges, meanOfPairs, leastRatio, signed, signedRatio

        /// Whether 1, not 0, says that the groups are equal.
        var isRatio: Bool {
            switch self {
            case .leastRatio, .signedRatio: true
            default: false
            }
        }
    }

    package init(_ metric: MetricDefinition, _ form: Form, of rates: GroupRate...) {
        self.metric = metric
        self.form = form
        self.rates = rates
    }

    /// - Parameter estimates: For each of `rates` the groups' estimates; of signed forms the privileged
    ///   group's and that of all others.
    package func gap(_ estimates: [[Estimate]]) -> PairwiseGaps.Gap {
        let pairs = PairwiseGaps(rates: estimates)
        return switch form {
        case .range: pairs.gap(within: .range, across: .maximum)
        case .meanOfRanges: pairs.gap(within: .range, across: .mean)
        case .sumOfRanges: pairs.gap(within: .range, across: .sum)
        case .meanOfPairs: pairs.gap(within: .meanOfPairs, across: .mean)
        case .leastRatio: pairs.leastRatio()
        case .signed: pairs.signedMean()
        case .signedRatio: pairs.signedRatio()
        }
    }
}

/// A rate of a group's rows under a binary decision.
package enum GroupRate: Sendable, Hashable, CaseIterable {
    case selection, truePositive, falsePositive, precision, accuracy, calibration, rocAUC

    package func estimate(_ sample: ClassificationSample, threshold: Double) -> Estimate {
        switch self {
        case .selection: sample.selectionRate(threshold: threshold)
        case .truePositive: sample.sensitivity(threshold: threshold)
        case .falsePositive: sample.falsePositiveRate(threshold: threshold)
        case .precision: sample.positivePredictiveValue(threshold: threshold)
        case .accuracy: sample.accuracy(threshold: threshold)
        case .calibration: sample.meanScoreError()
        case .rocAUC: sample.rocAUC()
        }
    }
}

// Their ids.
extension MetricID {
    package static let selectionRateRatio = MetricID("selectionRateRatio")
    package static let equalizedOddsGap = MetricID("equalizedOddsGap")
    package static let precisionGap = MetricID("precisionGap")
    package static let rocAUCGap = MetricID("rocAUCGap")
    package static let calibrationGap = MetricID("calibrationGap")
    package static let statisticalParityDifference = MetricID("statisticalParityDifference")
    package static let disparateImpact = MetricID("disparateImpact")
    package static let equalOpportunityDifference = MetricID("equalOpportunityDifference")
    package static let averageOddsDifference = MetricID("averageOddsDifference")
    package static let averageAbsoluteOddsDifference = MetricID("averageAbsoluteOddsDifference")
    package static let accuracyDifference = MetricID("accuracyDifference")
    package static let demographicParityFFB = MetricID("demographicParityFFB")
    package static let equalOpportunityFFB = MetricID("equalOpportunityFFB")
    package static let equalizedOddsFFB = MetricID("equalizedOddsFFB")
    package static let demographicParityOxonFair = MetricID("demographicParityOxonFair")
    package static let equalOpportunityOxonFair = MetricID("equalOpportunityOxonFair")
    package static let equalizedOddsOxonFair = MetricID("equalizedOddsOxonFair")
    package static let predictiveParityOxonFair = MetricID("predictiveParityOxonFair")
    package static let accuracyParityOxonFair = MetricID("accuracyParityOxonFair")
}
