import GraphIR
import NN
import TensorCore

/// How our engine builds a case of `operations.json`.
///
/// A case's construction is that of its name, or of its name without the last components: the
/// construction `unary/gelu` serves the case `unary/gelu/far` too.
enum Construction: Sendable {
    /// Nodes over declared operands.
    case nodes(@Sendable (inout GraphBuilder, Operands) -> Value)
    /// A graph that declares its operands itself, and one of its outputs.
    case graph(output: String, @Sendable () throws(GraphError) -> Graph)

    static let all: [String: Construction] = {
        let groups = [
            unary, binary, elementwise, reductions, products, movements, lookups, masks, chains,
            layers, activations, losses, images, attention,
        ]
        var table: [String: Construction] = [:]
        for group in groups {
            table.merge(group.mapValues { .nodes($0) }) { _, _ in
                preconditionFailure("two constructions of one name")
            }
        }
        return table.merging(networks) { old, _ in old }
    }()

    /// The name of a case's construction.
    static func key(of name: String) -> String? {
        var parts = name.split(separator: "/")
        while !parts.isEmpty {
            let key = parts.joined(separator: "/")
            if all[key] != nil { return key }
            parts.removeLast()
        }
        return nil
    }
}

/// The declared operands of a case, by name.
@dynamicMemberLookup
struct Operands: Sendable {
    var values: [String: Value]

    subscript(dynamicMember name: String) -> Value {
        guard let value = values[name] else {
            preconditionFailure("the case has no operand \(name)")
        }
        return value
    }
}

typealias Construct = @Sendable (inout GraphBuilder, Operands) -> Value

func keyed<Key>(
    _ prefix: String, _ keys: [Key], _ label: (Key) -> String,
    _ body: @escaping @Sendable (inout GraphBuilder, Operands, Key) -> Value
) -> [String: Construct] where Key: Sendable {
    var table: [String: Construct] = [:]
    for key in keys { table[prefix + label(key)] = { body(&$0, $1, key) } }
    return table
}

private func digits(_ axes: [Int]) -> String { axes.map(String.init).joined() }

// MARK: - Operations

private let unary = keyed("unary/", Op.Unary.allCases, \.rawValue) { b, v, function in
    b.unary(function, v.x)
}

private let binary = keyed("binary/", Op.Binary.allCases, \.rawValue) { b, v, function in
    b.binary(function, v.a, v.b)
}

private let elementwise: [String: Construct] = [
    "select": { b, v in b.apply(.select, [v.condition, v.a, v.b]) },
    "constant": { b, v in
        let scaled = b.scale(v.x, by: 2.5)
        return b.offset(scaled, by: 0.75)
    },
    "broadcast": { b, v in b.broadcast(v.x, [2, 3, 4, 5]) },
]

private let reductions: [String: Construct] = {
    var table: [String: Construct] = [:]
    for kind in Op.Reduction.allCases {
        let axes = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [2, 0], [0, 1, 2]]
        let prefix = "reduce/\(kind.rawValue)/"
        table.merge(
            keyed(prefix, axes, digits) { b, v, axes in b.apply(.reduce(kind, axes: axes), [v.x]) }
        ) { old, _ in old }
        table[prefix + "wide"] = { b, v in b.apply(.reduce(kind, axes: [1]), [v.x]) }
        table[prefix + "rows"] = { b, v in b.apply(.reduce(kind, axes: [0]), [v.x]) }
        table[prefix + "middleRows"] = { b, v in b.apply(.reduce(kind, axes: [1, 2]), [v.x]) }
    }
    return table
}()

private let products: [String: Construct] = [
    "matmul/NN": { b, v in b.matmul(v.a, v.b) },
    "matmul/NT": { b, v in b.matmul(v.a, v.b, transposeB: true) },
    "matmul/TN": { b, v in b.matmul(v.a, v.b, transposeA: true) },
    "matmul/TT": { b, v in b.matmul(v.a, v.b, transposeA: true, transposeB: true) },
    "matmul/large": { b, v in b.matmul(v.a, v.b) },
    "matmul/bias": { b, v in b.add(b.matmul(v.x, v.w), v.b) },
    "matmul/biasFirst": { b, v in b.add(v.b, b.matmul(v.x, v.w)) },
    "matmul/relu": { b, v in b.unary(.relu, b.matmul(v.x, v.w)) },
    "matmul/biasReLU": { b, v in b.unary(.relu, b.add(b.matmul(v.x, v.w), v.b)) },
    "matmul/columnBias": { b, v in b.unary(.relu, b.add(b.matmul(v.x, v.w), v.b)) },
    "softmax": { b, v in b.apply(.softmax, [v.x]) },
    "logSoftmax": { b, v in b.apply(.logSoftmax, [v.x]) },
]

