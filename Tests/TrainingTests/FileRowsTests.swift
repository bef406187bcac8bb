import CPURuntime
import Foundation
import GraphIR
import Kernels
import NN
import Optim
import Platform
import TensorCore
import Testing
import Training

/// Rows in a file beside the same rows in memory.
@Suite struct FileRowsTests {
    private static let rows = 500
    private static let labels = (0..<rows).map { Float($0 % 2) }
    private static let weights = (0..<rows).map { 0.5 + Float($0 % 3) }

    private static let numeric: [Float] = {
        let random = CounterRandom(seed: 8, name: "file rows")
        return (0..<rows * 6).map { Float(random.uniform(index: UInt64($0))) - 0.5 }
    }()

    private static let categories: [Int32] = {
        let random = CounterRandom(seed: 9, name: "file rows")
        return (0..<rows * 2).map { place in
            Int32(random.integer(below: place % 2 == 0 ? 5 : 2000, index: UInt64(place)))
        }
    }()

    private static var inMemory: EncodedData {
        EncodedData(
            rows: rows, numeric: numeric, numericWidth: 6, categories: categories,
            categoryWidth: 2, labels: .numbers(labels), weights: weights)
    }

    /// Both blocks in one file, the second first, and what follows is cut off where asked for.
    private static func withFile<Result>(
        _ body: (FileRows, _ path: String) throws -> Result
    ) throws -> Result {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-file-rows-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var file = try StreamedFile(path)
        try file.append([1, 2, 3, 4])
        try file.append(categories.span)
        try file.append(numeric.span)
        try file.finish()
        let blocks = inMemory.blocks
        #expect(blocks.map(\.port) == [.numeric, .categories])
        let source = FileRows(
            try PositionedFile(path), rows: rows, blocks: blocks,
            offsets: [4 + 4 * categories.count, 4], labels: Buffer(labels),
            weights: Buffer(weights))
        return try body(source, path)
    }

    private static func filled(_ source: any RowSource, _ rows: ChosenRows) -> [Float] {
        let arena = Buffer(count: rows.count * 8)
        source.fill(arena, at: [0, rows.count * 6], rows: rows)
        return arena.floats(0..<arena.count)
    }

    @Test func rowsAreThose() throws {
        try Self.withFile { source, _ in
            let list = [7, 8, 9, 499, 0, 1, 1, 2, 250]
            let order = [3, 1, 2, 0, 4]
            let choices: [ChosenRows] = [
                .range(0..<500), .range(17..<18), .range(3..<3), .list(list[...]), .list(list[2..<5]),
                .pairs(BatchPairs(order[1..<4], of: order[...])),
            ]
            for rows in choices {
                let found = Self.filled(source, rows).map(\.bitPattern)
                #expect(found == Self.filled(Self.inMemory, rows).map(\.bitPattern), "\(rows)")
                #expect((0..<rows.count).map { rows[$0] }.count == rows.count)
            }
            let chosen = [4, 5, 6, 400, 2]
            let part = source.part(chosen).part([3, 1, 2])
            #expect(part.rows == 3)
            let expected = Self.inMemory.selecting([400, 5, 6])
            #expect(
                Self.filled(part, .range(0..<3)).map(\.bitPattern)
                    == Self.filled(expected, .range(0..<3)).map(\.bitPattern))
            #expect(part.labels.floats(0..<3) == expected.labels.floats(0..<3))
            #expect(part.weights.floats(0..<3) == expected.weights.floats(0..<3))
            let copied = source.selecting([9, 3])
            #expect(
                Self.filled(copied, .range(0..<2)).map(\.bitPattern)
                    == Self.filled(source, .list([9, 3])).map(\.bitPattern))
            try source.check()
        }
    }

    private static func train(
        _ source: any RowSource, validation: any RowSource, noise: InputNoise?, mixup: Float,
        threads: Int
    ) throws -> [UInt32] {
        var settings = TrainingSettings(
            optimizer: OptimizerSettings(), batchRows: 128, maximumEpochs: 3, seed: 5)
        settings.mixup = mixup
        let network = TrainerTests.network()
        let trainer = try Trainer(
            training: network.trainingGraph(mixesPairs: mixup > 0),
            inference: network.inferenceGraph(), data: source, validation: validation,
            lossOf: .binaryCrossEntropy, settings: settings, noise: noise,
            pool: WorkerPool(threads: threads))
        _ = try trainer.run()
        let losses = trainer.history.map { Float($0.validationLoss ?? -1).bitPattern }
        return losses + trainer.bestWeights.floats(0..<trainer.layout.count).map(\.bitPattern)
    }

    /// With noise, swapped categories and pairs, the same bits; whoever runs the shards.
    @Test(arguments: [0, 0.4] as [Float], [false, true])
    func weightsAreThoseOfRowsInMemory(_ mixup: Float, _ isNoisy: Bool) throws {
        let noise =
            isNoisy
            ? InputNoise(deviation: 0.1, swapShare: 0.3, numbers: [], categories: 2) : nil
        try Self.withFile { source, _ in
            let (learned, held) = (Array(100..<500), Array(0..<100))
            let memory = try Self.train(
                Self.inMemory.selecting(learned), validation: Self.inMemory.selecting(held),
                noise: noise, mixup: mixup, threads: 1)
            for threads in [1, 2] {
                let file = try Self.train(
                    source.part(learned), validation: source.part(held), noise: noise,
                    mixup: mixup, threads: threads)
                #expect(file == memory)
            }
        }
    }

    @Test func aFailureIsKept() throws {
        try Self.withFile { source, path in
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.truncate(atOffset: 4 + 4 * 1000 + 24 * 400)
            try handle.close()
            #expect(Self.filled(source, .range(399..<400)).prefix(6) != [0, 0, 0, 0, 0, 0])
            try source.check()
            #expect(Self.filled(source, .range(400..<401)).prefix(6) == [0, 0, 0, 0, 0, 0])
            #expect(throws: TrainingFailure.self) { try source.check() }
            do {
                _ = try Self.train(
                    source, validation: source.part([1]), noise: nil, mixup: 0, threads: 2)
                Issue.record("it trained from rows that are gone")
            } catch let failure as TrainingFailure {
                #expect(failure.isOfRows && failure.description.contains("byte 13604 is not there"))
            }
        }
    }
}
