import Autodiff
import CPURuntime
import Dispatch
import Foundation
import GraphIR
import Kernels
import NN
import TensorCore
import Testing

/// The same bits whatever the number of threads, however often; and the shards add up to the batch.
@Suite(.serialized) struct DeterminismTests {
    /// Fills a shard's inputs with rows of a batch; rows past its end repeat row 0 with weight 0.
    struct Batch: Sendable {
        let graph: Graph
        let rows: Int
        let given: [String: Tensor]

        init(_ graph: Graph, rows: Int, indicesBelow bound: Int = 7) {
            self.graph = graph
            self.rows = rows
            given = graph.sampleValues(rows: rows, seed: 21, indicesBelow: bound)
        }

        /// The values of an input in one shard.
        func values(_ port: InputPort, shard: Int, shardRows: Int) -> Tensor {
            guard let whole = given[port.rawValue], let node = graph.inputs[port].map({ graph[$0] })
            else { preconditionFailure("no values for \(port)") }
            let axis = node.shape.rowAxis
            return Tensor(node.shape.bound(rows: shardRows)) { coordinates in
                var source = coordinates
                guard let axis else { return whole[source] }
                source[axis] += shard * shardRows
                let padding = source[axis] >= rows
                if padding { source[axis] = 0 }
                return padding && port == .weight ? 0 : whole[source]
            }
        }

        func fill(_ shard: Int, _ executor: Executor) {
            let experiment = Experiment(
                graph: graph, rows: executor.plan.rows,
                given: Dictionary(
                    uniqueKeysWithValues: graph.inputs.keys.map {
                        ($0.rawValue, values($0, shard: shard, shardRows: executor.plan.rows))
                    }))
            experiment.fill(executor)
        }

        func parameters(_ layout: ParameterLayout) -> Buffer {
            Experiment(graph: graph, rows: 1, given: given).parameters(layout)
        }
    }

    private func steps(
        _ graph: Graph, batch: Batch, shardRows: Int, shards: Int, threads: Int, repeats: Int
    ) throws -> (bits: Set<[UInt32]>, losses: Set<Double>, stepper: ShardedStep) {
        let layout = ParameterLayout(graph)
        let stepper = ShardedStep(
            try graph.differentiated(output: "loss"), layout: layout, shardRows: shardRows,
            shardCount: shards, pool: WorkerPool(threads: threads))
        let parameters = batch.parameters(layout)
        var bits: Set<[UInt32]> = []
        var losses: Set<Double> = []
        for _ in 0..<repeats {
            losses.insert(
                stepper.run(parameters: parameters, seed: 5, step: 3) { batch.fill($0, $1) })
            bits.insert(stepper.shards.flatMap { $0.floats(0..<$0.count).map(\.bitPattern) })
        }
        return (bits, losses, stepper)
    }

    /// A perceptron with dropout, layer norm, batch norm and embeddings of both kinds, and one that
    /// is cut into shards.
    @Test(arguments: [false, true]) func bitsDoNotDependOnThreads(batchNorm: Bool) throws {
        let graph = try TrainingGraphs.deep(batchNorm: batchNorm, width: 64)
        #expect(!graph.mixesRows && graph.hasSumsOverShards == batchNorm)
        let batch = Batch(graph, rows: batchNorm ? 120 : 121)
        var bits: Set<[UInt32]> = []
        var losses: Set<Double> = []
        for threads in 1...4 {
            let result = try steps(
                graph, batch: batch, shardRows: batchNorm ? 15 : 16, shards: 8,
                threads: threads, repeats: 50)
            bits.formUnion(result.bits)
            losses.formUnion(result.losses)
        }
        #expect(bits.count == 1 && losses.count == 1)
        #expect(losses.allSatisfy { $0.isFinite })
    }

