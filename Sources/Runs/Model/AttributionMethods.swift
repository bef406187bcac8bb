package import Explanation
package import Prediction
package import Tables

/// The methods of attribution that can be asked about a model, the one that rows are explained by first.
package func attributionMethods(_ model: AttributedModel) -> [any RowAttribution] {
    let blackBox: [any RowAttribution] = [
        ShapleyAttribution(), LinearSurrogate(.shapley), LinearSurrogate(.lime(width: 0.75)),
        OcclusionAttribution(),
    ]
    guard model.encoded != nil else { return blackBox }
    let gradients: [GradientMethod] = [
        .integratedGradients(.fixed(16)), .expectedGradients(draws: 200), .deepLIFT,
        .relevancePropagation(), .inputTimesGradient, .saliency,
    ]
    return blackBox + gradients.map { GradientAttribution($0) }
}

/// A model with background rows, as methods of attribution see it.
package func attributed(_ predictor: any Prediction.Predictor, _ background: Table) -> AttributedModel {
    guard let run = predictor as? RunPredictor else {
        return AttributedModel(
            predictor: predictor, background: background,
            output: { $0.values[($1 + 1) * $0.width - 1] })
    }
    return ExplainedModel(run).attributed(background: background)
}
