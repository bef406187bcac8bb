package import GraphIR
package import Kernels
package import Tables

/// A model of raw rows whose encoding and prediction graph are at hand, for methods that need gradients.
package struct EncodedModel: Sendable {
    /// Of the inputs that `Encoder.encode` gives.
    package var graph: Graph
    /// Of one model or more, whose predictions are averaged.
    package var weights: [Buffer]
    package var encode: @Sendable (Table) throws -> EncodedFeatures
    /// The raw column of each element of a row, by the input that it goes to.
    package var columns: [InputPort: [String]]
    /// The explained number.
    package var explained: PredictionPoints.Selection
    /// What comes before the last non-linearity, for methods that divide only that.
    package var score: PredictionPoints.Selection
    /// The value that holds the vectors of embedded numbers, with the origins of its elements; methods that have no
    /// rule for an embedding's curves stop there.
    package var numberVectors: (value: Value, origins: [InputOrigin])?
    /// From the first to the last; all that is explained passes through each.
    package var hiddenLayers: [HiddenLayer]
    package var threads: Int

    package init(
        graph: Graph, weights: [Buffer],
        encode: @escaping @Sendable (Table) throws -> EncodedFeatures,
        columns: [InputPort: [String]], explained: PredictionPoints.Selection,
        score: PredictionPoints.Selection,
        numberVectors: (value: Value, origins: [InputOrigin])? = nil,
        hiddenLayers: [HiddenLayer] = [], threads: Int
    ) {
        self.graph = graph
        self.weights = weights
        self.encode = encode
        self.columns = columns
        self.explained = explained
        self.score = score
        self.numberVectors = numberVectors
        self.hiddenLayers = hiddenLayers
        self.threads = threads
    }

    /// - Precondition: the encoder gives the input.
    func column(of origin: InputOrigin) -> String {
        guard let own = columns[origin.input] else {
            preconditionFailure("no encoder gives \(origin.input)")
        }
        return own[origin.place]
    }
}
