import Platform
package import Yams

/// The root of a YAML file; `nil` for an empty one.
///
/// - Parameter name: How errors call the file, such as `--schema columns.yaml`; its path if not given.
package func composeYAML(_ path: String, as name: String? = nil) throws -> Node? {
    let text = String(decoding: try Files.read(path), as: UTF8.self)
    do {
        return try Yams.compose(yaml: text)
    } catch {
        throw VouchError("\(name ?? path) is not YAML: \(error)")
    }
}

extension Node {
    /// `columns.yaml, line 3`.
    package func place(in file: String) -> String { "\(file), line \(mark?.line ?? 0)" }
}
