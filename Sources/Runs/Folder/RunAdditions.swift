package import Evidence
import Platform
import RunStore

/// What was learned of a run after it was written: an array in a file of its folder, the latest of each
/// id. The manifest does not list the file, so that it may grow.
package struct RunAdditions<Item: Codable & Sendable>: Sendable {
    let fileName: String
    /// In errors: "a proof".
    let name: String
    let id: @Sendable (Item) -> String

    package init(fileName: String, name: String, id: @escaping @Sendable (Item) -> String) {
        self.fileName = fileName
        self.name = name
        self.id = id
    }

    /// - Throws: `VouchError` where the file is not such a list.
    package func read(_ run: String) throws -> [Item] {
        let path = run + "/" + fileName
        guard Files.exists(path) else { return [] }
        return try JSON.decode([Item].self, from: Files.read(path), file: path)
    }

    /// Other processes that do the same take turns.
    ///
    /// - Parameter follow: What must be done in the same turn, since it follows from all that was found.
    package func add(_ found: [Item], to run: String, then follow: () throws -> Void) throws {
        let lock = try FileLock(waitingFor: run, timeoutSeconds: 30, for: "adding \(name) to")
        defer { withExtendedLifetime(lock) {} }
        let replaced = Set(found.map(id))
        let others = try read(run).filter { !replaced.contains(id($0)) }
        try AtomicFile.write(
            JSON.encode(others + found) + [UInt8(ascii: "\n")], to: run + "/" + fileName)
        try follow()
    }
}

/// Proofs, the latest of each remedy.
package let proofFile = RunAdditions<Proof>(fileName: "proofs.json", name: "a proof", id: { $0.remedy })

/// What on-demand probes found, the latest of each probe.
package let probeFile = RunAdditions<MeasuredProbe>(
    fileName: "probes.json", name: "findings", id: { $0.id })
