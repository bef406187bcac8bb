#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A system call that failed: what was being done, to what, why, and what to do next.
package struct PlatformError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was being done, as a gerund: `writing the file`.
    package var operation: String
    package var path: String
    /// The system's reason, such as `No space left on device`.
    package var reason: String
    package var nextStep: String

    package init(operation: String, path: String, reason: String, nextStep: String) {
        self.operation = operation
        self.path = path
        self.reason = reason
        self.nextStep = nextStep
    }

    /// From an `errno` value; the next step follows from the code.
    init(operation: String, path: String, code: Int32) {
        self.init(
            operation: operation, path: path, reason: Self.text(of: code),
            nextStep: Self.nextStep(for: code))
    }

    package var description: String {
        "While \(operation) '\(path)': \(reason). \(nextStep)"
    }

    /// The text of the C library for an `errno` value.
    private static func text(of code: Int32) -> String {
        // strerror returns a NUL-terminated text that lives at least until the next call of this
        // thread (glibc 2.32 and Darwin keep it per thread); it is copied at once.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    private static func nextStep(for code: Int32) -> String {
        switch code {
        case ENOENT: "Check the spelling of the path; a folder it lies in must exist."
        case EACCES, EPERM: "Choose a place you may write to, or change its permissions."
        case ENOSPC, EDQUOT: "Free some space on that disk, or choose another one."
        case EROFS: "That disk is read-only: choose another place."
        case EISDIR: "That is a folder: name a file."
        case ENOTDIR: "A part of the path is a file, not a folder: choose another path."
        case EEXIST, ENOTEMPTY: "Choose another name, or ask for it to be overwritten."
        case ENAMETOOLONG: "Choose a shorter name."
        case EMFILE, ENFILE: "Too many files are open: close some programs, or raise `ulimit -n`."
        case ELOOP: "The links in that path go in a circle: name the file itself."
        default: "Check the disk and the path, then try again."
        }
    }
}
