package import GraphIR
package import Kernels
import TensorCore

/// A graph made ready to run on batches of one size: a flat list of steps over one arena.
///
/// A plan is a value without memory of its own; an `Executor` brings the memory.
package struct Plan: Sendable {
    package let graph: Graph
    package let rows: Int
    package let arenaWords: Int
    /// Where each input is to be written before a run.
    package let inputs: [InputPort: Region]
    /// Where each wanted output stands after a run.
    package let outputs: [OutputPort: Region]
    package let steps: [Step]
    let products: [MatmulShape]
    let int8Products: [Int8Shape]
    let markedColumns: [MarkedColumns]
    let convolutions: [ConvolutionShape]
    let maxPools: [PoolShape]
    let averagePools: [AveragePool.Kind]
    let programs: [FusedStep]
    /// What each step computes last, for diagnosis and profiles.
    package let stepValues: [Value]
    /// The steps cut where shards wait for one another: each run of sums over shards ends a phase.
    package let phases: [Phase]

    /// Steps that a shard takes without waiting, and then sums over all shards.
    package struct Phase: Sendable {
        package var steps: Range<Int>
        package var sums: [(x: Region, y: Region)]
    }

    package enum Step: Sendable {
        case matmul(Int, a: Region, b: Region, bias: Region?, c: Region)
        /// A product of whole numbers.
        case int8Matmul(Int, Int8Operands)
        /// The columns of a product that are mostly 0, added to the sums over those before them.
        case marked(Int, MarkedOperands)
        /// A convolution or one of its gradients; `ConvolutionShape.Kind` says what `a` and `b` are.
        case convolution(Int, a: Region, b: Region, bias: Region?, c: Region)
        /// `u` is what is picked from or spread; see `GraphIR.Op`.
        case maxPool(Int, MaxPoolUse, x: Region, u: Region?, y: Region)
        case averagePool(Int, x: Region, y: Region)
        case fused(Int)
        case reduce(ReductionKind, x: Region, y: Region, outer: Int, axis: Int, inner: Int)
        case softmax(x: Region, y: Region, rows: Int, n: Int, logarithm: Bool)
        case copy(x: Region, y: Region, BoxLayout)
        case zero(Region)
        /// Waits for the other shards; a plan that runs alone is the only one.
        case sumOverShards(x: Region, y: Region)
        case gather(table: Region, indices: Region, y: Region, count: Int, values: Int, width: Int)
        case scatterAdd(
            rows: Region, indices: Region, table: Region, count: Int, values: Int, width: Int)
        case oneHot(indices: Region, y: Region, count: Int, classes: Int)
    }

    struct FusedStep: Sendable {
        var program: ElementwiseProgram
        var operands: [(region: Region, words: Int)]
        var outputs: [Region]
    }

    /// The regions that a step writes; of some a copy writes only a part.
    package func writes(of step: Step) -> [Region] {
        switch step {
        case .matmul(_, _, _, _, let c), .convolution(_, _, _, _, let c): [c]
        case .int8Matmul(_, let operands): [operands.c]
        case .marked(_, let operands): [operands.c]
        case .fused(let index): programs[index].outputs
        case .reduce(_, _, let y, _, _, _), .softmax(_, let y, _, _, _), .copy(_, let y, _),
            .zero(let y), .gather(_, _, let y, _, _, _), .oneHot(_, let y, _, _),
            .maxPool(_, _, _, _, let y), .averagePool(_, _, let y), .sumOverShards(_, let y):
            [y]
        case .scatterAdd(_, _, let table, _, _, _): [table]
        }
    }

    /// The regions that a step reads.
    package func reads(of step: Step) -> [Region] {
        switch step {
        case .matmul(_, let a, let b, let bias, _), .convolution(_, let a, let b, let bias, _):
            [a, b] + (bias.map { [$0] } ?? [])
        case .int8Matmul(_, let operands): operands.reads
        case .marked(_, let operands): operands.reads
        case .fused(let index): programs[index].operands.map(\.region)
        case .maxPool(_, _, let x, let u, _): [x] + (u.map { [$0] } ?? [])
        case .reduce(_, let x, _, _, _, _), .softmax(let x, _, _, _, _), .copy(let x, _, _),
            .averagePool(_, let x, _), .sumOverShards(let x, _):
            [x]
        case .zero: []
        case .gather(let table, let indices, _, _, _, _): [table, indices]
        case .scatterAdd(let rows, let indices, _, _, _, _): [rows, indices]
        case .oneHot(let indices, _, _, _): [indices]
        }
    }

    /// A step in words: what it computes last, of which shape.
    func text(of step: Int) -> String {
        let node = graph[stepValues[step]]
        let extents = node.shape.bound(rows: rows).map(String.init).joined(separator: "×")
        var how = ""
        if case .fused(let index) = steps[step] {
            how = ", \(programs[index].program.instructionCount) fused"
        }
        return "\(node.op) [\(extents)]\(node.label.isEmpty ? "" : " of \(node.label)")\(how)"
    }

    /// Whether the numbers that a step writes are floats.
    func writesFloats(_ step: Int) -> Bool {
        if case .int8Matmul(_, let operands) = steps[step] { return operands.next == nil }
        return graph[stepValues[step]].dtype == .float32
    }

    /// Multiplications and additions of a step that oneDNN computes; 0 for others.
    func productOperations(of step: Int) -> Double {
        switch steps[step] {
        case .matmul(let index, _, _, _, _): products[index].operations
        case .int8Matmul(let index, _): int8Products[index].operations
        case .convolution(let index, _, _, _, _): convolutions[index].operations
        default: 0
        }
    }

    /// - Parameters:
    ///   - outputs: The graph's outputs that are wanted; what they do not need is not computed.
    ///   - rows: The rows of a batch.
    ///   - parameters: Where the parameters lie.
    ///   - results: Values that are to end in given regions, such as gradients.
    ///   - readsMarks: Whether columns that mark a class are read as such, and not as a factor of a product; the bits
    ///     are the same where `MarkedFactor` says so.
    package init(
        _ graph: Graph, outputs: [OutputPort], rows: Int, parameters: ParameterLayout,
        results: [(value: Value, region: Region)] = [], precision: Precision = .float32,
        readsMarks: Bool = false
    ) {
        var lowering = Lowering(
            graph, rows: rows, parameters: parameters, precision: precision,
            readsMarks: readsMarks)
        lowering.lower(outputs: outputs, results: results)
        self.graph = graph
        self.rows = rows
        let memory = lowering.assignMemory()
        arenaWords = memory.words
        func region(_ block: Lowering.Block) -> Region { memory.regions[block.index] }
        inputs = graph.inputs.compactMapValues { lowering.block(of: $0).map(region) }
        var found: [OutputPort: Region] = [:]
        for port in outputs {
            guard let value = graph.outputs[port] else {
                preconditionFailure("the graph has no output \(port)")
            }
            found[port] = lowering.block(of: value).map(region)
        }
        self.outputs = found
        products = lowering.products
        int8Products = lowering.int8Products
        markedColumns = lowering.markedColumns
        convolutions = lowering.convolutions
        maxPools = lowering.maxPools
        averagePools = lowering.averagePools
        programs = lowering.programs.map { program in
            FusedStep(
                program: program.program,
                operands: program.operands.map { (region($0.block), $0.words) },
                outputs: program.outputs.map(region))
        }
        steps = lowering.steps.map { $0.step(region) }
        stepValues = lowering.steps.map(\.value)
        phases = Self.phases(of: steps)
    }

    private static func phases(of steps: [Step]) -> [Phase] {
        var phases: [Phase] = []
        var begin = 0
        for (index, step) in steps.enumerated() {
            guard case .sumOverShards(let x, let y) = step else { continue }
            // No step between this sum and the one before, and it is none of that one's: both wait at once.
            if index == begin, let before = phases.last?.sums,
                !before.contains(where: { $0.y.space == x.space && $0.y.range.overlaps(x.range) })
            {
                phases[phases.count - 1].sums.append((x, y))
            } else {
                phases.append(Phase(steps: begin..<index, sums: [(x, y)]))
            }
            begin = index + 1
        }
        return phases + [Phase(steps: begin..<steps.count, sums: [])]
    }
}

