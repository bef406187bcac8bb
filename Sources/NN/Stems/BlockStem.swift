package import GraphIR
package import TensorCore

/// What a block of a kind of its own becomes before a body of layers. A type, and a file, for each kind.
///
/// Numbers and indices, which most columns of a table become, have stems that every network has.
package protocol BlockStem: Codable, Sendable, Hashable {
    /// The name of the blocks' kind, which a network is stored with.
    static var kind: String { get }

    /// - Parameter block: Of this kind.
    init(for block: FeatureBlock)

    /// Features of a row.
    var width: Int { get }

    /// The stem of a model without hidden layers: what it gives is linear in the block where that is possible.
    var plain: Self { get }

    /// - Parameters:
    ///   - block: `[rows, …]`.
    ///   - rows: The extent of the rows: one part each, or several.
    ///   - training: Whether this is the graph that trains: a batch norm then takes the batch's statistics. The
    ///     parameters, in their order, are the same in both.
    /// - Returns: `[rows, width]`.
    func features(
        of block: Value, rows: Extent, training: Bool, in builder: inout GraphBuilder
    ) -> Value
}

extension BlockStem {
    package var plain: Self { self }
}

/// A block that a network reads, with its stem.
package struct StemmedBlock: Sendable {
    package let block: FeatureBlock
    package let stem: any BlockStem

    package init(_ block: FeatureBlock, stem: any BlockStem.Type) {
        self.block = block
        self.stem = stem.init(for: block)
    }

    private init(_ block: FeatureBlock, _ stem: any BlockStem) {
        self.block = block
        self.stem = stem
    }

    /// With the stem of a model without hidden layers.
    package var plain: StemmedBlock { StemmedBlock(block, stem.plain) }
}

extension GraphBuilder {
    /// The features of each block, `[rows, width]`; their parameters are named after the block's place.
    mutating func blockStems(
        _ blocks: [StemmedBlock], rows: Extent, training: Bool
    ) -> [Value] {
        blocks.enumerated().map { place, own in
            let values = input(
                own.block.port, Shape([rows] + own.block.shape.map { .fixed($0) }),
                dtype: own.block.element)
            return scoped("block\(place)") {
                own.stem.features(of: values, rows: rows, training: training, in: &$0)
            }
        }
    }
}

// MARK: - Stored with the network

extension CodingUserInfoKey {
    /// The stems, `[any BlockStem.Type]`, that a network is opened with; without it there are none.
    package static let blockStems = CodingUserInfoKey(rawValue: "blockStems")!
}

extension StemmedBlock: Codable {
    private enum Key: CodingKey {
        case port, element, shape, kind, stem
    }

    /// - Throws: where the stem of its kind is not known.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let kind = try container.decode(String.self, forKey: .kind)
        let known = decoder.userInfo[.blockStems] as? [any BlockStem.Type] ?? []
        guard let stem = known.first(where: { $0.kind == kind }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container,
                debugDescription: "nobody here has a stem for blocks of kind \(kind)")
        }
        block = FeatureBlock(
            port: try container.decode(InputPort.self, forKey: .port),
            element: try container.decode(DType.self, forKey: .element),
            shape: try container.decode([Int].self, forKey: .shape))
        self.stem = try container.decode(stem, forKey: .stem)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(block.port, forKey: .port)
        try container.encode(block.element, forKey: .element)
        try container.encode(block.shape, forKey: .shape)
        try container.encode(type(of: stem).kind, forKey: .kind)
        try container.encode(stem, forKey: .stem)
    }
}

extension StemmedBlock: Hashable {
    package static func == (a: StemmedBlock, b: StemmedBlock) -> Bool {
        a.block == b.block && a.stem.equals(b.stem)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(block)
        stem.hash(into: &hasher)
    }
}

extension BlockStem {
    fileprivate func equals(_ other: any BlockStem) -> Bool { other as? Self == self }
}
