import GraphIR
import TensorCore
import Testing

/// Every operation of the engine, by name. `OpKind.init(_:)` is an exhaustive switch: a new case of
/// `Op`, `Unary`, `Binary` or `Reduction` does not pass these tests before it has cases here.
enum OpKind: Hashable, CustomStringConvertible {
    case input, parameter, constant
    case unary(Op.Unary)
    case binary(Op.Binary)
    case select, broadcast
    case reduce(Op.Reduction)
    case matmul, int8Matmul, softmax, logSoftmax, reshape, transpose, slice, pad, concatenate
    case shardStatistic, sumOverShards, scaleGradient, convolution, convolutionInputGradient,
        convolutionWeightGradient
    case maxPool, maxPoolPick, maxPoolSpread, averagePool, averagePoolGradient
    case gather, scatterAdd, oneHot, dropoutMask

    static let all: [OpKind] =
        [.input, .parameter, .constant]
        + Op.Unary.allCases.map(OpKind.unary) + Op.Binary.allCases.map(OpKind.binary)
        + [.select, .broadcast] + Op.Reduction.allCases.map(OpKind.reduce)
        + [
            .matmul, .int8Matmul, .softmax, .logSoftmax, .reshape, .transpose, .slice, .pad,
            .concatenate,
            .shardStatistic, .sumOverShards, .scaleGradient, .convolution,
            .convolutionInputGradient,
            .convolutionWeightGradient, .maxPool, .maxPoolPick, .maxPoolSpread, .averagePool,
            .averagePoolGradient, .gather, .scatterAdd, .oneHot, .dropoutMask,
        ]

    init(_ op: Op) {
        switch op {
        case .input: self = .input
        case .parameter: self = .parameter
        case .constant: self = .constant
        case .unary(let function): self = .unary(function)
        case .binary(let function): self = .binary(function)
        case .select: self = .select
        case .broadcast: self = .broadcast
        case .reduce(let kind, _): self = .reduce(kind)
        case .matmul: self = .matmul
        case .int8Matmul: self = .int8Matmul
        case .shardStatistic: self = .shardStatistic
        case .sumOverShards: self = .sumOverShards
        case .scaleGradient: self = .scaleGradient
        case .convolution: self = .convolution
        case .convolutionInputGradient: self = .convolutionInputGradient
        case .convolutionWeightGradient: self = .convolutionWeightGradient
        case .maxPool: self = .maxPool
        case .maxPoolPick: self = .maxPoolPick
        case .maxPoolSpread: self = .maxPoolSpread
        case .averagePool: self = .averagePool
        case .averagePoolGradient: self = .averagePoolGradient
        case .softmax: self = .softmax
        case .logSoftmax: self = .logSoftmax
        case .reshape: self = .reshape
        case .transpose: self = .transpose
        case .slice: self = .slice
        case .pad: self = .pad
        case .concatenate: self = .concatenate
        case .gather: self = .gather
        case .scatterAdd: self = .scatterAdd
        case .oneHot: self = .oneHot
        case .dropoutMask: self = .dropoutMask
        }
    }

    var description: String {
        switch self {
        case .unary(let function): function.rawValue
        case .binary(let function): function.rawValue
        case .reduce(let kind): "reduce \(kind.rawValue)"
        case .input: "input"
        case .parameter: "parameter"
        case .constant: "constant"
        case .select: "select"
        case .broadcast: "broadcast"
        case .matmul: "matmul"
        case .int8Matmul: "int8Matmul"
        case .shardStatistic: "shardStatistic"
        case .sumOverShards: "sumOverShards"
        case .scaleGradient: "scaleGradient"
        case .convolution: "convolution"
        case .convolutionInputGradient: "convolutionInputGradient"
        case .convolutionWeightGradient: "convolutionWeightGradient"
        case .maxPool: "maxPool"
        case .maxPoolPick: "maxPoolPick"
        case .maxPoolSpread: "maxPoolSpread"
        case .averagePool: "averagePool"
        case .averagePoolGradient: "averagePoolGradient"
        case .softmax: "softmax"
        case .logSoftmax: "logSoftmax"
        case .reshape: "reshape"
        case .transpose: "transpose"
        case .slice: "slice"
        case .pad: "pad"
        case .concatenate: "concatenate"
        case .gather: "gather"
        case .scatterAdd: "scatterAdd"
        case .oneHot: "oneHot"
        case .dropoutMask: "dropoutMask"
        }
    }
}

/// What numbers an operand takes, so that a function is defined and smooth where it is tried.
enum Domain: Hashable {
    /// ±2, at least 0.05 away from zero, where some functions have a kink.
    case signed
    /// 0.2 … 2.2.
    case positive
    /// 0 or 1.
    case condition
    /// `0..<n`, as int32.
    case indices(Int)
    /// −63 … 63, as int8.
    case whole
    /// A sixteenth above a quarter, −5 … 65: times `byteRange`'s inverse never near the middle of two whole numbers, and
    /// beyond both ends.
    case untied
    /// An inverse of 4 and a zero of 16, as a product of whole numbers takes them.
    case byteRange

