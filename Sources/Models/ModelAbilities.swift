import GraphIR
import NN

/// Something that can be asked of some models and not of others; raw rows can be predicted by each.
package enum ModelAbility: String, Sendable, Hashable, CaseIterable {
    /// Derivatives of the prediction by the encoded row.
    case gradients
    /// What each function of a sum of functions says.
    case terms
    /// The same model with randomised weights.
    case randomization
}

/// What can be asked of a model beside predictions, each with what answers it.
package struct ModelAbilities: Sendable {
    /// The model itself with the workers that run it: its graph, and its outputs by their role.
    package var opened: ModelPredictor?
    /// Of a model that another program trained, its graph.
    package var graph: RowGraph?
    /// Why such a model has no graph with gradients, where that is known.
    package var graphObstacle: String?
    /// The same model with the weights of a part of it randomised, by a seed.
    package var randomized: (@Sendable (RandomizedPart, UInt64) -> any Predictor)?

    package init(
        opened: ModelPredictor? = nil, graph: RowGraph? = nil, graphObstacle: String? = nil,
        randomized: (@Sendable (RandomizedPart, UInt64) -> any Predictor)? = nil
    ) {
        self.opened = opened
        self.graph = graph
        self.graphObstacle = graphObstacle
        self.randomized = randomized
    }

    package func has(_ ability: ModelAbility) -> Bool {
        switch ability {
        case .gradients: opened.map { $0.model.gradientObstacle == nil } ?? (graph != nil)
        case .terms: opened?.model.has(.terms) ?? false
        case .randomization: randomized != nil
        }
    }

    package var all: Set<ModelAbility> { Set(ModelAbility.allCases.filter(has)) }
}

extension ModelBundle {
    /// Why the prediction has no gradient that a graph gives; `nil` where it has one.
    package var gradientObstacle: String? {
        if (dropoutPasses ?? 1) > 1 {
            return "the prediction is a mean over passes with random dropout"
        }
        if graph.hasInt8Products {
            return "the prediction's products are of 8-bit whole numbers, which have no gradient"
        }
        if network.additive != nil, count > 1 {
            return
                "the prediction is that of the mean logit of \(count) models, and of no one graph"
        }
        return nil
    }
}
