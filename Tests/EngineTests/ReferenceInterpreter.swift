import Foundation
import GraphIR
import Kernels
import TensorCore

/// A dense tensor of plain `Double`s, row-major; indices are kept as numbers too.
struct Tensor: Equatable {
    var shape: [Int]
    var values: [Double]

    init(_ shape: [Int], _ values: [Double]) {
        precondition(shape.reduce(1, *) == values.count)
        self.shape = shape
        self.values = values
    }

    /// Computes each element from its coordinates.
    init(_ shape: [Int], _ element: ([Int]) -> Double) {
        self.init(shape, Self.coordinates(of: shape).map(element))
    }

    /// The coordinates of a shape in row-major order.
    static func coordinates(of shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { prefixes, extent in
            prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
        }
    }

    func offset(of coordinates: [Int]) -> Int {
        zip(shape, coordinates).reduce(0) { $0 * $1.0 + $1.1 }
    }

    subscript(coordinates: [Int]) -> Double {
        get { values[offset(of: coordinates)] }
        set { values[offset(of: coordinates)] = newValue }
    }

    /// The element that meets `coordinates` of a shape this one broadcasts to.
    func stretched(_ coordinates: [Int]) -> Double {
        let own = coordinates.suffix(shape.count)
        return self[zip(own, shape).map { $1 == 1 ? 0 : $0 }]
    }