    var dtype: DType {
        switch self {
        case .indices: .int32
        case .whole: .int8
        default: .float32
        }
    }

    /// Whether a result may be differentiated for such an operand.
    var isSmooth: Bool { self == .signed || self == .positive }

    /// Numbers that `Float` holds exactly.
    func values(_ count: Int, seed: UInt64, name: String) -> [Double] {
        let random = CounterRandom(seed: seed, name: name)
        return (0..<count).map { index in
            let u = random.uniform(index: UInt64(index))
            switch self {
            case .signed:
                let magnitude = 0.05 + 1.95 * (u < 0.5 ? 1 - 2 * u : 2 * u - 1)
                return Double(Float(u < 0.5 ? -magnitude : magnitude))
            case .positive: return Double(Float(0.2 + 2 * u))
            case .condition: return u < 0.5 ? 0 : 1
            case .indices(let bound): return Double(Int(u * Double(bound)))
            case .whole: return Double(Int(u * 127) - 63)
            case .untied: return Double(Int(u * 281) - 20) / 4 + 0.0625
            case .byteRange: return index == 0 ? 4 : 16
            }
        }
    }
}

/// One operation on operands of given shapes.
struct OpCase: CustomTestStringConvertible, Sendable {
    struct Operand: Sendable {
        var shape: Shape
        var domain: Domain
    }

    var op: Op
    var operands: [Operand]

    init(_ op: Op, _ operands: (Shape, Domain)...) {
        self.op = op
        self.operands = operands.map { Operand(shape: $0.0, domain: $0.1) }
    }

    var testDescription: String {
        "\(op) of \(operands.map { "\($0.shape)" }.joined(separator: ", "))"
    }

    /// Inputs `x0`, `x1`, … and the output `y`, which is the operation's result.
    func builder() -> (builder: GraphBuilder, operands: [Value], y: Value) {
        var b = GraphBuilder()
        let values = operands.indices.map {
            let (shape, dtype) = (operands[$0].shape, operands[$0].domain.dtype)
            return dtype == .int8
                ? b.parameter(
                    "x\($0)", shape, role: .state, initializer: .constant(0), dtype: dtype)
                : b.input("x\($0)", shape, dtype: dtype)
        }
        let y: Value
        switch op {
        case .input, .parameter: y = values[0]
        default: y = b.apply(op, values)
        }
        b.output("y", y)
        return (b, values, y)
    }

    func given(rows: Int, seed: UInt64) -> [String: Tensor] {
        var given: [String: Tensor] = [:]
        for (index, operand) in operands.enumerated() {
            let shape = operand.shape.bound(rows: rows)
            given["x\(index)"] = Tensor(
                shape, operand.domain.values(shape.reduce(1, *), seed: seed, name: "x\(index)"))
        }
        return given
    }
}

