import GraphIR
import Kernels
import TensorCore

/// A product `x · W` whose left factor is columns side by side, of which many are marks of classes: the first columns as a
/// product, and of the others only those that are not 0.
///
/// The left factor is a concatenation, or one whose columns are scaled anew for each member,
/// `[rows, 1, k] · [members, k]`. Nothing else reads it, as a gradient would, so that it is not made at all.
///
/// The sums are those of the whole product to the bit where oneDNN adds the columns of a result one after another: where it
/// has no second block of columns (`mostColumns`), and where the rows of a whole batch and the results' columns fill
/// its kernels. Elsewhere, and for last batches, the product stays whole.
struct MarkedFactor {
    /// Of the concatenation.
    var parts: [Value]
    /// Parts before the first mark.
    var leading: Int
    /// `[members, k]`, a parameter.
    var scales: Value?
    var members: Int
    /// Values that nobody makes any more.
    var absorbed: [Value]

    /// oneDNN's block of columns; a second one is summed apart.
    private static let mostColumns = 256
    /// Of these, multiples fill its kernels.
    private static let columnsOfKernels = 16, rowsOfKernels = 256

    /// What the product reads in the left factor's place.
    func reads(in graph: Graph) -> [Value] {
        parts[..<leading] + sources(in: graph) + (scales.map { [$0] } ?? [])
    }

    /// - Parameter users: The live nodes that read each node.
    init?(
        of product: Value, in graph: Graph, rows: Int, users: [[Value]], wanted: Set<Value>
    ) {
        let node = graph[product]
        guard rows % Self.rowsOfKernels == 0, node.op == .matmul(transposeA: false, transposeB: false), node.shape.rank == 2,
            graph[node.inputs[1]].op == .parameter
        else { return nil }
        var absorbed: [Value] = []
        /// What only the product reads, through values that only it reads.
        func take(_ value: Value) -> Node? {
            guard users[value.index].count == 1, !wanted.contains(value) else { return nil }
            absorbed.append(value)
            return graph[value]
        }
        guard var left = take(node.inputs[0]) else { return nil }
        members = 1
        scales = nil
        if left.op.isReshape {
            guard let scaled = take(left.inputs[0]), scaled.op == .binary(.multiply),
                scaled.shape.rank == 3, let joined = take(scaled.inputs[0]), joined.op.isReshape,
                joined.shape.rank == 3, joined.shape[1] == 1,
                graph[scaled.inputs[1]].op == .parameter,
                graph[scaled.inputs[1]].shape.extents == Array(scaled.shape.extents.dropFirst()),
                let inner = take(joined.inputs[0])
            else { return nil }
            scales = scaled.inputs[1]
            members = scaled.shape[1].count(rows: 0)
            left = inner
        }
        guard left.op == .concatenate(axis: 1), left.shape.rank == 2 else { return nil }
        parts = left.inputs
        guard let first = parts.firstIndex(where: { graph[$0].op.isMark }) else { return nil }
        leading = first
        // A mark that something else reads is made for that.
        absorbed += parts.filter {
            graph[$0].op.isMark && users[$0.index].count == 1 && !wanted.contains($0)
        }
        self.absorbed = absorbed
        guard pays(in: graph, results: node.shape[1].count(rows: 0)) else { return nil }
    }

    /// A column of the rest costs half as much again as one of the product: by measurement on a Zen 3.
    private func pays(in graph: Graph, results: Int) -> Bool {
        let rest = columns(in: graph)
        let width = rest.reduce(0) { $0 + $1.width }
        let filled = rest.reduce(0) { $0 + $1.filled }
        let all = parts.reduce(0) { $0 + graph.width($1) }
        return all <= Self.mostColumns && results % Self.columnsOfKernels == 0
            && filled <= MarkedColumns.mostFilled && 2 * filled <= width
    }

    /// The parts from the first mark on.
    func columns(in graph: Graph) -> [MarkedColumns.Part] {
        parts[leading...].map { part in
            if case .oneHot(let classes) = graph[part].op { return .mark(classes: classes) }
            return .values(width: graph.width(part))
        }
    }

    /// The value that each of these parts is read from.
    func sources(in graph: Graph) -> [Value] {
        parts[leading...].map { graph[$0].op.isMark ? graph[$0].inputs[0] : $0 }
    }
}

