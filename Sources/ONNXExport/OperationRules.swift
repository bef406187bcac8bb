import GraphIR
import TensorCore

/// An operation of a graph that is to be written, with what its operands became.
struct OperationCall {
    struct Operand {
        var value: ONNXWritten
        var shape: Shape
    }

    var node: Node
    var operands: [Operand]

    var values: [ONNXWritten] { operands.map(\.value) }
    var label: String { node.label }

    /// Whether its result has rows that no operand has.
    var countsRows: Bool {
        switch node.op {
        case .broadcast, .dropoutMask: node.shape.dependsOnRows && !(operands.first?.shape.dependsOnRows ?? false)
        default: false
        }
    }

    func refusal(_ advice: String) -> ONNXExportError {
        ONNXExportError(
            at: "the graph's node \(label.isEmpty ? "" : label + ", ")\(node.op),", "has no ONNX operator here",
            advice: advice)
    }
}

/// One rule an operation: the nodes that compute it, of operators that ONNX Runtime has for processors.
extension ONNXWriter {
    /// - Parameter rowCount: Of shape `[1]`, where the call counts rows.
    /// - Throws: where ONNX has no operator for it.
    mutating func operation(
        _ call: OperationCall, rowCount: ONNXWritten?
    ) throws(ONNXExportError) -> ONNXWritten {
        let (values, label) = (call.values, call.label)
        switch call.node.op {
        case .input, .parameter:
            throw call.refusal("The graph is damaged: make it anew")
        case .constant(let value): return number(value)
        case .unary(let function): return unary(function, values[0], label)
        case .binary(let function): return binary(function, values[0], values[1], label)
        case .select:
            let condition = cast(values[0], to: .bool, label: label)
            return apply("Where", [condition, values[1], values[2]], label: label)
        case .broadcast(let shape):
            let extents = extents(shape, stretching: call.operands[0].shape, rowCount, label)
            return apply("Expand", [values[0], extents], label: label)
        case .dropoutMask(let shape, _, _):
            // A prediction drops nothing.
            let extents = extents(shape, stretching: .scalar, rowCount, label)
            return apply("Expand", [number(Float(1)), extents], label: label)
        case .reduce(let reduction, let axes): return reduced(values[0], reduction, axes, label)
        // They are their operand wherever a batch is whole and nothing learns.
        case .shardStatistic, .sumOverShards, .scaleGradient: return values[0]
        case .matmul(let transposesA, let transposesB):
            let a = transposesA ? lastAxesExchanged(call.operands[0], label) : values[0]
            let b = transposesB ? lastAxesExchanged(call.operands[1], label) : values[1]
            return apply("MatMul", [a, b], label: label)
        case .int8Matmul: return wholeProduct(call)
        case .convolution(let window, let groups): return convolution(call, window, groups: groups)
        case .maxPool(let window): 
            return pooled(call, by: "MaxPool", window, ("dilations", .ints(window.dilations)))
        case .averagePool(let window, let countsPadding):
            guard window.vertical.dilation == 1, window.horizontal.dilation == 1 else {
                throw call.refusal(
                    "Means over dilated windows came later than the operators written here: use no dilation")
            }
            return pooled(call, by: "AveragePool", window, ("count_include_pad", .int(countsPadding ? 1 : 0)))
        case .softmax: return apply("Softmax", values, ["axis": .int(-1)], label: label)
        case .logSoftmax: return apply("LogSoftmax", values, ["axis": .int(-1)], label: label)
        case .reshape(let shape):
            let extents = list(shape.extents.map { $0.dependsOnRows ? -1 : $0.count(rows: 0) })
            return apply("Reshape", [values[0], extents], label: label)
        case .transpose(let permutation):
            return apply("Transpose", values, ["perm": .ints(permutation)], label: label)
        case .slice(let axis, let start, let end):
            return sliced(values[0], axis: axis, start..<end, label)
        case .pad(let axis, let before, let after):
            var widths = [Int](repeating: 0, count: 2 * call.node.shape.rank)
            (widths[axis], widths[call.node.shape.rank + axis]) = (before, after)
            return apply("Pad", [values[0], list(widths)], label: label)
        case .concatenate(let axis): return apply("Concat", values, ["axis": .int(axis)], label: label)
        case .gather: return apply("Gather", values, ["axis": .int(0)], label: label)
        case .oneHot(let classes):
            let last = apply("Unsqueeze", [values[0], list([-1])], label: label)
            let all = constant(.int32((0..<classes).map { Int32($0) }), shape: [classes])
            return cast(apply("Equal", [last, all], label: label), to: .float32, label: label)
        case .convolutionInputGradient, .convolutionWeightGradient, .maxPoolPick, .maxPoolSpread,
            .averagePoolGradient, .scatterAdd:
            throw call.refusal("It is of a training: export the graph that predicts")
        }
    }

