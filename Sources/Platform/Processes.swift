#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// This process among others.
package enum Processes {
    package static var own: Int { Int(getpid()) }

    /// Who started this one; another one as soon as that has ended.
    package static var parent: Int { Int(getppid()) }

    /// Rests the calling thread.
    package static func pause(seconds: Double) { usleep(useconds_t(seconds * 1e6)) }
}

extension Files {
    /// Makes a link, in place of one that stands under the path.
    ///
    /// - Parameter target: What it leads to, seen from the folder that it lies in.
    package static func link(_ path: String, to target: String) throws(PlatformError) {
        let partial = folder(of: path) + "/." + name(of: path) + ".\(Processes.own)"
        try remove(partial)
        guard unsafe symlink(target, partial) == 0 else {
            throw PlatformError(operation: "making the link", path: path, code: errno)
        }
        try rename(partial, to: path)
        try synchronizeFolder(folder(of: path))
    }
}
