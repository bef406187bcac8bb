package import GraphIR
package import Kernels
package import Tables

/// A model of raw rows as a graph with its numbers, for methods that need gradients: what a model that another program
/// trained gives where all of it is differentiable.
package struct RowGraph: Sendable {
    package var graph: Graph
    /// Laid out as the graph's.
    package var weights: Buffer
    /// Rows as blocks, one an input of the graph.
    package var encode: @Sendable (Table) throws -> EncodedFeatures
    /// The raw column of each element of a row, by the input that it goes to.
    package var columns: [InputPort: [String]]
    /// What is predicted of each class, or the one number.
    package var explained: [Number]
    /// The same before the last non-linearity; `nil` where it is not known which that is.
    package var scores: [Number]?

    /// One number of an output, scaled and shifted.
    package struct Number: Sendable, Hashable {
        package var output: OutputPort
        package var place: Int
        package var factor: Float
        package var offset: Float

        package init(_ output: OutputPort, place: Int, factor: Float = 1, offset: Float = 0) {
            self.output = output
            self.place = place
            self.factor = factor
            self.offset = offset
        }
    }

    package init(
        graph: Graph, weights: Buffer, encode: @escaping @Sendable (Table) throws -> EncodedFeatures,
        columns: [InputPort: [String]], explained: [Number], scores: [Number]?
    ) {
        self.graph = graph
        self.weights = weights
        self.encode = encode
        self.columns = columns
        self.explained = explained
        self.scores = scores
    }
}