    /// Convolutions of every kind of group and stride, in shards.
    @Test func bitsOfConvolutionsDoNotDependOnThreads() throws {
        let graph = try TrainingGraphs.images()
        #expect(!graph.mixesRows)
        let batch = Batch(graph, rows: 30, indicesBelow: 3)
        var bits: Set<[UInt32]> = []
        var losses: Set<Double> = []
        for threads in 1...4 {
            let result = try steps(
                graph, batch: batch, shardRows: 4, shards: 8, threads: threads, repeats: 30)
            bits.formUnion(result.bits)
            losses.formUnion(result.losses)
        }
        #expect(bits.count == 1 && losses.count == 1)
        #expect(losses.allSatisfy { $0.isFinite })
    }

    /// With norms of their own rows, shards are independent batches: each one's loss, gradients and new
    /// states are those of its rows alone.
    @Test func shardsWithTheirOwnStatistics() throws {
        let graph = try TrainingGraphs.normedImages(.shard)
        #expect(!graph.mixesRows && graph.hasShardStatistics)
        let whole = try TrainingGraphs.normedImages(.batch)
        #expect(!whole.mixesRows && whole.hasSumsOverShards && !whole.hasShardStatistics)
        let batch = Batch(graph, rows: 15, indicesBelow: 3)
        let d = try graph.differentiated(output: "loss")
        var bits: Set<[UInt32]> = []
        for threads in 1...4 {
            let (own, _, stepper) = try steps(
                graph, batch: batch, shardRows: 5, shards: 3, threads: threads, repeats: 10)
            bits.formUnion(own)
            for (shard, results) in stepper.shards.enumerated() {
                let rows = Batch.part(batch, shard * 5..<(shard + 1) * 5)
                let given = batch.given.merging(rows.given) { $1 }
                let exact = ReferenceInterpreter(graph: d.graph, rows: 5, given: given).run()
                func expectClose(_ range: Range<Int>, _ value: Value) {
                    let expected = exact[value.index].values
                    let scale = expected.reduce(1e-3) { max($0, abs($1)) }
                    for (a, b) in zip(results.floats(range), expected) {
                        #expect(abs(Double(a) - b) <= 2e-5 * scale)
                    }
                }
                for (entry, region) in stepper.results.states {
                    let value = try #require(graph.updates[entry.spec.name])
                    expectClose(region.range, value)
                }
                for entry in stepper.layout.entries {
                    guard case .dense(let value) = d.gradients[entry.spec.name] else { continue }
                    expectClose(entry.range, value)
                }
            }
        }
        #expect(bits.count == 1)
    }

    /// Another step, seed or shard has another dropout mask.
    @Test func masksDependOnTheirPosition() throws {
        var b = GraphBuilder()
        b.output("y", b.dropoutMask([.rows, 100], rate: 0.5))
        b.output("z", b.dropoutMask([.rows, 100], rate: 0.5))
        let graph = try b.build()
        var masks: Set<[Double]> = []
        for (seed, step, shard) in [(1, 0, 0), (2, 0, 0), (1, 1, 0), (1, 0, 1)]
            as [(UInt64, UInt32, UInt32)]
        {
            let values = Experiment(
                graph: graph, rows: 2, given: [:],
                random: RandomPosition(seed: seed, step: step, shard: shard), outputs: ["y", "z"]
            ).runtimeValues()
            masks.formUnion(values.map(\.values))
        }
        #expect(masks.count == 8)
    }

