package import Evidence
import Prediction
import Statistics

/// Whether the model learned rows by heart that make no sense: planted rows with answers drawn at random.
///
/// - Source: Carlini et al. 2019, arXiv:1802.08232.
package struct CanaryExposure: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "canaryExposure", name: "Exposure of planted rows", drawback: .overfitting,
        needs: [.canaries], looksAt: [], metrics: [CanaryMetrics.exposure])

    package func expectedSeconds(_ subject: Subject) -> Double { 0.1 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let canaries = subject.canaries else { return Findings() }
        var exposure = try Exposure(
            planted: canaries.planted.rowLosses, references: canaries.references.rowLosses
        ).mean
        exposure.note =
            "of \(canaries.planted.rows) planted rows among \(canaries.references.rows) references; "
            + "1.44 bits is what a row has that was not learned by heart"
        return Findings(measurements: [
            Measurement(
                CanaryMetrics.exposure, exposure, on: canaries.planted,
                split: "\(canaries.planted.split) and \(canaries.references.split)")
        ])
    }
}

/// Metrics of canaries: the definitions.
package enum CanaryMetrics {
    package static let exposure = MetricDefinition(
        id: .canaryExposure, name: "Exposure of planted rows",
        formula:
            "mean over planted rows of log₂ references − log₂ rank, the rank being one more than the "
            + "references of lower loss",
        unit: "bits", direction: -1, drawback: .overfitting,
        source: "Carlini et al. 2019, arXiv:1802.08232")
}

// Their ids.
extension MetricID {
    package static let canaryExposure = MetricID("canaryExposure")
}
