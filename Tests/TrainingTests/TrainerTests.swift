import CPURuntime
import GraphIR
import Kernels
import NN
import Optim
import TensorCore
import Testing
import Training

@Suite struct TrainerTests {
    static func data(rows: Int, seed: UInt64) -> EncodedData {
        let random = CounterRandom(seed: seed, name: "data")
        var numeric: [Float] = []
        var categories: [Int32] = []
        var labels: [Float] = []
        for row in 0..<rows {
            var score: Float = -1
            for j in 0..<6 {
                let x = Float(random.uniform(step: 1, index: UInt64(row * 6 + j))) * 2 - 1
                numeric.append(x)
                score += j < 3 ? 3 * x * x : 0
            }
            let code = Int32(random.integer(below: 5, step: 2, index: UInt64(row)))
            categories.append(code)
            categories.append(Int32(random.integer(below: 2000, step: 3, index: UInt64(row))))
            score += code == 3 ? 2 : -0.5
            labels.append(score > 1 ? 1 : 0)
        }
        return EncodedData(
            rows: rows, numeric: numeric, numericWidth: 6, categories: categories, categoryWidth: 2,
            labels: .numbers(labels))
    }

    static func network(hidden: [Int] = [64, 64]) -> TabularNetwork {
        TabularNetwork(
            input: TabularInput(numericWidth: 6, cardinalities: [5, 2000]), task: .binary,
            hidden: hidden, dropout: 0.1)
    }

    static func trainer(
        threads: Int, rows: Int = 4000, epochs: Int = 5, hidden: [Int] = [64, 64], batch: Int = 256
    ) throws -> Trainer {
        let network = network(hidden: hidden)
        return try Trainer(
            training: network.trainingGraph(), inference: network.inferenceGraph(),
            data: data(rows: rows, seed: 1), validation: data(rows: 1000, seed: 2),
            lossOf: .binaryCrossEntropy,
            settings: TrainingSettings(
                optimizer: OptimizerSettings(learningRate: 2e-3, clipNorm: 1, averageDecay: 0.99),
                batchRows: batch, maximumEpochs: epochs),
            pool: WorkerPool(threads: threads))
    }

    @Test func learnsANonlinearRule() throws {
        let trainer = try Self.trainer(threads: 2, epochs: 30)
        _ = try trainer.run()
        // Guessing the class frequencies costs 0.65; the rule's noise-free loss is 0.
        #expect(trainer.bestValidationLoss < 0.3)
    }

    @Test func bitsDoNotDependOnThreads() throws {
        var results: [[Float]] = []
        for threads in [1, 2, 3, 4] {
            let trainer = try Self.trainer(threads: threads)
            _ = try trainer.run()
            results.append(trainer.bestWeights.floats(0..<trainer.layout.count))
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    @Test func resumingGivesTheSameBits() throws {
        let whole = try Self.trainer(threads: 2)
        var states: [TrainingState] = []
        _ = try whole.run(onEvent: { event in
            if case .epoch = event { states.append(whole.state()) }
        })
        let resumed = try Self.trainer(threads: 1)
        try resumed.restore(states[1])
        _ = try resumed.run()
        #expect(resumed.history == whole.history)
        #expect(
            resumed.bestWeights.floats(0..<whole.layout.count)
                == whole.bestWeights.floats(0..<whole.layout.count))
    }

    @Test func aBudgetsStepCountRepeatsIt() throws {
        let stopped = try Self.trainer(threads: 2)
        let reason = try stopped.run(stop: { $0 == 23 ? .budget("1 s") : nil })
        #expect(reason == .budget("1 s"))
        let repeated = try Self.trainer(threads: 2)
        _ = try repeated.run(stop: { $0 == 23 ? .interrupted : nil })
        #expect(
            stopped.bestWeights.floats(0..<stopped.layout.count)
                == repeated.bestWeights.floats(0..<stopped.layout.count))
    }
}
