#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whole files and folders by path. Paths are UTF-8; a relative one starts at the working folder.
package enum Files {
    /// What stands under a path; a link is followed.
    package enum Kind: Sendable { case file, folder, other }

    /// The bytes of a file; also of one whose size the system does not know, such as a pipe.
    package static func read(_ path: String) throws(PlatformError) -> [UInt8] {
        let file = try Descriptor(opening: path, O_RDONLY, for: "opening the file")
        let status = try file.status()
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw PlatformError(operation: "reading the file", path: path, code: EISDIR)
        }
        return try file.readAll(expected: Int(status.st_size))
    }

    /// `nil` where nothing stands under the path (or it cannot be looked at).
    package static func kind(of path: String) -> Kind? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    package static func exists(_ path: String) -> Bool { kind(of: path) != nil }

    /// Whether a folder itself, not a link to one, stands under the path.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes a folder and the folders it lies in; one that is there already is fine.
    package static func makeFolder(_ path: String) throws(PlatformError) {
        if kind(of: path) == .folder { return }
        let parent = folder(of: path)
        if parent != path, kind(of: parent) == nil { try makeFolder(parent) }
        guard unsafe mkdir(path, 0o777) == 0 || (errno == EEXIST && kind(of: path) == .folder)
        else {
            throw PlatformError(operation: "making the folder", path: path, code: errno)
        }
    }

    /// The names in a folder, sorted, without `.` and `..`.
    package static func names(in path: String) throws(PlatformError) -> [String] {
        guard let stream = unsafe opendir(path) else {
            throw PlatformError(operation: "listing the folder", path: path, code: errno)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        // The entry that readdir returns holds a NUL-terminated name and lives until the next call.
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(
                    to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)
                ) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file, or a folder with all it holds; links are removed, not followed. Nothing
    /// there is fine.
    package static func remove(_ path: String) throws(PlatformError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw PlatformError(operation: "removing", path: path, code: errno)
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        if isFolder {
            for name in try names(in: path) { try remove(path + "/" + name) }
        }
        guard unsafe (isFolder ? rmdir(path) : unlink(path)) == 0 || errno == ENOENT else {
            throw PlatformError(operation: "removing", path: path, code: errno)
        }
    }

    /// Renames within one disk; what stood under `new` (a file, or an empty folder) is replaced.
    package static func rename(_ old: String, to new: String) throws(PlatformError) {
        guard unsafe systemRename(old, new) == 0 else {
            throw PlatformError(operation: "renaming to '\(new)'", path: old, code: errno)
        }
    }

    /// Waits until the names in a folder are on the disk.
    package static func synchronizeFolder(_ path: String) throws(PlatformError) {
        try Descriptor(opening: path, O_RDONLY | O_DIRECTORY, for: "opening the folder")
            .synchronize()
    }

    /// The absolute path without links, `.` and `..`; where nothing stands under the path (any
    /// more), that of its folder with its name.
    package static func absolutePath(_ path: String) throws(PlatformError) -> String {
        // realpath allocates the text it returns; it is copied and freed at once.
        if let text = unsafe realpath(path, nil) {
            defer { unsafe free(text) }
            return unsafe String(cString: text)
        }
        let code = errno
        let parent = folder(of: path)
        guard code == ENOENT, parent != path else {
            throw PlatformError(operation: "following the path", path: path, code: code)
        }
        let before = try absolutePath(parent)
        return (before == "/" ? "" : before) + "/" + name(of: path)
    }

    /// The folder a path lies in: `a/b` for `a/b/c`, `.` for `c`, `/` for `/c`.
    package static func folder(of path: String) -> String {
        let bytes = trimmed(path)
        guard let slash = bytes.lastIndex(of: "/") else { return "." }
        return slash == bytes.startIndex ? "/" : trimmed(String(bytes[..<slash]))
    }

    /// The last part of a path: `c` for `a/b/c`.
    package static func name(of path: String) -> String {
        let bytes = trimmed(path)
        guard let slash = bytes.lastIndex(of: "/"), bytes.utf8.count > 1 else { return bytes }
        return String(bytes[bytes.index(after: slash)...])
    }

    /// Without slashes at its end.
    private static func trimmed(_ path: String) -> String {
        var text = path[...]
        while text.utf8.count > 1, text.last == "/" { text.removeLast() }
        return String(text)
    }
}
