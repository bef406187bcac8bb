import Platform

/// A finished run: a folder that holds all that is needed to predict, and proof that none of it
/// was changed since.
///
/// `manifest.json` lists every file with its size and SHA-256. Opening verifies all of them once;
/// each later read verifies its file again. Files that the manifest does not list are ignored.
package struct RunFolder: Sendable {
    package let path: String
    package let manifest: Manifest

    /// Reads and verifies every file.
    ///
    /// - Throws: `RunStoreError` naming the file that is missing or damaged; `PlatformError` where
    ///   the system refuses.
    package static func open(_ path: String) throws -> RunFolder {
        AtomicFolder.recover(path)
        try checkPlace(path)
        let manifestPath = path + "/" + Manifest.fileName
        let manifest = try Manifest(decoding: Files.read(manifestPath), path: manifestPath)
        let folder = RunFolder(path: path, manifest: manifest)
        for file in manifest.files { _ = try folder.read(file.name) }
        return folder
    }

    /// A cheap question: whether something that calls itself a run folder stands there.
    ///
    /// - Throws: `RunStoreError` if not.
    package static func checkPlace(_ path: String) throws(RunStoreError) {
        guard let kind = Files.kind(of: path) else {
            throw RunStoreError(
                file: path, problem: "there is no such run folder",
                nextStep: "Check the spelling, or make it with `vouch train … --out \(path)`.")
        }
        guard kind == .folder, Files.kind(of: path + "/" + Manifest.fileName) == .file else {
            throw RunStoreError(
                file: path,
                problem: "this is not a run folder: it holds no \(Manifest.fileName)",
                nextStep: "Name a folder that `vouch train` wrote.")
        }
    }

    /// The run that a file belongs to: its manifest lists it, or it is one of those that vouch for the others.
    ///
    /// - Returns: `nil` where it is no run's. What somebody put beside a run's files is not.
    /// - Throws: where the path cannot be followed.
    package static func owner(ofFile path: String) throws -> String? {
        let place = try Files.absolutePath(path)
        var name = Files.name(of: place)
        var folder = Files.folder(of: place)
        while true {
            let list = folder + "/" + Manifest.fileName
            if Files.kind(of: list) == .file {
                if [Manifest.fileName, Ledger.fileName, RunTags.fileName].contains(name) { return folder }
                let manifest = try? Manifest(decoding: Files.read(list), path: list)
                if manifest?.files.contains(where: { $0.name == name }) == true { return folder }
            }
            let above = Files.folder(of: folder)
            guard above != folder else { return nil }
            name = Files.name(of: folder) + "/" + name
            folder = above
        }
    }

    /// Whether the manifest lists a file.
    package func contains(_ name: String) -> Bool {
        manifest.files.contains { $0.name == name }
    }

    /// The bytes of one file, verified.
    package func read(_ name: String) throws -> [UInt8] {
        let file = path + "/" + name
        guard let entry = manifest.files.first(where: { $0.name == name }) else {
            throw RunStoreError(
                file: file, problem: "the run does not hold this file",
                nextStep: "Use the version of vouch that wrote the run, or train again.")
        }
        guard Files.exists(file) else {
            throw RunStoreError(
                file: file, problem: "the file is missing from the run folder",
                nextStep: "Copy the run folder again from where it came, or train again.")
        }
        let bytes = try Files.read(file)
        guard bytes.count == entry.bytes, ContentHash.sha256(bytes) == entry.sha256 else {
            let how =
                bytes.count == entry.bytes
                ? "its content was changed since the run was written"
                : "it has \(bytes.count) bytes where the run was written with \(entry.bytes)"
            throw RunStoreError(
                file: file, problem: "the file is damaged: \(how)",
                nextStep: "Copy the run folder again from where it came, or train again.")
        }
        return bytes
    }

    /// The tensors of one file, verified.
    package func tensors(_ name: String) throws -> Safetensors {
        try Safetensors(decoding: read(name), file: path + "/" + name)
    }

    /// Collects the files of a run and writes the folder in one step.
    package struct Writer: Sendable {
        private var contents: [String: [UInt8]] = [:]
        private var views: [String: [UInt8]] = [:]

        package init() {}

        /// - Throws: `RunStoreError` if the name is taken, or does not stay below the folder.
        package mutating func add(_ name: String, _ bytes: [UInt8]) throws(RunStoreError) {
            try check(name)
            contents[name] = bytes
        }

        package mutating func add(_ name: String, text: String) throws(RunStoreError) {
            try add(name, Array(text.utf8))
        }

        private func check(_ name: String) throws(RunStoreError) {
            let objection =
                contents[name] != nil || views[name] != nil
                ? "the run has a file of this name already" : Manifest.objection(to: name)
            if let objection {
                throw RunStoreError(
                    file: name, problem: objection, nextStep: "Choose another name.")
            }
        }

        /// A file that the manifest does not list: a view of the others, which may be made anew from
        /// them.
        ///
        /// - Throws: `RunStoreError` if the name is taken, or does not stay below the folder.
        package mutating func addView(_ name: String, text: String) throws(RunStoreError) {
            try check(name)
            views[name] = Array(text.utf8)
        }

        /// Writes all files and the manifest beside the place and puts the folder under its name.
        ///
        /// A kill at any moment leaves under the name what stood there before (or nothing), or
        /// the whole new folder.
        ///
        /// - Parameters:
        ///   - path: The folder to be; ask `AtomicFolder.check` before long work.
        ///   - overwrite: Whether a folder that stands there may be replaced.
        ///   - records: The run's ledger, which appears with the run. That of a folder which is
        ///     replaced should be a beginning of it: looks at rows are not undone by a new model.
        @discardableResult
        package func commit(
            to path: String, overwrite: Bool, recording records: [Ledger.Record] = []
        ) throws -> RunFolder {
            let folder = try AtomicFolder(at: path, overwrite: overwrite)
            var manifest = Manifest(files: [])
            for (name, bytes) in contents.sorted(by: { $0.key < $1.key }) {
                try folder.write(bytes, to: name)
                manifest.files.append(
                    .init(name: name, bytes: bytes.count, sha256: ContentHash.sha256(bytes)))
            }
            try folder.write(manifest.encoded(), to: Manifest.fileName)
            for (name, bytes) in views.sorted(by: { $0.key < $1.key }) {
                try folder.write(bytes, to: name)
            }
            if !records.isEmpty {
                try folder.write(Ledger.encoded(records), to: Ledger.fileName)
            }
            try folder.commit()
            return RunFolder(path: path, manifest: manifest)
        }
    }
}
