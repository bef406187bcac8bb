import Foundation
import Platform
import RunStore
import TensorCore
import Testing

@Suite struct RunFolderTests {
    /// A folder of its own for each test, removed afterwards.
    final class Scratch {
        let path = FileManager.default.temporaryDirectory.path + "/vouch-" + UUID().uuidString

        init() throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func write(to path: String) throws {
        var writer = RunFolder.Writer()
        try writer.add("weights.safetensors", SafetensorsTests.sample.encoded())
        try writer.add("encoder.json", text: #"{"columns": ["age", "</script>"]}"#)
        try writer.add("figures/roc.json", text: "[]")
        try writer.add("empty", [])
        try writer.commit(to: path, overwrite: false)
    }

    @Test func holdsWhatWasWritten() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/run"
        try write(to: path)
        let folder = try RunFolder.open(path)
        #expect(
            folder.manifest.files.map(\.name)
                == ["empty", "encoder.json", "figures/roc.json", "weights.safetensors"])
        #expect(try folder.tensors("weights.safetensors").doubles("bias") == [.pi])
        #expect(folder.contains("empty") && !folder.contains("none"))
        #expect(throws: RunStoreError.self) { try folder.read("none") }
        // The list can be read by any JSON reader.
        let object = try JSONSerialization.jsonObject(
            with: Data(Files.read(path + "/manifest.json")))
        #expect((object as? [String: Any])?["format"] as? Int == 1)
    }

    /// What a command is asked to write must not be a file of a run.
    @Test func filesOfARunAreTold() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/run"
        try write(to: path)
        let place = try Files.absolutePath(path)
        try FileManager.default.createSymbolicLink(atPath: scratch.path + "/link", withDestinationPath: path)
        for name in ["empty", "figures/roc.json", "manifest.json", "ledger.jsonl", "tags.json"] {
            #expect(try RunFolder.owner(ofFile: path + "/" + name) == place, "\(name)")
            #expect(try RunFolder.owner(ofFile: scratch.path + "/link/" + name) == place, "\(name)")
        }
        for name in ["run/none", "run/figures/none.svg", "run/roc.json", "empty"] {
            #expect(try RunFolder.owner(ofFile: scratch.path + "/" + name) == nil, "\(name)")
        }
    }

    @Test func everyFlippedByteIsFound() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/run"
        try write(to: path)
        let names = ["weights.safetensors", "encoder.json", "figures/roc.json", "manifest.json"]
        let random = CounterRandom(seed: 1, name: "flipped bytes")
        // All bytes of the manifest, and random ones of the rest; one bit or several.
        for name in names {
            let file = path + "/" + name
            let whole = try Files.read(file)
            let places =
                name == "manifest.json"
                ? Array(whole.indices)
                : (0..<100).map { random.integer(below: whole.count, index: UInt64($0)) }
            for place in places {
                var damaged = whole
                damaged[place] ^=
                    place % 2 == 0
                    ? 32 : UInt8(1 + random.integer(below: 255, step: 1, index: UInt64(place)))
                try Data(damaged).write(to: URL(fileURLWithPath: file))
                let error = #expect(throws: RunStoreError.self, "\(name) at \(place)") {
                    try RunFolder.open(path)
                }
                #expect(error?.file == file)
            }
            try Data(whole).write(to: URL(fileURLWithPath: file))
        }
        _ = try RunFolder.open(path)
    }

    @Test func missingAndForeignFilesAreTold() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/run"
        #expect(throws: RunStoreError.self) { try RunFolder.open(path) }
        #expect(throws: RunStoreError.self) { try RunFolder.open(scratch.path) }
        try write(to: path)
        try Files.remove(path + "/empty")
        let error = #expect(throws: RunStoreError.self) { try RunFolder.open(path) }
        #expect(error?.file == path + "/empty")
    }

    @Test(arguments: [
        "", "/a", "../a", "a//b", "a/./b", "manifest.json", "ledger.jsonl", "tags.json", "a\nb",
        "a\\b", "a/",
    ])
    func namesStayInside(name: String) {
        var writer = RunFolder.Writer()
        #expect(throws: RunStoreError.self) { try writer.add(name, []) }
    }

    /// A process that replaces one run folder again and again is killed at random moments: under
    /// the name there is always a whole folder of one version.
    @Test func aKillNeverLeavesAHalfWrittenFolder() throws {
        let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let helper = binaries.appendingPathComponent("RunStoreKillHelper")
        try #require(FileManager.default.isExecutableFile(atPath: helper.path), "\(helper.path)")
        let scratch = try Scratch()
        let path = scratch.path + "/run"
        var versions = Set<UInt8>()
        var stood = false
        var round = 0
        let moments = CounterRandom(seed: 1, name: "kills")
        // On a busy machine many are killed before they have begun.
        while round < 40 || (round < 400 && versions.count < 6) {
            defer { round += 1 }
            let process = Process()
            process.executableURL = helper
            process.arguments = ["folder", path, String(round * 6 % 256)]
            try process.run()
            let wait = 1_000 + moments.integer(below: 39_000, index: UInt64(round))
            usleep(UInt32(wait * (1 + round / 40)))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal)
            guard stood || Files.exists(path) else { continue }
            stood = true
            let folder = try RunFolder.open(path)
            let contents = try folder.manifest.files.map { try folder.read($0.name) }
            #expect(Set(contents.flatMap { $0 }).count == 1)
            versions.insert(contents[0][0])
        }
        #expect(versions.count > 5, "the helper wrote \(versions.count) versions")
    }
}
