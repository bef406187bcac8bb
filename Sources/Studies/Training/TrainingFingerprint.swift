import RunStore
import Runs

extension Learner {
    /// What decides the bits of the weights: the configuration but for the output, and the data.
    func fingerprint() throws -> String {
        var decisive = configuration
        decisive.output = ""
        decisive.learning.budget = nil
        decisive.evidence = .init()
        let hashes =
            prepared.hashes + [prepared.answersSHA256, prepared.pool?.sha256].compactMap { $0 }
        let parts = [try JSON.encode(decisive)] + hashes.map { Array($0.utf8) }
        return ContentHash.sha256(parts.flatMap { $0 })
    }
}
