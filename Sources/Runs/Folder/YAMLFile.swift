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
        throw VouchError(
            "\(name), line \(context.mark.line): \"\(keys.first ?? "")\" stands twice; keep one of them")
    } catch {
        throw VouchError("\(name) is not YAML: \(error)")
    }
}

extension Node {
    /// `columns.yaml, line 3`.
    package func place(in file: String) -> String { "\(file), line \(mark?.line ?? 0)" }
}
