import CPURuntime
import Kernels
import NN
import Optim
import TensorCore
import Testing
import Training

/// The range test on losses whose stability limit is known, and on trainings.
@Suite struct RateRangeTests {
    /// Gradient descent on `½ Σ curvature · x²`, which is stable below 2/L.
    private static func descent(_ curvatures: [Double], rates: [Float]) -> RateRange {
        var x = curvatures.map { _ in 1.0 }
        return RateRange(rates) { rate in
            let loss = zip(curvatures, x).reduce(0) { $0 + $1.0 * $1.1 * $1.1 / 2 }
            for place in x.indices { x[place] -= Double(rate) * curvatures[place] * x[place] }
            return loss
        }
    }

    @Test(arguments: [[1.0], [1000.0], [0.01], [100, 1, 0.1], [5, 5, 0.001]])
    func theTurningPointIsTheStabilityLimit(_ curvatures: [Double]) throws {
        let limit = 2 / (curvatures.max() ?? 1)
        let range = Self.descent(curvatures, rates: RateRange.rates(from: 1e-6, to: 1e4))
        let turning = Double(try #require(range.turning))
        #expect(turning > limit && turning < limit * 5, "\(turning) of \(limit)")
        let choice = Double(try #require(range.choice))
        #expect(choice < limit / 2 && choice > limit / 10)
        #expect(turning * Double(RateRange.stable) < limit)
        #expect(Double(try #require(range.blowUp)) > limit)
        // Nothing is asked after the end.
        #expect(range.losses.count == range.rates.count && range.rates.count < RateRange.steps)
    }

    @Test func aRangeWithoutABlowUpHasNone() throws {
        let range = Self.descent([1], rates: RateRange.rates(from: 1e-4, to: 0.1))
        #expect(range.blowUp == nil && range.rates.count == RateRange.steps)
        // It fell to the end.
        #expect(abs(try #require(range.turning) - 0.1) < 1e-6)
    }

    @Test func aLossThatNeverFallsHasNoChoice() {
        let flat = RateRange(RateRange.rates(from: 1e-6, to: 1)) { _ in 0.7 }
        #expect(flat.choice == nil && flat.blowUp == nil)
        var calls = 0
        let broken = RateRange(RateRange.rates(from: 1e-6, to: 1)) { _ in
            calls += 1
            return calls < 3 ? 0.7 : .nan
        }
        #expect(broken.choice == nil && calls == 3 && broken.blowUp == broken.rates[1])
    }

    @Test func ratesRiseInEqualRatios() {
        let rates = RateRange.rates(from: 1e-6, to: 10)
        #expect(rates.count == RateRange.steps)
        #expect(abs(rates[0] / 1e-6 - 1) < 1e-5 && abs(rates[99] / 10 - 1) < 1e-5)
        let ratios = zip(rates, rates.dropFirst()).map { $1 / $0 }
        #expect(ratios.allSatisfy { abs($0 / ratios[0] - 1) < 1e-4 })
    }

    // MARK: - Of a training

    private static func trainer(
        _ rule: OptimizerSettings.Rule, rate: Float, threads: Int = 1, epochs: Int = 6
    ) throws -> Trainer {
        let network = TrainerTests.network(hidden: [16])
        return try Trainer(
            training: network.trainingGraph(), inference: network.inferenceGraph(),
            data: TrainerTests.data(rows: 1024, seed: 1),
            validation: TrainerTests.data(rows: 512, seed: 2), lossOf: .binaryCrossEntropy,
            settings: TrainingSettings(
                optimizer: OptimizerSettings(rule: rule, learningRate: rate), batchRows: 64,
                maximumEpochs: epochs, patience: epochs), pool: WorkerPool(threads: threads))
    }

    /// The project's update rules: a training with the choice learns, one with a hundred turning points does not.
    @Test(arguments: [
        OptimizerSettings.Rule.adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
        .sgd(momentum: 0.9, nesterov: false),
    ])
    func theChoiceTrains(_ rule: OptimizerSettings.Rule) throws {
        let rates = RateRange.rates(from: 1e-6, to: 100)
        let range = try #require(try Self.trainer(rule, rate: 1).rateRange(rates))
        let choice = try #require(range.choice)
        let good = try Self.trainer(rule, rate: choice)
        let reason = try good.run()
        let constant = try #require(good.gainOverConstant(.binaryCrossEntropy))
        #expect(constant.isAboveNoise, "\(constant) at \(choice)")
        let judged = good.divergenceRule(.binaryCrossEntropy)
        #expect(judged.divergence(
                good.history, stepsPerEpoch: good.stepsPerEpoch, stop: reason
            ) { constant } == nil)
        let bad = try Self.trainer(rule, rate: 1000 * choice)
        do {
            let first = try bad.run(stopAfter: { _ in .interrupted })
            #expect(first == .interrupted && bad.history.count == 1)
            let grown = bad.divergenceRule(.binaryCrossEntropy)
            #expect(bad.history[0].trainingLoss > DivergenceRule.growth * grown.reference)
        } catch {
            // With momentum numbers are not finite in the first steps.
            guard case .numericalFailure = error.stop else { throw error }
        }
    }

    @Test func aRangeIsTheSameOnAnyNumberOfThreads() throws {
        let rates = RateRange.rates(from: 1e-5, to: 10, steps: 40)
        let ranges = try [1, 3].map { threads in
            try Self.trainer(
                .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), rate: 1, threads: threads
            ).rateRange(rates)
        }
        #expect(ranges[0] != nil && ranges[0] == ranges[1])
        var steps = 0
        let ended = try Self.trainer(.sgd(momentum: 0, nesterov: false), rate: 1).rateRange(rates) {
            steps += 1
            return steps == 7
        }
        #expect(ended == nil && steps == 7)
    }
}
