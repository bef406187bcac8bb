import Evidence
import Foundation
import ImageColumns
import Imports
import Models
import Platform
import RunStore
import Runs
import Studies
import Tables
import Testing

/// Runs that learn from another network's features of pictures: of a small one with random weights, whose features of
/// stripes across and down differ all the same.
@Suite struct BackboneRunTests {
    private static let model = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../ImportsTests/Reference/mobilenet/model.onnx").standardized.path

    private func configuration(
        _ data: String, _ run: String, backbone: String = model, _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) -> TrainConfiguration {
        quick(data, target: PictureRows.labelColumn, out: run) {
            $0.columns.images = [PictureRows.pathColumn]
            $0.columns.backbone = BackboneRequest(file: backbone, cut: nil, pixels: "symmetric", side: nil)
            $0.reading.missing = []
            $0.learning.folds = 1
            $0.learning.refits = 0
            $0.learning.epochs = 12
            change(&$0)
        }
    }

    private func complaint(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func theRunKeepsTheBackboneAndPredictsWithIt() throws {
        let scratch = try Scratch()
        let data = try ImageColumnTests.folder(scratch, "train", count: 60)
        let test = try ImageColumnTests.folder(scratch, "test", count: 20, seed: 2)
        // The run needs no file but its own.
        let file = scratch.path + "/backbone.onnx"
        try FileManager.default.copyItem(atPath: Self.model, toPath: file)
        let (run, again) = (scratch.path + "/run", scratch.path + "/again")
        let result = try trainRun(
            configuration(data, run, backbone: file) { $0.test = test }, control: RunControl(threads: 2))
        let area = result.measurements.first { $0.metric == "rocAUC" && $0.group == nil }
        #expect(try #require(area?.value) > 0.9)
        let recipe = String(decoding: try Files.read(run + "/recipe.json"), as: UTF8.self)
        #expect(recipe.contains("backbone of picture") && !recipe.contains("mirroring of picture"))

        _ = try trainRun(
            configuration(data, again, backbone: file) { $0.test = test }, control: RunControl(threads: 1))
        #expect(try Files.read(run + "/weights.safetensors") == Files.read(again + "/weights.safetensors"))
        try FileManager.default.removeItem(atPath: file)

        let model = try ModelBundle(run: run)
        let encoder = try #require(model.encoder.columns.first as? BackboneEncoder)
        #expect(model.inputs.map(\.width) == [encoder.backbone.features])
        let lines = String(decoding: try predictRows(PredictionRequest(run: run, rows: test)).bytes, as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 41)
        // As it was measured by the training.
        let measured = String(decoding: try Files.read(run + "/test_predictions.csv"), as: UTF8.self)
            .split(separator: "\n")
        #expect(measured.count == 41)
        let finished = try FinishedRun(run, threads: 1, onEvent: { _ in })
        #expect(finished.prepared.encoder == model.encoder)

        // Layers on one network's features are not carried over to another's, nor to pixels.
        let refusal = complaint {
            _ = try trainRun(
                configuration(data, scratch.path + "/carried") {
                    $0.columns.backbone = nil
                    $0.carry.run = run
                }, control: RunControl(threads: 1))
        }
        #expect(refusal.contains("--from does not go with a backbone (\(run) has one)"))

        let kept = run + "/backbone/model.onnx"
        let handle = try #require(FileHandle(forWritingAtPath: kept))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([0]))
        try handle.close()
        #expect(complaint { _ = try ModelBundle(run: run) }.contains("damaged"))
    }

    @Test func whatCannotBeIsSaid() throws {
        let scratch = try Scratch()
        let data = try ImageColumnTests.folder(scratch, "train", count: 12)
        let run = scratch.path + "/run"
        func refusal(_ change: @escaping (inout BackboneRequest) -> Void) -> String {
            complaint {
                _ = try trainRun(
                    configuration(data, run) { configuration in
                        guard var own = configuration.columns.backbone else { return }
                        change(&own)
                        configuration.columns.backbone = own
                    }, control: RunControl(threads: 1))
            }
        }
        #expect(refusal { $0.cut = "no such" }.contains("Its last nodes are"))
        #expect(refusal { $0.pixels = "0-1" }.contains("--pixels is \"0-1\", which is none of raw (0 to 255)"))
        #expect(refusal { $0.pixels = "1/0" }.contains("no scale of 0"))
        #expect(refusal { $0.side = 31 }.contains("--backbone-side asks for 31"))
        #expect(refusal { $0.file = data + "/across/0.pgm" }.contains("is no ONNX file"))
        #expect(!Files.exists(run))
        let lines = (0..<60).map { "\($0 % 7),\($0 % 2 == 0 ? "x" : "y")\n" }
        let table = try scratch.write("a,label\n" + lines.joined(), to: "table.csv")
        #expect(
            complaint {
                _ = try trainRun(
                    configuration(table, run) { $0.columns.images = nil }, control: RunControl(threads: 1))
            }.contains("no column holds any"))
    }

    @Test(arguments: [
        ("imagenet", [123.675, 116.28, 103.53] as [Float], [58.395, 57.12, 57.375] as [Float]),
        ("127.5/127.5", [127.5], [127.5]), ("1, 2,3 / 4,5,6", [1, 2, 3], [4, 5, 6]), ("RAW", [0], [1]),
    ]) func pixelsAreScaledAsItIsWritten(text: String, centers: [Float], scales: [Float]) throws {
        let scaling = try BackboneRequest(file: "", cut: nil, pixels: text, side: nil).scaling
        #expect(scaling.centers == centers && scaling.scales == scales)
    }
}
