import GraphIR
import Kernels
import TensorCore

/// Turns a graph into steps over memory blocks that have no address yet.
struct Lowering {
    /// A piece of memory to be placed; views of one value share a block.
    struct Block: Hashable { var index: Int }

    struct BlockInfo {
        var count: Int
        /// Fixed beforehand: parameters, and results with a place of their own.
        var fixed: Region?
        var firstStep: Int
        var lastStep: Int
    }

    struct FusedDraft {
        var program: ElementwiseProgram
        var operands: [(block: Block, words: Int)]
        var outputs: [Block]
    }

    struct StepDraft {
        var value: Value
        var reads: [Block]
        var writes: [Block]
        /// Makes the step once the blocks have regions.
        var step: ((Block) -> Region) -> Plan.Step
    }

    let graph: Graph
    let rows: Int
    private let parameters: ParameterLayout
    let precision: Precision
    /// Whether products read marks of classes as such (`MarkedFactor`).
    private let readsMarks: Bool
    /// Of products whose left factor nobody makes.
    private var leftFactors: [Value: LeftFactor] = [:]
    var blocks: [BlockInfo] = []
    private(set) var steps: [StepDraft] = []
    private(set) var products: [MatmulShape] = []
    var int8Products: [Int8Shape] = []
    var markedColumns: [MarkedColumns] = []
    /// Of values that only a product of whole numbers reads, the product: they are made in its bytes.
    private(set) var takenInBytes: [Value: Value] = [:]
    var convolutions: [ConvolutionShape] = []
    var maxPools: [PoolShape] = []
    var averagePools: [AveragePool.Kind] = []
    private(set) var programs: [FusedDraft] = []
    private var blockOf: [Value: Block] = [:]
    private(set) var kept: Set<Block> = []

    init(
        _ graph: Graph, rows: Int, parameters: ParameterLayout, precision: Precision,
        readsMarks: Bool
    ) {
        self.graph = graph
        self.rows = rows
        self.parameters = parameters
        self.precision = precision
        self.readsMarks = readsMarks && precision == .float32
    }

    func block(of value: Value) -> Block? { blockOf[value] }
    func extents(_ value: Value) -> [Int] { graph[value].shape.bound(rows: rows) }
    func count(_ value: Value) -> Int { graph[value].shape.count(rows: rows) }

    mutating func newBlock(_ count: Int, fixed: Region? = nil) -> Block {
        blocks.append(BlockInfo(count: count, fixed: fixed, firstStep: .max, lastStep: -1))
        return Block(index: blocks.count - 1)
    }

    /// - Parameter words: `nil` for a word an element.
    mutating func target(_ value: Value, words: Int? = nil) -> Block {
        let block = newBlock(words ?? count(value))
        blockOf[value] = block
        return block
    }

    mutating func emit(
        _ value: Value, reads: [Block], writes: [Block],
        _ step: @escaping ((Block) -> Region) -> Plan.Step
    ) {
        steps.append(StepDraft(value: value, reads: reads, writes: writes, step: step))
    }

    mutating func lower(outputs: [OutputPort], results: [(value: Value, region: Region)]) {
        let wanted = Set(outputs.compactMap { graph.outputs[$0] } + results.map(\.value))
        let live = liveNodes(wanted)
        for (index, node) in graph.nodes.enumerated() where live[index] {
            let value = Value(index)
            if node.op == .parameter, let entry = parameters.entry(named: node.label) {
                blockOf[value] = newBlock(
                    entry.count,
                    fixed: Region(space: .parameters, offset: entry.offset, count: entry.count))
            } else if node.op == .input {
                kept.insert(target(value))
            }
        }
        let units = ExecutionUnits(
            graph, rows: rows, live: live, wanted: wanted, readsMarks: readsMarks)
        leftFactors = units.leftFactors
        takenInBytes = units.takenInBytes(in: graph, wanted: wanted)
        for unit in units.order {
            switch units.units[unit].kind {
            case .group: lowerGroup(unit, units, wanted: wanted)
            case .product:
                let chain = units.units[unit].nodes
                if graph[chain[0]].op == .int8Matmul {
                    lowerInt8Product(chain)
                } else {
                    lowerProduct(chain)
                }
            case .node: lowerNode(units.units[unit].nodes[0])
            }
        }
        for value in wanted { if let block = blockOf[value] { kept.insert(block) } }
        for (value, region) in results { place(value, in: region) }
    }

    private func liveNodes(_ wanted: Set<Value>) -> [Bool] {
        var live = [Bool](repeating: false, count: graph.nodes.count)
        for value in wanted { live[value.index] = true }
        for index in graph.nodes.indices.reversed() where live[index] {
            for operand in graph.nodes[index].inputs { live[operand.index] = true }
        }
        return live
    }

