import Evidence
import Platform
import RunStore

/// What was learned of a run after it was written: an array in a file of its folder, the latest of each
/// id. The manifest does not list the file, so that it may grow.
struct RunAdditions<Item: Codable & Sendable>: Sendable {
    let fileName: String
    /// In errors: "a proof".
    let name: String
    let id: @Sendable (Item) -> String

    /// - Throws: `VouchError` where the file is not such a list.
    func read(_ run: String) throws -> [Item] {
        let path = run + "/" + fileName
        guard Files.exists(path) else { return [] }
        return try JSON.decode([Item].self, from: Files.read(path), file: path)
    }

    /// Other processes that do the same take turns. The run's page tells of it from then on.
    func add(_ found: [Item], to run: String) throws {
        let lock = try FileLock(waitingFor: run, timeoutSeconds: 30, for: "adding \(name) to")
        defer { withExtendedLifetime(lock) {} }
        let replaced = Set(found.map(id))
        let others = try read(run).filter { !replaced.contains(id($0)) }
        try AtomicFile.write(
            JSON.encode(others + found) + [UInt8(ascii: "\n")], to: run + "/" + fileName)
        try refreshPage(of: run)
    }
}

/// Proofs, the latest of each remedy.
let proofFile = RunAdditions<Proof>(fileName: "proofs.json", name: "a proof", id: { $0.remedy })

/// What on-demand probes found, the latest of each probe.
let probeFile = RunAdditions<MeasuredProbe>(
    fileName: "probes.json", name: "findings", id: { $0.id })
