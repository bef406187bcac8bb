package import Evidence

/// Metrics of drift: the definitions.
package enum DriftMetrics {
    package static let effect = MetricDefinition(
        id: .drift, name: "Drift",
        formula:
            "numbers: max |F(x) − G(x)|; categories: ½ Σ |p − q|; missing cells: |p − q|; from 0 to 1",
        direction: -1, drawback: .overfitting,
        source:
            "Kolmogorov 1933; Massart 1990, DOI 10.1214/aop/1176990746; Benjamini & Hochberg 1995, "
            + "DOI 10.1111/j.2517-6161.1995.tb02031.x")
    package static let count = MetricDefinition(
        id: .driftsFound, name: "Drifts found",
        formula: "columns, missing shares and predictions that drift", direction: -1,
        drawback: .overfitting,
        source: "Benjamini & Hochberg 1995, DOI 10.1111/j.2517-6161.1995.tb02031.x")
    package static let lossChange = MetricDefinition(
        id: .lossChange, name: "Change of the loss",
        formula: "mean loss of the new rows − mean loss of the run's test rows", direction: -1,
        drawback: .overfitting, source: "Good 1952; interval MOVER, DOI 10.1002/sim.3095")
}

// Their ids.
extension MetricID {
    package static let drift = MetricID("drift")
    package static let driftsFound = MetricID("driftsFound")
    package static let lossChange = MetricID("lossChange")
}
