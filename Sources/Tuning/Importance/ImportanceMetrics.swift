package import Evidence

/// Metrics of what settings matter: the definitions.
package enum ImportanceMetrics {
    package static let settingShare = MetricDefinition(
        id: .settingShare, name: "Share of the loss's variance by a setting",
        formula:
            "variance over the search space of the setting's effect, with its pairs ÷ that of all; the seed's "
            + "noise is in neither",
        direction: 0, drawback: .hyperParameters,
        source:
            "Hutter et al. 2014, proceedings.mlr.press/v32/hutter14.html; by a surrogate on orthonormal functions, "
            + "Sudret 2008, DOI 10.1016/j.ress.2007.04.002")
    package static let safeSpace = MetricDefinition(
        id: .safeSpace, name: "Part of the search space that is safe",
        formula: "product over settings of the safe range ÷ the whole range", direction: 1,
        drawback: .hyperParameters,
        source: "a box grown step by step, Friedman & Fisher 1999, DOI 10.1023/A:1008894516817")

    package static let all = [settingShare, safeSpace]
}

// Their ids.
extension MetricID {
    package static let settingShare = MetricID("settingShare")
    package static let safeSpace = MetricID("safeSpace")
}
