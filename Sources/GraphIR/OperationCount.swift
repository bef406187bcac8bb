import TensorCore

extension Graph {
    /// Operations of one run over `rows` rows, of floats and of whole numbers alike.
    ///
    /// A product of `[m, k]` and `[k, n]` counts `2·m·n·k`, a convolution two for each number that its
    /// window reads at each place and output, padding included, and a pooling one; an elementwise operation, a reduction
    /// and a gradient's scatter one an element that they read or write; a softmax five an element;
    /// what only moves numbers none. Nodes that no output needs count too.
    ///
    /// - Complexity: O(nodes).
    package func operationCount(rows: Int) -> Double {
        nodes.reduce(0) { $0 + operationCount(of: $1, rows: rows) }
    }

    /// How often one row uses a weight of the graph's products and convolutions, on average: once in a
    /// perceptron; 1 where there are none.
    package var weightUsesPerRow: Double {
        var uses = 0.0
        var weights = 0.0
        for node in nodes {
            switch node.op {
            case .matmul, .convolution, .int8Matmul: break
            default: continue
            }
            guard let weight = node.inputs.first(where: { self[$0].op == .parameter }) else {
                continue
            }
            let count = Double(self[weight].shape.fixedCount)
            weights += count
            // Two operations a use.
            uses +=
                (operationCount(of: node, rows: 2) - operationCount(of: node, rows: 1)) / 2
        }
        return weights > 0 ? max(1, uses / weights) : 1
    }

    /// See `operationCount(rows:)`.
    package func operationCount(of node: Node, rows: Int) -> Double {
        let count = Double(node.shape.count(rows: rows))
        func operand(_ position: Int) -> Double {
            Double(self[node.inputs[position]].shape.count(rows: rows))
        }
        switch node.op {
        case .matmul(let transposeA, _):
            let extents = self[node.inputs[0]].shape.bound(rows: rows)
            let inner = extents[extents.count - (transposeA ? 2 : 1)]
            return 2 * count * Double(inner)
        case .int8Matmul: return 2 * count * Double(self[node.inputs[1]].shape.bound(rows: rows)[0])
        case .convolution:
            let weights = self[node.inputs[1]].shape.bound(rows: rows)
            return 2 * count * Double(weights[..<3].reduce(1, *))
        case .convolutionInputGradient:
            let weights = self[node.inputs[1]].shape.bound(rows: rows)
            return 2 * operand(0) * Double(weights[..<3].reduce(1, *))
        case .convolutionWeightGradient:
            let weights = node.shape.bound(rows: rows)
            return 2 * operand(1) * Double(weights[..<3].reduce(1, *))
        case .maxPool(let window), .maxPoolPick(let window), .averagePool(let window, _):
            return count * Double(window.area)
        case .maxPoolSpread(let window): return operand(1) * Double(window.area)
        case .averagePoolGradient(let window, _, _, _): return operand(0) * Double(window.area)
        case .unary(.identity), .constant, .broadcast: return 0
        case .unary, .binary, .select, .dropoutMask: return count
        case .reduce: return operand(0)
        case .softmax, .logSoftmax: return 5 * count
        case .scatterAdd: return operand(1)
        case .input, .parameter, .reshape, .transpose, .slice, .pad, .concatenate, .gather, .oneHot,
            .shardStatistic, .scaleGradient:
            return 0
        // By whoever adds the shards, one number of each.
        case .sumOverShards: return count
        }
    }
}
