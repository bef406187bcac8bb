package import Evidence
package import Kernels
package import Models
import NN

/// A model of a simpler kind, trained on the run's rows and their answers: linear, or a sum of curves.
///
/// - Source: Rudin 2019, DOI 10.1038/s42256-019-0048-x.
package struct SimplerKind: ModelRemedy {
    package let description: RemedyDescription
    package let strengthText: String? = nil

    private let form: SmallForm
    private let text: String

    private init(_ form: SmallForm, id: String, name: String, text: String, source: String) {
        self.form = form
        self.text = text
        description = RemedyDescription(
            id: id, name: name, drawback: .computeCost, judgedBy: CostMetrics.latency.id,
            source: source)
    }

    package static let linear = SimplerKind(
        .line, id: "linear-model", name: "A linear model", text: "a linear model",
        source: "Rudin 2019, DOI 10.1038/s42256-019-0048-x")
    package static let additive = SimplerKind(
        .curves, id: "additive-model", name: "An additive model",
        text: "a sum of functions of columns and pairs",
        source: "Lou et al. 2013, DOI 10.1145/2487575.2487579")

    /// None where the model is of this kind, or simpler, already.
    package func strengths(for model: ModelBundle) -> [Double?] {
        let network = model.network
        let isLinear = network.hidden.isEmpty && network.additive == nil
        return isLinear || (network.additive != nil && form == .curves) ? [] : [nil]
    }

    /// An additive one without pairs, which are chosen when it is trained.
    package func sketch(
        of model: ModelBundle, strength: Double?, on rows: CalibrationRows
    ) throws -> ModelBundle? {
        try rows.training(for: description).untrained(form, inPlaceOf: model)
    }

    package func changed(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, pool: WorkerPool
    ) throws -> ChangedModel {
        guard !strengths(for: model).isEmpty else {
            throw ModelError(
                "this model is as simple already: \(description.id) makes nothing of it")
        }
        let made = try rows.training(for: description).trained(form, inPlaceOf: model)
        return ChangedModel(
            model: made.model,
            text: "\(text), trained on \(made.rows) rows; weights kept on validation rows")
    }
}
