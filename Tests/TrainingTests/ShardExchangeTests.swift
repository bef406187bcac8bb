import Autodiff
import CPURuntime
import GraphIR
import Kernels
import NN
import Optim
import TensorCore
import Testing
import Training

/// The same bits whether all shards of a training are run in one memory or by parties that share none.
@Suite struct ShardExchangeTests {
    // MARK: - Trainings

    /// What a training is of; each has a table with sparse gradients.
    enum Form: String, CaseIterable, Sendable {
        /// A perceptron, dropout, limited gradients, averaged weights; shards that do not divide the batch.
        case perceptron
        /// Members that share their layers, in more shards than the rule gives.
        case manyShards
        /// Sums over shards inside the graph, and states.
        case batchNorm
        /// Rows mixed in pairs, noise, two passes a step, averages over epochs, descent without moments.
        case regularised
        /// Fewer shards than parties.
        case twoShards

        var graphs: (training: Graph, inference: Graph) {
            get throws {
                switch self {
                case .batchNorm:
                    return (
                        try ShardExchangeTests.normed(training: true),
                        try ShardExchangeTests.normed(training: false)
                    )
                case .manyShards, .perceptron, .regularised, .twoShards:
                    var network = TrainerTests.network(hidden: [24, 16])
                    if self == .manyShards { network.members = 3 }
                    return (
                        try network.trainingGraph(mixesPairs: self == .regularised),
                        try network.inferenceGraph()
                    )
                }
            }
        }

        var settings: TrainingSettings {
            var optimizer = OptimizerSettings(
                learningRate: 5e-3, clipNorm: 0.5, averageDecay: 0.99)
            if self == .regularised {
                optimizer = OptimizerSettings(
                    rule: .sgd(momentum: 0.9, nesterov: true), learningRate: 0.02)
            }
            var settings = TrainingSettings(
                optimizer: optimizer, batchRows: self == .batchNorm ? 128 : 100, maximumEpochs: 3,
                seed: 5)
            settings.shards =
                switch self {
                case .perceptron: 7
                case .manyShards: 20
                case .batchNorm: 8
                case .regularised: 6
                case .twoShards: 2
                }
            if self == .regularised {
                settings.mixup = 0.4
                settings.sharpnessRadius = 0.05
                settings.averagedShare = 0.5
            }
            return settings
        }

        func trainer(
            _ exchange: any ShardExchange, threads: Int,
            validation: EncodedData = TrainerTests.data(rows: 150, seed: 2),
            _ change: (inout TrainingSettings) -> Void = { _ in }
        ) throws -> Trainer {
            var settings = settings
            change(&settings)
            let graphs = try graphs
            return try Trainer(
                training: graphs.training, inference: graphs.inference,
                data: TrainerTests.data(rows: 420, seed: 1), validation: validation,
                lossOf: .binaryCrossEntropy, settings: settings,
                noise: self == .regularised
                    ? InputNoise(deviation: 0.1, swapShare: 0.1, numbers: [], categories: 2) : nil,
                exchange: exchange, pool: WorkerPool(threads: threads))
        }
    }

    /// Batch norm over numbers and an embedding.
    private static func normed(training: Bool) throws -> Graph {
        var b = GraphBuilder()
        let numbers = b.input("numeric", [.rows, 6])
        let codes = b.input("categories", [.rows, 2], dtype: .int32)
        let code = b.reshape(b.apply(.slice(axis: 1, start: 1, end: 2), [codes]), [.rows])
        let table = b.embedding("codes", code, values: 2000, width: 4)
        let joined = b.apply(.concatenate(axis: 1), [numbers, table])
        let hidden = b.linear("hidden", joined, output: 12)
        let normed = b.batchNorm("norm", hidden, training: training)
        let logits = b.linear("head", b.unary(.relu, normed), output: 1)
        b.output("logits", logits)
        if training {
            let losses = b.binaryCrossEntropy(
                logits: logits, labels: b.input("label", [.rows, 1]))
            b.output(
                "loss", b.weightedSum(losses: losses, weights: b.input("weight", [.rows, 1])))
        }
        return try b.build()
    }