    /// The sum of the shards' losses and gradients is the batch's, also when the last shard is not
    /// full: against the interpreter on the whole batch.
    @Test(arguments: [(1, 23), (2, 12), (4, 6), (5, 5), (23, 1)])
    func shardsAddUpToTheBatch(shards: Int, shardRows: Int) throws {
        for network in TrainingGraphs.networks {
            var network = network
            network.dropout = 0
            let graph = try network.trainingGraph()
            let d = try graph.differentiated(output: "loss")
            let batch = Batch(graph, rows: 23, indicesBelow: 3)
            let exact = ReferenceInterpreter(graph: d.graph, rows: 23, given: batch.given).run()
            let (_, losses, stepper) = try steps(
                graph, batch: batch, shardRows: shardRows, shards: shards, threads: 2, repeats: 1)
            let loss = exact[d.loss.index].values[0]
            #expect(abs((losses.first ?? .nan) - loss) <= 1e-5 * abs(loss))
            for entry in stepper.layout.entries {
                var expected: [Double]
                var computed = [Double](repeating: 0, count: entry.count)
                switch d.gradients[entry.spec.name] {
                case .dense(let value):
                    expected = exact[value.index].values
                    for shard in stepper.shards {
                        for (index, x) in shard.floats(entry.range).enumerated() {
                            computed[index] += Double(x)
                        }
                    }
                case .rows(let lookups):
                    expected = computed
                    for lookup in lookups {
                        add(
                            exact[lookup.rows.index].values,
                            at: exact[lookup.indices.index].values.map { Int($0) }, to: &expected)
                    }
                    for rows in stepper.results.sparse where rows.entry == entry {
                        for shard in stepper.shards {
                            add(
                                shard.floats(rows.rows.range).map(Double.init),
                                at: rows.indices.range.map { Int(shard.index(at: $0)) },
                                to: &computed)
                        }
                    }
                case nil:
                    #expect(entry.spec.role == .state, "\(entry.spec.name) has no gradient")
                    continue
                }
                let scale = expected.reduce(1e-6) { max($0, abs($1)) }
                let worst = zip(computed, expected).map { abs($0 - $1) }.max() ?? 0
                #expect(worst <= 1e-5 * scale, "\(network.task) \(entry.spec.name)")
            }
        }
    }

    private func add(_ rows: [Double], at indices: [Int], to table: inout [Double]) {
        let width = rows.count / indices.count
        for (position, index) in indices.enumerated() {
            for column in 0..<width {
                table[index * width + column] += rows[position * width + column]
            }
        }
    }

    /// Prediction in batches on several workers is prediction row by row.
    @Test(arguments: [1, 3, 16, 64]) func batchedInferenceIsInferenceRowByRow(batchRows: Int) throws
    {
        let network = TrainingGraphs.networks[2]
        let graph = try network.inferenceGraph()
        let rows = 50
        let batch = Batch(graph, rows: rows, indicesBelow: 3)
        let exact = ReferenceInterpreter(graph: graph, rows: rows, given: batch.given).run()
        let expected = try #require(graph.outputs["prediction"].map { exact[$0.index] })
        let layout = ParameterLayout(graph)
        for threads in 1...3 {
            let inference = BatchInference(
                graph, outputs: ["prediction"], layout: layout, batchRows: batchRows,
                pool: WorkerPool(threads: threads))
            let collected = Buffer(count: rows * 3)
            inference.run(
                rows: rows, parameters: batch.parameters(layout),
                fill: { range, executor in
                    let part = Batch.part(batch, range)
                    part.fill(0, executor)
                },
                collect: { range, executor in
                    guard let region = executor.plan.outputs["prediction"] else { return }
                    collected.copy(
                        from: executor.arena, at: region.offset, to: range.lowerBound * 3,
                        count: region.count)
                })
            for (x, y) in zip(collected.floats(0..<rows * 3), expected.values) {
                #expect(abs(Double(x) - y) <= 1e-5)
            }
        }
    }

    /// Products made and run by two and four workers at the same time give the bits that one worker
    /// alone gets: oneDNN's primitives are not shared, and its cache of them is safe.
    @Test(arguments: [2, 4]) func concurrentProducts(threads: Int) throws {
        let shapes = [(1, 1, 1), (16, 64, 100), (64, 64, 16), (256, 33, 7), (5, 300, 2)].flatMap {
            m, n, k in
            [(false, false), (true, false), (false, true)].map { ta, tb in
                MatmulShape(
                    batchA: 1, batchB: 1, m: m, n: n, k: k, transposeA: ta, transposeB: tb,
                    hasBias: !ta, appliesReLU: tb)
            }
        }
        let alone = products(shapes)
        let pool = WorkerPool(threads: threads)
        for _ in 0..<50 {
            let equal = Buffer(count: 2 * threads)
            pool.run(items: equal.count) { equal[$1] = products(shapes) == alone ? 1 : 0 }
            #expect(equal.floats(0..<equal.count).allSatisfy { $0 == 1 })
        }
    }

