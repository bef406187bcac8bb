extension AttributedModel {
    /// The methods of attribution that can be asked about the model, the one that rows are explained by first.
    package var methods: [any RowAttribution] {
        let gradients: [GradientMethod] = [
            .integratedGradients(.fixed(16)), .expectedGradients(draws: 200), .deepLIFT,
            .relevancePropagation(), .inputTimesGradient, .saliency,
        ]
        let all: [any RowAttribution] =
            [
                ShapleyAttribution(), LinearSurrogate(.shapley),
                LinearSurrogate(.lime(width: 0.75)),
                OcclusionAttribution(),
            ] + gradients.map { GradientAttribution($0) }
        let abilities = abilities
        return all.filter { $0.needs.isSubset(of: abilities) }
    }
}
