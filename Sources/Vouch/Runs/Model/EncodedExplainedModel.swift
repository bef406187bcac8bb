import Explanation
import GraphIR
import NN
import Tables
import TensorCore

extension ExplainedModel {
    /// The model with its graph, for methods that need gradients; `nil` where its prediction is not that of a graph,
    /// or not the mean of several graphs' predictions.
    var encoded: EncodedModel? {
        let description = model.description
        let meansLogits = description.network.additive != nil && model.weights.count > 1
        guard (description.dropoutPasses ?? 1) == 1, !meansLogits else { return nil }
        let encoder = model.encoder
        let graph = description.graph
        let vectors = description.network.numberVectors(in: graph)
        let width = description.network.input.embedding?.width ?? 1
        return EncodedModel(
            graph: graph, weights: model.weights, encode: { try encoder.encode($0) },
            numericColumns: encoder.numericParents.map(\.column) + encoder.bins.map(\.column),
            categoryColumns: encoder.indexParents.map(\.column) + encoder.bins.map(\.column),
            explained: explained, score: score,
            numberVectors: vectors.map { value in
                let count = graph[value].shape.count(rows: 1)
                return (
                    value, (0..<count).map { InputOrigin(input: .numeric, place: $0 / width) }
                )
            },
            hiddenLayers: zip(1..., description.network.hiddenValues(in: graph)).map {
                HiddenLayer(name: "\($0)", value: $1)
            }, threads: threads)
    }

    private var explained: PredictionPoints.Selection {
        let target = model.description.target
        switch target.task {
        case .regression:
            return .init(
                output: .prediction, factor: Float(target.scale), offset: Float(target.center))
        case .binary:
            return place == 1
                ? .init(output: .prediction) : .init(output: .prediction, factor: -1, offset: 1)
        default: return .init(output: .prediction, place: place)
        }
    }

    /// The mean of the members' logits, or what a regression predicts.
    private var score: PredictionPoints.Selection {
        let network = model.description.network
        guard !model.description.target.classes.isEmpty else { return explained }
        let outputs = network.task.outputs
        let sign: Float = outputs == 1 && place == 0 ? -1 : 1
        return .init(
            output: .memberLogits,
            terms: (0..<network.members).map { member in
                .init(
                    place: member * outputs + (outputs == 1 ? 0 : place),
                    factor: sign / Float(network.members))
            })
    }

    /// What the score is, in words.
    var scoreQuantity: String {
        let target = model.description.target
        guard !target.classes.isEmpty else { return quantity }
        let members = model.description.network.members
        return "logit of \(target.classes[place])"
            + (members > 1 ? ", the mean of the network's \(members) members," : "")
    }
}