extension Op {
    fileprivate var isReshape: Bool {
        if case .reshape = self { true } else { false }
    }

    /// Of one class for each row.
    fileprivate var isMark: Bool {
        if case .oneHot = self { true } else { false }
    }
}

extension Graph {
    fileprivate func width(_ part: Value) -> Int { self[part].shape[1].count(rows: 0) }
}

extension Lowering {
    /// The sums over the first columns, then those over the others, with the product's bias and ReLU.
    mutating func lowerMarkedProduct(
        _ factor: MarkedFactor, _ chain: [Value], weights: Block, bias: Block?, appliesReLU: Bool
    ) {
        let last = chain[chain.count - 1]
        let product = graph[chain[0]]
        let results = product.shape[1].count(rows: 0)
        let c = target(last)
        let first = factor.parts[..<factor.leading].reduce(0) { $0 + graph[$1].shape[1].count(rows: 0) }
        let scales = factor.scales.flatMap { block(of: $0) }
        if let left = leadingColumns(factor, scales, width: first, of: last) {
            let index = addProduct(
                MatmulShape(
                    batchA: 1, batchB: 1, m: rows * factor.members, n: results, k: first,
                    transposeA: false, transposeB: false, hasBias: false, appliesReLU: false))
            emit(last, reads: [left, weights], writes: [c]) { region in
                // The first rows of the weights.
                var firstRows = region(weights)
                firstRows.count = first * results
                return .matmul(index, a: region(left), b: firstRows, bias: nil, c: region(c))
            }
        } else {
            emit(last, reads: [], writes: [c]) { .zero($0(c)) }
        }
        let sources = factor.sources(in: graph).compactMap { block(of: $0) }
        let columns = MarkedColumns(
            rows: rows, members: factor.members, n: results, first: first,
            parts: factor.columns(in: graph), hasScales: scales != nil, hasBias: bias != nil,
            appliesReLU: appliesReLU)
        precondition(sources.count == columns.parts.count, "an operand is not computed")
        let index = markedColumns.count
        markedColumns.append(columns)
        emit(
            last, reads: sources + [weights, c] + [scales, bias].compactMap { $0 }, writes: [c]
        ) { region in
            .marked(
                index,
                MarkedOperands(
                    parts: sources.map(region), weights: region(weights),
                    scales: scales.map(region), bias: bias.map(region), c: region(c)))
        }
    }

    /// The columns before the first mark, a row for each member; `nil` where there are none.
    private mutating func leadingColumns(
        _ factor: MarkedFactor, _ scales: Block?, width: Int, of value: Value
    ) -> Block? {
        let parts = factor.parts[..<factor.leading]
        guard let only = parts.first.flatMap({ block(of: $0) }) else { return nil }
        var joined = only
        if parts.count > 1 {
            joined = newBlock(rows * width)
            var start = 0
            for part in parts {
                guard let from = block(of: part) else { preconditionFailure("a part is not computed") }
                let own = graph[part].shape[1].count(rows: 0)
                copy(
                    from, to: joined, for: value,
                    BoxLayout(
                        extents: [rows, own], sourceStrides: [own, 1], targetStrides: [width, 1],
                        targetStart: start))
                start += own
            }
        }
        guard let scales else { return joined }
        let k = factor.parts.reduce(0) { $0 + graph[$1].shape[1].count(rows: 0) }
        let firstScales = newBlock(factor.members * width)
        copy(
            scales, to: firstScales, for: value,
            BoxLayout(
                extents: [factor.members, width], sourceStrides: [k, 1], targetStrides: [width, 1]))
        let all = [rows, factor.members, width]
        var program = ElementwiseProgram(count: all.reduce(1, *))
        let x = program.operand(.init(of: [rows, 1, width], in: all))
        let scale = program.operand(.init(of: [factor.members, width], in: all))
        program.output(program.append(.multiply, x, scale))
        let scaled = newBlock(all.reduce(1, *))
        addProgram(
            FusedDraft(
                program: program,
                operands: [(joined, rows * width), (firstScales, factor.members * width)],
                outputs: [scaled]), for: value)
        return scaled
    }
}
