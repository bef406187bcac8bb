import CPURuntime
import GraphIR
import Kernels
import NN
import Optim
import Testing
import Training

/// Parameters that learn at a share of the rate.
@Suite struct RateShareTests {
    private static func trained(
        _ shares: [String: Float]?
    ) throws -> (trainer: Trainer, before: [Float]) {
        let network = TrainerTests.network(hidden: [8])
        var settings = TrainingSettings(
            optimizer: OptimizerSettings(learningRate: 2e-3, weightDecay: 0.1),
            batchRows: 64, maximumEpochs: 1)
        settings.optimizer.rateShares = shares
        let trainer = try Trainer(
            training: network.trainingGraph(), inference: network.inferenceGraph(),
            data: TrainerTests.data(rows: 256, seed: 1),
            validation: TrainerTests.data(rows: 64, seed: 2),
            lossOf: .binaryCrossEntropy, settings: settings, pool: WorkerPool(threads: 1))
        let layout = trainer.layout
        let before = initialParameters(layout, seed: settings.seed).floats(0..<layout.count)
        _ = try trainer.run()
        return (trainer, before)
    }

    /// A dense layer and a table with sparse gradients stand still at 0, and the others move.
    @Test func aShareOfNothingLeavesThemAsTheyAre() throws {
        let names: Set = ["hidden0/linear/weight", "category1/table"]
        let (trainer, before) = try Self.trained(
            Dictionary(uniqueKeysWithValues: names.map { ($0, 0) }))
        let after = trainer.bestWeights.floats(0..<trainer.layout.count)
        for entry in trainer.layout.entries {
            let isSame = after[entry.range] == before[entry.range]
            #expect(isSame == names.contains(entry.spec.name), "\(entry.spec.name)")
        }
    }

    @Test func aWholeShareIsTheSameToTheBit() throws {
        let plain = try Self.trained(nil).trainer
        let whole = try Self.trained(["hidden0/linear/weight": 1, "category1/table": 1]).trainer
        let count = plain.layout.count
        #expect(plain.bestWeights.floats(0..<count) == whole.bestWeights.floats(0..<count))
        let half = try Self.trained(["hidden0/linear/weight": 0.5]).trainer
        #expect(plain.bestWeights.floats(0..<count) != half.bestWeights.floats(0..<count))
    }
}
