import GraphIR
import TensorCore

extension Tracer {
    /// The shape that operands stretch to.
    func broadcast(_ shapes: [Shape], _ call: TracedCall) throws(ONNXError) -> Shape {
        var result = Shape.scalar
        for shape in shapes {
            guard let wider = result.broadcast(with: shape) else {
                throw call.obstacle("cannot stretch \(shapes) to one another for every number of rows")
            }
            result = wider
        }
        return result
    }

    /// A function of elements of operands that are stretched to one another.
    ///
    /// The result keeps the order of the axes of the largest operand.
    mutating func elementwise(
        _ call: TracedCall, _ operands: [Tracked], role: ParameterRole = .bias, type: ElementType = .float32,
        _ build: (inout GraphBuilder, [Value]) -> Value
    ) throws(ONNXError) -> Traced {
        let target = try broadcast(operands.map { shape($0) }, call)
        if let values = try flatOperands(call, operands, role: role) {
            let flat = build(&builder, values)
            return Traced(builder.reshape(flat, target), axes: Array(0..<target.rank), type: type)
        }
        var axes = Array(0..<target.rank)
        var largest = 0
        for case .traced(let operand) in operands where operand.rank == target.rank {
            let count = shape(operand).count(rows: 1)
            // Of two that are equally large, images keep their order, and others ONNX's.
            let isPreferred = operand.axes == [0, 2, 3, 1] || (axes != [0, 2, 3, 1] && operand.isOrdered)
            if count > largest || (count == largest && isPreferred) { (largest, axes) = (count, operand.axes) }
        }
        var values: [Value] = []
        for (index, operand) in operands.enumerated() {
            values.append(try stretched(operand, index, to: axes, call, role: role))
        }
        let result = build(&builder, values)
        let wanted = Shape(axes.map { target[$0] })
        return Traced(
            builder.shape(result) == wanted ? result : builder.broadcast(result, wanted), axes: axes,
            type: type)
    }

    /// An operand with so many axes as a result, in the order of these.
    private mutating func stretched(
        _ operand: Tracked, _ index: Int, to axes: [Int], _ call: TracedCall, role: ParameterRole
    ) throws(ONNXError) -> Value {
        var traced: Traced
        switch operand {
        case .known(let known) where known.tensor.count == 1:
            let single = try parameter(known, role: role, axes: nil, call)
            return builder.node(single.value).op == .reshape(builder.shape(single.value))
                ? builder.node(single.value).inputs[0] : single.value
        case .known(let known): traced = try parameter(known, role: role, axes: nil, call)
        case .traced(let given): traced = given
        case .extents: throw call.obstacle("its input \(index + 1) depends on the number of rows")
        }
        let missing = axes.count - traced.rank
        if axes == Array(0..<axes.count) { return ordered(traced).value }
        if missing > 0 {
            let own = shape(traced)
            traced = try reshaped(
                ordered(traced), Shape([Extent](repeating: 1, count: missing) + own.extents), call)
        }
        return arranged(traced, axes).value
    }

    /// Operands as matrices, where all that are no numbers or rows of weights are products of matrices in more axes: so what
    /// follows a product is computed with it.
    private mutating func flatOperands(
        _ call: TracedCall, _ operands: [Tracked], role: ParameterRole
    ) throws(ONNXError) -> [Value]? {
        var flat: Shape?
        var full: Shape?
        for case .traced(let operand) in operands {
            guard let matrix = matrix(under: operand) else { return nil }
            guard flat == nil || (flat == builder.shape(matrix) && full == shape(operand)) else { return nil }
            (flat, full) = (builder.shape(matrix), shape(operand))
        }
        guard let flat, let full else { return nil }
        var values: [Value] = []
        for (index, operand) in operands.enumerated() {
            switch operand {
            case .traced(let operand): values.append(matrix(under: operand) ?? operand.value)
            case .known(let known):
                let own = known.shape
                guard known.stretched == nil, own.rank <= full.rank,
                    own.count(rows: 1) == 1 || (own.extents.last == flat[1] && own.extents.product == flat[1])
                else { return nil }
                if own.count(rows: 1) == 1 {
                    values.append(try stretched(operand, index, to: [0, 1], call, role: role))
                } else {
                    let row = try parameter(known, role: role, axes: nil, call)
                    values.append(own.rank > 2 ? builder.reshape(row.value, [flat[1]]) : row.value)
                }
            case .extents: return nil
            }
        }
        return values
    }

    /// The matrix of which a value of more axes is a view, its last axis being the matrix's.
    func matrix(under x: Traced) -> Value? {
        guard x.isOrdered, x.rank > 2, case .reshape(let shape) = builder.node(x.value).op else { return nil }
        let matrix = builder.node(x.value).inputs[0]
        let own = builder.shape(matrix)
        return own.rank == 2 && own[1] == shape.extents.last ? matrix : nil
    }

    /// A function of a value's elements.
    mutating func unary(_ x: Traced, _ build: (inout GraphBuilder, Value) -> Value) -> Traced {
        if let matrix = matrix(under: x) {
            let shape = builder.shape(x.value)
            let flat = build(&builder, matrix)
            return Traced(builder.reshape(flat, shape), axes: x.axes)
        }
        return Traced(build(&builder, x.value), axes: x.axes)
    }
}
