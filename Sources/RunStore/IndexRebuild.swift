import Platform

extension RunIndex {
    /// What `rebuild` did.
    package struct Rebuilt: Sendable, Hashable {
        /// Absolute paths of the runs that the index now holds, sorted.
        package var recorded: [String] = []
        /// Runs that it held before and whose folder is gone or cannot be read.
        package var forgotten: [String] = []
        /// Places below the roots that were passed over.
        package var skipped: [Skipped] = []
    }

    package struct Skipped: Sendable, Hashable {
        package var path: String
        package var reason: String
    }

    /// Makes the index equal to the run folders: those below the roots, and those it knows
    /// elsewhere, as long as they stand.
    ///
    /// Hidden folders, links and what lies inside a run folder are not searched. Each run is a
    /// transaction of its own, so that others can work meanwhile; after a kill, call it again.
    ///
    /// - Parameter roots: Folders of runs, at any depth, or run folders.
    /// - Throws: where a root does not exist or the index refuses.
    package func rebuild(from roots: [String]) throws -> Rebuilt {
        var result = Rebuilt()
        var found = Set<String>()
        for root in roots {
            guard Files.kind(of: root) == .folder else {
                throw RunStoreError(
                    file: root, problem: "there is no such folder to look for runs in",
                    nextStep: "Check the spelling.")
            }
            search(try Files.absolutePath(root), &found, &result)
        }
        let known = try runs().map(\.path)
        for path in found.union(known).sorted() {
            do {
                try record(absolutePath: path)
                result.recorded.append(path)
            } catch let error as RunStoreError where error.file != self.path {
                if known.contains(path) {
                    try remove(absolutePath: path)
                    result.forgotten.append(path)
                }
                if found.contains(path) {
                    result.skipped.append(Skipped(path: path, reason: "\(error)"))
                }
            }
        }
        return result
    }

    private func search(_ folder: String, _ found: inout Set<String>, _ result: inout Rebuilt) {
        if Files.kind(of: folder + "/" + Manifest.fileName) == .file {
            found.insert(folder)
            return
        }
        do {
            for name in try Files.names(in: folder) where !name.hasPrefix(".") {
                let path = folder + "/" + name
                if Files.isFolder(path) { search(path, &found, &result) }
            }
        } catch {
            result.skipped.append(Skipped(path: folder, reason: "\(error)"))
        }
    }
}
