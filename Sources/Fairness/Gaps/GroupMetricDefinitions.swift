package import Evidence

/// Metrics of groups: the definitions.
package enum GroupMetricDefinitions {
    private static let interval = "; interval MOVER, DOI 10.1002/sim.3095, Bonferroni over pairs"

    package static let selectionGap = MetricDefinition(
        id: .selectionRateGap, name: "Gap in selection rate",
        formula: "largest − smallest selection rate over groups (demographic parity difference)",
        direction: -1, drawback: .bias,
        source: "Fairlearn, demographic_parity_difference" + interval)
    package static let truePositiveGap = MetricDefinition(
        id: .truePositiveRateGap, name: "Gap in true-positive rate",
        formula: "largest − smallest true-positive rate over groups (equal opportunity difference)",
        direction: -1, drawback: .bias,
        source: "Hardt et al. 2016, arXiv:1610.02413; Fairlearn, equal_opportunity_difference"
            + interval)
    package static let falsePositiveGap = MetricDefinition(
        id: .falsePositiveRateGap, name: "Gap in false-positive rate",
        formula: "largest − smallest false-positive rate over groups", direction: -1,
        drawback: .bias, source: "Hardt et al. 2016, arXiv:1610.02413" + interval)
    package static let accuracyGap = MetricDefinition(
        id: .accuracyGap, name: "Gap in accuracy",
        formula: "largest − smallest accuracy over groups", direction: -1, drawback: .bias,
        source: "Fairlearn, MetricFrame.difference" + interval)
    package static let abroca = GapDefinition(
        MetricDefinition(
            id: .abroca, name: "ABROCA",
            formula: "area between the ROC curves of two groups, of the pair with the largest",
            direction: -1, drawback: .bias,
            source: "Gardner et al. 2019, DOI 10.1145/3303772.3303791; interval: area to the "
                + "resampled difference of the curves"), .range, of: .rocAUC)
    package static let entropyIndex = MetricDefinition(
        id: .generalizedEntropyIndex, name: "Generalized entropy index",
        formula: "mean over rows of ((b / mean b)² − 1) / 2 with b = 1 + decision − answer",
        direction: -1, drawback: .bias,
        source: "Speicher et al. 2018, DOI 10.1145/3219819.3220046; AIF360, "
            + "generalized_entropy_error")
    package static let meanError = MetricDefinition(
        id: .meanError, name: "Mean error", formula: "mean (prediction − target)", direction: 0,
        drawback: .bias, source: "Hyndman & Koehler 2006, DOI 10.1016/j.ijforecast.2006.03.001")
    package static let errorGap = MetricDefinition(
        id: .meanErrorGap, name: "Gap in mean error",
        formula: "largest − smallest mean error over groups", direction: -1, drawback: .bias,
        source: "Fairlearn, MetricFrame.difference" + interval)
}

// Their ids.
extension MetricID {
    package static let selectionRateGap = MetricID("selectionRateGap")
    package static let truePositiveRateGap = MetricID("truePositiveRateGap")
    package static let falsePositiveRateGap = MetricID("falsePositiveRateGap")
    package static let accuracyGap = MetricID("accuracyGap")
    package static let abroca = MetricID("abroca")
    package static let generalizedEntropyIndex = MetricID("generalizedEntropyIndex")
    package static let meanError = MetricID("meanError")
    package static let meanErrorGap = MetricID("meanErrorGap")
}
