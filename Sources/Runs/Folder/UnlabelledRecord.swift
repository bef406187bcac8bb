package import Evidence
package import RunStore

/// What a run's folder says of its rows without labels.
package struct UnlabelledRecord: Codable, Sendable, Hashable {
    package var file: String
    package var sha256: String
    package var facts: UnlabelledFacts

    package static let fileName = "unlabelled.json"

    package init(_ pool: PoolRows) {
        file = pool.file
        sha256 = pool.sha256
        facts = pool.facts
    }

    /// - Returns: `nil` of a run without such rows.
    package static func of(_ folder: RunFolder) throws -> UnlabelledRecord? {
        guard folder.contains(fileName) else { return nil }
        return try JSON.decode(
            UnlabelledRecord.self, from: folder.read(fileName), file: folder.path + "/" + fileName)
    }
}

extension PreparedData {
    /// As the run was delivered.
    ///
    /// - Throws: where the rows without labels that its model learned from were changed since.
    func delivered(_ record: UnlabelledRecord, of run: String) throws -> PreparedData {
        guard pool?.sha256 == record.sha256 else {
            throw VouchError(
                "\(run): \(record.file) was changed since the run was trained with it (its SHA-256 differs from the "
                    + "run's). Train it anew on what stands there now, then ask that run")
        }
        var result = self
        result.pool?.facts = record.facts
        return record.facts.isUsed ? try result.learningFromPool() : result
    }
}
