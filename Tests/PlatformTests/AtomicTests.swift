import Foundation
import Platform
import Testing

/// A folder of its own for each test, removed afterwards.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/vouch-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct AtomicFileTests {
    @Test func replacesAndLeavesNothingBeside() throws {
        let scratch = try Scratch()
        let file = scratch.path + "/x"
        try AtomicFile.write([1, 2, 3], to: file)
        let big = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try AtomicFile.write(big, to: file)
        #expect(try Files.read(file) == big)
        #expect(try Files.names(in: scratch.path) == ["x"])
        try AtomicFile.write([], to: file)
        #expect(try Files.read(file).isEmpty)
    }

    @Test func errorsSayWhatAndWhatNext() throws {
        let scratch = try Scratch()
        let missing = scratch.path + "/no/such"
        let error = #expect(throws: PlatformError.self) { try AtomicFile.write([1], to: missing) }
        #expect(error?.path == scratch.path + "/no/.such.partial")
        #expect(error?.reason == "No such file or directory")
        #expect(error?.nextStep.isEmpty == false)
        #expect(throws: PlatformError.self) { try Files.read(scratch.path) }
        #expect(throws: PlatformError.self) { try AtomicFile.write([1], to: scratch.path) }
        #expect(try Files.names(in: scratch.path).isEmpty)
    }

    /// What would fail after the work fails before it, and nothing is made.
    @Test func placesAreCheckedBeforeTheWork() throws {
        let scratch = try Scratch()
        try AtomicFile.check(scratch.path + "/new")
        try AtomicFile.write([1], to: scratch.path + "/x")
        try AtomicFile.check(scratch.path + "/x")
        for path in ["", "/no/such", "/x/within"] {
            #expect(throws: PlatformError.self) { try AtomicFile.check(scratch.path + path) }
        }
        #expect(try Files.names(in: scratch.path) == ["x"])
    }

    @Test func readsWhatTellsNoSize() throws {
        #if os(Linux)
            #expect(try Files.read("/proc/self/status").count > 100)
        #endif
    }
}

@Suite struct AtomicFolderTests {
    private func build(_ path: String, _ byte: UInt8, overwrite: Bool) throws {
        let folder = try AtomicFolder(at: path, overwrite: overwrite)
        try folder.write([byte], to: "a")
        try folder.write([byte], to: "in/b")
        try folder.commit()
    }

    @Test func appearsWholeAndReplacesOnlyWhenAsked() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/deep/run"
        try build(path, 1, overwrite: false)
        #expect(try Files.read(path + "/in/b") == [1])
        #expect(throws: PlatformError.self) { try build(path, 2, overwrite: false) }
        #expect(try Files.read(path + "/a") == [1])
        try build(path, 3, overwrite: true)
        #expect(try Files.read(path + "/a") == [3])
        #expect(try Files.names(in: scratch.path + "/deep") == ["run"])
    }

    @Test func anAbandonedOneLeavesNothing() throws {
        let scratch = try Scratch()
        func abandon() throws {
            let folder = try AtomicFolder(at: scratch.path + "/run", overwrite: false)
            try folder.write([1], to: "a")
            #expect(try Files.names(in: scratch.path) == [".run.partial"])
        }
        try abandon()
        #expect(try Files.names(in: scratch.path).isEmpty)
    }

    @Test func aKeptOneIsTakenUpAgain() throws {
        let scratch = try Scratch()
        func start(_ keeps: Bool) throws -> [String] {
            let folder = try AtomicFolder(
                at: scratch.path + "/run", overwrite: false, keepsPartial: keeps)
            let names = try Files.names(in: folder.partialPath)
            try folder.write([1], to: "checkpoint")
            return names
        }
        #expect(try start(true) == [])
        #expect(try start(true) == ["checkpoint"])
        #expect(try start(false) == [])
    }

    @Test func twoAtOnceAreRefused() throws {
        let scratch = try Scratch()
        let first = try AtomicFolder(at: scratch.path + "/run", overwrite: true)
        let error = #expect(throws: PlatformError.self) {
            _ = try AtomicFolder(at: scratch.path + "/run", overwrite: true)
        }
        #expect(error?.reason == "another process is at work on it")
        try first.write([1], to: "a")
        try first.commit()
        #expect(Files.exists(scratch.path + "/run/a"))
    }

    @Test func recoversTheOldOneWhereNamesCannotBeExchanged() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/run"
        try build(path, 1, overwrite: false)
        // A kill between the two renames of the fallback leaves this.
        try Files.rename(path, to: scratch.path + "/.run.replaced")
        AtomicFolder.recover(path)
        #expect(try Files.read(path + "/a") == [1])
        // The fallback's own two renames.
        try Files.makeFolder(scratch.path + "/new")
        try AtomicFolder.replace(path, by: scratch.path + "/new", canExchange: false)
        #expect(try Files.names(in: scratch.path) == ["run"])
        #expect(try Files.names(in: path).isEmpty)
    }

    @Test func badPlacesAreRefusedBeforeWork() throws {
        let scratch = try Scratch()
        try AtomicFile.write([1], to: scratch.path + "/file")
        for path in [scratch.path + "/file", scratch.path + "/file/run", "/", "."] {
            #expect(throws: PlatformError.self) {
                try AtomicFolder.check(path, overwrite: true)
            }
        }
        try AtomicFolder.check(scratch.path + "/not/yet/there", overwrite: false)
    }
}
