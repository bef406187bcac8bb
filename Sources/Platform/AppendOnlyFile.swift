#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that only grows, locked against other processes while this value lives.
///
/// What `append` returned from is on the disk. A kill in the middle of it, or a failure, leaves at
/// most a part of the new bytes at the end, which the next one who opens the file can cut off.
package struct AppendOnlyFile: ~Copyable {
    private let descriptor: Descriptor
    /// What the file holds.
    package private(set) var bytes: [UInt8]

    /// Opens the file, or makes it, waits for its lock and reads it.
    ///
    /// - Parameters:
    ///   - path: The file; its folder exists.
    ///   - timeoutSeconds: The longest wait for the lock.
    ///   - operation: What it is opened for, as a gerund; it stands in the errors.
    /// - Throws: `PlatformError`; after the wait one that names who may hold the lock.
    package init(
        _ path: String, timeoutSeconds: Double, for operation: String
    ) throws(PlatformError) {
        let descriptor = try Descriptor.locked(
            path, O_RDWR | O_CREAT | O_APPEND, timeoutSeconds: timeoutSeconds, for: operation)
        bytes = try descriptor.readAll(expected: Int(try descriptor.status().st_size))
        self.descriptor = descriptor
    }

    /// Writes at the end in one system call and waits until it is on the disk.
    ///
    /// - Parameter count: How many of the bytes that are there stay; the rest is cut off first.
    /// - Throws: `PlatformError`; then the file holds what it held, without the rest.
    package mutating func append(_ new: [UInt8], keeping count: Int) throws(PlatformError) {
        precondition(count <= bytes.count, "a file of \(bytes.count) bytes has no \(count)")
        if count < bytes.count { try truncate(to: count) }
        bytes.removeLast(bytes.count - count)
        do throws(PlatformError) {
            try descriptor.write(new)
            try descriptor.synchronize()
            // Whoever made the file may have been killed before its name was on the disk.
            if bytes.isEmpty { try Files.synchronizeFolder(Files.folder(of: descriptor.path)) }
        } catch {
            try truncate(to: count)
            throw error
        }
        bytes += new
    }

    private func truncate(to count: Int) throws(PlatformError) {
        guard interruptible({ ftruncate(descriptor.number, off_t(count)) }) == 0 else {
            throw PlatformError(
                operation: "cutting off an unfinished write of", path: descriptor.path,
                code: errno)
        }
    }
}
