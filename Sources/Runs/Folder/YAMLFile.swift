import Platform
package import Yams

/// The root of a YAML file; `nil` for an empty one.
///
/// - Parameter name: How errors call the file, such as `--schema columns.yaml`; its path if not given.
package func composeYAML(_ path: String, as name: String? = nil) throws -> Node? {
    try composeYAML(text: String(decoding: try Files.read(path), as: UTF8.self), as: name ?? path)
}

/// The root of a YAML text; `nil` for an empty one.
///
/// - Parameter name: How errors call it.
package func composeYAML(text: String, as name: String) throws -> Node? {
    do {
        return try Yams.compose(yaml: text)
    } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let key = keys.first ?? ""
        let line = secondLine(of: key, from: context.mark.line, in: text)
        throw VouchError("\(name), line \(line): \"\(key)\" stands twice; keep one of them")
    } catch {
        throw VouchError("\(name) is not YAML: \(error)")
    }
}

/// Where a key stands a second time, as far in as the first time; the library tells only where its mapping begins.
private func secondLine(of key: String, from first: Int, in text: String) -> Int {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var places: [(line: Int, indent: Int)] = []
    for (place, line) in lines.enumerated().dropFirst(max(0, first - 1)) {
        let rest = line.drop { $0 == " " || $0 == "\"" || $0 == "'" }
        guard rest.hasPrefix(key) else { continue }
        let behind = rest.dropFirst(key.count).drop { $0 == " " || $0 == "\"" || $0 == "'" }
        guard behind.first == ":" else { continue }
        places.append((place + 1, line.prefix { $0 == " " }.count))
    }
    return places.dropFirst().first { $0.indent == places[0].indent }?.line ?? first
}

extension Node {
    /// `columns.yaml, line 3`.
    package func place(in file: String) -> String { "\(file), line \(mark?.line ?? 0)" }
}
