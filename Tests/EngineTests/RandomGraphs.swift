import GraphIR
import TensorCore

/// A stream of random choices that a seed repeats.
struct Choices {
    private let random: CounterRandom
    private var drawn: UInt64 = 0

    init(seed: UInt64) { random = CounterRandom(seed: seed, name: "random graphs") }

    mutating func below(_ bound: Int) -> Int {
        drawn += 1
        return random.integer(below: bound, index: drawn)
    }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}

/// A random graph of 5 to 60 nodes in which every operation may occur, and its gradient.
///
/// Functions are kept to where they are smooth and bounded, so that a wrong number is a defect and not
/// amplified rounding.
struct RandomGraph {
    private var b = GraphBuilder()
    private var choices: Choices
    private var floats: [Value] = []
    private var inputs: [Value] = []
    private let width: Int
    private let members: Int
    let rows: Int
    private var leaves = 0

    /// - Parameter chains: Builds mostly elementwise nodes, which fuse.
    static func make(seed: UInt64, chains: Bool) throws -> (
        graph: Graph, inputs: [Value], rows: Int
    ) {
        var maker = RandomGraph(seed: seed)
        let size = 5 + maker.choices.below(chains ? 140 : 56)
        maker.addLeaf()
        maker.addLeaf()
        while maker.b.nodeCount < size { maker.grow(chains: chains) }
        maker.finish()
        return (try maker.b.build(), maker.inputs, maker.rows)
    }

    private init(seed: UInt64) {
        choices = Choices(seed: seed)
        width = 1 + choices.below(6)
        members = 1 + choices.below(3)
        rows = choices.pick([1, 2, 3, 5, 8, 17])
    }

    private mutating func addLeaf() {
        leaves += 1
        let w = Extent.fixed(width)
        let shape = choices.pick(
            [
                [.rows, w], [.rows, w], [.rows, 1], [w], [1, w], [], [.rows],
                [.fixed(members), .rows, w],
                [.fixed(members), 1, w],
            ] as [Shape])
        if shape.dependsOnRows || choices.chance(30) {
            floats.append(b.input("input\(leaves)", shape))
            inputs.append(floats[floats.count - 1])
        } else {
            floats.append(
                b.parameter("parameter\(leaves)", shape, role: .bias, initializer: .constant(0)))
        }
    }

    /// Prefers late values, so that chains grow long.
    private mutating func operand() -> Value {
        let recent = min(floats.count, 6)
        return choices.chance(60)
            ? floats[floats.count - 1 - choices.below(recent)] : choices.pick(floats)
    }

    private mutating func grow(chains: Bool) {
        if choices.chance(chains ? 25 : 8) { addLeaf() }
        let die = choices.below(chains ? 12 : 26)
        switch die {
        case 0..<5: binary()
        case 5..<8: unary(operand())
        case 8: select()
        case 9: stretch()
        case 10: choices.chance(70) ? drop() : turn()
        case 11: guarded()
        case 12..<14: reduce()
        case 14..<17: multiplyMatrices()
        case 17: normalize()
        case 18..<20: rearrange()
        case 20: cut()
        case 21: join()
        case 22..<24: slideOverImages()
        default: lookUp()
        }
    }

    private mutating func pair() -> (Value, Value)? {
        for _ in 0..<8 {
            let (x, y) = (operand(), operand())
            if let joint = b.shape(x).broadcast(with: b.shape(y)),
                joint.extents.filter(\.dependsOnRows).count <= 1, joint.count(rows: rows) < 700
            {
                return (x, y)
            }
        }
        return nil
    }

    private mutating func binary() {
        guard let (x, y) = pair() else { return unary(operand()) }
        let function = choices.pick([Op.Binary.add, .subtract, .multiply, .minimum, .maximum])
        let result = b.binary(function, x, y)
        floats.append(choices.chance(50) ? b.unary(.tanh, result) : result)
    }

    private mutating func unary(_ x: Value) {
        let function = choices.pick([
            Op.Unary.identity, .negate, .abs, .relu, .gelu, .silu, .tanh, .sigmoid, .softplus, .erf,
            .sin, .cos,
        ])
        floats.append(b.unary(function, x))
    }

    /// Functions that grow fast or are not defined everywhere, on operands that suit them.
    private mutating func guarded() {
        let x = b.unary(.tanh, operand())
        switch choices.below(6) {
        case 0: floats.append(b.unary(.exp, x))
        case 1: floats.append(b.unary(.log, b.offset(b.unary(.square, x), by: 0.5)))
        case 2: floats.append(b.unary(.sqrt, b.offset(b.unary(.softplus, x), by: 0.25)))
        case 3: floats.append(b.unary(.reciprocal, b.offset(x, by: 2)))
        case 4: floats.append(b.divide(x, b.offset(b.unary(.square, x), by: 1)))
        default:
            if let input = inputs.last {
                floats.append(b.unary(choices.pick([.sign, .step, .square]), input))
            }
        }
    }

