extension Graph {
    /// The graph without nodes, inputs and parameters that no output and no update needs.
    ///
    /// - Complexity: O(nodes).
    package func trimmed() -> Graph {
        var live = [Bool](repeating: false, count: nodes.count)
        for value in Array(outputs.values) + Array(updates.values) { live[value.index] = true }
        for index in nodes.indices.reversed() where live[index] {
            for operand in nodes[index].inputs { live[operand.index] = true }
        }
        var places = [Value](repeating: Value(0), count: nodes.count)
        var graph = Graph()
        for (index, var node) in nodes.enumerated() where live[index] {
            node.inputs = node.inputs.map { places[$0.index] }
            places[index] = Value(graph.nodes.count)
            graph.nodes.append(node)
        }
        graph.inputs = inputs.filter { live[$0.value.index] }.mapValues { places[$0.index] }
        graph.parameters = parameters.filter { live[$0.value.index] }.map { spec in
            var spec = spec
            spec.value = places[spec.value.index]
            return spec
        }
        graph.outputs = outputs.mapValues { places[$0.index] }
        graph.updates = updates.mapValues { places[$0.index] }
        return graph
    }
}
