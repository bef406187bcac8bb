#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A lock that one process at a time holds on a file or folder; the system frees it when the
/// process ends, however it ends. Advisory: it binds only those who ask for it.
package struct FileLock: ~Copyable {
    private let descriptor: Descriptor

    /// Takes the lock at once or fails.
    ///
    /// - Parameters:
    ///   - path: A file or folder that exists.
    ///   - operation: What the lock is for, as a gerund; it stands in the error.
    /// - Throws: `PlatformError` if another process holds it.
    package init(_ path: String, for operation: String = "locking") throws(PlatformError) {
        let descriptor = try Descriptor(opening: path, O_RDONLY, for: operation)
        guard interruptible({ flock(descriptor.number, LOCK_EX | LOCK_NB) }) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else {
                throw PlatformError(operation: operation, path: path, code: code)
            }
            throw PlatformError(
                operation: operation, path: path, reason: "another process is at work on it",
                nextStep: "Wait until that process has ended, or choose another name.")
        }
        // Whoever held it before may have renamed or removed what was opened.
        var now = stat()
        let held = try descriptor.status()
        guard unsafe stat(path, &now) == 0, now.st_ino == held.st_ino, now.st_dev == held.st_dev
        else {
            throw PlatformError(
                operation: operation, path: path,
                reason: "another process finished with it at this moment", nextStep: "Try again.")
        }
        self.descriptor = descriptor
    }
}
