import Foundation
import RunStore
import TensorCore
import Testing
import Vouch

/// Training from rows in a file, beside the same rows in memory.
@Suite struct RowFileTests {
    private static let samples = Samples(rows: 700, seed: 3)

    /// Somewhere to write, which goes with the test.
    private static func place(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-rows-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path + "/rows.safetensors")
    }

    private static func write(to path: String) throws -> RowFile {
        try RowFile.write(to: path, features: 64) { writer in
            for begin in stride(from: 0, to: 700, by: 256) {
                let end = min(begin + 256, 700)
                try writer.append(
                    features: Array(samples.features[begin * 64..<end * 64]),
                    labels: Array(samples.labels[begin..<end]))
                #expect(writer.rows == end)
            }
        }
    }

    @Test(arguments: [Samples.flat, Samples.image])
    func weightsAreThoseOfRowsInMemory(_ network: Network) throws {
        try Self.place { path in
            let rows = try Self.write(to: path)
            #expect(rows.rows == 700 && rows.features == 64 && !rows.isWeighted)
            var options = TrainingOptions(
                epochs: 3, batchRows: 128, learningRate: 1e-2, validationShare: 0.2, threads: 2)
            if network == Samples.image {
                options.augmentation = .init(shift: 2, flipsHorizontally: true)
            }
            func bytes(_ classifier: Classifier) throws -> Data {
                try classifier.save(to: path + ".classifier")
                return try Data(contentsOf: URL(filePath: path + ".classifier"))
            }
            let inMemory = try bytes(
                network.trainClassifier(
                    features: Self.samples.features, labels: Self.samples.labels, options: options))
            for threads in [1, 3] {
                options.threads = threads
                let classifier = try network.trainClassifier(rows: rows, options: options)
                #expect(try bytes(classifier) == inMemory, "\(threads) threads")
            }
            options.validationShare = 0
            let all = try network.trainClassifier(rows: rows, options: options)
            let expected = try network.trainClassifier(
                features: Self.samples.features, labels: Self.samples.labels, options: options)
            #expect(try bytes(all) == bytes(expected))
            let accuracy = try all.accuracy(on: rows)
            #expect(
                try accuracy
                    == all.accuracy(
                        features: Self.samples.features, labels: Self.samples.labels))
        }
    }

    /// Any program that reads safetensors reads the file.
    @Test func theFileIsSafetensors() throws {
        try Self.place { path in
            _ = try Self.write(to: path)
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let tensors = try Safetensors(decoding: bytes, file: path)
            #expect(try tensors.floats("features", shape: [700, 64]) == Self.samples.features)
            #expect(
                try tensors.int32s("labels", shape: [700]) == Self.samples.labels.map(Int32.init))
            #expect(tensors.names == ["features", "labels"])
        }
    }

    /// A file that another program wrote, with weights: rows that weigh nothing teach nothing.
    @Test func readsOthersFilesAndWeights() throws {
        try Self.place { path in
            var tensors = Safetensors(metadata: ["format": "np"])
            let odd = (0..<700).map { $0 % 2 == 1 }
            let labels = zip(Self.samples.labels, odd).map { Int32($1 ? ($0 + 1) % 3 : $0) }
            tensors.add("features", shape: [700, 64], Self.samples.features)
            tensors.add("labels", shape: [700], labels)
            tensors.add("weights", shape: [700], odd.map { $0 ? Float(0) : 1 })
            try Data(tensors.encoded()).write(to: URL(filePath: path))
            let rows = try RowFile(contentsOf: path)
            #expect(rows.isWeighted)
            let classifier = try Samples.flat.trainClassifier(
                rows: rows, options: TrainingOptions(epochs: 20, learningRate: 1e-2))
            let other = Samples(rows: 300, seed: 4)
            let accuracy = try classifier.accuracy(features: other.features, labels: other.labels)
            #expect(accuracy.share > 0.8)
            let again = try RowFile.write(to: path + "2", features: 64, isWeighted: true) {
                try $0.append(
                    features: Self.samples.features, labels: labels.map(Int.init),
                    weights: odd.map { $0 ? 0 : 1 })
            }
            let same = try Samples.flat.trainClassifier(
                rows: again, options: TrainingOptions(epochs: 20, learningRate: 1e-2))
            #expect(
                try classifier.probabilities(of: other.features)
                    == same.probabilities(of: other.features))
        }
    }

    private static func problem(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return "\(error)" }
    }

    @Test func wrongRowsAreNamed() throws {
        try Self.place { path in
            func writing(
                _ features: [Float], _ labels: [Int], _ weights: [Float]? = nil
            ) -> String {
                Self.problem {
                    _ = try RowFile.write(to: path, features: 2, isWeighted: weights != nil) {
                        try $0.append(features: [0, 0], labels: [0])
                        try $0.append(features: features, labels: labels, weights: weights)
                    }
                }
            }
            #expect(writing([1, 2, 3], [0]).contains("3 numbers"))
            #expect(writing([1, .nan], [0]).contains("row 1: number 1 is nan"))
            #expect(writing([1, 2], [-1]).contains("row 1: its class is -1"))
            #expect(writing([1, 2], [0], [-1]).contains("row 1: its weight"))
            #expect(
                Self.problem {
                    _ = try RowFile.write(to: path, features: 2) {
                        try $0.append(features: [1, 2], labels: [0], weights: [1])
                    }
                }.contains("isWeighted: true"))
            #expect(
                Self.problem { _ = try RowFile.write(to: path, features: 2) { _ in } }
                    .contains("no row"))
            // What failed left nothing, beside its place neither.
            let left = try FileManager.default.contentsOfDirectory(
                atPath: URL(filePath: path).deletingLastPathComponent().path)
            #expect(left.isEmpty)
        }
    }

    @Test func wrongFilesAreNamed() throws {
        try Self.place { path in
            #expect(Self.problem { _ = try RowFile(contentsOf: path) }.contains("No such file"))
            let rows = try Self.write(to: path)
            #expect(
                Self.problem {
                    _ = try Network(input: .features(8), layers: [.linear(3)])
                        .trainClassifier(rows: rows)
                }.contains("64 numbers"))
            #expect(
                Self.problem {
                    _ = try Network(input: .features(64), layers: [.linear(2)])
                        .trainClassifier(rows: rows)
                }.contains("is of class 2"))
            var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            try Data(bytes.dropLast(40)).write(to: URL(filePath: path + ".cut"))
            #expect(
                Self.problem { _ = try RowFile(contentsOf: path + ".cut") }.contains("cut off"))
            bytes.replaceSubrange(8..<9, with: [UInt8(ascii: "x")])
            try Data(bytes).write(to: URL(filePath: path + ".bad"))
            #expect(
                Self.problem { _ = try RowFile(contentsOf: path + ".bad") }
                    .contains("not a safetensors file"))
        }
    }

    /// A file that shrinks while it is open ends the training with an error, not with wrong weights.
    @Test func rowsThatGoAreNoticed() throws {
        try Self.place { path in
            let rows = try Self.write(to: path)
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.truncate(atOffset: 50_000)
            try handle.close()
            let problem = Self.problem {
                _ = try Samples.flat.trainClassifier(rows: rows)
            }
            #expect(problem.contains("the rows") && problem.contains("is not there"), "\(problem)")
            let classifier = try Samples.flat.trainClassifier(
                features: Self.samples.features, labels: Self.samples.labels,
                options: TrainingOptions(epochs: 1))
            let other = Self.problem { _ = try classifier.accuracy(on: rows) }
            #expect(other.contains("is not there"), "\(other)")
        }
    }
}
