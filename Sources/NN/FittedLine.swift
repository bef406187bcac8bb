package import GraphIR
import TensorCore

/// The linear function beside an ensemble's members; see `TabularNetwork.hasLine`.
///
/// Each member puts out `z_m(e) + e·V + c` of the features `e` that all members see, so that `V` and `c` enter each
/// output that says what members say, and every reading of the graph: explanations, fewer members, narrower layers.
enum FittedLine {
    static let scope = "line"
}

extension GraphBuilder {
    /// `x·V + c`, 0 until it is fitted.
    ///
    /// - Parameter x: `[rows, features]`.
    /// - Returns: `[1, rows, output]`.
    mutating func line(_ x: Value, output: Int) -> Value {
        let features = shape(x)[1]
        return scoped(FittedLine.scope) { b in
            let weight = b.parameter(
                "weight", [features, .fixed(output)], role: .fitted, initializer: .constant(0))
            let bias = b.parameter(
                "bias", [.fixed(output)], role: .fitted, initializer: .constant(0))
            return b.reshape(b.add(b.matmul(x, weight), bias), [1, .rows, .fixed(output)])
        }
    }
}

extension TabularNetwork {
    /// The names of the tensors that the line adds, and of those whose outputs it is added to.
    package static let lineWeight = FittedLine.scope + "/weight"
    package static let lineBias = FittedLine.scope + "/bias"
    package static let headTensors = ["head/weight", "head/bias"]

    /// What the line multiplies, `[rows, features]`, in a graph of this network; `nil` where it has none.
    package func lineFeatures(in graph: Graph) -> Value? {
        guard let weight = graph.parameter(named: Self.lineWeight)?.value else { return nil }
        return graph.nodes.first { $0.inputs.count == 2 && $0.inputs[1] == weight }?.inputs[0]
    }
}
