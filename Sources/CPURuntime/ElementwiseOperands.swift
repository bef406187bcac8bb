import GraphIR
import Kernels

extension ElementwiseProgram.Access {
    /// How an operand is read for a result it broadcasts to, with axes merged where both allow.
    init(of operand: [Int], in result: [Int]) {
        let total = operand.reduce(1, *)
        guard total != result.reduce(1, *) else {
            self = .full
            return
        }
        guard total != 1 else {
            self = .scalar
            return
        }
        let own = rowMajorStrides(operand)
        let missing = result.count - operand.count
        var merged: [(extent: Int, stride: Int)] = []
        for axis in result.indices where result[axis] != 1 {
            let stretches = axis < missing || operand[axis - missing] == 1
            let stride = stretches ? 0 : own[axis - missing]
            if let last = merged.last, last.stride == stride * result[axis] {
                merged[merged.count - 1] = (last.extent * result[axis], stride)
            } else {
                merged.append((result[axis], stride))
            }
        }
        self = .stretched(extents: merged.map(\.extent), strides: merged.map(\.stride))
    }
}

extension ElementwiseProgram.Opcode {
    init(_ function: Op.Unary) {
        self =
            switch function {
            case .identity: .identity
            case .negate: .negate
            case .exp: .exp
            case .log: .log
            case .sqrt: .sqrt
            case .reciprocal: .reciprocal
            case .square: .square
            case .abs: .abs
            case .sign: .sign
            case .relu: .relu
            case .step: .step
            case .gelu: .gelu
            case .silu: .silu
            case .tanh: .tanh
            case .sigmoid: .sigmoid
            case .softplus: .softplus
            case .erf: .erf
            case .sin: .sin
            case .cos: .cos
            }
    }

    init(_ function: Op.Binary) {
        self =
            switch function {
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            case .divide: .divide
            case .minimum: .minimum
            case .maximum: .maximum
            case .greater: .greater
            case .equal: .equal
            }
    }
}

/// Of each axis, how far apart its neighbours are where the last axis lies together.
func rowMajorStrides(_ extents: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in extents.indices.dropLast().reversed() {
        strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return strides
}
