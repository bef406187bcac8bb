/// What stands in a picture's corners and along its edges, in steps of 8.
///
/// Corners are looked at twice: their 6 × 6 pixels as they are, for marks of a fixed size, and 5 × 5 of a version of
/// 32 × 32, for marks that were scaled with the picture. Along each edge it is the mean of each of the three outermost
/// rows or columns, as a border has it.
package struct MarkCells: Sendable, Hashable {
    static let levels = 32
    private static let near = 6
    private static let scaled = 5
    private static let side = 32
    private static let edges = 3
    static let count = 4 * (near * near + scaled * scaled + edges) * 3

    /// One a cell and channel; grey pictures have three equal channels.
    let values: [UInt8]

    package init(_ picture: Picture) {
        let colour = picture.rgb
        var values: [UInt8] = []
        values.reserveCapacity(Self.count)
        Self.addCorners(of: colour, Self.near, to: &values)
        Self.addCorners(of: colour.resized(width: Self.side, height: Self.side), Self.scaled, to: &values)
        for depth in 0..<Self.edges {
            let (x, y) = (min(depth, colour.width - 1), min(depth, colour.height - 1))
            let (right, bottom) = (colour.width - 1 - x, colour.height - 1 - y)
            Self.addMean(of: colour, columns: 0..<colour.width, rows: y..<(y + 1), to: &values)
            Self.addMean(of: colour, columns: 0..<colour.width, rows: bottom..<(bottom + 1), to: &values)
            Self.addMean(of: colour, columns: x..<(x + 1), rows: 0..<colour.height, to: &values)
            Self.addMean(of: colour, columns: right..<(right + 1), rows: 0..<colour.height, to: &values)
        }
        self.values = values
    }

    /// Whether all channels are equal.
    var isGrey: Bool {
        for place in stride(from: 0, to: values.count, by: 3) {
            let red = values[place]
            if values[place + 1] != red || values[place + 2] != red { return false }
        }
        return true
    }

    private static func addCorners(of picture: Picture, _ size: Int, to values: inout [UInt8]) {
        for corner in 0..<4 {
            for row in 0..<size {
                for column in 0..<size {
                    let (dx, dy) = (min(column, picture.width - 1), min(row, picture.height - 1))
                    let x = corner % 2 == 0 ? dx : picture.width - 1 - dx
                    let y = corner < 2 ? dy : picture.height - 1 - dy
                    let first = 3 * (y * picture.width + x)
                    for channel in 0..<3 { values.append(picture.bytes[first + channel] >> 3) }
                }
            }
        }
    }

    private static func addMean(
        of picture: Picture, columns: Range<Int>, rows: Range<Int>, to values: inout [UInt8]
    ) {
        for channel in 0..<3 {
            var sum = 0
            for row in rows {
                for column in columns { sum += Int(picture.bytes[3 * (row * picture.width + column) + channel]) }
            }
            values.append(UInt8(sum / (columns.count * rows.count)) >> 3)
        }
    }

    /// Where a cell is, as a person would say it.
    static func place(of cell: Int) -> String {
        let corners = ["top left", "top right", "bottom left", "bottom right"]
        let inCorners = 4 * near * near
        let inScaled = 4 * scaled * scaled
        switch cell / 3 {
        case let place where place < inCorners: return corners[place / (near * near)] + " corner"
        case let place where place < inCorners + inScaled:
            return corners[(place - inCorners) / (scaled * scaled)] + " corner"
        case let place:
            let edge = ["top", "bottom", "left", "right"][(place - inCorners - inScaled) % 4]
            return edge + " border"
        }
    }
}