    private mutating func select() {
        guard let (x, y) = pair() else { return }
        // A condition far from its threshold: one number against two.
        let condition = b.binary(
            .greater, b.shape(x).dependsOnRows ? x : y, b.constant(choices.chance(50) ? 0.125 : 900)
        )
        floats.append(
            b.apply(.select, choices.chance(50) ? [condition, x, y] : [condition, y, x]))
    }

    private mutating func stretch() {
        let x = operand()
        for target in [[.rows, .fixed(width)], [.fixed(members), .rows, .fixed(width)]] as [Shape]
        where b.shape(x).broadcast(with: target) == target {
            floats.append(b.broadcast(x, target))
            return
        }
    }

    private mutating func drop() {
        let x = operand()
        let mask = b.dropoutMask(b.shape(x), rate: 0.25)
        floats.append(b.multiply(x, mask))
    }

    /// Where it is not the derivative too: what is compared is a gradient graph's values.
    private mutating func turn() {
        floats.append(b.scaleGradient(operand(), by: choices.pick([-1.5, -1, 0, 0.5])))
    }

    private mutating func reduce() {
        let x = operand()
        let rank = b.shape(x).rank
        guard rank > 0 else { return }
        let axes = (0..<rank).filter { _ in choices.chance(50) }
        let kind = choices.pick([Op.Reduction.sum, .mean, .max])
        let reduced = b.apply(.reduce(kind, axes: axes.isEmpty ? [rank - 1] : axes), [x])
        let ways: [Op?] = [nil, nil, .shardStatistic, .sumOverShards]
        let way = choices.pick(ways)
        floats.append(
            b.shape(reduced).dependsOnRows
                ? reduced : way.map { b.apply($0, [reduced]) } ?? reduced)
    }

    private mutating func multiplyMatrices() {
        let x = operand()
        let shape = b.shape(x)
        guard shape.rank == 2 || shape.rank == 3 else { return }
        let inner = shape[shape.rank - 1]
        guard !inner.dependsOnRows, !(shape.rank == 3 && shape[0].dependsOnRows) else { return }
        leaves += 1
        let out = Extent.fixed(choices.chance(50) ? width : 1 + choices.below(5))
        let transposed = choices.chance(30)
        let pair = transposed ? [out, inner] : [inner, out]
        let lead = shape.rank == 3 ? [choices.chance(50) ? shape[0] : 1] : []
        let weight = b.parameter(
            "matrix\(leaves)", Shape(lead + pair), role: .weight, initializer: .constant(0))
        var y = b.matmul(x, weight, transposeB: transposed)
        if choices.chance(60) {
            let bias = b.parameter("bias\(leaves)", [out], role: .bias, initializer: .constant(0))
            y = b.add(y, bias)
        }
        floats.append(choices.chance(50) ? b.unary(.relu, y) : b.unary(.tanh, y))
    }

    private mutating func normalize() {
        let x = operand()
        guard let last = b.shape(x).extents.last, !last.dependsOnRows else { return }
        floats.append(b.apply(choices.chance(50) ? .softmax : .logSoftmax, [x]))
    }

    private mutating func rearrange() {
        let x = operand()
        let shape = b.shape(x)
        if shape.rank > 0, case .rowParts(let parts) = shape[0], parts > 1 {
            let rest = Array(shape.extents.dropFirst())
            floats.append(b.reshape(x, Shape([.rows, .fixed(parts)] + rest)))
        } else if shape.rank > 1, shape[0] == .rows, case .fixed(let parts) = shape[1],
            choices.chance(50)
        {
            let rest = Array(shape.extents.dropFirst(2))
            floats.append(b.reshape(x, Shape([.rowParts(parts)] + rest)))
        } else if choices.chance(50) {
            var permutation = Array(0..<shape.rank)
            for i in permutation.indices.reversed() { permutation.swapAt(i, choices.below(i + 1)) }
            floats.append(b.apply(.transpose(permutation), [x]))
        } else if shape.rank < 4 {
            floats.append(b.reshape(x, Shape([1] + shape.extents)))
        } else {
            floats.append(b.sum(x, axes: [0]))
            floats[floats.count - 1] = b.reshape(
                floats[floats.count - 1], Shape(Array(shape.extents.dropFirst())))
        }
    }

    private mutating func cut() {
        let x = operand()
        let shape = b.shape(x)
        for (axis, extent) in shape.extents.enumerated() {
            guard case .fixed(let count) = extent else { continue }
            if choices.chance(50), count > 1 {
                let start = choices.below(count)
                let end = start + 1 + choices.below(count - start)
                floats.append(b.apply(.slice(axis: axis, start: start, end: end), [x]))
            } else if count < 12 {
                let before = choices.below(3)
                floats.append(
                    b.apply(.pad(axis: axis, before: before, after: choices.below(3)), [x]))
            }
            return
        }
    }

