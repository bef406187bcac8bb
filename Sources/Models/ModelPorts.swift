import GraphIR
import NN
import Tables
package import TensorCore

/// An input or output of a model's graph: its name, what it holds for a batch, and of which type.
package struct ModelPort: Sendable, Hashable {
    package var name: String
    package var shape: Shape
    package var dtype: DType

    /// Elements of one row.
    package var width: Int { shape.count(rows: 1) }
}

extension ModelBundle {
    /// Sorted by their names.
    package var inputs: [ModelPort] {
        graph.inputs.sorted { $0.key < $1.key }.map { port($0.key.rawValue, $0.value) }
    }

    /// `nil` where the model does not have it.
    package func output(_ role: OutputRole) -> ModelPort? {
        graph.outputs[role.port].map { port(role.port.rawValue, $0) }
    }

    private func port(_ name: String, _ value: Value) -> ModelPort {
        ModelPort(name: name, shape: graph[value].shape, dtype: graph[value].dtype)
    }

    /// Whether the parts are of one model, which is asked of one that was read, imported or changed.
    ///
    /// - Throws: where the encoder's rows do not fit the graph's inputs, or nothing is predicted.
    package func verify() throws(ModelError) {
        _ = try require(.prediction)
        let made = encoder.featureBlocks
        for input in inputs {
            guard let block = made.first(where: { $0.port.rawValue == input.name }) else {
                throw ModelError("the model's graph reads \(input.name), which no encoder makes")
            }
            guard input.width == block.width, input.dtype == block.element else {
                throw ModelError(
                    "the model's graph reads \(input.width) \(input.dtype) a row as \(input.name), and its "
                        + "encoder makes \(block.width) \(block.element): they are not of one model")
            }
        }
    }
}
