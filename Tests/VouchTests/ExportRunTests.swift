import Foundation
import ONNX
import Platform
import RunStore
import Runs
import Studies
import Testing

/// `vouch export` on a run; what the file computes is `ExportTests`' matter.
@Suite struct ExportRunTests {
    private struct Place {
        let scratch: Scratch
        let data: String
        var run: String { scratch.path + "/run" }
        var file: String { scratch.path + "/model.onnx" }

        init() throws {
            scratch = try Scratch()
            data = try scratch.write(try Adult.csv(300), to: "data.csv")
            _ = try trainRun(
                quick(data, out: run) {
                    $0.model.kind = .linear
                    $0.learning.folds = 1
                    $0.learning.refits = 0
                    $0.learning.epochs = 1
                }, control: RunControl(threads: 1))
        }
    }

    @Test func aRunBecomesAFile() throws {
        let place = try Place()
        let manifest = ContentHash.sha256(try Files.read(place.run + "/manifest.json"))
        _ = try place.scratch.write("an older file", to: "model.onnx")
        let exported = try exportRun(place.run, onnx: place.file)
        let file = try ONNXReader.read(file: URL(filePath: place.file))
        #expect(exported.bytes == (try Files.read(place.file)).count)
        #expect(exported.inputs.map(\.name) == file.graph.inputs.map(\.name))
        #expect(exported.text.contains("age: tensor(double) [N, 1]"))
        #expect(exported.text.contains("decision: tensor(string) [N]"))
        let metadata = Dictionary(uniqueKeysWithValues: file.metadata.map { ($0.key, $0.value) })
        #expect(metadata["vouch.manifest_sha256"] == manifest)
        #expect(metadata["vouch.classes"]?.contains(">50K") == true && metadata["vouch.threshold"] == "0.5")
        #expect(metadata["vouch.card"]?.contains("How often is it right?") == true)

        // What the run was made of, and what is no place for a file, stays.
        for (path, text) in [(place.data, "written over"), (place.scratch.path + "/none/model.onnx", "none")] {
            let error = #expect(throws: (any Error).self) { try exportRun(place.run, onnx: path) }
            #expect(asTyped(error).contains(text))
        }
        #expect(try Files.read(place.data) == Array(Adult.csv(300).utf8))
    }

    @Test func anImportedModelIsNamed() throws {
        let place = try Scratch()
        let data = try place.write(try Adult.csv(300), to: "data.csv")
        let adopted = try CommandTests.run(
            [
                "adopt", AdoptedModels.path("adult_linear.onnx"), "--data", data, "--target", "class", "--out",
                place.path + "/run", "--probe-budget", "0s",
            ], home: place.path + "/home")
        #expect(adopted.status == 0, "\(adopted.error)")
        let error = #expect(throws: VouchError.self) {
            try exportRun(place.path + "/run", onnx: place.path + "/model.onnx")
        }
        #expect(asTyped(error).contains("an ONNX file already: take \(place.path)/run/model.onnx"))
        #expect(!Files.exists(place.path + "/model.onnx"))
    }
}