    private mutating func unary(_ function: Op.Unary, _ x: ONNXWritten, _ label: String) -> ONNXWritten {
        func plain(_ name: String, _ writer: inout ONNXWriter) -> ONNXWritten {
            writer.apply(name, [x], label: label)
        }
        switch function {
        case .identity: return x
        case .negate: return plain("Neg", &self)
        case .exp: return plain("Exp", &self)
        case .log: return plain("Log", &self)
        case .sqrt: return plain("Sqrt", &self)
        case .reciprocal: return plain("Reciprocal", &self)
        case .abs: return plain("Abs", &self)
        case .sign: return plain("Sign", &self)
        case .relu: return plain("Relu", &self)
        case .tanh: return plain("Tanh", &self)
        case .softplus: return plain("Softplus", &self)
        case .erf: return plain("Erf", &self)
        case .sin: return plain("Sin", &self)
        case .cos: return plain("Cos", &self)
        case .square: return apply("Mul", [x, x], label: label)
        case .step:
            return cast(apply("Greater", [x, number(Float(0))], label: label), to: .float32, label: label)
        case .gelu:
            let scaled = apply("Mul", [x, number(Float(0.5).squareRoot())], label: label)
            let twice = apply("Add", [apply("Erf", [scaled], label: label), number(Float(1))], label: label)
            return apply("Mul", [x, apply("Mul", [twice, number(Float(0.5))], label: label)], label: label)
        case .silu: return apply("Mul", [x, sigmoid(x, label)], label: label)
        case .sigmoid: return sigmoid(x, label)
        }
    }

    /// `1 / (1 + exp(−x))`, by its parts: ONNX Runtime's own operator is right to about 1e-7, which is all of a small
    /// probability.
    package mutating func sigmoid(_ x: ONNXWritten, _ label: String) -> ONNXWritten {
        let power = apply("Exp", [apply("Neg", [x], label: label)], label: label)
        return apply("Reciprocal", [apply("Add", [power, number(Float(1))], label: label)], label: label)
    }

    private mutating func binary(
        _ function: Op.Binary, _ a: ONNXWritten, _ b: ONNXWritten, _ label: String
    ) -> ONNXWritten {
        switch function {
        case .add: apply("Add", [a, b], label: label)
        case .subtract: apply("Sub", [a, b], label: label)
        case .multiply: apply("Mul", [a, b], label: label)
        case .divide: apply("Div", [a, b], label: label)
        case .minimum: apply("Min", [a, b], label: label)
        case .maximum: apply("Max", [a, b], label: label)
        case .greater: cast(apply("Greater", [a, b], label: label), to: .float32, label: label)
        case .equal: cast(apply("Equal", [a, b], label: label), to: .float32, label: label)
        }
    }

    private mutating func reduced(
        _ x: ONNXWritten, _ reduction: Op.Reduction, _ axes: [Int], _ label: String
    ) -> ONNXWritten {
        switch reduction {
        case .sum: apply("ReduceSum", [x, list(axes)], ["keepdims": .int(1)], label: label)
        case .mean: apply("ReduceMean", [x], ["axes": .ints(axes), "keepdims": .int(1)], label: label)
        case .max: apply("ReduceMax", [x], ["axes": .ints(axes), "keepdims": .int(1)], label: label)
        }
    }

    private mutating func lastAxesExchanged(_ operand: OperationCall.Operand, _ label: String) -> ONNXWritten {
        var order = Array(0..<operand.shape.rank)
        order.swapAt(order.count - 1, order.count - 2)
        return apply("Transpose", [operand.value], ["perm": .ints(order)], label: label)
    }

    package mutating func sliced(
        _ x: ONNXWritten, axis: Int, _ range: Range<Int>, _ label: String = "row"
    ) -> ONNXWritten {
        apply("Slice", [x, list([range.lowerBound]), list([range.upperBound]), list([axis])], label: label)
    }

    /// A shape as a value. An axis that the operand has stays as it is where 1 is asked for.
    private mutating func extents(
        _ shape: Shape, stretching operand: Shape, _ rowCount: ONNXWritten?, _ label: String
    ) -> ONNXWritten {
        guard let axis = shape.rowAxis, case .rowParts(let parts) = shape[axis] else {
            return list(shape.bound(rows: 0))
        }
        guard let rowCount, !operand.dependsOnRows else {
            return list(shape.extents.map { $0.dependsOnRows ? 1 : $0.count(rows: 0) })
        }
        let rows = parts == 1 ? rowCount : apply("Mul", [rowCount, list([parts])], label: label)
        let before = list(shape.extents[..<axis].map { $0.count(rows: 0) })
        let after = list(shape.extents[(axis + 1)...].map { $0.count(rows: 0) })
        return apply("Concat", [before, rows, after], ["axis": .int(0)], label: label)
    }

    /// Exactly the bits of `int8Matmul`: rounded and cut as there, summed in whole numbers.
    private mutating func wholeProduct(_ call: OperationCall) -> ONNXWritten {
        let (values, label) = (call.values, call.label)
        let inverse = apply("Gather", [values[4], number(Int64(0))], label: label)
        let zero = apply("Gather", [values[4], number(Int64(1))], label: label)
        let lowest = apply("Neg", [zero], label: label)
        let scaled = apply("Round", [apply("Mul", [values[0], inverse], label: label)], label: label)
        let known = apply("Where", [apply("IsNaN", [scaled], label: label), lowest, scaled], label: label)
        let highest = apply("Sub", [number(Float(255)), zero], label: label)
        let cut = apply("Max", [apply("Min", [known, highest], label: label), lowest], label: label)
        let bytes = cast(apply("Add", [cut, zero], label: label), to: .uint8, label: label)
        let sums = apply(
            "MatMulInteger", [bytes, values[1], cast(zero, to: .uint8, label: label)], label: label)
        let scaledSums = apply(
            "Mul", [cast(sums, to: .float32, label: label), values[2]], label: label)
        return apply("Add", [scaledSums, values[3]], label: label)
    }
}
