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
        guard try descriptor.tryLock(for: operation) else {
            throw PlatformError(
                operation: operation, path: path, reason: "another process is at work on it",
                nextStep: "Wait until that process has ended, or choose another name.")
        }
        // Whoever held it before may have renamed or removed what was opened.
        guard try descriptor.isStillNamed() else {
            throw PlatformError(
                operation: operation, path: path,
                reason: "another process finished with it at this moment", nextStep: "Try again.")
        }
        self.descriptor = descriptor
    }

    /// Waits for the lock.
    ///
    /// - Parameters:
    ///   - path: A file or folder that exists.
    ///   - timeoutSeconds: The longest wait.
    ///   - operation: What the lock is for, as a gerund; it stands in the error.
    /// - Throws: `PlatformError` that names who may hold it, where the time is over.
    package init(
        waitingFor path: String, timeoutSeconds: Double, for operation: String
    ) throws(PlatformError) {
        descriptor = try Descriptor.locked(
            path, O_RDONLY, timeoutSeconds: timeoutSeconds, for: operation)
    }
}

extension Descriptor {
    /// Opens and locks what stands under a path at the moment of the lock, waiting for others.
    static func locked(
        _ path: String, _ flags: Int32, timeoutSeconds: Double, for operation: String
    ) throws(PlatformError) -> Descriptor {
        let deadline = Clock.monotonicSeconds() + timeoutSeconds
        // Asking again costs microseconds; those who hold it write and sync, milliseconds.
        var pauseMicroseconds: useconds_t = 500
        while true {
            let descriptor = try Descriptor(opening: path, flags, for: operation)
            while !(try descriptor.tryLock(for: operation)) {
                guard Clock.monotonicSeconds() < deadline else {
                    let holder = descriptor.lockHolder() ?? "another process"
                    throw PlatformError(
                        operation: operation, path: path,
                        reason: "\(holder) has held its lock for \(timeoutSeconds) s",
                        nextStep: "Wait until that process has ended, or end it, and try again.")
                }
                usleep(pauseMicroseconds)
                pauseMicroseconds = min(2 * pauseMicroseconds, 20_000)
            }
            // Whoever held it before may have renamed or removed what was opened.
            if try descriptor.isStillNamed() { return descriptor }
        }
    }

    /// Whether the lock was free and is ours now.
    fileprivate func tryLock(for operation: String) throws(PlatformError) -> Bool {
        if interruptible({ flock(number, LOCK_EX | LOCK_NB) }) == 0 { return true }
        let code = errno
        guard code == EWOULDBLOCK else {
            throw PlatformError(operation: operation, path: path, code: code)
        }
        return false
    }

    /// Whether the path still names what was opened.
    fileprivate func isStillNamed() throws(PlatformError) -> Bool {
        var now = stat()
        let held = try status()
        return unsafe stat(path, &now) == 0 && now.st_ino == held.st_ino
            && now.st_dev == held.st_dev
    }

    /// Who holds the lock, as `process 4711 (vouch)`, where the system tells (Linux does).
    private func lockHolder() -> String? {
        guard let status = try? status(), let bytes = try? Files.read("/proc/locks") else {
            return nil
        }
        // Such as `1: FLOCK  ADVISORY  WRITE 4711 08:01:131090 0 EOF`; who waits has `->` second.
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK",
                fields[5].split(separator: ":").last.map(String.init) == "\(status.st_ino)"
            else { continue }
            let name = (try? Files.read("/proc/\(fields[4])/comm")) ?? []
            let command = String(decoding: name.prefix { $0 != 10 }, as: UTF8.self)
            return "process \(fields[4])" + (command.isEmpty ? "" : " (\(command))")
        }
        return nil
    }
}
