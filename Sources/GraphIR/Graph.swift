package import TensorCore

/// A node's place in its graph.
package struct Value: Hashable, Sendable, Codable {
    package let index: Int
    package init(_ index: Int) { self.index = index }

    package init(from decoder: any Decoder) throws {
        self.index = try decoder.singleValueContainer().decode(Int.self)
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(index)
    }
}

package struct Node: Hashable, Sendable, Codable {
    package var op: Op
    package var inputs: [Value]
    package var shape: Shape
    package var dtype: DType
    /// Where it stands in the model, such as `block0/linear`; the name of an input or parameter.
    package var label: String
}

/// What a parameter is for; weight decay and the optimizer look at it.
package enum ParameterRole: String, Codable, Sendable, Hashable {
    case weight, bias, norm, embedding
    /// Kept between steps but not learned, such as running means.
    case state
    /// Learned from rows by a convex problem of its own: no step of a training moves it.
    case fitted

    /// Whether the steps of a training move it along its gradient.
    package var isMovedBySteps: Bool { self != .state && self != .fitted }
}

/// How a parameter starts.
package enum Initializer: Hashable, Sendable, Codable {
    case constant(Float)
    /// Uniform on ±bound.
    case uniform(bound: Float)
    case normal(standardDeviation: Float)
    /// −1 or 1 with equal probability.
    case randomSign
    /// The given numbers, row-major.
    case values([Float])
}

package struct ParameterSpec: Hashable, Sendable, Codable {
    package var name: String
    package var shape: Shape
    package var role: ParameterRole
    package var initializer: Initializer
    /// Its gradient touches only the rows that a batch looked up; only `gather` may read it.
    package var hasSparseGradient: Bool
    package var value: Value
}

/// A computation: nodes in an order in which operands come first, the inputs, the parameters and
/// the named results.
///
/// A graph is a value. Training, differentiation, counting and execution are passes over it.
package struct Graph: Hashable, Sendable, Codable {
    package internal(set) var nodes: [Node] = []
    package internal(set) var inputs: [InputPort: Value] = [:]
    package internal(set) var parameters: [ParameterSpec] = []
    package internal(set) var outputs: [OutputPort: Value] = [:]
    /// New values of state parameters after a training step, by parameter name.
    package internal(set) var updates: [String: Value] = [:]

    package init() {}

    package subscript(value: Value) -> Node { nodes[value.index] }

    package func parameter(named name: String) -> ParameterSpec? {
        parameters.first { $0.name == name }
    }

    /// Whether a row of the batch influences another row's result, as in batch norm.
    ///
    /// Such a graph is not cut into shards. A reduction over rows that only leads to the loss or to
    /// a parameter's gradient is a sum over shards and does not count; the builder of the forward
    /// graph decides, so this looks for a value without a row axis, computed from rows, that meets
    /// a value with one, or that becomes a state parameter's next value. A `shardStatistic` is meant
    /// to be its shard's, and what comes out of `sumOverShards` is the batch's.
    package var mixesRows: Bool {
        var fromRows = [Bool](repeating: false, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            let reads = node.inputs.contains { fromRows[$0.index] }
            let readsReduced = node.inputs.contains {
                fromRows[$0.index] && !nodes[$0.index].shape.dependsOnRows
            }
            if readsReduced && node.shape.dependsOnRows { return true }
            fromRows[index] =
                node.op != .shardStatistic && node.op != .sumOverShards
                && (reads || node.shape.dependsOnRows)
        }
        return updates.values.contains { fromRows[$0.index] }
    }

    /// The greatest weight of a product of whole numbers: twice 255 times it is less than 2^15.
    package static let greatestWholeWeight = 63

    /// Whether a product is of whole numbers, so that what it depends on has no gradient.
    package var hasInt8Products: Bool { nodes.contains { $0.op == .int8Matmul } }

    /// Whether a shard takes statistics of its own rows.
    package var hasShardStatistics: Bool { nodes.contains { $0.op == .shardStatistic } }

    /// Whether the shards of a batch wait for one another's sums.
    package var hasSumsOverShards: Bool { nodes.contains { $0.op == .sumOverShards } }
}

/// A graph that cannot be built: which node, its operands' shapes, where it was written.
package struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
    package var node: String
    package var problem: String
    package var location: String

    package init(node: String, problem: String, location: String) {
        self.node = node
        self.problem = problem
        self.location = location
    }

    package var description: String {
        "the graph cannot be built: \(node): \(problem) (\(location))"
    }
}
