package import Kernels

/// Rows of a source, one after the other as they are to stand in an input.
package enum ChosenRows: Sendable {
    case range(Range<Int>)
    case list(ArraySlice<Int>)
    /// Two parts a row of the batch.
    case pairs(BatchPairs)

    package var count: Int {
        switch self {
        case .range(let rows): rows.count
        case .list(let rows): rows.count
        case .pairs(let rows): rows.count
        }
    }

    /// The row at a place, counted from 0.
    package subscript(place: Int) -> Int {
        switch self {
        case .range(let rows): rows.lowerBound + place
        case .list(let rows): rows[rows.startIndex + place]
        case .pairs(let rows): rows[place]
        }
    }

    /// Copies the words of these rows out of a table `[rows, width]`, row by row.
    ///
    /// - Parameter start: Where the first row goes.
    package func copy(from table: Buffer, width: Int, to start: Int, in target: Buffer) {
        switch self {
        case .range(let rows): Self.copy(rows, of: table, width, start, target)
        case .list(let rows): Self.copy(rows, of: table, width, start, target)
        case .pairs(let rows): Self.copy(rows, of: table, width, start, target)
        }
    }

    private static func copy(
        _ rows: some Collection<Int>, of table: Buffer, _ width: Int, _ start: Int, _ target: Buffer
    ) {
        var place = start
        for row in rows {
            target.copy(from: table, at: row * width, to: place, count: width)
            place += width
        }
    }
}
