import Foundation
import TensorCore
import Testing
import Vouch

/// Transformers as layers of a network.
@Suite struct TransformerTests {
    private static let samples = Samples(rows: 1200, seed: 5)

    /// Patches of 2 × 2 cells.
    private static let patches = Network(
        input: .image(height: 8, width: 8, channels: 1),
        layers: [
            .convolution(16, kernel: 2, stride: 2, padding: .none), .places, .positions,
            .transformer(heads: 2, hidden: 32, dropout: 0.05),
            .transformer(heads: 4, hidden: 32), .layerNorm, .globalAveragePool, .linear(3),
        ])

    private static func trained(
        _ network: Network, epochs: Int, threads: Int = 2
    ) throws -> Classifier {
        try network.trainClassifier(
            features: samples.features, labels: samples.labels,
            options: TrainingOptions(epochs: epochs, learningRate: 3e-3, threads: threads))
    }

    @Test func learnsImages() throws {
        let classifier = try Self.trained(Self.patches, epochs: 40)
        let other = Samples(rows: 600, seed: 6)
        let accuracy = try classifier.accuracy(features: other.features, labels: other.labels)
        #expect(accuracy.share > 0.8)
        let predictor = try classifier.makePredictor(rows: 1)
        let one = try predictor.probabilities(of: Array(other.features[..<64]))
        let all = try classifier.probabilities(of: other.features)
        #expect(zip(one, all).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func bitsDoNotDependOnThreadsAndAreStored() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-transformer-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let rows = Array(Self.samples.features[..<(64 * 300)])
        let expected = try Self.trained(Self.patches, epochs: 2, threads: 1)
        let found = try Self.trained(Self.patches, epochs: 2, threads: 3)
        #expect(try expected.probabilities(of: rows) == found.probabilities(of: rows))
        try found.save(to: path)
        let again = try Classifier(contentsOf: path)
        #expect(again.network == Self.patches)
        #expect(try again.probabilities(of: rows) == found.probabilities(of: rows))
    }

    /// Without positions the order of places says nothing, with them it does.
    @Test(arguments: [false, true]) func orderIsToldByPositions(_ hasPositions: Bool) throws {
        let (places, width) = (8, 8)
        let network = Network(
            input: .sequence(places: places, width: width),
            layers: (hasPositions ? [.positions] : []) + [
                .transformer(heads: 2, hidden: 16), .layerNorm, .globalAveragePool, .linear(3),
            ])
        let classifier = try Self.trained(network, epochs: 8)
        let rows = Array(Self.samples.features[..<(64 * 50)])
        var turned: [Float] = []
        for row in 0..<50 {
            for place in (0..<places).reversed() {
                let start = (row * places + place) * width
                turned += rows[start..<start + width]
            }
        }
        let (plain, other) = (
            try classifier.probabilities(of: rows), try classifier.probabilities(of: turned)
        )
        var most: Float = 0
        for index in plain.indices { most = max(most, abs(plain[index] - other[index])) }
        #expect(hasPositions ? most > 1e-4 : most < 1e-5, "\(most)")
    }
}
