package import GraphIR
package import Kernels
package import NN
package import Prediction
package import Tables

/// A model is one value: a graph with its parameters, what turns raw rows into its inputs, what it predicts, and where
/// it came from.
///
/// It needs no run folder: who has one can predict raw rows, ask for its outputs by their role, count its cost,
/// explain it, change it into another one or write it. Whoever made it, a training, an import or a remedy, it is the
/// same value.
package struct ModelBundle: Sendable {
    /// What made the graph.
    package let network: TabularNetwork
    /// The graph that predicts encoded rows.
    package let graph: Graph
    package let parameters: ModelParameters
    /// What is predicted, and how a number of the graph becomes one in the target's unit.
    package var target: TargetEncoder
    /// Raw rows to inputs of the graph.
    package var encoder: Encoder
    /// The columns of raw rows, with their roles.
    package var schema: Schema
    package var provenance: Provenance
    /// Passes with dropout that a prediction is the mean of; `nil` for one without.
    package var dropoutPasses: Int?
    /// What wrong decisions cost; two classes only.
    package var costs: LabelledPredictions.Costs?
    /// How protected columns become groups.
    package var groups: GroupNaming

    /// - Parameter parameters: Of this graph.
    package init(
        network: TabularNetwork, graph: Graph, parameters: ModelParameters,
        target: TargetEncoder, encoder: Encoder, schema: Schema, provenance: Provenance,
        dropoutPasses: Int? = nil, costs: LabelledPredictions.Costs? = nil,
        groups: GroupNaming = GroupNaming()
    ) {
        self.network = network
        self.graph = graph
        self.parameters = parameters
        self.target = target
        self.encoder = encoder
        self.schema = schema
        self.provenance = provenance
        self.dropoutPasses = dropoutPasses
        self.costs = costs
        self.groups = groups
    }

    /// Models that a prediction is the mean of, such as those of folds.
    package var count: Int { parameters.sets.count }
}

// MARK: - Another model of this one

extension ModelBundle {
    /// The same graph with other parameters.
    package func with(sets: [Buffer]) -> ModelBundle {
        with(network: network, graph: graph, parameters: parameters.with(sets: sets))
    }

    /// Another graph for the same inputs and the same target.
    package func with(
        network: TabularNetwork, graph: Graph, parameters: ModelParameters
    ) -> ModelBundle {
        ModelBundle(
            network: network, graph: graph, parameters: parameters, target: target,
            encoder: encoder, schema: schema, provenance: provenance,
            dropoutPasses: dropoutPasses, costs: costs, groups: groups)
    }

    /// One of the models that are averaged, alone.
    package func only(_ model: Int) -> ModelBundle { with(sets: [parameters.sets[model]]) }

    /// The model with a further change in its provenance.
    package func noting(_ change: Provenance.Change) -> ModelBundle {
        var result = self
        result.provenance.changes.append(change)
        return result
    }
}
