#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An open file whose parts are read by their place, by any number of threads at once.
///
/// Nothing of it is kept in the process; what was read lately is in the system's cache.
package final class PositionedFile: Sendable {
    package let path: String
    /// Bytes that the file had when it was opened.
    package let count: Int
    private let descriptor: Descriptor

    /// - Throws: `PlatformError` where there is no such file, or it has no size, as a folder or a pipe.
    package init(_ path: String) throws(PlatformError) {
        self.path = path
        descriptor = try Descriptor(opening: path, O_RDONLY, for: "opening the file")
        let status = try descriptor.status()
        guard status.st_mode & S_IFMT == S_IFREG else {
            let code = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : ESPIPE
            throw PlatformError(operation: "reading the file", path: path, code: code)
        }
        count = Int(status.st_size)
    }

    /// What a nameless file holds.
    ///
    /// - Parameter name: What errors call it.
    package init(_ file: consuming NamelessFile, name: String) {
        path = name
        count = file.count
        descriptor = file.descriptor
    }

    /// A copy of all that standard input gives, in a nameless file: so it can be read by its place, and twice.
    package static func standardInput() throws(PlatformError) -> PositionedFile {
        let name = "standard input"
        var file = try NamelessFile()
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            // The system writes at most the length that it is given.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                interruptible { unsafe systemRead(0, buffer.baseAddress, buffer.count) }
            }
            guard count >= 0 else {
                throw PlatformError(operation: "reading", path: name, code: errno)
            }
            guard count > 0 else { return PositionedFile(file, name: name) }
            try file.append(count == bytes.count ? bytes : Array(bytes[..<count]))
        }
    }

    /// Reads as many numbers as `words` holds, as they lie in the file.
    ///
    /// - Throws: `PlatformError`, also where the file ends before.
    package func read(_ words: inout MutableSpan<Float>, at offset: Int) throws(PlatformError) {
        let failure = unsafe words.withUnsafeMutableBytes {
            unsafe descriptor.read(into: $0, at: offset)
        }
        if let failure { throw failure }
    }

    /// - Throws: as `read(_:at:)`.
    package func bytes(_ range: Range<Int>) throws(PlatformError) -> [UInt8] {
        try descriptor.bytes(from: range.lowerBound, count: range.count)
    }
}

extension Descriptor {
    /// Bytes from a place in the file.
    ///
    /// - Throws: `PlatformError`, also where the file ends before.
    func bytes(from start: Int, count: Int) throws(PlatformError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let failure = unsafe bytes.withUnsafeMutableBytes { unsafe read(into: $0, at: start) }
        if let failure { throw failure }
        return bytes
    }

    /// Fills a buffer from a place in the file; a failure is returned.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> PlatformError? {
        var done = 0
        while done < buffer.count {
            // `done < buffer.count`; the system writes at most the length it is given, below 2³¹ for macOS.
            let count = interruptible {
                let rest = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: buffer[done...].prefix(1 << 30))
                return unsafe pread(number, rest.baseAddress, rest.count, off_t(offset + done))
            }
            if count < 0 {
                return PlatformError(operation: "reading the file", path: path, code: errno)
            }
            if count == 0 {
                return PlatformError(
                    operation: "reading the file", path: path,
                    reason: "byte \(offset + done) is not there, or not any more",
                    nextStep: "Let nothing else write it, or make it again.")
            }
            done += count
        }
        return nil
    }
}
