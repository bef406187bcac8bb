#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Bytes that are written piece by piece, and appear where they are to be whole or not at all.
///
/// For a file they grow beside its place (`StreamedFile`). For others, such as standard output, the first megabytes are
/// kept in memory and what comes behind in a file without a name in `TMPDIR` or `/tmp`, which the system removes with
/// the process.
package struct PendingOutput: ~Copyable {
    private let path: String?
    private var file: StreamedFile?
    private var kept: [UInt8] = []
    private var spill: NamelessFile?
    private let mostKept: Int

    /// - Parameters:
    ///   - path: The file to make; `nil` to hand the bytes out.
    ///   - mostKept: Bytes that are kept in memory.
    package init(path: String? = nil, mostKept: Int = 4 << 20) {
        self.path = path
        self.mostKept = mostKept
    }

    package mutating func append(_ bytes: [UInt8]) throws(PlatformError) {
        if let path {
            if file == nil { file = try StreamedFile(path) }
            try file?.append(bytes)
        } else if spill == nil, kept.count + bytes.count <= mostKept {
            kept += bytes
        } else {
            if spill == nil { spill = try NamelessFile() }
            try spill?.append(bytes)
        }
    }

    /// Forgets all bytes.
    package mutating func clear() {
        file = nil
        spill = nil
        kept = []
    }

    /// Puts the file in its place, or hands out all bytes, in order.
    ///
    /// - Parameter take: Takes bytes that are for no file.
    package mutating func finish(_ take: ([UInt8]) -> Void) throws(PlatformError) {
        guard let path else {
            take(kept)
            var start = 0
            while let bytes = try spill?.bytes(from: start, most: 1 << 20), !bytes.isEmpty {
                take(bytes)
                start += bytes.count
            }
            clear()
            return
        }
        if file == nil { file = try StreamedFile(path) }
        try file?.finish()
        file = nil
    }
}

/// A file that no other process can open and that is gone with this one.
package struct NamelessFile: ~Copyable {
    let descriptor: Descriptor
    private(set) var count = 0

    /// - Throws: `PlatformError` where no file can be made in the folder for such files.
    package init() throws(PlatformError) { descriptor = try Self.made() }

    private static func made() throws(PlatformError) -> Descriptor {
        let named = Environment.value("TMPDIR") ?? ""
        let path =
            (named.isEmpty ? "/tmp" : named)
            + "/vouch-\(getpid())-\(UInt64.random(in: 0 ... .max)).partial"
        let made = try Descriptor(
            opening: path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600, for: "creating the file")
        guard unsafe unlink(path) == 0 else {
            throw PlatformError(operation: "removing", path: path, code: errno)
        }
        return made
    }

    package mutating func append(_ bytes: [UInt8]) throws(PlatformError) {
        try descriptor.write(bytes)
        count += bytes.count
    }

    /// The bytes from a place on, at most so many; none behind the last one.
    package func bytes(from start: Int, most: Int) throws(PlatformError) -> [UInt8] {
        try descriptor.bytes(from: start, count: min(most, count - start))
    }
}
