package import Evidence
import Prediction

/// How large a model is: what it keeps in memory and in its folder.
package struct ModelSizeProbe: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "modelSize", name: "Size of the model", drawback: .computeCost, needs: [.modelSize],
        looksAt: [], metrics: [CostMetrics.parameters, CostMetrics.modelSize], isCounted: true)

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let size = subject.model?.size else { return Findings() }
        let sample = Measurement.Sample(split: .training, rows: size.trainingRows)
        return Findings(measurements: [
            counted(
                CostMetrics.parameters, Double(size.parameters), "counted, exact", sample),
            counted(
                CostMetrics.modelSize, Double(size.bytes) / 1e6, "counted, exact", sample),
        ])
    }
}