/// Where every parameter lies in one flat buffer: dense ones that steps move, then tables with sparse
/// gradients, then what no step moves.
package struct ParameterLayout: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var spec: ParameterSpec
        package var offset: Int
        /// Words, which are as many as the elements but of bytes.
        package var count: Int

        package var range: Range<Int> { offset..<offset + count }
    }

    package let entries: [Entry]
    /// The words of the parameters that steps move by dense gradients, which come first.
    package let denseCount: Int
    package let count: Int

    package init(_ graph: Graph) {
        let moved = graph.parameters.filter(\.role.isMovedBySteps)
        let dense = moved.filter { !$0.hasSparseGradient }
        let sparse = moved.filter(\.hasSparseGradient)
        let still = graph.parameters.filter { !$0.role.isMovedBySteps }
        var entries: [Entry] = []
        var offset = 0
        func place(_ specs: [ParameterSpec]) {
            for spec in specs {
                let count = graph[spec.value].dtype.words(of: spec.shape.fixedCount)
                entries.append(Entry(spec: spec, offset: offset, count: count))
                offset += (count + 15) / 16 * 16
            }
        }
        place(dense)
        denseCount = offset
        place(sparse)
        place(still)
        self.entries = entries
        count = offset
    }

    package func entry(named name: String) -> Entry? { entries.first { $0.spec.name == name } }
}
