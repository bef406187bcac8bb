import Autodiff
import CPURuntime
import GraphIR
import Kernels
import NN
import Optim
import TensorCore
import Testing
import Training

/// Running statistics over a training, for both kinds of statistics.
@Suite struct NormTrainingTests {
    private static func graph(training: Bool, _ statistics: NormStatistics) throws -> Graph {
        var b = GraphBuilder()
        let x = b.input("numeric", [.rows, 6])
        let normed = b.batchNorm("norm", x, training: training, statistics: statistics)
        let logits = b.linear("head", normed, output: 1)
        b.output("logits", logits)
        if training {
            let losses = b.binaryCrossEntropy(
                logits: logits, labels: b.input("label", [.rows, 1]))
            b.output(
                "loss", b.weightedSum(losses: losses, weights: b.input("weight", [.rows, 1])))
        }
        return try b.build()
    }

    /// 256 rows of 6 columns, of means and spreads that differ.
    private static let numeric: [Float] = {
        let random = CounterRandom(seed: 4, name: "normed")
        return (0..<256 * 6).map { (index: Int) -> Float in
            let width = Float(1 + index % 6)
            return 3 + width * Float(random.uniform(index: UInt64(index)))
        }
    }()

    private static func data() -> EncodedData {
        let labels: [Float] = (0..<256).map { numeric[$0 * 6] > 3.5 ? 1 : 0 }
        return EncodedData(
            rows: 256, numeric: numeric, numericWidth: 6, categories: [], categoryWidth: 0,
            labels: .numbers(labels))
    }

    private func weights(
        _ statistics: NormStatistics, threads: Int, steps: Int
    ) throws -> (ParameterLayout, [Float]) {
        let trainer = try Trainer(
            training: Self.graph(training: true, statistics),
            inference: Self.graph(training: false, statistics), data: Self.data(), validation: nil,
            lossOf: .binaryCrossEntropy,
            settings: TrainingSettings(
                optimizer: OptimizerSettings(learningRate: 1e-2), batchRows: 256,
                maximumEpochs: steps),
            pool: WorkerPool(threads: threads))
        _ = try trainer.run()
        return (trainer.layout, trainer.bestWeights.floats(0..<trainer.layout.count))
    }

    /// After one step on one batch: `0.9 · start + 0.1 · statistic`, where a shard's mean and variance
    /// average to the batch's mean and the mean variance within shards.
    @Test(arguments: NormStatistics.allCases) func runningOnesMove(_ statistics: NormStatistics)
        throws
    {
        let (layout, weights) = try weights(statistics, threads: 2, steps: 1)
        let order = CounterRandom(seed: 0, name: "shuffle").permutation(of: 256, step: 0)
        let size = statistics == .batch ? 256 : 64
        let groups = stride(from: 0, to: 256, by: size).map { order[$0..<$0 + size] }
        let mean = try #require(layout.entry(named: "norm/runningMean"))
        let variance = try #require(layout.entry(named: "norm/runningVariance"))
        for feature in 0..<6 {
            var (means, variances) = (0.0, 0.0)
            for group in groups {
                let column = group.map { Double(Self.numeric[$0 * 6 + feature]) }
                let count = Double(column.count)
                let own = column.reduce(0, +) / count
                let squares = column.reduce(0.0) { sum, x in sum + (x - own) * (x - own) }
                means += own / Double(groups.count)
                variances += squares / (count - 1) / Double(groups.count)
            }
            #expect(abs(Double(weights[mean.offset + feature]) - 0.1 * means) < 1e-5)
            #expect(
                abs(Double(weights[variance.offset + feature]) - 0.9 - 0.1 * variances) < 1e-5)
        }
    }

    @Test(arguments: NormStatistics.allCases)
    func bitsDoNotDependOnThreads(_ statistics: NormStatistics) throws {
        let runs = try (1...4).map { try weights(statistics, threads: $0, steps: 8).1 }
        #expect(Set(runs).count == 1)
    }

    /// Loss and gradients of a batch's statistics do not depend on how many shards the batch is cut
    /// into, but for rounding: the sums over shards are the batch's.
    @Test func shardsAddUpToTheBatch() throws {
        let graph = try Self.graph(training: true, .batch)
        let layout = ParameterLayout(graph)
        let differentiated = try graph.differentiated(output: "loss")
        let random = CounterRandom(seed: 6, name: "weights")
        let parameters = Buffer(
            (0..<layout.count).map { 0.5 + Float(random.uniform(index: UInt64($0))) })
        let data = Self.data()
        func gradients(shards: Int) -> [Double] {
            let rows = 256 / shards
            let step = ShardedStep(
                differentiated, layout: layout, shardRows: rows, shardCount: shards,
                pool: WorkerPool(threads: 2))
            let inputs = BatchInputs(step.plan, blocks: data.blocks)
            let loss = step.run(parameters: parameters, seed: 0, step: 0) { shard, executor in
                inputs.fill(
                    executor, from: data, rows: .range(shard * rows..<(shard + 1) * rows))
            }
            let sums = (0..<layout.denseCount).map { place in
                step.shards.reduce(0.0) { $0 + Double($1[place]) }
            }
            return [loss] + sums
        }
        let whole = gradients(shards: 1)
        for shards in [2, 4, 16] {
            for (a, b) in zip(whole, gradients(shards: shards)) {
                #expect(abs(a - b) < 1e-5 * max(100, abs(a)), "\(shards) shards: \(b), not \(a)")
            }
        }
    }

    /// A graph with sums over shards, or with statistics of each, has equally large ones.
    @Test func shardCounts() throws {
        let plain = try TrainerTests.network().trainingGraph()
        let whole = try Self.graph(training: true, .batch)
        let own = try Self.graph(training: true, .shard)
        for (batch, expected) in [
            (256, (4, 4, 4)), (1024, (16, 16, 16)), (300, (4, 4, 4)), (321, (5, 3, 3)),
            (257, (4, 1, 1)), (7, (1, 1, 1)),
        ] {
            #expect(
                [plain, whole, own].map { Trainer.shardCount($0, batch: batch) }
                    == [expected.0, expected.1, expected.2])
        }
    }
}