    /// Lets a value be written where it is wanted, or copies it there when it has a place already.
    private mutating func place(_ value: Value, in region: Region) {
        guard let block = blockOf[value] else { return }
        precondition(region.count == blocks[block.index].count, "the result's region does not fit")
        let isInput = graph.inputs.values.contains { blockOf[$0] == block }
        if blocks[block.index].fixed == nil && !isInput {
            blocks[block.index].fixed = region
            return
        }
        let copy = newBlock(region.count, fixed: region)
        let layout = BoxLayout(extents: [region.count], sourceStrides: [1], targetStrides: [1])
        emit(value, reads: [block], writes: [copy]) { .copy(x: $0(block), y: $0(copy), layout) }
    }
}

// MARK: - One unit at a time

extension Lowering {
    /// A product or a convolution, with its bias and ReLU.
    private mutating func lowerProduct(_ chain: [Value]) {
        let product = graph[chain[0]]
        guard let b = blockOf[product.inputs[1]] else { return }
        var bias: Block?
        for value in chain.dropFirst() where graph[value].op == .binary(.add) {
            let other = graph[value].inputs.first { $0 != chain[0] }
            bias = other.flatMap { blockOf[$0] }
        }
        let last = chain[chain.count - 1]
        let appliesReLU = graph[last].op == .unary(.relu)
        var left = product.inputs[0], isInterleaved = false
        switch leftFactors[chain[0]] {
        case .marked(let factor):
            lowerMarkedProduct(factor, chain, weights: b, bias: bias, appliesReLU: appliesReLU)
            return
        case .interleaved(let source, _): (left, isInterleaved) = (source, true)
        case nil: break
        }
        guard let a = blockOf[left] else { return }
        guard case .matmul(let transposeA, let transposeB) = product.op else {
            lowerConvolution(
                product, a: a, b: b, bias: bias, appliesReLU: appliesReLU, to: last)
            return
        }
        let ea = extents(product.inputs[0])
        let eb = extents(product.inputs[1])
        let ec = extents(chain[0])
        let rank = ec.count
        let shape = MatmulShape(
            batchA: rank == 3 ? ea[0] : 1, batchB: rank == 3 ? eb[0] : 1,
            m: ec[rank - 2], n: ec[rank - 1], k: ea[transposeA ? rank - 2 : rank - 1],
            transposeA: transposeA, transposeB: transposeB, hasBias: bias != nil,
            appliesReLU: appliesReLU, precision: precision, interleavesA: isInterleaved)
        let c = target(last)
        let index = addProduct(shape)
        let addend = bias
        emit(last, reads: [a, b] + (bias.map { [$0] } ?? []), writes: [c]) { region in
            .matmul(index, a: region(a), b: region(b), bias: addend.map(region), c: region(c))
        }
    }

    mutating func addProduct(_ shape: MatmulShape) -> Int {
        products.append(shape)
        return products.count - 1
    }

    mutating func addProgram(_ draft: FusedDraft, for value: Value) {
        let index = programs.count
        programs.append(draft)
        emit(value, reads: draft.operands.map(\.block), writes: draft.outputs) { _ in .fused(index) }
    }

    private mutating func lowerGroup(
        _ unit: Int, _ units: ExecutionUnits, wanted: Set<Value>
    ) {
        let members = units.units[unit].nodes
        let result = extents(members[0])
        var program = ElementwiseProgram(count: result.reduce(1, *))
        var registers: [Value: UInt8] = [:]
        var computed: Set<Value> = []
        var operands: [(block: Block, words: Int)] = []

        func register(_ value: Value) -> UInt8 {
            if let known = registers[value] { return known }
            let register: UInt8
            if case .constant(let number) = graph[value].op {
                register = program.constant(number)
            } else if let block = blockOf[value] {
                register = program.operand(.init(of: extents(value), in: result))
                operands.append((block, count(value)))
            } else {
                preconditionFailure("%\(value.index) is used before it is computed")
            }
            registers[value] = register
            return register
        }

        let escaping = Set(
            members.filter { member in
                wanted.contains(member)
                    || units.users[member.index].contains { units.unitOf[$0] != unit }
            })
        for member in members {
            let node = graph[member]
            let inputs = node.inputs.map(register)
            switch node.op {
            case .constant(let number):
                registers[member] = program.append(.identity, program.constant(number))
                computed.insert(member)
            case .broadcast, .unary(.identity):
                if escaping.contains(member) {
                    registers[member] = program.append(.identity, inputs[0])
                    computed.insert(member)
                } else {
                    registers[member] = inputs[0]
                }
            case .unary(let function):
                registers[member] = program.append(.init(function), inputs[0])
                computed.insert(member)
            case .binary(let function):
                registers[member] = program.append(.init(function), inputs[0], inputs[1])
                computed.insert(member)
            case .select:
                registers[member] = program.append(.select, inputs[0], inputs[1], inputs[2])
                computed.insert(member)
            case .dropoutMask(_, let rate, let stream):
                registers[member] = program.append(.dropout, stream: stream, rate: rate)
                computed.insert(member)
            default:
                preconditionFailure("\(node.op) is not elementwise")
            }
        }
        var outputs: [Block] = []
        for member in members where escaping.contains(member) {
            guard let register = registers[member] else { continue }
            program.output(register)
            outputs.append(target(member))
        }
        addProgram(
            FusedDraft(program: program, operands: operands, outputs: outputs),
            for: members[members.count - 1])
    }