    /// As above, for convolutions of several kinds and layouts, and averages.
    @Test(arguments: [2, 4]) func concurrentConvolutions(threads: Int) throws {
        let graph = try TrainingGraphs.images().differentiated(output: "loss").graph
        let given = graph.sampleValues(rows: 3, indicesBelow: 3)
        @Sendable func values() -> [[UInt32]] {
            Experiment(
                graph: graph, rows: 3, given: given,
                results: graph.nodes.indices.map(Value.init).filter {
                    switch graph[$0].op {
                    case .convolution, .convolutionInputGradient, .convolutionWeightGradient,
                        .averagePool, .averagePoolGradient:
                        true
                    default: false
                    }
                }
            ).runtimeValues().map { $0.values.map { Float($0).bitPattern } }
        }
        let alone = values()
        #expect(alone.count == 13)
        let pool = WorkerPool(threads: threads)
        for _ in 0..<20 {
            let equal = Buffer(count: 2 * threads)
            pool.run(items: equal.count) { equal[$1] = values() == alone ? 1 : 0 }
            #expect(equal.floats(0..<equal.count).allSatisfy { $0 == 1 })
        }
    }

    /// A product made on one thread and run on another that no pool started.
    @Test func aThreadOfAnotherMakerGivesTheSameBits() throws {
        let shape = MatmulShape(
            batchA: 1, batchB: 1, m: 300, n: 200, k: 500, transposeA: true, transposeB: false,
            hasBias: false, appliesReLU: false)
        let product = Matmul(shape)
        let alone = bits(shape, product)
        for _ in 0..<10 {
            let equal = Buffer(count: 1)
            let ended = DispatchSemaphore(value: 0)
            Thread {
                equal[0] = bits(shape, product) == alone ? 1 : 0
                ended.signal()
            }.start()
            ended.wait()
            #expect(equal[0] == 1)
        }
    }
}

/// The bits of each product, on numbers that its shape determines.
private func products(_ shapes: [MatmulShape]) -> [[UInt32]] {
    shapes.map { bits($0, Matmul($0)) }
}

private func bits(_ shape: MatmulShape, _ product: Matmul) -> [UInt32] {
    let counts = [
        shape.batchA * shape.m * shape.k, shape.batchB * shape.k * shape.n,
        shape.hasBias ? shape.n : 0, shape.batch * shape.m * shape.n,
    ]
    var offset = 0
    let regions = counts.map { count in
        defer { offset += (count + 15) / 16 * 16 }
        return Region(space: .arena, offset: offset, count: count)
    }
    let random = CounterRandom(seed: 8, name: "products")
    let numbers = (0..<offset).map { Float(random.uniform(index: UInt64($0))) - 0.5 }
    let empty = Buffer(count: 0)
    let workspace = Workspace(arena: Buffer(numbers), parameters: empty, results: empty)
    product.run(
        a: regions[0], b: regions[1], bias: shape.hasBias ? regions[2] : nil, c: regions[3],
        in: workspace)
    return workspace.arena.floats(regions[3].range).map(\.bitPattern)
}

extension DeterminismTests.Batch {
    /// The rows of a range as a batch of their own.
    static func part(_ batch: Self, _ range: Range<Int>) -> Self {
        let given = Dictionary(
            uniqueKeysWithValues: batch.graph.inputs.map { port, value in
                let shape = batch.graph[value].shape
                guard let whole = batch.given[port.rawValue] else { preconditionFailure("no \(port)") }
                let tensor = Tensor(shape.bound(rows: range.count)) { coordinates in
                    var source = coordinates
                    if let axis = shape.rowAxis { source[axis] += range.lowerBound }
                    return whole[source]
                }
                return (port.rawValue, tensor)
            })
        return Self(graph: batch.graph, rows: range.count, given: given)
    }

    private init(graph: Graph, rows: Int, given: [String: Tensor]) {
        self.graph = graph
        self.rows = rows
        self.given = given
    }
}
