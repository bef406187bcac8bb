/// Puts the nodes of a graph in an order in which what they read comes first; those that are in one keep it.
enum NodeOrder {
    static func sorted(_ graph: ONNXGraph, at place: String) throws(ONNXError) -> [ONNXNode] {
        var makers: [String: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { makers[output] = index }
        }
        var sorted: [ONNXNode] = []
        sorted.reserveCapacity(graph.nodes.count)
        enum Mark { case open, entered, done }
        var marks = [Mark](repeating: .open, count: graph.nodes.count)
        for start in graph.nodes.indices where marks[start] == .open {
            // What is still to be looked at of each node on the way, so that a long chain takes no deep recursion.
            var way: [(node: Int, needs: [Int])] = []
            func enter(_ index: Int) {
                marks[index] = .entered
                let needs = graph.nodes[index].reads.compactMap { makers[$0] }
                way.append((index, needs.reversed()))
            }
            enter(start)
            while let last = way.indices.last {
                guard let next = way[last].needs.popLast() else {
                    let index = way.removeLast().node
                    marks[index] = .done
                    sorted.append(graph.nodes[index])
                    continue
                }
                switch marks[next] {
                case .done: break
                case .open: enter(next)
                case .entered:
                    throw ONNXError(
                        .malformed, at: "\(place), \(graph.nodes[next].place)",
                        "reads what it makes itself, over other nodes")
                }
            }
        }
        return sorted
    }
}

extension ONNXNode {
    /// Names that it reads, in its graphs those that they do not make themselves.
    var reads: [String] {
        inputs.filter { !$0.isEmpty } + attributes.values.flatMap(\.graphs).flatMap(\.freeNames)
    }
}

extension ONNXGraph {
    /// Names that the graph reads and does not make.
    var freeNames: [String] {
        var made = Set(inputs.map(\.name)).union(initializers.keys)
        for node in nodes { made.formUnion(node.outputs) }
        return nodes.flatMap(\.reads).filter { !made.contains($0) }
            + outputs.map(\.name).filter { !made.contains($0) }
    }
}
