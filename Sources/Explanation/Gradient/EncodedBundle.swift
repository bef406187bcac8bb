import GraphIR
package import Models
import NN
import Tables
import TensorCore

extension EncodedModel {
    /// A model that another program trained, on one thread.
    package init(_ rows: RowGraph, explaining place: Int) {
        func selection(_ number: RowGraph.Number) -> PredictionPoints.Selection {
            .init(output: number.output, place: number.place, factor: number.factor, offset: number.offset)
        }
        self.init(
            graph: rows.graph, weights: [rows.weights], encode: rows.encode, columns: rows.columns,
            explained: selection(rows.explained[place]), score: selection((rows.scores ?? rows.explained)[place]),
            threads: 1)
    }
}

extension ModelBundle {
    /// The model as methods by gradients see it.
    ///
    /// - Parameter place: Of the explained class; 0 for a number.
    /// - Returns: `nil` where its prediction has no gradient: see `gradientObstacle`.
    package func encoded(explaining place: Int, threads: Int) -> EncodedModel? {
        guard gradientObstacle == nil else { return nil }
        let encoder = encoder
        let width = network.input.embedding?.width ?? 1
        return EncodedModel(
            graph: graph, weights: parameters.sets, encode: { try encoder.encode($0) },
            columns: encoder.inputColumns, explained: explained(place), score: score(place),
            numberVectors: network.numberVectors(in: graph).map { value in
                let count = graph[value].shape.count(rows: 1)
                return (
                    value, (0..<count).map { InputOrigin(input: .numeric, place: $0 / width) }
                )
            },
            hiddenLayers: zip(1..., network.hiddenValues(in: graph)).map {
                HiddenLayer(name: "\($0)", value: $1)
            }, threads: threads)
    }

    private func explained(_ place: Int) -> PredictionPoints.Selection {
        let output = OutputRole.prediction.port
        switch target.task {
        case .regression:
            return .init(
                output: output, factor: Float(target.scale), offset: Float(target.center))
        case .binary:
            return place == 1 ? .init(output: output) : .init(output: output, factor: -1, offset: 1)
        case .multiclass: return .init(output: output, place: place)
        }
    }

    /// The mean of the members' logits, or what a regression predicts.
    private func score(_ place: Int) -> PredictionPoints.Selection {
        guard !target.classes.isEmpty else { return explained(place) }
        let outputs = network.task.outputs
        let sign: Float = outputs == 1 && place == 0 ? -1 : 1
        return .init(
            output: OutputRole.memberLogits.port,
            terms: (0..<network.members).map { member in
                .init(
                    place: member * outputs + (outputs == 1 ? 0 : place),
                    factor: sign / Float(network.members))
            })
    }
}
