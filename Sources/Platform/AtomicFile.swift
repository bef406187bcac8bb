#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a file so that a reader, or a kill at any moment, sees the old content or the new, whole.
package enum AtomicFile {
    /// Writes beside the place under a hidden name, syncs, renames over it, syncs the folder.
    ///
    /// A link under the name is replaced, not followed. What a kill leaves behind is at most one
    /// hidden file `.NAME.partial`, which the next write of the same name replaces; two processes
    /// that write one name at once must take turns by a `FileLock`.
    ///
    /// - Throws: `PlatformError`; the old content then still stands.
    package static func write(_ bytes: [UInt8], to path: String) throws(PlatformError) {
        let folder = Files.folder(of: path)
        let partial = folder + "/." + Files.name(of: path) + ".partial"
        do throws(PlatformError) {
            try place(bytes, partial: partial, path: path)
        } catch {
            _ = unsafe unlink(partial)
            throw error
        }
        try Files.synchronizeFolder(folder)
    }

    /// Looks whether a file can be written under a path, before the work that it is to hold.
    ///
    /// - Throws: where a folder stands there, or the folder that it would lie in is none or takes no files.
    package static func check(_ path: String) throws(PlatformError) {
        guard Files.kind(of: path) != .folder else {
            throw PlatformError(operation: "writing the file", path: path, code: EISDIR)
        }
        let folder = Files.folder(of: path)
        let kind = Files.kind(of: folder)
        guard kind == .folder else {
            throw PlatformError(
                operation: "writing a file in", path: folder, code: kind == nil ? ENOENT : ENOTDIR)
        }
        guard unsafe access(folder, W_OK | X_OK) == 0 else {
            throw PlatformError(operation: "writing a file in", path: folder, code: errno)
        }
    }

    private static func place(
        _ bytes: [UInt8], partial: String, path: String
    ) throws(PlatformError) {
        try writeThrough(bytes, to: partial)
        try Files.rename(partial, to: path)
    }

    /// Writes a new or emptied file and waits until its content is on the disk.
    static func writeThrough(_ bytes: [UInt8], to path: String) throws(PlatformError) {
        let file = try Descriptor(
            opening: path, O_WRONLY | O_CREAT | O_TRUNC, for: "creating the file")
        try file.write(bytes)
        try file.synchronize()
    }
}
