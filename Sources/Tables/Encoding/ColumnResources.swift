/// What encoders of columns need beside the cells and cannot keep in `encoder.json`, such as a network; found by its
/// type.
package struct ColumnResources: Sendable {
    private var values: [ObjectIdentifier: any Sendable] = [:]

    package init() {}

    package subscript<Resource: Sendable>(type: Resource.Type) -> Resource? {
        get { values[ObjectIdentifier(type)] as? Resource }
        set { values[ObjectIdentifier(type)] = newValue }
    }
}

extension CodingUserInfoKey {
    /// The `ColumnResources` that an encoder is opened with; none without it.
    package static let columnResources = CodingUserInfoKey(rawValue: "columnResources")!
}
