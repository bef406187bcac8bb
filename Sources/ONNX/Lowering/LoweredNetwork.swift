package import GraphIR
package import TensorCore

/// A part of a model as a `Graph`: between values of the model, by their names.
package struct LoweredNetwork: Sendable, Hashable {
    package var graph: Graph
    package var inputs: [Input]
    package var outputs: [Output]
    package var parameters: [Parameter]

    /// A value of the model that the graph reads.
    package struct Input: Sendable, Hashable {
        package var name: String
        package var type: ElementType
        /// As ONNX has it; the batch is `rows`.
        package var shape: Shape
        /// Where its numbers go; truths are 0 or 1, whole numbers at most `greatestWhole` in magnitude.
        package var numbers: InputPort?
        /// Where it goes as int32.
        package var indices: InputPort?
        /// The lengths of the tables that are looked up by it.
        package var tables: Set<Int>

        /// Sums of a few whole numbers up to it are exact in float32.
        package static let greatestWhole = 1 << 20
    }

    /// A value of the model that the graph leaves, in ONNX's order of axes.
    package struct Output: Sendable, Hashable {
        package var name: String
        /// Truths and whole numbers are floats in the graph.
        package var type: ElementType
        package var shape: Shape
        package var port: OutputPort
    }

    /// What a parameter of the graph starts with.
    package struct Parameter: Sendable, Hashable {
        /// In the graph; that of the initializer, where it is one.
        package var name: String
        package var isInitializer: Bool
        /// Axis `i` of the graph's parameter is this axis of the model's tensor: images are `[rows, height, width, channels]` here,
        /// weights `[input, output]` or `[height, width, channels, outputs]`.
        package var axes: [Int]
        /// Row-major, in the graph's order.
        package var values: [Float]
    }
}
