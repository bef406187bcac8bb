package import GraphIR
package import Kernels
import TensorCore

/// A product of floats that can become one of whole numbers.
package struct QuantizableProduct: Sendable, Hashable {
    /// What is multiplied: `[rows, inputs]`.
    package let x: Value
    /// The product, with its bias where it has one.
    let end: Value
    let weight: Value
    let bias: Value?
    package let inputs: Int
    package let outputs: Int
    /// Where its parameters stand, such as `hidden0/linear`.
    package let scope: String

    /// Multiplications and additions of one row of the batch.
    package let operations: Double

    fileprivate func name(_ parameter: String) -> String {
        scope.isEmpty ? parameter : scope + "/" + parameter
    }
}

/// Numbers between which the first factor of a product lies, 0 among them.
package struct QuantizationRange: Sendable, Hashable {
    package let lower: Float
    package let upper: Float

    /// - Precondition: both are finite.
    package init(lower: Float, upper: Float) {
        precondition(lower.isFinite && upper.isFinite, "a range without ends")
        self.lower = min(lower, 0)
        self.upper = max(upper, 0)
    }

    /// Steps of a byte in 1. A range of nothing but 0 has any.
    var inverse: Float {
        let inverse = 255 / (upper - lower)
        return inverse > 0 && inverse < 1e30 ? inverse : 1
    }

    /// The byte of 0, which so is exact.
    var zero: Float { min(max((-lower * inverse).rounded(.toNearestOrEven), 0), 255) }
}

/// A graph whose products are of whole numbers, and its parameters.
package struct QuantizedGraph: Sendable {
    package var graph: Graph
    /// One for each that was given, laid out as `ParameterLayout` of the graph says.
    package var parameters: [Buffer]
}

extension Graph {
    /// The least inputs and outputs of a product that pays: below, the rounding of its first factor and the scaling of
    /// its sums cost as much as bytes save.
    package static let leastQuantizedWidth = 32

    /// Products `[rows, inputs] · [inputs, outputs]` with weights that nothing else reads and that are wide enough to pay.
    ///
    /// Batches of products, such as the heads of an ensemble's members, are none: they are narrow, so that reading
    /// their operands is what they cost.
    package var quantizableProducts: [QuantizableProduct] {
        var users: [Value: [Value]] = [:]
        for (index, node) in nodes.enumerated() {
            for operand in node.inputs { users[operand, default: []].append(Value(index)) }
        }
        let named = Set(outputs.values).union(updates.values)
        return nodes.enumerated().compactMap { index, node in
            let product = Value(index)
            guard node.op == .matmul(transposeA: false, transposeB: false), node.shape.rank == 2,
                node.shape[0].dependsOnRows
            else { return nil }
            let weight = node.inputs[1]
            guard let spec = parameter(named: self[weight].label), spec.value == weight,
                spec.role == .weight, users[weight]?.count == 1, !named.contains(weight)
            else { return nil }
            let (inputs, outputs) = (spec.shape[0].count(rows: 0), spec.shape[1].count(rows: 0))
            guard min(inputs, outputs) >= Self.leastQuantizedWidth else { return nil }
            let sum = bias(after: product, users: users[product] ?? [], named)
            return QuantizableProduct(
                x: node.inputs[0], end: sum?.end ?? product, weight: weight, bias: sum?.bias,
                inputs: inputs, outputs: outputs,
                scope: spec.name.split(separator: "/").dropLast().joined(separator: "/"),
                operations: operationCount(of: node, rows: 1))
        }
    }

    private func bias(
        after product: Value, users: [Value], _ named: Set<Value>
    ) -> (end: Value, bias: Value)? {
        guard users.count == 1, !named.contains(product), self[users[0]].op == .binary(.add),
            let other = self[users[0]].inputs.first(where: { $0 != product }),
            self[other].op == .parameter, self[other].shape == [self[product].shape[1]]
        else { return nil }
        return (users[0], other)
    }

