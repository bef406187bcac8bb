import RunStore
import Tables

extension PreparedData {
    /// What tells which rows are held back to measure on: two runs and searches with the same text hold the same rows back.
    ///
    /// SHA-256 of the files' own and of the numbers of the test rows, in order.
    package var heldBackSHA256: String {
        let rows = split.test.map(String.init).joined(separator: ",")
        return ContentHash.sha256(Array((hashes.joined(separator: "\n") + "\n" + rows).utf8))
    }
}
