import GraphIR
import Kernels
import TensorCore

/// A product's left factor that nobody makes, as the product reads what it would be made of.
///
/// Only where nothing but the product reads it; a gradient would.
enum LeftFactor {
    case marked(MarkedFactor)
    /// The rows of each product of a batch lie that many apart, as in the values before they were transposed.
    case interleaved(Value, transposed: Value)

    /// - Parameter readsMarks: Whether marks of classes are read as such.
    init?(
        of product: Value, in graph: Graph, rows: Int, users: [[Value]], wanted: Set<Value>,
        readsMarks: Bool
    ) {
        if readsMarks,
            let marked = MarkedFactor(
                of: product, in: graph, rows: rows, users: users, wanted: wanted)
        {
            self = .marked(marked)
            return
        }
        let node = graph[product]
        guard node.op == .matmul(transposeA: false, transposeB: false), node.shape.rank == 3,
            !node.shape[2].dependsOnRows, node.shape[2].count(rows: 0) <= MatmulShape.narrow
        else { return nil }
        let left = node.inputs[0]
        guard graph[left].op == .transpose([1, 0, 2]), users[left.index].count == 1,
            !wanted.contains(left)
        else { return nil }
        self = .interleaved(graph[left].inputs[0], transposed: left)
    }

    /// What the product reads in its place.
    func reads(in graph: Graph) -> [Value] {
        switch self {
        case .marked(let factor): factor.reads(in: graph)
        case .interleaved(let source, _): [source]
        }
    }

    /// Values that nobody makes any more.
    var absorbed: [Value] {
        switch self {
        case .marked(let factor): factor.absorbed
        case .interleaved(_, let transposed): [transposed]
        }
    }
}
