import Foundation

/// A file of bytes in the IDX format: two zero bytes, the type (8 for bytes), the number of extents, the
/// extents as big-endian 32-bit numbers, then the bytes.
///
/// Source: the format's description at the end of LeCun, Cortes & Burges, "The MNIST database".
struct IDXFile {
    let extents: [Int]
    let bytes: [UInt8]

    /// Reads `path`, through `gzip` where it ends in `.gz`.
    init(_ path: String) throws {
        let content = try path.hasSuffix(".gz") ? Self.unpacked(path) : Self.read(path)
        guard content.count >= 4, content[0] == 0, content[1] == 0, content[2] == 8 else {
            throw ExampleError("\(path) is no IDX file of bytes. Install dataset-fashion-mnist")
        }
        let start = 4 + 4 * Int(content[3])
        guard content.count >= start else { throw ExampleError("\(path) ends in its header") }
        extents = stride(from: 4, to: start, by: 4).map { at in
            content[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        bytes = Array(content[start...])
        guard bytes.count == extents.reduce(1, *) else {
            throw ExampleError(
                "\(path) holds \(bytes.count) bytes where its header says \(extents). It is cut off"
            )
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private static func unpacked(_ path: String) throws -> [UInt8] {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw ExampleError(
                "\(path) cannot be read. On Debian: apt-get install dataset-fashion-mnist; "
                    + "elsewhere name the folder of the four files as an argument")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ExampleError("gzip cannot unpack \(path)")
        }
        return Array(data)
    }
}

struct ExampleError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
