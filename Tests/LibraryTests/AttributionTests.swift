import Testing
import Vouch

@Suite struct AttributionTests {
    private static let rows = Samples(rows: 9, seed: 4)

    private static func trained(_ network: Network = Samples.flat) throws -> Classifier {
        let training = Samples(rows: 300, seed: 1)
        return try network.trainClassifier(
            features: training.features, labels: training.labels,
            options: TrainingOptions(epochs: 3, learningRate: 1e-2, threads: 2))
    }

    @Test func completeMethodsSumToTheOutput() throws {
        let classifier = try Self.trained()
        let probabilities = try classifier.probabilities(of: Self.rows.features)
        let baselines = Samples(rows: 6, seed: 5).features
        for method in [AttributionMethod.integratedGradients(), .deepLIFT] {
            let found = try classifier.attributions(
                of: Self.rows.features, to: .probability(1), by: method, baselines: baselines)
            #expect(found.rows == 9 && found.features == 64 && found.values.count == 9 * 64)
            for row in 0..<9 {
                #expect(abs(found.outputs[row] - Double(probabilities[3 * row + 1])) < 1e-5)
                #expect(abs(found.residuals[row]) < 1e-4)
                let sum = found.values[row * 64..<(row + 1) * 64].reduce(0, +)
                #expect(abs(found.base + sum + found.residuals[row] - found.outputs[row]) < 1e-9)
            }
            #expect(found.standardErrors.allSatisfy { $0 == 0 })
        }
    }

    @Test func everyMethodExplainsALogit() throws {
        let classifier = try Self.trained()
        let methods: [AttributionMethod] = [
            .saliency, .inputTimesGradient, .integratedGradients(steps: 50),
            .expectedGradients(draws: 20), .smoothGrad(noise: 0.1, samples: 5),
            .varGrad(noise: 0.1, samples: 5), .deepLIFT, .relevancePropagation(), .occlusion,
        ]
        for method in methods {
            let found = try classifier.attributions(
                of: Self.rows.features, to: .logit(0), by: method, seed: 3)
            #expect(found.values.contains { $0 != 0 } && found.values.allSatisfy(\.isFinite))
            let again = try classifier.attributions(
                of: Self.rows.features, to: .logit(0), by: method, seed: 3)
            #expect(found == again)
        }
    }

    /// An image network has layers that DeepLIFT has no rule for; gradients go through all.
    @Test func aLayerWithoutARuleIsNamed() throws {
        let classifier = try Self.trained(Samples.image)
        #expect {
            try classifier.attributions(of: Self.rows.features, to: .logit(0), by: .deepLIFT)
        } throws: { "\($0)".contains("maxPool") && "\($0)".contains("no rule") }
        let found = try classifier.attributions(of: Self.rows.features, to: .logit(2))
        for row in 0..<9 {
            #expect(abs(found.residuals[row]) <= 1e-4 * abs(found.outputs[row] - found.base) + 1e-5)
        }
    }

    @Test func argumentsThatCannotBeAreErrors() throws {
        let classifier = try Self.trained()
        let features = Self.rows.features
        #expect(throws: NetworkError.self) {
            try classifier.attributions(of: features, to: .logit(3))
        }
        #expect(throws: NetworkError.self) {
            try classifier.attributions(of: features, to: .logit(0), baselines: [])
        }
        #expect(throws: NetworkError.self) {
            try classifier.attributions(of: features, to: .logit(0), baselines: [1, 2])
        }
        #expect(throws: NetworkError.self) {
            try classifier.attributions(of: features, to: .logit(0), by: .smoothGrad(noise: 0))
        }
        #expect {
            try classifier.attributions(of: features, to: .logit(0), memoryLimit: 1000)
        } throws: { "\($0)".contains("memory limit") }
    }
}
