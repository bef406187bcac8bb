import Platform

/// The tags of a run: `tags.json` in its folder, a JSON array of texts. The manifest does not list
/// the file, so that tags may change.
package enum RunTags {
    package static let fileName = "tags.json"

    /// The tags, sorted; none where there is no file.
    ///
    /// - Throws: `RunStoreError` where the file is not a list of tags.
    package static func read(_ folder: String) throws -> [String] {
        let path = folder + "/" + fileName
        guard Files.exists(path) else { return [] }
        guard case .array(let values)? = JSONValue(try Files.read(path)),
            case let tags = values.compactMap(\.text), tags.count == values.count
        else {
            throw RunStoreError(
                file: path, problem: "this is not a JSON array of texts",
                nextStep: "Remove the file and set the tags again with `vouch runs tag`.")
        }
        return sorted(tags)
    }

    /// Adds or removes a tag; other processes that do the same take turns.
    ///
    /// - Returns: The tags that the run has now.
    /// - Throws: `RunStoreError` for a text that cannot be a tag; `PlatformError`.
    @discardableResult
    package static func change(
        _ folder: String, adding: String? = nil, removing: String? = nil
    ) throws -> [String] {
        if let adding { try check(adding, folder) }
        let lock = try FileLock(
            waitingFor: folder, timeoutSeconds: 30, for: "changing the tags of")
        defer { withExtendedLifetime(lock) {} }
        var tags = Set(try read(folder))
        if let removing { tags.remove(removing) }
        if let adding { tags.insert(adding) }
        let result = sorted(tags)
        let text = "[" + result.map(JSONText.quoted).joined(separator: ", ") + "]\n"
        try AtomicFile.write(Array(text.utf8), to: folder + "/" + fileName)
        return result
    }

    private static func sorted(_ tags: some Sequence<String>) -> [String] {
        Set(tags).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func check(_ tag: String, _ folder: String) throws(RunStoreError) {
        let isPlain = tag.unicodeScalars.allSatisfy {
            $0.value >= 32 && !(127..<160).contains($0.value)
        }
        guard !tag.isEmpty, tag.utf8.count <= 100, isPlain, tag.first != " ", tag.last != " " else {
            throw RunStoreError(
                file: folder, problem: "'\(tag)' cannot be a tag",
                nextStep: "A tag has 1 to 100 bytes, no control characters and no spaces at its "
                    + "ends.")
        }
    }
}
