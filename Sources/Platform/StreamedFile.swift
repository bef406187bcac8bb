#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is written piece by piece and appears whole or not at all.
///
/// It grows beside its place under a hidden name `.NAME.partial`; `finish` syncs and renames it. A value that
/// goes without being finished takes the hidden file with it; a kill leaves it, and the next write replaces it.
package struct StreamedFile: ~Copyable {
    private let path: String
    private let partial: String
    private let descriptor: Descriptor
    private var isFinished = false

    /// - Throws: `PlatformError` where no file can be made beside the place.
    package init(_ path: String) throws(PlatformError) {
        self.path = path
        partial = Files.folder(of: path) + "/." + Files.name(of: path) + ".partial"
        descriptor = try Descriptor(
            opening: partial, O_WRONLY | O_CREAT | O_TRUNC, for: "creating the file")
    }

    deinit {
        if !isFinished { _ = unsafe unlink(partial) }
    }

    /// Adds bytes, in one system call where the system takes them all.
    package func append(_ bytes: [UInt8]) throws(PlatformError) { try descriptor.write(bytes) }

    /// Adds numbers as they lie in memory.
    package func append(_ numbers: Span<Float>) throws(PlatformError) {
        // Words without padding: each of their bytes has a value.
        try unsafe descriptor.write(numbers.bytes)
    }

    /// Adds integers as they lie in memory.
    package func append(_ integers: Span<Int32>) throws(PlatformError) {
        // As above.
        try unsafe descriptor.write(integers.bytes)
    }

    /// Writes the first bytes anew.
    ///
    /// - Precondition: the file has as many already.
    package func replaceStart(_ bytes: [UInt8]) throws(PlatformError) {
        guard lseek(descriptor.number, 0, SEEK_SET) == 0 else {
            throw PlatformError(operation: "writing", path: partial, code: errno)
        }
        try descriptor.write(bytes)
        guard lseek(descriptor.number, 0, SEEK_END) >= 0 else {
            throw PlatformError(operation: "writing", path: partial, code: errno)
        }
    }

    /// Waits until the content is on the disk and puts the file in its place; what stood there is replaced.
    package mutating func finish() throws(PlatformError) {
        try descriptor.synchronize()
        try Files.rename(partial, to: path)
        isFinished = true
        try Files.synchronizeFolder(Files.folder(of: path))
    }
}