    /// Makes products of whole numbers (`Op.int8Matmul`) of some of the graph's.
    ///
    /// The weights of a channel, a column `w` of a product's weights, become `round(w / s)` with
    /// `s = max |w| / 63`: seven bits, so that no processor's pairs of products saturate. A first factor `x` becomes
    /// a byte by the product's range. The sum's scale is `s / inverse`.
    ///
    /// - Parameters:
    ///   - products: Some of `quantizableProducts`.
    ///   - sets: Parameters, each laid out as `layout`, with the range of each product.
    /// - Returns: A graph with the same inputs and outputs, for inference. In place of the parameter `weight`
    ///   stand `int8` and `scale`, with `bias` and `range` beside them.
    /// - Complexity: O(parameters).
    /// - Source: Jacob et al. 2018, arXiv:1712.05877, for the scheme; here weights have seven bits and no zero of their
    ///   own.
    package func quantized(
        _ products: [QuantizableProduct],
        _ sets: [(parameters: Buffer, ranges: [QuantizationRange])], layout: ParameterLayout
    ) throws(GraphError) -> QuantizedGraph {
        var replacements: [Value: Replacement] = [:]
        for product in products {
            let label = self[product.end].label
            let (inputs, outputs) = (Extent.fixed(product.inputs), Extent.fixed(product.outputs))
            replacements[product.end] = Replacement(operands: [product.x]) { b, operands in
                func parameter(
                    _ name: String, _ shape: Shape, _ role: ParameterRole,
                    _ dtype: DType = .float32
                ) -> Value {
                    b.parameter(
                        product.name(name), shape, role: role, initializer: .constant(0),
                        dtype: dtype)
                }
                let factors =
                    operands + [
                        parameter("int8", [inputs, outputs], .weight, .int8),
                        parameter("scale", [outputs], .state),
                        parameter("bias", [outputs], .bias), parameter("range", [2], .state),
                    ]
                return b.scoped(label) { $0.apply(.int8Matmul, factors) }
            }
        }
        let graph = try replacing(replacements)
        let own = ParameterLayout(graph)
        let buffers = sets.map { parameters, ranges in
            let buffer = Buffer(count: own.count)
            for entry in own.entries {
                if let old = layout.entry(named: entry.spec.name), old.count == entry.count {
                    buffer.copy(
                        from: parameters, at: old.offset, to: entry.offset, count: entry.count)
                }
            }
            for (product, range) in zip(products, ranges) {
                write(product, range, from: parameters, layout, to: buffer, own)
            }
            return buffer
        }
        return QuantizedGraph(graph: graph, parameters: buffers)
    }

    private func write(
        _ product: QuantizableProduct, _ range: QuantizationRange, from parameters: Buffer,
        _ layout: ParameterLayout, to buffer: Buffer, _ own: ParameterLayout
    ) {
        func values(_ value: Value) -> [Float] {
            layout.entry(named: self[value].label).map { parameters.floats($0.range) } ?? []
        }
        func offset(_ name: String) -> Int {
            guard let entry = own.entry(named: product.name(name)) else {
                preconditionFailure("\(name) was not built")
            }
            return entry.offset
        }
        let (whole, steps) = Self.wholeWeights(values(product.weight), columns: product.outputs)
        buffer.copy(int8s: whole, to: offset("int8"))
        let scales = steps.map { $0 / range.inverse }
        buffer.copy(from: scales.span, to: offset("scale"))
        let bias = product.bias.map(values) ?? Array(repeating: 0, count: product.outputs)
        buffer.copy(from: bias.span, to: offset("bias"))
        buffer.copy(from: [range.inverse, range.zero].span, to: offset("range"))
    }

    /// Weights `[inputs, columns]` as whole numbers, and each column's step. A column of zeros has step 0.
    static func wholeWeights(
        _ weights: [Float], columns: Int
    ) -> (whole: [Int8], steps: [Float]) {
        let most = Float(greatestWholeWeight)
        var largest = [Float](repeating: 0, count: columns)
        for (place, weight) in weights.enumerated() {
            largest[place % columns] = max(largest[place % columns], abs(weight))
        }
        let whole = weights.enumerated().map { place, weight in
            let top = largest[place % columns]
            guard top > 0 else { return Int8(0) }
            // By doubles, whose quotient times 63 is within ±63.
            let number = (Double(weight) / Double(top) * Double(most)).rounded(.toNearestOrEven)
            return Int8(number)
        }
        return (whole, largest.map { $0 / most })
    }
}
