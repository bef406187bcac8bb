extension CodingUserInfoKey {
    /// The kinds, `[any ColumnEncoder.Type]`, that an encoder is opened with; without it
    /// `Encoder.kinds`.
    package static let columnEncoders = CodingUserInfoKey(rawValue: "columnEncoders")!
}

/// `encoder.json`: for each kind the list of its columns, under its key; then bins and repair. Of a kind
/// that not every table has there is a list where it has columns.
extension Encoder: Codable {
    fileprivate struct Key: CodingKey, Hashable {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }

        static let bins = Key("bins")
        static let repair = Key("repair")
    }

    /// - Throws: where a kind is not known. One that was not known when the file was written has no
    ///   columns.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let kinds = decoder.userInfo[.columnEncoders] as? [any ColumnEncoder.Type] ?? Self.kinds
        let known = Set(kinds.map { Key($0.key) } + [.bins, .repair])
        if let key = container.allKeys.first(where: { !known.contains($0) }) {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container,
                debugDescription: "nobody here reads columns that are kept under this key")
        }
        let columns = try kinds.flatMap { try $0.list(in: container) }
        self.init(
            columns: columns, bins: try container.decode([NumberBins].self, forKey: .bins),
            repair: try container.decodeIfPresent(GroupRepair.self, forKey: .repair),
            known: kinds)
    }

    /// - Precondition: each column is of one of `known`.
    package func encode(to encoder: any Swift.Encoder) throws {
        let keys = Set(columns.map { type(of: $0).key })
        precondition(keys.isSubset(of: known.map { $0.key }), "a kind that is not listed")
        let always = Set(Self.kinds.map { $0.key })
        var container = encoder.container(keyedBy: Key.self)
        for kind in known where always.contains(kind.key) || keys.contains(kind.key) {
            try kind.add(columns, to: &container)
        }
        try container.encode(bins, forKey: .bins)
        try container.encodeIfPresent(repair, forKey: .repair)
    }
}

extension ColumnEncoder {
    fileprivate static func list(
        in container: KeyedDecodingContainer<Encoder.Key>
    ) throws -> [any ColumnEncoder] {
        try container.decodeIfPresent([Self].self, forKey: .init(key)) ?? []
    }

    fileprivate static func add(
        _ columns: [any ColumnEncoder], to container: inout KeyedEncodingContainer<Encoder.Key>
    ) throws {
        try container.encode(columns.compactMap { $0 as? Self }, forKey: .init(key))
    }

    fileprivate func equals(_ other: any ColumnEncoder) -> Bool { other as? Self == self }
}

extension Encoder: Hashable {
    package static func == (a: Encoder, b: Encoder) -> Bool {
        a.columns.count == b.columns.count && zip(a.columns, b.columns).allSatisfy { $0.equals($1) }
            && a.bins == b.bins && a.repair == b.repair
    }

    package func hash(into hasher: inout Hasher) {
        for column in columns { column.hash(into: &hasher) }
        hasher.combine(bins)
        hasher.combine(repair)
    }
}
