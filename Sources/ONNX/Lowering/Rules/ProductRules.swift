import GraphIR
import TensorCore

extension LoweringRules {
    static let products: [String: Tracer.Rule] = ["MatMul": matmul, "Gemm": gemm]

    private static let matmul: Tracer.Rule = { tracer, call throws(ONNXError) in
        var a = try tracer.factor(call, 0)
        var b = try tracer.factor(call, 1)
        let (left, right) = (a.rank, b.rank)
        guard left > 0, right > 0 else { throw call.obstacle("multiplies a number, which is no matrix") }
        if left == 1 { a = try tracer.reshaped(a, Shape([1] + tracer.shape(a).extents), call) }
        if right == 1 { b = try tracer.reshaped(b, Shape(tracer.shape(b).extents + [1]), call) }
        var result =
            b.rank == 2 ? try tracer.rowProduct(a, b, call) : try tracer.batchedProduct(a, b, call)
        var extents = tracer.shape(result).extents
        if left == 1 { extents.remove(at: extents.count - 2) }
        if right == 1 { extents.removeLast() }
        result = try tracer.reshaped(result, Shape(extents), call)
        return [.traced(result)]
    }

    private static let gemm: Tracer.Rule = { tracer, call throws(ONNXError) in
        let transposesB = try call.call.flag("transB")
        var a = try tracer.factor(call, 0)
        var b = try tracer.factor(call, 1, isTransposed: transposesB)
        guard a.rank == 2, b.rank == 2 else { throw call.obstacle("multiplies what are no matrices") }
        if try call.call.flag("transA") { a.axes = a.axes.map { 1 - $0 } }
        if transposesB { b.axes = b.axes.map { 1 - $0 } }
        var result = try tracer.rowProduct(a, b, call)
        let alpha = try call.call.float("alpha", default: 1)
        let beta = try call.call.float("beta", default: 1)
        if alpha != 1 { result = tracer.unary(result) { $0.scale($1, by: alpha) } }
        guard call.has(2), beta != 0 else { return [.traced(result)] }
        var addend = try call.input(2)
        if case .known(let known) = addend, known.tensor.count == 1, known.tensor.rank > 0 {
            addend = .traced(try tracer.parameter(known, role: .bias, axes: nil, call, keepsSingle: true))
        }
        if beta != 1 {
            let traced = try tracer.traced(addend, call, 2, role: .bias)
            addend = .traced(tracer.unary(traced) { $0.scale($1, by: beta) })
        }
        return [
            .traced(
                try tracer.elementwise(call, [.traced(result), addend], role: .bias) { $0.add($1[0], $1[1]) })
        ]
    }
}

extension Tracer {
    /// A factor of a product, in which a weight is `[input, output]`.
    fileprivate mutating func factor(
        _ call: TracedCall, _ index: Int, isTransposed: Bool = false
    ) throws(ONNXError) -> Traced {
        if case .known(let known) = try call.input(index), known.stretched == nil {
            guard known.tensor.type == .float32 else {
                throw call.obstacle("multiplies \(known.tensor.type.name), and graphs compute in float32")
            }
            return try parameter(
                known, role: .weight, axes: isTransposed && known.tensor.rank == 2 ? [1, 0] : nil, call,
                keepsSingle: true)
        }
        return try floats(call, index)
    }