    /// What a training came to, to the bit.
    struct Outcome: Hashable, Sendable {
        var weights: [UInt32]
        var last: [UInt32]
        var history: [EpochRecord]
        var stop: StopReason
        var steps: Int

        init(_ trainer: Trainer, stop: (Int) -> StopReason? = { _ in nil }) throws {
            self.stop = try trainer.run(stop: stop)
            weights = trainer.bestWeights.floats(0..<trainer.layout.count).map(\.bitPattern)
            last = (trainer.state().tensors["parameters"] ?? []).map(\.bitPattern)
            history = trainer.history
            steps = trainer.steps
        }
    }

    @Test(arguments: Form.allCases, [1, 2, 3])
    func partiesTrainTheSameWeights(_ form: Form, _ parties: Int) throws {
        let local = try Outcome(form.trainer(LocalExchange(), threads: 2))
        #expect(local.steps == (form == .batchNorm ? 9 : 12) && local.weights.contains { $0 != 0 })
        let outcomes = try MessageExchange.together(parties) { party, exchange in
            try Outcome(form.trainer(exchange, threads: 1 + party % 2))
        }
        #expect(outcomes.count == parties)
        for outcome in outcomes { #expect(outcome == local) }
    }

    /// A loss that can only rise stops all after the same epoch.
    @Test(arguments: [2, 3]) func partiesStopEarlyTogether(_ parties: Int) throws {
        @Sendable func trainer(_ exchange: any ShardExchange) throws -> Trainer {
            try Form.perceptron.trainer(
                exchange, threads: 1, validation: Self.contradicting(rows: 150)
            ) {
                $0.maximumEpochs = 60
                $0.patience = 2
                $0.optimizer.learningRate = 2e-2
                $0.optimizer.averageDecay = nil
            }
        }
        let local = try Outcome(trainer(LocalExchange()))
        #expect(local.stop == .converged(patience: 2))
        #expect(local.weights != local.last && local.steps < 240)
        let outcomes = try MessageExchange.together(parties) { try Outcome(trainer($1)) }
        for outcome in outcomes { #expect(outcome == local) }
    }

    /// Rows whose answers are the opposite of what the training rows say.
    private static func contradicting(rows: Int) -> EncodedData {
        let random = CounterRandom(seed: 2, name: "contradicting")
        var (numbers, labels) = ([Float](), [Float]())
        for row in 0..<rows {
            var score: Float = -1.5
            for j in 0..<6 {
                let x = Float(random.uniform(index: UInt64(row * 6 + j))) * 2 - 1
                numbers.append(x)
                score += j < 3 ? 3 * x * x : 0
            }
            labels.append(score > 1 ? 0 : 1)
        }
        return EncodedData(
            rows: rows, numeric: numbers, numericWidth: 6,
            categories: Array(repeating: 0, count: 2 * rows), categoryWidth: 2,
            labels: .numbers(labels))
    }

    /// A clock or a signal of one party ends the training of all after the same step; the first party's reason counts.
    @Test(arguments: [[2], [1, 2]]) func aStopOfOneIsEverybodys(_ stopping: [Int]) throws {
        let local = try Outcome(Form.perceptron.trainer(LocalExchange(), threads: 1)) {
            $0 == 7 ? .budget("\(stopping[0]) s") : nil
        }
        #expect(local.steps == 7)
        let outcomes = try MessageExchange.together(3) { party, exchange in
            try Outcome(Form.perceptron.trainer(exchange, threads: 1)) {
                $0 == 7 && stopping.contains(party) ? .budget("\(party) s") : nil
            }
        }
        for outcome in outcomes { #expect(outcome == local) }
    }

    /// A number that is not finite is told by all as on one machine, whoever has its shard.
    @Test(arguments: [Form.perceptron, .batchNorm])
    func aNumericalFailureIsEverybodys(_ form: Form) throws {
        @Sendable func failure(_ exchange: any ShardExchange) throws -> String {
            let trainer = try form.trainer(exchange, threads: 1) {
                $0.optimizer = OptimizerSettings(
                    rule: .sgd(momentum: 0, nesterov: false), learningRate: 1e30)
            }
            let error = #expect(throws: TrainingFailure.self) { try trainer.run() }
            return error?.description ?? ""
        }
        let local = try failure(LocalExchange())
        #expect(local.contains("is not finite"))
        let told = try MessageExchange.together(3) { try failure($1) }
        #expect(told == [local, local, local])
    }

    // MARK: - What is found out

    @Test func otherParametersAreFoundBeforeTheFirstStep() throws {
        let ends = try MessageExchange.together(3) { party, exchange in
            let trainer = try Form.perceptron.trainer(exchange, threads: 1) {
                $0.seed = party == 1 ? 6 : 5
            }
            let error = #expect(throws: TrainingFailure.self) { try trainer.run() }
            return (error?.description ?? "", trainer.steps)
        }
        for (text, steps) in ends {
            #expect(steps == 0, "\(text)")
            #expect(text.contains("after step 0: one has other parameters"), "\(text)")
        }
    }

    @Test func otherValidationRowsAreFoundAtTheEpochsEnd() throws {
        let ends = try MessageExchange.together(2) { party, exchange in
            let trainer = try Form.perceptron.trainer(
                exchange, threads: 1,
                validation: TrainerTests.data(rows: 150, seed: party == 1 ? 3 : 2))
            let error = #expect(throws: TrainingFailure.self) { try trainer.run() }
            return (error?.description ?? "", trainer.history.count)
        }
        for (text, epochs) in ends {
            #expect(epochs == 0 && text.contains("step 4: one has other validation losses"))
        }
    }

    // MARK: - Sums

    /// Each party has memory for its own shards alone.
    @Test func aPartyHoldsItsOwnShards() throws {
        let graph = try Form.perceptron.graphs.training
        let parts = try MessageExchange.together(3) { _, exchange in
            let step = ShardedStep(
                try graph.differentiated(output: "loss"), layout: ParameterLayout(graph),
                shardRows: 4, shardCount: 7, exchange: exchange, pool: WorkerPool(threads: 1))
            #expect(step.shardCount == 7 && step.shards.count == step.own.count)
            return step.own
        }
        #expect(parts == [0..<2, 2..<4, 4..<7])
    }

    /// A fold in the shards' order, of numbers whose sum hangs on the order.
    @Test(arguments: [1, 2, 3, 5]) func gradientsAreAddedInOrder(_ parties: Int) throws {
        let random = CounterRandom(seed: 3, name: "gradients")
        let words = 2500
        let shards = (0..<4).map { shard in
            (0..<words).map { word in
                let number = Float(random.uniform(step: UInt32(shard), index: UInt64(word))) - 0.5
                return number * (word.isMultiple(of: 3) ? 1e6 : 1)
            }
        }
        func folded(_ order: [Int]) -> [Float] {
            (0..<words).map { word in
                order.dropFirst().reduce(shards[order[0]][word]) { $0 + shards[$1][word] }
            }
        }
        let expected = folded([0, 1, 2, 3])
        #expect(expected != folded([3, 2, 1, 0]))
        let sums = try MessageExchange.together(parties) { _, exchange in
            let own = exchange.part(of: 4).map { Buffer(shards[$0]) }
            let left = exchange.sum(own, words: words)
            _ = sumShards(left, 0..<words)
            return left[0].floats(0..<words)
        }
        for sum in sums { #expect(sum == expected) }
        let local = LocalExchange().sum(shards.map { Buffer($0) }, words: words)
        _ = sumShards(local, 0..<words)
        #expect(local[0].floats(0..<words) == expected)
    }
}
