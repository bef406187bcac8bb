package import Evidence
package import Kernels
package import Models

/// The model as it is: the control, of which a proof should find nothing, whatever the machine does meanwhile.
package struct Unchanged: ModelRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "unchanged", name: "The same model again", drawback: .computeCost,
        judgedBy: CostMetrics.latency.id, source: "an A/A test")
    package let strengthText: String? = nil

    /// No search tries it.
    package func strengths(for model: ModelBundle) -> [Double?] { [] }

    package func changed(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, pool: WorkerPool
    ) throws -> ChangedModel {
        ChangedModel(model: model, text: "the same model")
    }
}
