import Foundation
import RunStore
import Testing
import Vouch

@Suite struct ClassifierTests {
    private static let training = Samples(rows: 1200, seed: 1)
    private static let other = Samples(rows: 600, seed: 2)

    private static func trained(
        _ network: Network = Samples.image, _ options: TrainingOptions
    ) throws -> Classifier {
        try network.trainClassifier(
            features: training.features, labels: training.labels, options: options)
    }

    private static func scratch() throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-library-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }

    @Test func learnsImages() throws {
        var seen: [Epoch] = []
        let classifier = try Samples.image.trainClassifier(
            features: Self.training.features, labels: Self.training.labels,
            options: TrainingOptions(epochs: 12, learningRate: 1e-2, validationShare: 0.2),
            onEpoch: { seen.append($0) })
        #expect(seen == classifier.history)
        #expect(seen.map(\.number) == Array(1...12))
        #expect(seen.allSatisfy { $0.validationLoss != nil })
        let accuracy = try classifier.accuracy(
            features: Self.other.features, labels: Self.other.labels)
        #expect(accuracy.share > 0.95)
        #expect(accuracy.lower < accuracy.share && accuracy.share <= accuracy.upper)
        #expect(accuracy.rows == 600)
        let probabilities = try classifier.probabilities(of: Self.other.features)
        #expect(probabilities.count == 1800)
        for row in 0..<600 {
            #expect(abs(probabilities[row * 3..<row * 3 + 3].reduce(0, +) - 1) < 1e-5)
        }
    }

    @Test func patienceEndsATraining() throws {
        let classifier = try Self.trained(
            Samples.flat,
            TrainingOptions(
                epochs: 500, learningRate: 1e-2, schedule: .constant, validationShare: 0.2,
                patience: 3))
        #expect(classifier.trainingEnd == .noLowerLoss)
        #expect(classifier.history.count < 500)
        #expect(classifier.history.suffix(3).allSatisfy { !$0.isBest })
    }

    /// With everything that draws random numbers or adds over rows.
    @Test(arguments: [TrainingOptions.NormStatistics.shard, .batch])
    func bitsDoNotDependOnThreads(_ statistics: TrainingOptions.NormStatistics) throws {
        let results = try (1...4).map { threads in
            let classifier = try Self.trained(
                Samples.image,
                TrainingOptions(
                    epochs: 2, batchRows: 256, labelSmoothing: 0.1, averageDecay: 0.9,
                    clipNorm: 1, normStatistics: statistics,
                    augmentation: .init(shift: 1, flipsHorizontally: true),
                    validationShare: 0.1, seed: 5, threads: threads))
            return try classifier.probabilities(of: Self.other.features).map(\.bitPattern)
        }
        #expect(Set(results).count == 1)
    }

    @Test func seedsDiffer() throws {
        let results = try [1, 2].map { seed in
            try Self.trained(Samples.flat, TrainingOptions(epochs: 1, seed: seed))
                .probabilities(of: Self.other.features)
        }
        #expect(results[0] != results[1])
    }

    @Test func aFilePredictsTheSameBits() throws {
        let folder = try Self.scratch()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/bars.safetensors"
        let classifier = try Self.trained(Samples.image, TrainingOptions(epochs: 2))
        try classifier.save(to: path)
        let read = try Classifier(contentsOf: path, threads: 1)
        #expect(read.network == classifier.network)
        #expect(read.history == classifier.history)
        #expect(read.trainingEnd == .allEpochs)
        #expect(
            try read.probabilities(of: Self.other.features)
                == classifier.probabilities(of: Self.other.features))
        let first = try Data(contentsOf: URL(fileURLWithPath: path))
        try read.save(to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)

        try first.dropLast(5).write(to: URL(fileURLWithPath: path))
        #expect(throws: NetworkError.self) { try Classifier(contentsOf: path) }
        let missing = #expect(throws: NetworkError.self) {
            try Classifier(contentsOf: folder + "/none")
        }
        #expect(missing?.place == folder + "/none")
    }

    /// The folded network against a direct transcription in `Double` of the stored, unfolded one.
    @Test func foldingKeepsThePredictions() throws {
        let folder = try Self.scratch()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let classifier = try Self.trained(
            Samples.flat, TrainingOptions(epochs: 3, learningRate: 1e-2))
        try classifier.save(to: folder + "/flat")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/flat"))
        let tensors = try Safetensors(decoding: Array(bytes), file: "flat")
        #expect(
            tensors.names == [
                "layer1/weight", "layer2/runningMean", "layer2/runningVariance", "layer2/scale",
                "layer2/shift", "layer4/bias", "layer4/weight",
            ])
        func numbers(_ name: String) throws -> [Double] {
            try tensors.floats(name).map(Double.init)
        }
        let (w1, w4, b4) = try (
            numbers("layer1/weight"), numbers("layer4/weight"), numbers("layer4/bias")
        )
        let (mean, variance) = try (
            numbers("layer2/runningMean"), numbers("layer2/runningVariance")
        )
        let (scale, shift) = try (numbers("layer2/scale"), numbers("layer2/shift"))
        let probabilities = try classifier.probabilities(of: Self.other.features)
        for row in 0..<600 {
            let x = Self.other.features[row * 64..<row * 64 + 64].map(Double.init)
            let hidden = (0..<24).map { j in
                let z = (0..<64).reduce(0.0) { $0 + x[$1] * w1[$1 * 24 + j] }
                let normed = (z - mean[j]) / (variance[j] + 1e-5).squareRoot()
                return max(0, normed * scale[j] + shift[j])
            }
            let logits = (0..<3).map { j in
                (0..<24).reduce(b4[j]) { $0 + hidden[$1] * w4[$1 * 3 + j] }
            }
            let exponentials = logits.map { exp($0) }
            let sum = exponentials.reduce(0, +)
            for j in 0..<3 {
                #expect(abs(Double(probabilities[row * 3 + j]) - exponentials[j] / sum) < 1e-5)
            }
        }
    }

    @Test(arguments: [Samples.image, Samples.flat])
    func aPredictorAgreesWithTheBatch(_ network: Network) throws {
        let classifier = try Self.trained(network, TrainingOptions(epochs: 2))
        let all = try classifier.probabilities(of: Self.other.features)
        for rows in [1, 7] {
            let predictor = try classifier.makePredictor(rows: rows)
            var answer = [Float](repeating: 0, count: rows * 3)
            var span = answer.mutableSpan
            for start in stride(from: 0, to: 70, by: rows) {
                let some = Array(Self.other.features[start * 64..<(start + rows) * 64])
                let result = try predictor.probabilities(of: some)
                try predictor.predict(some.span, into: &span)
                for index in 0..<rows * 3 {
                    #expect(span[index] == result[index])
                    #expect(abs(result[index] - all[start * 3 + index]) < 1e-6)
                }
            }
        }
    }

    @Test func wrongNumbersAreNamed() throws {
        let data = Self.training
        func expect(
            _ words: String, features: [Float] = data.features, labels: [Int] = data.labels,
            _ options: TrainingOptions = TrainingOptions(epochs: 1),
            _ network: Network = Samples.flat
        ) {
            let error = #expect(throws: NetworkError.self, "\(words)") {
                try network.trainClassifier(features: features, labels: labels, options: options)
            }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
        expect("no whole number of rows of 64", features: [1, 2, 3])
        expect("1199 labels and 1200 rows", labels: Array(data.labels.dropLast()))
        expect("at least one row", features: [], labels: [])
        var features = data.features
        features[64 * 17 + 5] = .nan
        expect("row 17: number 5 is nan", features: features)
        var labels = data.labels
        labels[9] = 3
        expect("row 9: its class is 3", labels: labels)
        expect("options.epochs", TrainingOptions(epochs: 0))
        expect("options.batchRows", TrainingOptions(batchRows: 0))
        expect("options.learningRate", TrainingOptions(learningRate: .nan))
        expect("options.patience", TrainingOptions(patience: 3))
        expect("options.validationShare", TrainingOptions(validationShare: 1e-5))
        expect("options.augmentation", TrainingOptions(augmentation: .init(shift: 1)))
        expect(
            "options.augmentation.shift", TrainingOptions(augmentation: .init(shift: 8)),
            Samples.image)
        expect("options.threads", TrainingOptions(threads: 0))
        expect("options.learningRate", TrainingOptions(epochs: 1, learningRate: 1e30))

        let classifier = try Self.trained(Samples.flat, TrainingOptions(epochs: 1))
        #expect(throws: NetworkError.self) { try classifier.probabilities(of: [1]) }
        #expect(throws: NetworkError.self) { try classifier.makePredictor(rows: 0) }
        let predictor = try classifier.makePredictor(rows: 2)
        #expect(throws: NetworkError.self) {
            try predictor.probabilities(of: Array(data.features.prefix(64)))
        }
        #expect(try classifier.probabilities(of: []) == [])
    }
}