private let movements: [String: Construct] = {
    var table: [String: Construct] = [
        "reshape": { b, v in b.reshape(v.x, [6, 10]) },
        "reshape/rows": { b, v in b.reshape(v.x, [.rows, 20]) },
        "transpose/matrix": { b, v in b.apply(.transpose([1, 0]), [v.x]) },
        "slice/0": { b, v in b.apply(.slice(axis: 0, start: 1, end: 2), [v.x]) },
        "slice/1": { b, v in b.apply(.slice(axis: 1, start: 1, end: 4), [v.x]) },
        "slice/2": { b, v in b.apply(.slice(axis: 2, start: 2, end: 5), [v.x]) },
        "pad/0": { b, v in b.apply(.pad(axis: 0, before: 2, after: 1), [v.x]) },
        "pad/1": { b, v in b.apply(.pad(axis: 1, before: 1, after: 0), [v.x]) },
        "pad/2": { b, v in b.apply(.pad(axis: 2, before: 0, after: 3), [v.x]) },
        "concatenate/twice": { b, v in b.apply(.concatenate(axis: 1), [v.a, v.a]) },
        "scaleGradient/reversed": { b, v in b.scaleGradient(v.x, by: -0.75) },
        "scaleGradient/stopped": { b, v in b.scaleGradient(v.x, by: 0) },
        "scaleGradient/between": { b, v in
            b.unary(.sin, b.matmul(b.scaleGradient(b.unary(.tanh, v.x), by: -0.75), v.w))
        },
    ]
    let permutations = [[2, 0, 1], [1, 2, 0], [0, 2, 1], [2, 1, 0]]
    let others = [
        keyed("transpose/", permutations, digits) { b, v, p in b.apply(.transpose(p), [v.x]) },
        keyed("concatenate/", [0, 1, 2], \.description) { b, v, axis in
            b.apply(.concatenate(axis: axis), [v.a, v.b, v.c])
        },
    ]
    for other in others { table.merge(other) { old, _ in old } }
    return table
}()

private let lookups: [String: Construct] = [
    "gather": { b, v in b.apply(.gather, [v.table, v.indices]) },
    "scatterAdd": { b, v in b.apply(.scatterAdd(values: 7), [v.indices, v.x]) },
    "oneHot": { b, v in b.apply(.oneHot(classes: 4), [v.indices]) },
    "oneHot/moved": { b, v in
        let columns = [(1, 3), (0, 1)].map { start, end in
            b.apply(
                .transpose([1, 0]),
                [b.apply(.slice(axis: 1, start: start, end: end), [v.indices])])
        }
        let joined = b.apply(.concatenate(axis: 0), columns)
        return b.apply(.oneHot(classes: 5), [b.reshape(joined, [12])])
    },
]

private let masks: [String: Construct] = [
    "dropoutMask": { b, v in
        let first = b.dropoutMask(b.shape(v.x), rate: 0.3)
        let second = b.dropoutMask(b.shape(v.x), rate: 0.75)
        let sine = b.unary(.sin, v.x)
        return b.add(b.multiply(v.x, first), b.multiply(sine, second))
    },
    "layer/dropout": { b, v in b.dropout(v.x, rate: 0.4) },
]

// MARK: - Compositions

