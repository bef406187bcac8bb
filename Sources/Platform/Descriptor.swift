#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An open file or folder; closed when it goes out of scope.
struct Descriptor: ~Copyable {
    let number: Int32
    let path: String

    init(
        opening path: String, _ flags: Int32, mode: mode_t = 0o666, for operation: String
    ) throws(PlatformError) {
        let number = interruptible { unsafe open(path, flags | O_CLOEXEC, mode) }
        guard number >= 0 else {
            throw PlatformError(operation: operation, path: path, code: errno)
        }
        self.number = number
        self.path = path
    }

    deinit { _ = close(number) }

    /// Writes all bytes, however often the system takes only a part of them.
    func write(_ bytes: [UInt8]) throws(PlatformError) {
        try unsafe write(bytes.span.bytes)
    }

    /// Writes all bytes, however often the system takes only a part of them.
    func write(_ bytes: RawSpan) throws(PlatformError) {
        var done = 0
        while done < bytes.byteCount {
            // `done < bytes.byteCount`, so that the start and the length stay inside the span.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                interruptible { unsafe writeSome(buffer, from: done) }
            }
            guard count > 0 else {
                throw PlatformError(operation: "writing", path: path, code: errno)
            }
            done += count
        }
    }

    private func writeSome(_ buffer: UnsafeRawBufferPointer, from start: Int) -> Int {
        // macOS refuses more than 2³¹ − 1 bytes a call.
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[start...].prefix(1 << 30))
        return unsafe systemWrite(number, rest.baseAddress, rest.count)
    }

    /// All bytes from here to the end; `expected` is how many there probably are.
    func readAll(expected: Int) throws(PlatformError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(expected, 0) + 1)
        var done = 0
        while true {
            if done == bytes.count {
                bytes.append(contentsOf: repeatElement(0, count: max(bytes.count, 1 << 16)))
            }
            // `done < bytes.count`; the system writes at most the length it is given.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                interruptible {
                    let rest = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: buffer[done...].prefix(1 << 30))
                    return unsafe systemRead(number, rest.baseAddress, rest.count)
                }
            }
            guard count >= 0 else {
                throw PlatformError(operation: "reading", path: path, code: errno)
            }
            if count == 0 { break }
            done += count
        }
        bytes.removeLast(bytes.count - done)
        return bytes
    }

    /// Waits until the content is on the disk.
    func synchronize() throws(PlatformError) {
        let failed = interruptible { fsync(number) }
        // Some network file systems cannot sync a folder and say EINVAL: there is nothing to wait for.
        guard failed == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw PlatformError(operation: "syncing to disk", path: path, code: errno)
        }
    }

    /// Size, kind and identity of what is open.
    func status() throws(PlatformError) -> stat {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else {
            throw PlatformError(operation: "examining", path: path, code: errno)
        }
        return status
    }
}

/// Repeats a system call that a signal cut short.
@inline(__always)
func interruptible<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

#if canImport(Glibc)
    @unsafe let systemRead = unsafe Glibc.read
    @unsafe let systemWrite = unsafe Glibc.write
    @unsafe let systemRename = unsafe Glibc.rename
#elseif canImport(Musl)
    @unsafe let systemRead = unsafe Musl.read
    @unsafe let systemWrite = unsafe Musl.write
    @unsafe let systemRename = unsafe Musl.rename
#else
    @unsafe let systemRead = unsafe Darwin.read
    @unsafe let systemWrite = unsafe Darwin.write
    @unsafe let systemRename = unsafe Darwin.rename
#endif