    func dot(_ other: Tensor) -> Double {
        zip(values, other.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
}

/// The slow twin of the runtime: evaluates a graph node by node in `Double`, every operation written
/// out from its definition in `Op.swift`, with coordinates instead of strides and nothing fused.
struct ReferenceInterpreter {
    var graph: Graph
    var rows: Int
    /// Values of inputs and parameters by their label.
    var given: [String: Tensor]
    var random = RandomPosition(seed: 0, step: 0, shard: 0)
    /// Multiplies the results of operations that round, and the terms of sums, by `1 + noise·u` with
    /// `u` uniform on ±1: stochastic arithmetic, to measure how much a graph amplifies rounding.
    var noise: (size: Double, seed: UInt64)?

    /// From this seed on, all elements of a tensor draw the same noise, as equal elements round
    /// alike: in their sum such errors add up, where those of other elements partly cancel.
    static let sharedNoise: UInt64 = 8

    /// The value of every node.
    func run() -> [Tensor] {
        var values: [Tensor] = []
        for (index, node) in graph.nodes.enumerated() {
            var operands = node.inputs.map { values[$0.index] }
            if Self.sums(node.op) {
                for position in operands.indices { perturb(&operands[position], index, position) }
            }
            var value = evaluate(node, operands)
            precondition(
                value.shape == node.shape.bound(rows: rows),
                "%\(index) \(node.op) gave \(value.shape), not \(node.shape)")
            if Self.rounds(node.op) { perturb(&value, index, operands.count) }
            values.append(value)
        }
        return values
    }

    private func perturb(_ tensor: inout Tensor, _ node: Int, _ position: Int) {
        guard let noise else { return }
        let random = CounterRandom(seed: noise.seed, stream: UInt32(node))
        for element in tensor.values.indices {
            let draw = noise.seed < Self.sharedNoise ? UInt64(element) : 0
            let u = random.uniform(step: UInt32(position), index: draw)
            tensor.values[element] *= 1 + noise.size * (2 * u - 1)
        }
    }

    /// Whether the result is a sum of float operands' elements, each sum rounding.
    private static func sums(_ op: Op) -> Bool {
        switch op {
        case .reduce(let kind, _): kind != .max
        case .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient: true
        case .averagePool, .averagePoolGradient: true
        default: false
        }
    }

    /// Whether the result is anything but one of the operands' numbers, their negation, 0 or 1.
    private static func rounds(_ op: Op) -> Bool {
        switch op {
        case .unary(let function):
            ![.identity, .negate, .abs, .sign, .relu, .step].contains(function)
        case .binary(let function): ![.minimum, .maximum, .greater, .equal].contains(function)
        case .reduce(let kind, _): kind != .max
        case .matmul, .int8Matmul, .softmax, .logSoftmax, .scatterAdd: true
        case .convolution, .convolutionInputGradient, .convolutionWeightGradient: true
        case .maxPoolSpread, .averagePool, .averagePoolGradient: true
        default: false
        }
    }

    private func evaluate(_ node: Node, _ x: [Tensor]) -> Tensor {
        let shape = node.shape.bound(rows: rows)
        switch node.op {
        case .input, .parameter:
            guard let tensor = given[node.label] else {
                preconditionFailure("no value for \(node.label)")
            }
            return tensor
        case .constant(let number):
            return Tensor([], [Double(number)])
        case .unary(let function):
            return Tensor(shape, x[0].values.map { Self.unary(function, $0) })
        case .binary(let function):
            return Tensor(shape) {
                Self.binary(function, x[0].stretched($0), x[1].stretched($0))
            }
        case .select:
            return Tensor(shape) {
                x[0].stretched($0) != 0 ? x[1].stretched($0) : x[2].stretched($0)
            }
        case .broadcast:
            return Tensor(shape) { x[0].stretched($0) }
        case .reduce(let kind, let axes):
            return reduce(kind, axes, x[0], to: shape)
        case .matmul(let transposeA, let transposeB):
            return matmul(x[0], x[1], transposeA, transposeB, to: shape)
        case .int8Matmul:
            let (inverse, zero) = (x[4].values[0], x[4].values[1])
            return Tensor(shape) { place in
                let sum = (0..<x[1].shape[0]).reduce(0.0) { sum, k in
                    let whole = (x[0][[place[0], k]] * inverse).rounded(.toNearestOrEven)
                    return sum + min(max(whole, -zero), 255 - zero) * x[1][[k, place[1]]]
                }
                return sum * x[2][[place[1]]] + x[3][[place[1]]]
            }
        case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
            return ImageReference.convolution(node.op, x[0], x[1], to: shape)
        case .maxPool, .maxPoolPick, .maxPoolSpread, .averagePool, .averagePoolGradient:
            return ImageReference.pooling(node.op, x, to: shape)
        case .softmax:
            let most = reduce(.max, [shape.count - 1], x[0])
            let powers = Tensor(shape) { exp(x[0][$0] - most.stretched($0)) }
            let total = reduce(.sum, [shape.count - 1], powers)
            return Tensor(shape) { powers[$0] / total.stretched($0) }
        case .logSoftmax:
            let most = reduce(.max, [shape.count - 1], x[0])
            let powers = Tensor(shape) { exp(x[0][$0] - most.stretched($0)) }
            let total = reduce(.sum, [shape.count - 1], powers)
            return Tensor(shape) { x[0][$0] - most.stretched($0) - log(total.stretched($0)) }
        case .reshape, .shardStatistic, .sumOverShards, .scaleGradient:
            return Tensor(shape, x[0].values)
        case .transpose(let permutation):
            return Tensor(shape) { coordinates in
                var source = coordinates
                for (axis, from) in permutation.enumerated() { source[from] = coordinates[axis] }
                return x[0][source]
            }
        case .slice(let axis, let start, _):
            return Tensor(shape) { coordinates in
                var source = coordinates
                source[axis] += start
                return x[0][source]
            }
        case .pad(let axis, let before, _):
            return Tensor(shape) { coordinates in
                var source = coordinates
                source[axis] -= before
                return (0..<x[0].shape[axis]).contains(source[axis]) ? x[0][source] : 0
            }
        case .concatenate(let axis):
            return Tensor(shape) { coordinates in
                var source = coordinates
                var part = 0
                while source[axis] >= x[part].shape[axis] {
                    source[axis] -= x[part].shape[axis]
                    part += 1
                }
                return x[part][source]
            }
        case .gather:
            return Tensor(shape) { coordinates in
                x[0][[Int(x[1][Array(coordinates.dropLast())]), coordinates[coordinates.count - 1]]]
            }
        case .scatterAdd:
            var table = Tensor(shape, Array(repeating: 0, count: shape[0] * shape[1]))
            for coordinates in Tensor.coordinates(of: x[1].shape) {
                let row = Int(x[0][Array(coordinates.dropLast())])
                table[[row, coordinates[coordinates.count - 1]]] += x[1][coordinates]
            }
            return table
        case .oneHot:
            return Tensor(shape) { coordinates in
                Int(x[0][Array(coordinates.dropLast())]) == coordinates[coordinates.count - 1]
                    ? 1 : 0
            }
        case .dropoutMask(_, let rate, let stream):
            let random = CounterRandom(seed: self.random.seed, stream: stream)
            let count = shape.reduce(1, *)
            return Tensor(
                shape,
                (0..<count).map { index in
                    let words = random.words(
                        step: self.random.step,
                        index: UInt64(self.random.shard) << 40 + UInt64(index / 4))
                    let word = [words.0, words.1, words.2, words.3][index % 4]
                    return Double(word) >= (Double(rate) * 0x1p32).rounded(.down)
                        ? Double(1 / (1 - rate)) : 0
                })
        }
    }

    private func reduce(
        _ kind: Op.Reduction, _ axes: [Int], _ x: Tensor, to shape: [Int]? = nil
    ) -> Tensor {
        var shape = x.shape
        for axis in axes { shape[axis] = 1 }
        var gathered = [[Double]](repeating: [], count: shape.reduce(1, *))
        let target = Tensor(shape, Array(repeating: 0, count: gathered.count))
        for coordinates in Tensor.coordinates(of: x.shape) {
            var reduced = coordinates
            for axis in axes { reduced[axis] = 0 }
            gathered[target.offset(of: reduced)].append(x[coordinates])
        }
        return Tensor(
            shape,
            gathered.map { elements in
                switch kind {
                case .sum: elements.reduce(0, +)
                case .mean: elements.reduce(0, +) / Double(elements.count)
                case .max: elements.dropFirst().reduce(elements[0], Swift.max)
                }
            })
    }

    private func matmul(
        _ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool, to shape: [Int]
    ) -> Tensor {
        let rank = shape.count
        let inner = a.shape[transposeA ? rank - 2 : rank - 1]
        return Tensor(shape) { coordinates in
            let (row, column) = (coordinates[rank - 2], coordinates[rank - 1])
            let batch = rank == 3 ? coordinates[0] : 0
            func element(_ matrix: Tensor, _ i: Int, _ j: Int, _ transposed: Bool) -> Double {
                let pair = transposed ? [j, i] : [i, j]
                return matrix[rank == 3 ? [matrix.shape[0] == 1 ? 0 : batch] + pair : pair]
            }
            return (0..<inner).reduce(0) {
                $0 + element(a, row, $1, transposeA) * element(b, $1, column, transposeB)
            }
        }
    }

    static func unary(_ function: Op.Unary, _ x: Double) -> Double {
        switch function {
        case .identity: x
        case .negate: -x
        case .exp: exp(x)
        case .log: log(x)
        case .sqrt: x.squareRoot()
        case .reciprocal: 1 / x
        case .square: x * x
        case .abs: Swift.abs(x)
        case .sign: x > 0 ? 1 : (x < 0 ? -1 : x)
        case .relu: x < 0 ? 0 : x
        case .step: x > 0 ? 1 : (x.isNaN ? x : 0)
        case .gelu: 0.5 * x * erfc(-x / 2.0.squareRoot())
        case .silu: x / (1 + exp(-x))
        case .tanh: Foundation.tanh(x)
        case .sigmoid: 1 / (1 + exp(-x))
        case .softplus: Swift.max(x, 0) + log1p(exp(-Swift.abs(x)))
        case .erf: Foundation.erf(x)
        case .sin: Foundation.sin(x)
        case .cos: Foundation.cos(x)
        }
    }

    static func binary(_ function: Op.Binary, _ a: Double, _ b: Double) -> Double {
        switch function {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .minimum: a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
        case .maximum: a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
        case .greater: a > b ? 1 : 0
        case .equal: a == b ? 1 : 0
        }
    }
}
