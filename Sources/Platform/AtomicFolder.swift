import CPlatform

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A folder that is built beside its place and appears under its name whole or not at all.
///
/// For `runs/adult` it is built in `runs/.adult.partial`, which is locked while this value lives.
/// A kill leaves at most that hidden folder; the next one with the same name clears it, or takes
/// it up again where `keepsPartial` says so (for checkpoints).
package struct AtomicFolder: ~Copyable {
    package let path: String
    /// Where the folder is built; anything may be written below it.
    package let partialPath: String
    private let overwrites: Bool
    private var isCommitted = false
    private let keepsPartial: Bool
    private let lock: FileLock

    /// Checks the place, makes the hidden folder and locks it.
    ///
    /// - Parameters:
    ///   - path: The folder to be; the folders it lies in are made.
    ///   - overwrite: Whether one that stands there may be replaced at `commit`.
    ///   - keepsPartial: Whether the hidden folder outlives a failure, and one that an earlier
    ///     process left is taken up with what it holds.
    /// - Throws: `PlatformError`: something stands there and `overwrite` is false, the place
    ///   cannot be written, or another process builds the same folder now.
    package init(
        at path: String, overwrite: Bool, keepsPartial: Bool = false
    ) throws(PlatformError) {
        let parent = Files.folder(of: path)
        let partial = parent + "/." + Files.name(of: path) + ".partial"
        try Self.check(path, overwrite: overwrite)
        try Files.makeFolder(parent)
        Self.recover(path)
        try Files.makeFolder(partial)
        let lock = try FileLock(partial, for: "starting the folder '\(path)' in")
        if !keepsPartial {
            for name in try Files.names(in: partial) { try Files.remove(partial + "/" + name) }
        }
        self.lock = lock
        self.path = path
        self.partialPath = partial
        self.overwrites = overwrite
        self.keepsPartial = keepsPartial
    }

    deinit {
        // Without a commit nothing is to be kept; a failure to clear it leaves a hidden folder.
        if !isCommitted && !keepsPartial { try? Files.remove(partialPath) }
    }

    /// Whether a folder could be put there; a cheap question to ask before long work.
    package static func check(_ path: String, overwrite: Bool) throws(PlatformError) {
        let name = Files.name(of: path)
        guard !name.isEmpty, name != ".", name != "..", name != "/" else {
            throw PlatformError(
                operation: "choosing the folder", path: path,
                reason: "the path has no name of its own",
                nextStep: "Name a folder to be made, such as 'runs/first'.")
        }
        switch Files.kind(of: path) {
        case nil: break
        case .folder?:
            if !overwrite {
                throw PlatformError(
                    operation: "choosing the folder", path: path, reason: "it exists already",
                    nextStep: "Choose another name, or replace it with --overwrite.")
            }
        case .file?, .other?:
            throw PlatformError(
                operation: "choosing the folder", path: path,
                reason: "something that is not a folder stands there",
                nextStep: "Choose another name.")
        }
        var parent = Files.folder(of: path)
        while Files.kind(of: parent) == nil, Files.folder(of: parent) != parent {
            parent = Files.folder(of: parent)
        }
        guard Files.kind(of: parent) == .folder else {
            throw PlatformError(operation: "making a folder in", path: parent, code: ENOTDIR)
        }
        guard unsafe access(parent, W_OK | X_OK) == 0 else {
            throw PlatformError(operation: "making a folder in", path: parent, code: errno)
        }
    }

    /// Writes one file below the folder and waits until it is on the disk.
    ///
    /// - Parameter name: A relative path, such as `weights.safetensors` or `figures/roc.json`.
    package func write(_ bytes: [UInt8], to name: String) throws(PlatformError) {
        let file = partialPath + "/" + name
        try Files.makeFolder(Files.folder(of: file))
        try AtomicFile.writeThrough(bytes, to: file)
    }

    /// Syncs all folders within and puts the folder under its name; an old one is removed after.
    ///
    /// Where the disk can exchange two names (Linux and macOS on their usual file systems) the
    /// name stands for the old folder or the new one at every moment. Elsewhere the old one is
    /// first renamed to `.NAME.replaced`, and `recover` brings it back after a kill in between.
    package consuming func commit() throws(PlatformError) {
        let parent = Files.folder(of: path)
        try Self.synchronizeTree(partialPath)
        if !Files.exists(path) {
            try Self.moveNew(partialPath, to: path)
        } else {
            try Self.check(path, overwrite: overwrites)
            try Self.replace(path, by: partialPath)
        }
        isCommitted = true
        try Files.synchronizeFolder(parent)
    }

    /// Brings back the old folder of a replacement that was cut off between its two renames.
    package static func recover(_ path: String) {
        let old = asidePath(path)
        guard !Files.exists(path), Files.kind(of: old) == .folder else { return }
        // If another process was quicker there is nothing left to do.
        try? moveNew(old, to: path)
    }

    /// Removes a folder so that its name stands for the whole folder or for nothing.
    ///
    /// It is first renamed to `.NAME.deleted`; what a kill leaves of that the next deletion of the
    /// same name clears. A link is followed: the folder it leads to is removed.
    package static func delete(_ path: String) throws(PlatformError) {
        let path = try Files.absolutePath(path)
        let aside = Files.folder(of: path) + "/." + Files.name(of: path) + ".deleted"
        try Files.remove(aside)
        // Else `recover` would bring back an old version.
        try Files.remove(asidePath(path))
        try Files.rename(path, to: aside)
        try Files.synchronizeFolder(Files.folder(of: path))
        try Files.remove(aside)
    }

    private static func asidePath(_ path: String) -> String {
        Files.folder(of: path) + "/." + Files.name(of: path) + ".replaced"
    }

    /// Puts `new` under the name of `path`, which exists, and removes what stood there.
    package static func replace(
        _ path: String, by new: String, canExchange: Bool = true
    ) throws(PlatformError) {
        let old = asidePath(path)
        try Files.remove(old)
        if canExchange, exchange(new, path) {
            // The old content now has the hidden name. Its removal may be cut off: hidden rubbish.
            try Files.rename(new, to: old)
        } else {
            try Files.rename(path, to: old)
            do throws(PlatformError) {
                try moveNew(new, to: path)
            } catch {
                try Files.rename(old, to: path)
                throw error
            }
        }
        try Files.synchronizeFolder(Files.folder(of: path))
        try Files.remove(old)
    }

    private static func synchronizeTree(_ path: String) throws(PlatformError) {
        for name in try Files.names(in: path) {
            let inner = path + "/" + name
            if Files.kind(of: inner) == .folder { try synchronizeTree(inner) }
        }
        try Files.synchronizeFolder(path)
    }

    /// Exchanges two names in one step; false where the disk cannot.
    private static func exchange(_ a: String, _ b: String) -> Bool {
        unsafe vouch_rename_exchange(a, b) == 0
    }

    /// Renames without replacing anything that stands there.
    private static func moveNew(_ old: String, to new: String) throws(PlatformError) {
        if unsafe vouch_rename_new(old, new) == 0 { return }
        // A disk that does not know the flag says EINVAL or ENOSYS: look, then rename.
        guard errno == EINVAL || errno == ENOSYS || errno == ENOTSUP, !Files.exists(new) else {
            throw PlatformError(operation: "renaming to '\(new)'", path: old, code: errno)
        }
        try Files.rename(old, to: new)
    }
}
