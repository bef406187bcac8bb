import Autodiff
import CPURuntime
import GraphIR
import Kernels
import NN
import Optim
import TensorCore
import Testing
import Training

/// How many shards a batch has, and what the last of them lack.
@Suite struct ShardCountTests {
    private static func trainer(
        threads: Int, batch: Int = 250, shards: Int?
    ) throws -> Trainer {
        let network = TrainerTests.network(hidden: [16])
        var settings = TrainingSettings(
            optimizer: OptimizerSettings(learningRate: 5e-3, averageDecay: 0.99),
            batchRows: batch, maximumEpochs: 4)
        settings.shards = shards
        return try Trainer(
            training: network.trainingGraph(), inference: network.inferenceGraph(),
            data: TrainerTests.data(rows: 1000, seed: 1), validation: nil,
            lossOf: .binaryCrossEntropy, settings: settings, pool: WorkerPool(threads: threads))
    }

    private static func weights(threads: Int, shards: Int?) throws -> [Float] {
        let trainer = try trainer(threads: threads, shards: shards)
        _ = try trainer.run()
        return trainer.bestWeights.floats(0..<trainer.layout.count)
    }

    /// Rows that the last shards lack look nothing up, whatever a worker's inputs still hold. Of 250 rows, 3 shards lack 2,
    /// 7 lack 2, and of 64 the last is empty.
    @Test(arguments: [nil, 7, 64] as [Int?])
    func bitsOfAnUnevenBatchDoNotDependOnThreads(_ shards: Int?) throws {
        let alone = try Self.weights(threads: 1, shards: shards)
        for threads in [2, 3, 4, 2] {
            #expect(try Self.weights(threads: threads, shards: shards) == alone)
        }
    }

    @Test func rowsThatTheBatchLacksTouchNothing() throws {
        var b = GraphBuilder()
        let codes = b.input("codes", [.rows], dtype: .int32)
        let table = b.embedding("codes", codes, values: 2000, width: 2)
        let weights = b.input("weight", [.rows, 1])
        b.output("loss", b.weightedSum(losses: b.sum(table, axes: [1]), weights: weights))
        let graph = try b.build()
        let layout = ParameterLayout(graph)
        let step = ShardedStep(
            try graph.differentiated(output: "loss"), layout: layout, shardRows: 3, shardCount: 3,
            batchRows: 5, pool: WorkerPool(threads: 1))
        let rows: [[Int32]] = [[7, 1900, 7], [5, 7, 13], [17, 19, 23]]
        _ = step.run(parameters: Buffer(count: layout.count), seed: 0, step: 0) { shard, executor in
            guard let codes = executor.plan.inputs["codes"],
                let weights = executor.plan.inputs["weight"]
            else { return }
            executor.arena.withMutableIndices(codes.range) { words in
                for place in 0..<3 { words[place] = rows[shard][place] }
            }
            for place in 0..<3 {
                executor.arena[weights.offset + place] = shard * 3 + place < 5 ? 1 : 0
            }
        }
        let touched = TouchedRows(values: 2000, width: 2)
        let lookup = try #require(step.results.sparse.first)
        step.add(lookup, to: touched)
        #expect(touched.touched == [7, 1900, 5])
        let sums = touched.touched.map { touched.sums[Int($0) * 2] }
        #expect(sums == [3, 1, 1])
    }

    // MARK: - What is asked for

    @Test func theNumberIsTheSettings() throws {
        #expect(try Self.trainer(threads: 1, batch: 256, shards: nil).shardCount == 4)
        #expect(try Self.trainer(threads: 1, batch: 256, shards: 32).shardCount == 32)
        // One a row at the most, as for the probes that train on few rows.
        #expect(try Self.trainer(threads: 1, batch: 20, shards: 32).shardCount == 20)
    }

    @Test func bitsBelongToTheNumber() throws {
        let runs = try [nil, 4, 32, 32].map { try Self.weights(threads: 2, shards: $0) }
        #expect(runs[2] == runs[3] && runs[0] != runs[2] && runs[1] != runs[2])
    }

    private static func normed(_ statistics: NormStatistics) throws -> Graph {
        var b = GraphBuilder()
        let x = b.input("numeric", [.rows, 6])
        let normed = b.batchNorm("norm", x, training: true, statistics: statistics)
        let losses = b.squaredError(
            prediction: b.linear("head", normed, output: 1),
            target: b.input("label", [.rows, 1]))
        b.output("loss", b.weightedSum(losses: losses, weights: b.input("weight", [.rows, 1])))
        return try b.build()
    }

    @Test(arguments: NormStatistics.allCases)
    func normsWantEqualShards(_ statistics: NormStatistics) throws {
        let graph = try Self.normed(statistics)
        #expect(try Trainer.shardCount(graph, batch: 256, asked: 32) == 32)
        #expect(try Trainer.shardCount(graph, batch: 256, asked: nil) == 4)
        let error = #expect(throws: GraphError.self) {
            try Trainer.shardCount(graph, batch: 256, asked: 7)
        }
        let text = error?.description ?? ""
        #expect(text.contains("256 rows") && text.contains("equal size"), "\(text)")
    }

    /// Where rows mix, the batch is one shard.
    @Test func rowsThatMixAreOneShard() throws {
        var b = GraphBuilder()
        let x = b.input("numeric", [.rows, 3])
        let state = b.parameter("state", [3], role: .state, initializer: .constant(0))
        b.output("loss", b.sum(x, to: .scalar))
        b.update(state, to: b.sum(x, to: [3]))
        let graph = try b.build()
        #expect(try Trainer.shardCount(graph, batch: 64, asked: 1) == 1)
        #expect(throws: GraphError.self) {
            try Trainer.shardCount(graph, batch: 64, asked: 2)
        }
    }

    /// A sum of a sum over shards waits for the inner one.
    @Test func sumsOfSumsOverShards() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 1])
        let weight = b.parameter("w", [1, 1], role: .weight, initializer: .constant(1))
        let own = b.sum(b.matmul(x, weight), to: .scalar)
        let once = b.apply(.sumOverShards, [own])
        b.output("loss", b.apply(.sumOverShards, [once]))
        let graph = try b.build()
        let layout = ParameterLayout(graph)
        let step = ShardedStep(
            try graph.differentiated(output: "loss"), layout: layout, shardRows: 2, shardCount: 3,
            pool: WorkerPool(threads: 2))
        let parameters = Buffer(count: layout.count)
        parameters[0] = 1
        let loss = step.run(parameters: parameters, seed: 0, step: 0) { shard, executor in
            guard let x = executor.plan.inputs["x"] else { return }
            for place in 0..<2 { executor.arena[x.offset + place] = Float(1 + shard * 2 + place) }
        }
        // 1 + … + 6, three times in each of three shards.
        #expect(loss == 21 * 9)
    }
}
