import Kernels
import Testing
import Training

/// When a training is taken to diverge.
@Suite struct DivergenceTests {
    private static func record(
        _ epoch: Int, _ training: Double, _ validation: Double? = 0.7
    ) -> EpochRecord {
        EpochRecord(
            epoch: epoch, step: 10 * epoch, trainingLoss: training, validationLoss: validation,
            isBest: epoch == 1)
    }

    private static func gain(_ better: Double) -> GainOverConstant {
        GainOverConstant(
            losses: (0..<100).map { 0.6 - better + ($0.isMultiple(of: 2) ? 0.1 : -0.1) },
            constants: Array(repeating: 0.6, count: 100), weights: Array(repeating: 1, count: 100))
    }

    private let rule = DivergenceRule(reference: 0.7)

    @Test func healthyTrainingsAreLeftAlone() {
        let falls = [Self.record(1, 0.68), Self.record(2, 0.5), Self.record(3, 0.3)]
        let flat = [Self.record(1, 0.72), Self.record(2, 0.7)]
        for history in [falls, flat] {
            // Nobody asks for what is dear, whatever it would say.
            let found = rule.divergence(history, stepsPerEpoch: 10, stop: .converged(patience: 2)) {
                Issue.record("the constant was asked for")
                return nil
            }
            #expect(found == nil)
        }
        // It grew and recovered.
        let recovered = [Self.record(1, 7), Self.record(2, 0.5)]
        #expect(
            rule.divergence(recovered, stepsPerEpoch: 10, stop: .maximumEpochs(2)) { Self.gain(0.1) } == nil)
        // Part of an epoch tells of an explosion alone.
        var part = Self.record(1, 2)
        part.step = 9
        #expect(
            rule.divergence([part], stepsPerEpoch: 10, stop: .maximumSteps(9)) { Self.gain(0) } == nil)
        // Without validation rows only an explosion tells.
        #expect(rule.divergence(recovered, stepsPerEpoch: 10, stop: .maximumEpochs(2)) { nil } == nil)
    }

    @Test func growthWithoutUseDiverges() {
        let grown = [Self.record(1, 0.69), Self.record(2, 0.9)]
        for better in [-0.1, 0, 0.019] {
            let found = rule.divergence(grown, stepsPerEpoch: 10, stop: .converged(patience: 1)) { Self.gain(better) }
            guard case .noBetterThanConstant(epoch: 2, _, let constant)? = found else {
                Issue.record("\(better): \(String(describing: found))")
                continue
            }
            #expect(abs(constant - 0.6) < 1e-12)
        }
        // The mean of a hundred differences of ±0.1 errs by 0.01.
        #expect(rule.divergence(grown, stepsPerEpoch: 10, stop: .converged(patience: 1)) { Self.gain(0.021) } == nil)
    }

    @Test func explosionsAndWhatIsNotFiniteDiverge() {
        let exploded = Self.record(1, 71)
        #expect(rule.explosion(in: exploded) == .exploded(epoch: 1, loss: 71, reference: 0.7))
        #expect(rule.explosion(in: Self.record(1, 69)) == nil)
        #expect(rule.explosion(in: Self.record(1, .nan)) != nil)
        #expect(rule.divergence([exploded], stepsPerEpoch: 10, stop: .interrupted) { Self.gain(1) } != nil)
        #expect(
            rule.divergence([], stepsPerEpoch: 10, stop: .numericalFailure(step: 3, node: "n")) { nil }
                == .notFinite(step: 3, node: "n"))
    }

    private static func rows(
        _ labels: EncodedData.Labels, _ weights: [Float]? = nil, count: Int
    ) -> EncodedData {
        EncodedData(
            rows: count, numeric: Array(repeating: 0, count: count), numericWidth: 1,
            categories: [], categoryWidth: 0, labels: labels, weights: weights)
    }

    /// Against the losses as they are written down.
    @Test func constantsAreThoseOfLeastLoss() throws {
        let binary = Self.rows(.numbers([1, 0, 0, 0]), count: 4)
        let constant = try #require(ConstantPrediction(of: binary, .binaryCrossEntropy))
        for (loss, expected) in zip(constant.losses(of: binary), [1.3862944, 0.2876821]) {
            #expect(abs(loss - expected) < 1e-6)
        }
        let classes = Self.rows(.classes([0, 0, 1, 2]), count: 4)
        let shares = try #require(ConstantPrediction(of: classes, .crossEntropy))
        for (loss, expected) in zip(
            shares.losses(of: classes), [0.6931472, 0.6931472, 1.3862944, 1.3862944])
        {
            #expect(abs(loss - expected) < 1e-6)
        }
        // A class that was not seen is as likely as half a row.
        let unseen = shares.losses(of: Self.rows(.classes([3]), count: 1))
        #expect(unseen[0] > 1.9 && unseen[0].isFinite)
        let numbers = Self.rows(.numbers([0, 0, 3]), [1, 1, 2], count: 3)
        let mean = try #require(ConstantPrediction(of: numbers, .squaredError))
        #expect(mean.losses(of: numbers).map { ($0 * 100).rounded() } == [225, 225, 225])
        let odd = Self.rows(.numbers([9, 1, 2]), count: 3)
        let median = try #require(ConstantPrediction(of: odd, .absoluteError))
        #expect(median.losses(of: Self.rows(.numbers([2, 4]), count: 2)) == [0, 2])
        let nobody = Self.rows(.numbers([1, 0]), [0, 0], count: 2)
        #expect(ConstantPrediction(of: nobody, .binaryCrossEntropy) == nil)
    }
}
