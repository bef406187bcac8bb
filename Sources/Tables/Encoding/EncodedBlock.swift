package import TensorCore

/// What each row of a table has in a block of its own, beside the numbers and indices that all columns
/// share: such as the numbers of a picture, or the words of a text.
package struct EncodedBlock: Sendable {
    /// Of the input that reads it.
    package var name: String
    /// Of one row; row-major.
    package var shape: [Int]
    /// `[rows, …]`.
    package var values: Values

    package enum Values: Sendable, Hashable {
        case numbers([Float])
        case indices([Int32])
        /// Numbers that are kept as bytes.
        case bytes(ByteRows)
    }

    package init(name: String, shape: [Int], values: Values) {
        self.name = name
        self.shape = shape
        self.values = values
    }

    /// Rows of zeros; none of one that is kept as bytes.
    init(_ place: BlockPlace, rows: Int) {
        name = place.name
        shape = place.output.shape
        let count = rows * place.output.width
        if let scale = place.output.bytes {
            // Its column gives all rows at once.
            values = .bytes(ByteRows([], width: place.output.width, scale: scale))
            return
        }
        values =
            switch place.output.element {
            case .float32: .numbers([Float](repeating: 0, count: count))
            case .int32: .indices([Int32](repeating: 0, count: count))
            case .int8: preconditionFailure("a block of bytes, which only parameters are")
            }
    }

    /// Elements of one row.
    package var width: Int { shape.reduce(1, *) }

    package func selecting(rows: [Int]) -> EncodedBlock {
        func chosen<Element>(_ all: [Element]) -> [Element] {
            var result: [Element] = []
            result.reserveCapacity(rows.count * width)
            for row in rows { result += all[row * width..<(row + 1) * width] }
            return result
        }
        var result = self
        switch values {
        case .numbers(let all): result.values = .numbers(chosen(all))
        case .indices(let all): result.values = .indices(chosen(all))
        case .bytes(let all): result.values = .bytes(all.selecting(rows: rows))
        }
        return result
    }

    /// Writes what a row has.
    ///
    /// - Precondition: there are as many as `width`, and the block is one of numbers.
    package mutating func write(_ numbers: some Collection<Float>, row: Int) {
        precondition(numbers.count == width, "a row of another width")
        guard case .numbers(var all) = values else { preconditionFailure("a block of indices") }
        values = .numbers([])
        all.replaceSubrange(row * width..<(row + 1) * width, with: numbers)
        values = .numbers(all)
    }
}

/// A block that a column fills for itself.
package struct BlockOutput: Sendable, Hashable {
    /// Of one row; row-major.
    package var shape: [Int]
    package var element: DType
    /// Of floats that are kept as bytes: what these stand for; `nil` of others.
    package var bytes: ByteRows.Scale?

    /// - Precondition: the elements are floats or indices.
    package init(shape: [Int], element: DType = .float32) {
        precondition(element != .int8, "a block of bytes, which only parameters are")
        self.shape = shape
        self.element = element
    }

    /// Floats that are kept as bytes.
    package init(shape: [Int], bytes: ByteRows.Scale) {
        self.init(shape: shape)
        self.bytes = bytes
    }

    /// Elements of one row.
    package var width: Int { shape.reduce(1, *) }
}

/// A block of an encoded row, with the raw column that it comes from.
package struct BlockPlace: Sendable, Hashable {
    /// Of the input that reads it: the column's kind, and a number that tells it from others.
    package var name: String
    package var column: String
    package var kind: ColumnKind
    package var output: BlockOutput
}
