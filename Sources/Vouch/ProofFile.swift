import Evidence
import Platform
import Reporting
import RunStore

/// The proofs that were made of a run after it was written: `proofs.json` in its folder, an array of
/// `Proof`, the latest of each remedy. The manifest does not list the file, so that proofs may be
/// added.
enum ProofFile {
    static let fileName = "proofs.json"

    /// - Throws: `VouchError` where the file is not a list of proofs.
    static func read(_ run: String) throws -> [Proof] {
        let path = run + "/" + fileName
        guard Files.exists(path) else { return [] }
        return try JSON.decode([Proof].self, from: Files.read(path), file: path)
    }

    /// Other processes that do the same take turns.
    static func add(_ proof: Proof, to run: String) throws {
        let lock = try FileLock(waitingFor: run, timeoutSeconds: 30, for: "adding a proof to")
        defer { withExtendedLifetime(lock) {} }
        let others = try read(run).filter { $0.remedy != proof.remedy }
        try AtomicFile.write(
            JSON.encode(others + [proof]) + [UInt8(ascii: "\n")], to: run + "/" + fileName)
    }
}

extension RunReport {
    /// With further proofs in their rows; one of the same remedy is replaced.
    func adding(_ proofs: [Proof]) -> RunReport {
        var result = self
        for proof in proofs {
            for index in result.drawbacks.indices
            where result.drawbacks[index].drawback == proof.drawback {
                result.drawbacks[index].proofs.removeAll { $0.remedy == proof.remedy }
                result.drawbacks[index].proofs.append(proof)
            }
            // What the price is told in must be explained too.
            let ratios = proof.changes.filter { $0.difference.metric.hasSuffix("Ratio") }
            let needed = Set(proof.changes.map(\.metric))
            let shown = Set(result.definitions.map(\.id))
            result.definitions +=
                (MetricRegistry.all.filter { needed.contains($0.id) }
                + differenceDefinitions(ratios))
                .filter { !shown.contains($0.id) }
        }
        return result
    }
}
