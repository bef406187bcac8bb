import Foundation
import Testing
import Vouch

/// The program in the guide to the library, which is this one.
@Suite struct LibraryGuideTests {
    @Test func snippet() throws {
        let data = Samples(rows: 600, seed: 3)
        let (features, labels) = (data.features, data.labels)
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-guide-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }

        // GUIDE
        let network = Network(
            input: .image(height: 8, width: 8, channels: 1),
            layers: [
                .convolution(16, kernel: 3), .batchNorm, .relu, .maxPool(2),
                .convolution(32, kernel: 3), .batchNorm, .relu, .globalAveragePool,
                .linear(3),
            ])
        let classifier = try network.trainClassifier(
            features: features, labels: labels,
            options: TrainingOptions(epochs: 8, learningRate: 1e-2, validationShare: 0.1),
            onEpoch: { epoch in print(epoch.number, epoch.validationLoss ?? .nan) })
        try classifier.save(to: path)
        let accuracy = try classifier.accuracy(features: features, labels: labels)
        let probabilities = try classifier.probabilities(of: features)  // [rows, classes]
        let why = try classifier.attributions(of: features, to: .logit(0), by: .saliency)
        // GUIDE

        #expect(accuracy.share > 0.9)
        #expect(probabilities.count == 1800)
        #expect(why.values.count == 600 * 64)
    }

    /// The lines between the marks above stand in the guide, but for their indentation.
    @Test func theGuideHoldsIt() throws {
        func text(_ path: String) throws -> [String] {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
                .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let parts = try text("Tests/LibraryTests/LibraryGuideTests.swift")
            .split(separator: "// GUIDE", omittingEmptySubsequences: false)
        let guide = try text("Documentation/Guides/Library.md").joined(separator: "\n")
        let isThere = guide.contains(parts[1].joined(separator: "\n"))
        #expect(isThere, "the guide does not hold the program above")
    }
}
