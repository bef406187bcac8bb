import NN

/// Of what a form makes a network: what was settled and asked for, and what the encoder hands over.
package struct NetworkParts {
    let recipe: Recipe
    var input: TabularInput
    let task: TaskKind
    let labelSmoothing: Float
    /// Of classes: the exponent of a loss that wrong labels pull less; `nil` for the usual one.
    let robustness: Float?
    let loss: TaskHead.RegressionLoss
    /// Of a regression: what is predicted beside the target; `nil` for nothing.
    let quantiles: [Float]?
    /// The encoded features of each raw column, with the pairs of columns that were chosen.
    let columns: () -> AdditiveForm

    /// For a model that is linear in what it reads, also of pictures and their like.
    var plain: NetworkParts {
        var result = self
        result.input.blocks = input.blocks.map { $0.map(\.plain) }
        return result
    }

    /// With the recipe's layers and members, of which it has none where its form knows none.
    ///
    /// - Parameter additive: Functions whose sum the model is, in place of layers.
    func network(additive: AdditiveForm? = nil) -> TabularNetwork {
        TabularNetwork(
            input: input, task: task,
            hidden: Array(repeating: recipe.width, count: recipe.depth), members: recipe.members,
            activation: recipe.activation, dropout: recipe.dropout, labelSmoothing: labelSmoothing,
            loss: loss, quantiles: quantiles, additive: additive, hasLine: recipe.hasLine ?? false,
            robustness: robustness)
    }
}
