package import GraphIR

extension TabularNetwork {
    /// What each hidden layer puts out, in a graph of this network: `[rows, width]`, of an ensemble
    /// `[members·rows, width]` with a row's members one after the other.
    package func hiddenValues(in graph: Graph) -> [Value] {
        hidden.indices.compactMap { index in
            graph.nodes.lastIndex { $0.label == "hidden\(index)" }.map { Value($0) }
        }
    }
}