    private mutating func join() {
        let x = operand()
        let shape = b.shape(x)
        let alike = floats.filter { b.shape($0) == shape }
        guard let axis = shape.extents.lastIndex(where: { !$0.dependsOnRows }),
            shape[axis].count(rows: rows) < 8
        else { return }
        let parts = (0..<1 + choices.below(3)).map { _ in choices.pick(alike) }
        floats.append(b.apply(.concatenate(axis: axis), [x] + parts))
    }

    /// A value as images, convolved and pooled, and its places as columns again.
    private mutating func slideOverImages() {
        guard let flat = floats.last(where: { b.shape($0) == [.rows, .fixed(width)] }) else {
            return
        }
        leaves += 1
        let channels = 1 + choices.below(4)
        let kernel = b.parameter(
            "stretch\(leaves)", [3, 1, .fixed(channels)], role: .weight,
            initializer: .constant(0))
        var x = b.multiply(b.reshape(flat, [.rows, 1, .fixed(width), 1]), kernel)
        func axis(_ cells: Int) -> Window.Axis {
            let extent = 1 + choices.below(min(cells, 3))
            return Window.Axis(
                extent, stride: 1 + choices.below(2), dilation: extent * 2 <= cells + 1 ? 2 : 1,
                before: choices.below(extent), after: choices.below(extent))
        }
        let window = Window(axis(3), axis(width))
        let groups = choices.chance(50) ? channels : 1
        let outputs = groups * (1 + choices.below(3))
        let weights = b.parameter(
            "window\(leaves)",
            [
                .fixed(window.vertical.extent), .fixed(window.horizontal.extent),
                .fixed(channels / groups), .fixed(outputs),
            ], role: .weight, initializer: .constant(0))
        x = b.apply(.convolution(window, groups: groups), [x, weights])
        if choices.chance(50) {
            let bias = b.parameter(
                "shift\(leaves)", [.fixed(outputs)], role: .bias, initializer: .constant(0))
            x = b.unary(choices.chance(50) ? .relu : .tanh, b.add(x, bias))
        }
        let (height, across) = (b.shape(x)[1].count(rows: 1), b.shape(x)[2].count(rows: 1))
        func pooled(_ cells: Int) -> Window.Axis {
            let extent = 1 + choices.below(min(cells, 2))
            return Window.Axis(extent, stride: 1 + choices.below(2), before: choices.below(extent))
        }
        let places = Window(pooled(height), pooled(across))
        switch choices.below(4) {
        case 0: x = b.apply(.maxPool(places), [x])
        case 1: x = b.apply(.maxPoolPick(places), [b.unary(.sin, x), x])
        case 2: x = b.apply(.averagePool(places, countsPadding: choices.chance(50)), [x])
        default: break
        }
        x = b.unary(.tanh, b.mean(x, axes: [1, 3]))
        floats.append(b.reshape(x, [.rows, b.shape(x)[2]]))
    }

    private mutating func lookUp() {
        leaves += 1
        let indices = b.input("indices\(leaves)", [.rows], dtype: .int32)
        switch choices.below(3) {
        case 0:
            let table = b.parameter(
                "table\(leaves)", [4, .fixed(width)], role: .embedding, initializer: .constant(0),
                hasSparseGradient: choices.chance(50))
            floats.append(b.apply(.gather, [table, indices]))
        case 1: floats.append(b.apply(.oneHot(classes: 4), [indices]))
        default:
            guard
                let rows = floats.last(where: { b.shape($0).rank == 2 && b.shape($0)[0] == .rows })
            else { return }
            floats.append(b.apply(.scatterAdd(values: 4), [indices, rows]))
        }
    }

    /// Some values become outputs, and the loss a sum of bounded functions of them.
    private mutating func finish() {
        var loss = b.constant(0)
        for index in 0..<1 + choices.below(4) {
            let value = index == 0 ? floats[floats.count - 1] : choices.pick(floats)
            b.output("out\(index)", value)
            loss = b.add(loss, b.sum(b.unary(.tanh, value), to: .scalar))
        }
        if leaves % 3 == 0 {
            let product = wholeProduct()
            b.output("whole", product)
            loss = b.add(loss, b.sum(b.unary(.tanh, product), to: .scalar))
        }
        b.output("loss", loss)
    }

    /// A product of whole numbers, which has no gradient, of zeros and ones, which no rounding moves. It draws nothing.
    private mutating func wholeProduct() -> Value {
        let indices = b.input("indices of wholes", [.rows], dtype: .int32)
        func state(_ name: String, _ shape: Shape, _ dtype: DType = .float32) -> Value {
            b.parameter(name, shape, role: .state, initializer: .constant(0), dtype: dtype)
        }
        let outputs = Extent.fixed(width)
        return b.apply(
            .int8Matmul,
            [
                b.apply(.oneHot(classes: 4), [indices]), state("wholes", [4, outputs], .int8),
                state("scale of wholes", [outputs]), state("bias of wholes", [outputs]),
                state("range", [2]),
            ])
    }
}
