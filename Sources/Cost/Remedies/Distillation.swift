package import Evidence
package import Kernels
package import Models

/// One small perceptron that learns what the model says, in place of the rows' answers: of the rows that the model learned
/// from, and of as many and more that are mixed of them, so that more of the space is taught than the table holds.
///
/// Rows that validate keep their answers and decide which weights are kept. Numbers are cut into fewer bins and embedded in
/// shorter vectors than the model's, as these cost too.
///
/// Without a width, that of `widths` is taken which is the narrowest within one standard error of the widest.
///
/// - Source: Hinton et al. 2015, arXiv:1503.02531 (here at temperature 1); for made rows Bucilă et al. 2006,
///   DOI 10.1145/1150402.1150464.
package struct Distillation: ModelRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "distillation", name: "Distillation into one small network", drawback: .computeCost,
        judgedBy: CostMetrics.latency.id, source: "Hinton et al. 2015, arXiv:1503.02531")
    package let strengthText: String? = "hidden units"

    private static let widths = [64, 32, 16]
    private static let allowed = 1...4096

    package func strengths(for model: ModelBundle) -> [Double?] { [96, 64, 48, 32, 24, 16, 8] }

    package func sketch(
        of model: ModelBundle, strength: Double?, on rows: CalibrationRows
    ) throws -> ModelBundle? {
        guard let strength else { return nil }
        let width = try hiddenUnits(strength, Self.allowed)
        return try rows.training(for: description)
            .untrained(.taught(width: width), inPlaceOf: model)
    }

    package func changed(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, pool: WorkerPool
    ) throws -> ChangedModel {
        let training = try rows.training(for: description)
        func taught(_ width: Int) throws -> SmallModel {
            try training.trained(.taught(width: width), inPlaceOf: model)
        }
        let (width, made) =
            try strength.map { strength in
                let width = try hiddenUnits(strength, Self.allowed)
                return (width, try taught(width))
            }
            ?? WidthChoice(rows: rows, pool: pool)
            .narrowest(of: Self.widths, model: \.model, making: taught)
        let chosen = strength == nil ? "width chosen" : "weights kept"
        return ChangedModel(
            model: made.model,
            text: "one perceptron of 2 × \(width), taught by the model on \(made.rows) of its "
                + "training rows and \(made.mixedRows) mixed of them; \(chosen) on validation rows")
    }
}
