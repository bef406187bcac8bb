package import NN
package import Tables

/// The kinds of columns that models read: those that every table has, and others that a module brings.
///
/// A value, which goes along with what is trained or opened: who brings a kind changes nothing for
/// anybody else.
package struct InputKinds: Sendable {
    /// Beyond those that every table has, in the order in which they stand in an encoded row.
    package private(set) var further: [InputKind] = []
    /// What their encoders need beside the cells.
    package private(set) var resources = ColumnResources()

    /// Numbers, dates and categories.
    package static let tables = InputKinds()

    /// With a further one.
    ///
    /// - Precondition: there is none of its name.
    package func adding(_ kind: InputKind) -> InputKinds {
        precondition(!names.contains(kind.name), "a second kind \(kind.name)")
        var result = self
        result.further.append(kind)
        return result
    }

    /// With another encoder and stem for the cells of a kind, and what these need.
    package func replacing<Resource: Sendable>(_ kind: InputKind, needing resource: Resource) -> InputKinds {
        var result = self
        result.further = further.map { $0.name == kind.name ? kind : $0 }
        result.resources[Resource.self] = resource
        return result
    }

    package var encoders: [any ColumnEncoder.Type] { Encoder.kinds + further.map(\.encoder) }
    package var stems: [any BlockStem.Type] { further.compactMap(\.stem) }

    /// What a person may call a column's kind.
    package var names: [ColumnKind] { ColumnKind.told + further.map(\.name) }

    /// The stem of a block, found by its kind.
    package func stem(of kind: ColumnKind) -> (any BlockStem.Type)? {
        stems.first { $0.kind == kind.rawValue }
    }
}

/// What a module brings for a kind of column: what encodes its cells, and the stem of the blocks that
/// they fill.
package struct InputKind: Sendable {
    package let encoder: any ColumnEncoder.Type
    /// `nil` of one whose cells become numbers and indices alone.
    package let stem: (any BlockStem.Type)?

    package init(_ encoder: any ColumnEncoder.Type, stem: (any BlockStem.Type)? = nil) {
        self.encoder = encoder
        self.stem = stem
        precondition(
            stem.map { $0.kind == encoder.kind.rawValue } ?? true, "a stem of another kind")
    }

    package var name: ColumnKind { encoder.kind }
}
