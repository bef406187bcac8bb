import Foundation
import Platform
import Testing

/// Files that grow piece by piece, and are read by position.
@Suite struct PositionedFileTests {
    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private static func write(_ path: String) throws {
        var file = try StreamedFile(path)
        try file.append([0, 0, 0, 0, 9, 9, 9, 9])
        try file.append(([1.5, -2, .infinity] as [Float]).span)
        try file.replaceStart([7, 6, 5, 4])
        try file.append(([1, -1] as [Int32]).span)
        #expect(!Files.exists(path), "it appears when it is finished")
        try file.finish()
    }

    @Test func whatIsWrittenIsReadByPlace() throws {
        try Self.withFolder { folder in
            try Self.write(folder + "/a")
            #expect(try Files.names(in: folder) == ["a"])
            let file = try PositionedFile(folder + "/a")
            #expect(file.count == 28)
            #expect(try file.bytes(0..<8) == [7, 6, 5, 4, 9, 9, 9, 9])
            #expect(try file.bytes(20..<28) == [1, 0, 0, 0, 255, 255, 255, 255])
            var numbers: [Float] = [0, 0]
            var span = numbers.mutableSpan
            try file.read(&span, at: 12)
            #expect(numbers == [-2, .infinity])
        }
    }

    @Test func readersDoNotDisturbOneAnother() throws {
        try Self.withFolder { folder in
            var file = try StreamedFile(folder + "/a")
            let numbers = (0..<4096).map { Float($0) }
            try file.append(numbers.span)
            try file.finish()
            let open = try PositionedFile(folder + "/a")
            DispatchQueue.concurrentPerform(iterations: 2048) { place in
                var own: [Float] = [0, 0]
                var span = own.mutableSpan
                try? open.read(&span, at: 8 * place)
                #expect(own == [Float(2 * place), Float(2 * place + 1)])
            }
        }
    }

    @Test func anEndThatCameEarlierIsAnError() throws {
        try Self.withFolder { folder in
            try Self.write(folder + "/a")
            let file = try PositionedFile(folder + "/a")
            #expect(throws: PlatformError.self) { try file.bytes(20..<29) }
            do {
                _ = try file.bytes(20..<29)
            } catch {
                #expect("\(error)".contains("byte 28 is not there"))
            }
            #expect(throws: PlatformError.self) { try PositionedFile(folder) }
            #expect(throws: PlatformError.self) { try PositionedFile(folder + "/none") }
        }
    }

    /// What is not finished leaves nothing, and what stood there still does.
    @Test func unfinishedFilesGo() throws {
        try Self.withFolder { folder in
            try Self.write(folder + "/a")
            do {
                let file = try StreamedFile(folder + "/a")
                try file.append([1])
                #expect(try Files.names(in: folder).count == 2)
                try file.append([2])
            }
            #expect(try Files.names(in: folder) == ["a"])
            #expect(try Files.read(folder + "/a").count == 28)
        }
    }
}