extension OpCase {
    /// The forms in which an operation is tried: plain, with broadcasting, with and without rows.
    static func cases(of kind: OpKind) -> [OpCase] {
        switch kind {
        case .input: [OpCase(.input, ([.rows, 3], .signed))]
        case .parameter: [OpCase(.parameter, ([2, 3], .signed))]
        case .constant: [OpCase(.constant(1.5)), OpCase(.constant(-0.25))]
        case .unary(let function):
            [[.rows, 7], [.rows], [3, .rows, 5], [.rowParts(2), 3], []].map {
                OpCase(.unary(function), ($0, domain(function)))
            }
        case .binary(let function):
            broadcastForms.map {
                OpCase(
                    .binary(function), ($0, .signed),
                    ($1, function == .divide ? .positive : .signed))
            }
        case .select: selectCases
        case .broadcast:
            [
                OpCase(.broadcast([.rows, 5]), ([.rows, 1], .signed)),
                OpCase(.broadcast([.rows, 5]), ([5], .signed)),
                OpCase(.broadcast([3, .rows, 5]), ([3, 1, 1], .signed)),
                OpCase(.broadcast([3, .rows, 5]), ([1, .rows, 5], .signed)),
                OpCase(.broadcast([2, .rows]), ([], .signed)),
                OpCase(.broadcast([.rowParts(3), 2]), ([2], .signed)),
                OpCase(.broadcast([2, 3, .rows, 2, 3, 2]), ([2, 1, .rows, 1, 3, 1], .signed)),
            ]
        case .reduce(let kind):
            [
                OpCase(.reduce(kind, axes: [1]), ([.rows, 7], .signed)),
                OpCase(.reduce(kind, axes: [0]), ([.rows, 7], .signed)),
                OpCase(.reduce(kind, axes: [1, 0]), ([.rows, 7], .signed)),
                OpCase(.reduce(kind, axes: [0]), ([.rows], .signed)),
                OpCase(.reduce(kind, axes: [0]), ([.rowParts(3), 2], .signed)),
                OpCase(.reduce(kind, axes: [1, 0]), ([.rowParts(3), 2], .signed)),
                OpCase(.reduce(kind, axes: [0, 2]), ([3, .rows, 5], .signed)),
                OpCase(.reduce(kind, axes: [2, 1]), ([3, .rows, 5], .signed)),
                OpCase(.reduce(kind, axes: [0, 2, 3]), ([2, .rows, 3, 4], .signed)),
                OpCase(.reduce(kind, axes: [1]), ([.rows, 40], .signed)),
                OpCase(.reduce(kind, axes: [1, 2]), ([.rows, 3, 4, 5], .signed)),
                OpCase(.reduce(kind, axes: [0, 1, 2]), ([.rows, 3, 4, 5], .signed)),
                OpCase(.reduce(kind, axes: [3, 1]), ([.rows, 3, 2, 4], .signed)),
                OpCase(.reduce(kind, axes: [1, 3, 5]), ([2, 2, .rows, 3, 2, 2], .signed)),
            ]
        case .matmul: matmulCases
        case .int8Matmul:
            [
                ([.rows, 7], 5), ([.rows, 1], 1), ([.rowParts(3), 4], 33), ([3, 70], 2),
                ([.rows, 65], 17),
            ].map { (x: Shape, outputs: Int) in
                OpCase(
                    .int8Matmul, (x, .untied), ([x[1], .fixed(outputs)], .whole),
                    ([.fixed(outputs)], .untied), ([.fixed(outputs)], .untied), ([2], .byteRange))
            }
        case .shardStatistic, .sumOverShards:
            [[1, 5], [3], []].map {
                OpCase(kind == .shardStatistic ? .shardStatistic : .sumOverShards, ($0, .signed))
            }
        // By 1, where it is the derivative; by others in `scaledGradients`.
        case .scaleGradient:
            [[.rows, 7], [3, .rows, 5], [.rowParts(2), 3], [4], []].map {
                OpCase(.scaleGradient(1), ($0, .signed))
            }
        case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
            ConvolutionForm.all.map { $0.opCase(kind) }
        case .maxPool, .maxPoolPick, .maxPoolSpread, .averagePool, .averagePoolGradient:
            PoolForm.all.flatMap { $0.opCases(kind) }
        case .softmax, .logSoftmax:
            [[.rows, 7], [.rows, 1], [3, .rows, 5], [.rowParts(2), 3], [4]].map {
                OpCase(kind == .softmax ? .softmax : .logSoftmax, ($0, .signed))
            }
        case .reshape:
            [
                OpCase(.reshape([.rows, 6]), ([.rows, 2, 3], .signed)),
                OpCase(.reshape([1, .rows, 3, 2]), ([.rows, 6], .signed)),
                OpCase(.reshape([6]), ([2, 3], .signed)),
                OpCase(.reshape([.rowParts(3), 2]), ([.rows, 6], .signed)),
                OpCase(.reshape([.rows, 3, 2]), ([.rowParts(3), 2], .signed)),
                OpCase(.reshape([2, .rowParts(2), 3]), ([2, .rows, 2, 3], .signed)),
                OpCase(.reshape([]), ([1, 1], .signed)),
            ]
        case .transpose:
            [
                OpCase(.transpose([1, 0]), ([.rows, 5], .signed)),
                OpCase(.transpose([2, 0, 1]), ([3, .rows, 5], .signed)),
                OpCase(.transpose([1, 2, 0]), ([3, .rows, 5], .signed)),
                OpCase(.transpose([3, 1, 0, 2]), ([2, .rows, 3, 4], .signed)),
                OpCase(.transpose([0]), ([.rows], .signed)),
                OpCase(.transpose([1, 0, 2]), ([.rowParts(2), 3, 2], .signed)),
            ]
        case .slice:
            [
                OpCase(.slice(axis: 1, start: 2, end: 5), ([.rows, 7], .signed)),
                OpCase(.slice(axis: 0, start: 1, end: 2), ([3, .rows, 5], .signed)),
                OpCase(.slice(axis: 2, start: 0, end: 5), ([3, .rows, 5], .signed)),
                OpCase(.slice(axis: 0, start: 1, end: 4), ([4], .signed)),
            ]
        case .pad:
            [
                OpCase(.pad(axis: 1, before: 2, after: 3), ([.rows, 4], .signed)),
                OpCase(.pad(axis: 0, before: 1, after: 0), ([2, .rows, 3], .signed)),
                OpCase(.pad(axis: 2, before: 0, after: 0), ([2, .rows, 3], .signed)),
            ]
        case .concatenate:
            [
                OpCase(
                    .concatenate(axis: 1), ([.rows, 2], .signed), ([.rows, 3], .signed),
                    ([.rows, 1], .signed)),
                OpCase(.concatenate(axis: 0), ([1, .rows, 2], .signed), ([3, .rows, 2], .signed)),
                OpCase(.concatenate(axis: 1), ([.rows, 4], .signed)),
                OpCase(.concatenate(axis: 0), ([2], .signed), ([5], .signed)),
            ]
        case .gather:
            [
                OpCase(.gather, ([6, 5], .signed), ([.rows], .indices(6))),
                OpCase(.gather, ([3, 1], .signed), ([.rows, 4], .indices(3))),
                OpCase(.gather, ([4, 3], .signed), ([], .indices(4))),
                OpCase(.gather, ([4, 3], .signed), ([.rowParts(2)], .indices(4))),
            ]
        case .scatterAdd:
            [
                OpCase(.scatterAdd(values: 6), ([.rows], .indices(6)), ([.rows, 5], .signed)),
                OpCase(
                    .scatterAdd(values: 3), ([.rows, 4], .indices(3)), ([.rows, 4, 2], .signed)),
            ]
        case .oneHot:
            [
                OpCase(.oneHot(classes: 5), ([.rows], .indices(5))),
                OpCase(.oneHot(classes: 1), ([.rows], .indices(1))),
                OpCase(.oneHot(classes: 3), ([.rows, 2], .indices(3))),
            ]
        case .dropoutMask:
            [
                OpCase(.dropoutMask([.rows, 5], rate: 0.3, stream: 2)),
                OpCase(.dropoutMask([7], rate: 0, stream: 0)),
                OpCase(.dropoutMask([.rows, 37], rate: 0.9, stream: 1)),
            ]
        }
    }