    private mutating func lowerNode(_ value: Value) {
        let node = graph[value]
        if node.op == .input || node.op == .parameter { return }
        let operandBlocks = node.inputs.compactMap { blockOf[$0] }
        precondition(operandBlocks.count == node.inputs.count, "an operand is not computed")
        switch node.op {
        case .reshape, .shardStatistic, .scaleGradient:
            blockOf[value] = operandBlocks[0]
        case .sumOverShards:
            let y = target(value)
            emit(value, reads: operandBlocks, writes: [y]) {
                .sumOverShards(x: $0(operandBlocks[0]), y: $0(y))
            }
        case .reduce(let kind, let axes):
            lowerReduce(value, kind, axes.sorted(by: >))
        case .convolutionInputGradient, .convolutionWeightGradient:
            lowerConvolution(
                node, a: operandBlocks[0], b: operandBlocks[1], bias: nil, appliesReLU: false,
                to: value)
        case .maxPool(let window), .maxPoolPick(let window), .maxPoolSpread(let window):
            lowerMaxPool(node, window, operandBlocks, to: value)
        case .averagePool, .averagePoolGradient:
            lowerAveragePool(node, operandBlocks[0], to: value)
        case .softmax, .logSoftmax:
            let x = operandBlocks[0]
            let n = extents(value)[node.shape.rank - 1]
            let rows = count(value) / n
            let y = target(value)
            let logarithm = node.op == .logSoftmax
            emit(value, reads: [x], writes: [y]) {
                .softmax(x: $0(x), y: $0(y), rows: rows, n: n, logarithm: logarithm)
            }
        case .transpose(let permutation):
            let from = rowMajorStrides(extents(node.inputs[0]))
            let shape = extents(value)
            copy(
                operandBlocks[0], to: target(value), for: value,
                BoxLayout(
                    extents: shape, sourceStrides: permutation.map { from[$0] },
                    targetStrides: rowMajorStrides(shape)))
        case .slice(let axis, let start, _):
            let from = rowMajorStrides(extents(node.inputs[0]))
            let shape = extents(value)
            copy(
                operandBlocks[0], to: target(value), for: value,
                BoxLayout(
                    extents: shape, sourceStrides: from, targetStrides: rowMajorStrides(shape),
                    sourceStart: start * from[axis]))
        case .pad(let axis, let before, _):
            let inner = extents(node.inputs[0])
            let to = rowMajorStrides(extents(value))
            let y = target(value)
            emit(value, reads: [], writes: [y]) { .zero($0(y)) }
            copy(
                operandBlocks[0], to: y, for: value,
                BoxLayout(
                    extents: inner, sourceStrides: rowMajorStrides(inner), targetStrides: to,
                    targetStart: before * to[axis]))
        case .concatenate(let axis):
            let to = rowMajorStrides(extents(value))
            let y = target(value)
            var start = 0
            for (operand, block) in zip(node.inputs, operandBlocks) {
                let inner = extents(operand)
                copy(
                    block, to: y, for: value,
                    BoxLayout(
                        extents: inner, sourceStrides: rowMajorStrides(inner), targetStrides: to,
                        targetStart: start * to[axis]))
                start += inner[axis]
            }
        case .gather:
            let table = extents(node.inputs[0])
            let indices = count(node.inputs[1])
            let (x, i, y) = (operandBlocks[0], operandBlocks[1], target(value))
            emit(value, reads: [x, i], writes: [y]) {
                .gather(
                    table: $0(x), indices: $0(i), y: $0(y), count: indices, values: table[0],
                    width: table[1])
            }
        case .scatterAdd(let values):
            let indices = count(node.inputs[0])
            let width = extents(value)[1]
            let (i, x, y) = (operandBlocks[0], operandBlocks[1], target(value))
            emit(value, reads: [x, i], writes: [y]) {
                .scatterAdd(
                    rows: $0(x), indices: $0(i), table: $0(y), count: indices, values: values,
                    width: width)
            }
        case .oneHot(let classes):
            let indices = count(node.inputs[0])
            let (i, y) = (operandBlocks[0], target(value))
            emit(value, reads: [i], writes: [y]) {
                .oneHot(indices: $0(i), y: $0(y), count: indices, classes: classes)
            }
        default:
            preconditionFailure("\(node.op) is not lowered as a single node")
        }
    }

    mutating func copy(_ x: Block, to y: Block, for value: Value, _ layout: BoxLayout) {
        emit(value, reads: [x], writes: [y]) { .copy(x: $0(x), y: $0(y), layout) }
    }
}