    /// A value by a matrix, over its last axis: all its other axes are rows of one product.
    fileprivate mutating func rowProduct(_ a: Traced, _ b: Traced, _ call: TracedCall) throws(ONNXError) -> Traced {
        let own = shape(a)
        let last = a.rank - 1
        let width = shape(b)[1]
        guard own[last] == shape(b)[0] else {
            throw call.obstacle("multiplies \(own) by \(shape(b))")
        }
        guard !own[last].dependsOnRows, !shape(b).dependsOnRows || own.dependsOnRows == false else {
            throw call.obstacle("sums over the rows of the batch")
        }
        if a.rank == 2 {
            let product = builder.matmul(
                a.value, b.value, transposeA: a.axes != [0, 1], transposeB: b.axes != [0, 1])
            return Traced(product, axes: [0, 1])
        }
        let arranged = arranged(a, leading(of: a) + [last])
        let rows = arranged.axes.dropLast().map { own[$0] }
        guard let count = rows.product else { throw call.obstacle("multiplies more rows than can be counted") }
        let flat = builder.reshape(arranged.value, [count, own[last]])
        let product = builder.matmul(flat, b.value, transposeB: b.axes != [0, 1])
        return Traced(builder.reshape(product, Shape(rows + [width])), axes: arranged.axes)
    }

    /// The axes before the last ones in an order in which they can become one: as they are, but that of the batch first.
    private func leading(of a: Traced, matrix: Int = 1) -> [Int] {
        let extents = shape(a)
        let axes = a.axes.filter { $0 < a.rank - matrix }
        return axes.filter { extents[$0].dependsOnRows } + axes.filter { !extents[$0].dependsOnRows }
    }

    /// Products of matrices over all axes but the last two.
    fileprivate mutating func batchedProduct(_ left: Traced, _ right: Traced, _ call: TracedCall) throws(ONNXError) -> Traced {
        var (a, b) = (left, right)
        let rank = max(a.rank, b.rank)
        a = try reshaped(a, padded(shape(a), rank), call)
        b = try reshaped(b, padded(shape(b), rank), call)
        let (sa, sb) = (shape(a), shape(b))
        let batch = try broadcast(
            [Shape(Array(sa.extents.dropLast(2))), Shape(Array(sb.extents.dropLast(2)))], call)
        guard sa[rank - 1] == sb[rank - 2] else { throw call.obstacle("multiplies \(sa) by \(sb)") }
        guard !sa[rank - 1].dependsOnRows else { throw call.obstacle("sums over the rows of the batch") }
        let order = Array(0..<rank - 2)
        let lead = order.filter { batch[$0].dependsOnRows } + order.filter { !batch[$0].dependsOnRows }
        guard let count = lead.map({ batch[$0] }).product else {
            throw call.obstacle("multiplies more matrices than can be counted")
        }
        let (va, ta) = try matrices(a, lead, batch, count, call)
        let (vb, tb) = try matrices(b, lead, batch, count, call)
        let product = builder.matmul(va, vb, transposeA: ta, transposeB: tb)
        let axes = lead + [rank - 2, rank - 1]
        let extents = batch.extents + [sa[rank - 2], sb[rank - 1]]
        return Traced(builder.reshape(product, Shape(axes.map { extents[$0] })), axes: axes)
    }

    private func padded(_ shape: Shape, _ rank: Int) -> Shape {
        Shape([Extent](repeating: 1, count: rank - shape.rank) + shape.extents)
    }

    /// A factor as `[products, m, k]`, or with its last two axes exchanged; where one matrix serves all, of one product.
    private mutating func matrices(
        _ x: Traced, _ lead: [Int], _ batch: Shape, _ count: Extent, _ call: TracedCall
    ) throws(ONNXError) -> (Value, isTransposed: Bool) {
        let rank = x.rank
        let own = shape(x)
        let isTransposed = x.axes.suffix(2) == [rank - 1, rank - 2]
        let last = isTransposed ? [rank - 1, rank - 2] : [rank - 2, rank - 1]
        var value = arranged(x, lead + last).value
        let matrix = last.map { own[$0] }
        if lead.allSatisfy({ own[$0] == 1 }) {
            return (builder.reshape(value, Shape([1] + matrix)), isTransposed)
        }
        let wanted = Shape(lead.map { batch[$0] } + matrix)
        if builder.shape(value) != wanted { value = builder.broadcast(value, wanted) }
        return (builder.reshape(value, Shape([count] + matrix)), isTransposed)
    }
}