private let chains: [String: Construct] = [
    "chain/shared": { b, v in
        let square = b.multiply(v.x, v.x)
        let wave = b.multiply(v.x, b.unary(.sin, v.x))
        return b.subtract(b.add(square, wave), b.divide(v.x, b.offset(square, by: 1)))
    },
    "chain/long": { b, v in
        (0..<14).reduce(v.x) { x, _ in
            let inner = b.add(b.scale(x, by: 0.9), v.y)
            return b.subtract(b.unary(.tanh, inner), b.scale(x, by: 0.1))
        }
    },
    "chain/diamond": { b, v in
        let shifted = b.subtract(v.x, b.mean(v.x, axes: [0]))
        let squares = b.sum(b.unary(.square, shifted), axes: [1])
        let scale = b.unary(.sqrt, b.offset(squares, by: 1))
        let share = b.apply(.softmax, [shifted])
        return b.add(b.divide(shifted, scale), b.multiply(share, scale))
    },
    "chain/selects": { b, v in
        let first = b.apply(.select, [v.c, v.x, v.y])
        let larger = b.binary(.greater, v.x, v.y)
        let second = b.apply(.select, [larger, b.unary(.exp, v.x), b.unary(.exp, v.y)])
        return b.multiply(first, second)
    },
]

private let layers: [String: Construct] = [
    "layer/linear": { b, v in b.linear("layer", v.x, output: 4) },
    "layer/memberLinear": { b, v in b.memberLinear("layer", v.x, members: 2, output: 4) },
    "layer/embedding/dense": { b, v in b.embedding("layer", v.indices, values: 7, width: 3) },
    "layer/embedding/sparse": { b, v in
        b.embedding("layer", v.indices, values: 7, width: 3, sparseAbove: 6)
    },
    "layer/embedding/sparseTwice": { b, v in
        let table = b.parameter(
            "layer/table", [7, 3], role: .embedding, initializer: .constant(0),
            hasSparseGradient: true)
        return b.multiply(b.apply(.gather, [table, v.i]), b.apply(.gather, [table, v.j]))
    },
    "layer/layerNorm": { b, v in b.layerNorm("layer", v.x) },
    "layer/batchNorm/training": { b, v in b.batchNorm("layer", v.x, training: true) },
    "layer/batchNorm/inference": { b, v in b.batchNorm("layer", v.x, training: false) },
]

private let activations = keyed("layer/activation/", Activation.allCases, \.rawValue) {
    b, v, kind in b.activation(kind, v.x)
}

private let losses: [String: Construct] = [
    "loss/binaryCrossEntropy": { b, v in
        b.binaryCrossEntropy(logits: v.prediction, labels: v.target)
    },
    "loss/softmaxCrossEntropy/0": { b, v in
        b.softmaxCrossEntropy(logits: v.prediction, labels: v.target)
    },
    "loss/softmaxCrossEntropy/0.1": { b, v in
        b.softmaxCrossEntropy(logits: v.prediction, labels: v.target, smoothing: 0.1)
    },
    "loss/softmaxCrossEntropy/members/0": { b, v in
        b.softmaxCrossEntropy(logits: v.prediction, labels: v.target)
    },
    "loss/softmaxCrossEntropy/members/0.1": { b, v in
        b.softmaxCrossEntropy(logits: v.prediction, labels: v.target, smoothing: 0.1)
    },
    "loss/squaredError": { b, v in b.squaredError(prediction: v.prediction, target: v.target) },
    "loss/huber": { b, v in b.huber(prediction: v.prediction, target: v.target, delta: 1.5) },
    "loss/weightedSum": { b, v in b.weightedSum(losses: v.losses, weights: v.weights) },
    "loss/pinball/0.125": { b, v in
        b.pinball(prediction: v.prediction, target: v.target, quantile: 0.125)
    },
    "loss/pinball/0.9": { b, v in
        b.pinball(prediction: v.prediction, target: v.target, quantile: 0.9)
    },
]

private let networks: [String: Construction] = {
    func network(_ task: TaskKind, _ activation: Activation) -> TabularNetwork {
        TabularNetwork(
            input: TabularInput(numericWidth: 3, cardinalities: [4, 33]), task: task,
            hidden: [6, 5], activation: activation, labelSmoothing: 0.1, loss: .huber(delta: 0.5))
    }
    var table: [String: Construction] = [:]
    for (name, network) in [
        ("binary", network(.binary, .relu)),
        ("multiclass", network(.multiclass(classes: 3), .silu)),
        ("regression", network(.regression, .gelu)),
    ] {
        table["network/\(name)/prediction"] = .graph(output: "prediction") {
            () throws(GraphError) in try network.inferenceGraph()
        }
        table["network/\(name)/loss"] = .graph(output: "loss") {
            () throws(GraphError) in try network.trainingGraph()
        }
    }
    return table
}()
