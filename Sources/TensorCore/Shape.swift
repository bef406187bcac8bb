/// One axis of a shape: a number known when the graph is built, or a multiple of the number of rows
/// of a batch.
package enum Extent: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    case fixed(Int)
    /// So many times the rows of the batch, the parts of a row side by side; bound to a number when a
    /// plan is made. An ensemble's members are parts of a row.
    case rowParts(Int)

    /// The rows of the batch.
    package static let rows = Extent.rowParts(1)

    package init(integerLiteral value: Int) { self = .fixed(value) }

    package var description: String {
        switch self {
        case .fixed(let count): "\(count)"
        case .rowParts(1): "rows"
        case .rowParts(let parts): "\(parts)·rows"
        }
    }

    package var dependsOnRows: Bool {
        if case .rowParts = self { true } else { false }
    }

    /// The number of elements along the axis in a batch of `rows` rows.
    package func count(rows: Int) -> Int {
        switch self {
        case .fixed(let count): count
        case .rowParts(let parts): parts * rows
        }
    }
}

/// The extents of a tensor, row-major; at most one axis is `rows`.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    package var extents: [Extent]

    package init(_ extents: [Extent]) { self.extents = extents }
    package init(arrayLiteral elements: Extent...) { self.extents = elements }

    package static let scalar: Shape = []

    package var rank: Int { extents.count }
    package subscript(axis: Int) -> Extent { extents[axis] }
    package var dependsOnRows: Bool { extents.contains(where: \.dependsOnRows) }
    /// The axis that runs over the rows of the batch.
    package var rowAxis: Int? { extents.firstIndex(where: \.dependsOnRows) }

    package var description: String {
        "[" + extents.map(\.description).joined(separator: ", ") + "]"
    }

    /// The extents as numbers, in a batch of `rows` rows.
    package func bound(rows: Int) -> [Int] { extents.map { $0.count(rows: rows) } }

    /// The number of elements in a batch of `rows` rows.
    package func count(rows: Int) -> Int {
        extents.reduce(1) { $0 * $1.count(rows: rows) }
    }

    /// The number of elements of a shape without a row axis.
    ///
    /// - Precondition: no axis is `rows`.
    package var fixedCount: Int {
        precondition(!dependsOnRows, "the element count of \(self) is not known without the rows")
        return count(rows: 0)
    }

    /// NumPy broadcasting of two shapes, or `nil` where they do not fit.
    ///
    /// Shapes are aligned at their last axes; an extent of 1 stretches.
    package func broadcast(with other: Shape) -> Shape? {
        let rank = Swift.max(self.rank, other.rank)
        var result: [Extent] = []
        for axis in 0..<rank {
            let a = axis < rank - self.rank ? 1 : extents[axis - (rank - self.rank)]
            let b = axis < rank - other.rank ? 1 : other.extents[axis - (rank - other.rank)]
            if a == b || b == 1 {
                result.append(a)
            } else if a == 1 {
                result.append(b)
            } else {
                return nil
            }
        }
        return Shape(result)
    }
}

extension Extent: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let count = try? container.decode(Int.self) {
            self = .fixed(count)
            return
        }
        let text = try container.decode(String.self)
        let parts = text == "rows" ? 1 : text.hasSuffix("·rows") ? Int(text.dropLast(5)) : nil
        guard let parts, (1...Int(Int32.max)).contains(parts) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "an extent is a number, \"rows\" or a multiple like \"8·rows\"")
        }
        self = .rowParts(parts)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .fixed(let count): try container.encode(count)
        case .rowParts: try container.encode(description)
        }
    }
}

extension Shape: Codable {
    package init(from decoder: any Decoder) throws {
        self.extents = try decoder.singleValueContainer().decode([Extent].self)
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(extents)
    }
}

/// The type of a tensor's elements. Memory is of words of four bytes, so that one arena holds any.
package enum DType: String, Codable, Sendable, Hashable {
    case float32, int32
    /// Four to a word; weights of products of whole numbers, and nothing else.
    case int8

    /// Of an element.
    package var bytes: Int {
        switch self {
        case .float32, .int32: 4
        case .int8: 1
        }
    }

    /// The words that so many elements take.
    package func words(of count: Int) -> Int { (count * bytes + 3) / 4 }
}