    static let all: [OpCase] = OpKind.all.flatMap(cases)

    private static func domain(_ function: Op.Unary) -> Domain {
        switch function {
        case .log, .sqrt, .reciprocal: .positive
        default: .signed
        }
    }

    static let broadcastForms: [(Shape, Shape)] = [
        ([.rows, 7], [.rows, 7]), ([.rows, 7], [7]), ([.rows, 1], [.rows, 7]), ([.rows, 1], [7]),
        ([1, 7], [.rows, 1]), ([], [.rows, 3]), ([.rows, 3], [1, 1]), ([], []),
        ([3, .rows, 5], [.rows, 5]), ([3, 1, 5], [3, .rows, 5]), ([3, .rows, 1], [1, .rows, 5]),
        ([3, 1, 1], [.rows, 1]), ([.rows, 2, 1, 3], [.rows, 1, 4, 3]),
        ([.rowParts(2), 1], [.rowParts(2), 3]), ([.rowParts(2), 1], [3]),
    ]

    private static let selectCases: [OpCase] = [
        OpCase(.select, ([.rows, 5], .condition), ([.rows, 5], .signed), ([.rows, 5], .signed)),
        OpCase(.select, ([.rows, 1], .condition), ([.rows, 5], .signed), ([], .signed)),
        OpCase(.select, ([5], .condition), ([.rows, 1], .signed), ([.rows, 5], .signed)),
        OpCase(.select, ([.rows, 5], .condition), ([5], .signed), ([1, 1], .signed)),
        OpCase(.select, ([], .condition), ([3, .rows, 1], .signed), ([1, .rows, 4], .signed)),
    ]

    private static let matmulCases: [OpCase] = [false, true].flatMap { ta in
        [false, true].flatMap { tb in
            func form(_ m: Extent, _ k: Extent, _ n: Extent, _ a: [Extent], _ b: [Extent]) -> OpCase
            {
                OpCase(
                    .matmul(transposeA: ta, transposeB: tb),
                    (Shape(a + (ta ? [k, m] : [m, k])), .signed),
                    (Shape(b + (tb ? [n, k] : [k, n])), .signed))
            }
            return [
                form(.rows, 7, 5, [], []), form(.rows, 1, 1, [], []), form(4, .rows, 3, [], []),
                form(.rows, 33, 17, [], []), form(2, 3, .rows, [], []),
                form(.rows, 4, 3, [2], [2]), form(.rows, 4, 3, [1], [3]),
                form(.rows, 4, 3, [3], [1]),
                form(4, .rows, 3, [2], [2]), form(2, 4, 3, [.rows], [.rows]),
                form(2, 4, 3, [.rows], [1]), form(1, 4, 1, [.rows], [.rows]),
                form(.rowParts(2), 4, 3, [], []), form(4, .rowParts(2), 3, [], []),
                form(2, 4, 3, [.rowParts(2)], [.rowParts(2)]),
            ]
        }
    }
}
