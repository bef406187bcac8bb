#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The list of a run folder's files with their sizes and hashes, itself protected by a hash.
///
/// The hash of the manifest is taken over its own text with 64 zeros in the place of the hash, so
/// that a change of any byte, also one that leaves the JSON's meaning alone, is found.
package struct Manifest: Sendable, Hashable {
    package static let fileName = "manifest.json"
    /// The only version of the folder's layout so far.
    package static let format = 1

    package struct File: Codable, Sendable, Hashable {
        package var name: String
        package var bytes: Int
        package var sha256: String
    }

    /// Sorted by name.
    package var files: [File]

    static let hashKey = "\"manifestSHA256\": \""

    func encoded() -> [UInt8] {
        let lines = files.sorted { $0.name < $1.name }.map {
            "    {\"bytes\": \($0.bytes), \"name\": \(JSONText.quoted($0.name)), "
                + "\"sha256\": \(JSONText.quoted($0.sha256))}"
        }
        let before = """
            {
              "files": [
            \(lines.joined(separator: ",\n"))
              ],
              "format": \(Self.format),
              \(Self.hashKey)
            """
        let after = "\"\n}\n"
        let zeros = String(repeating: "0", count: 64)
        let hash = ContentHash.sha256(Array((before + zeros + after).utf8))
        return Array((before + hash + after).utf8)
    }

    private struct Content: Decodable {
        var files: [File]
        var format: Int
    }

    /// - Parameters:
    ///   - bytes: The manifest's text.
    ///   - path: Its path, for errors.
    /// - Throws: `RunStoreError` if a byte of it was changed or the version is not known.
    init(decoding bytes: [UInt8], path: String) throws(RunStoreError) {
        let damaged = RunStoreError(
            file: path, problem: "the list of the run's files was changed or is damaged",
            nextStep: "Copy the run folder again from where it came, or train again.")
        // From the end: `"`, newline, `}`, newline after 64 digits, and the key before them.
        let tail = Array("\"\n}\n".utf8)
        let key = Array(Self.hashKey.utf8)
        let digits = bytes.count - tail.count - 64
        guard digits >= key.count, bytes.suffix(tail.count).elementsEqual(tail),
            bytes[digits - key.count..<digits].elementsEqual(key)
        else { throw damaged }
        var blank = bytes
        blank.replaceSubrange(
            digits..<digits + 64, with: repeatElement(UInt8(ascii: "0"), count: 64))
        guard bytes[digits..<digits + 64].elementsEqual(ContentHash.sha256(blank).utf8) else {
            throw damaged
        }
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)) else {
            throw damaged
        }
        guard content.format == Self.format else {
            throw RunStoreError(
                file: path,
                problem: "the run folder is of format \(content.format); this version of vouch "
                    + "knows format \(Self.format)",
                nextStep: "Use the version of vouch that wrote it, or train again.")
        }
        files = content.files
    }

    init(files: [File]) { self.files = files }

    /// Why a name cannot stand in a manifest, or `nil`. Names are relative paths that stay below
    /// the folder.
    package static func objection(to name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if name == fileName { return "this name is the manifest's own" }
        if name == Ledger.fileName || name == RunTags.fileName {
            return "a file of this name changes after the run was written"
        }
        if name.utf8.contains(where: { $0 < 32 || $0 == UInt8(ascii: "\\") }) {
            return "a file's name has no control characters and no backslash"
        }
        if parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
            return "a file's name is a relative path without '.', '..' or empty parts"
        }
        return nil
    }
}
