/// What stands in a picture's corners and along its edges, in steps of 8.
///
/// Corners are looked at twice: their 6 × 6 pixels as they are, for marks of a fixed size, and 5 × 5 of a version of
/// 32 × 32, for marks that were scaled with the picture. Along each edge it is the mean of each of the three outermost
/// rows or columns, as a border has it, where they are even. Each is compared with what lies further in and with the
/// picture's most frequent value: its ground is no mark.
package struct MarkCells: Sendable, Hashable {
    /// Of values; as many stand for the same values that differ from what lies further in.
    static let levels = 32
    private static let near = 6
    /// Of a smaller picture a corner is a good part of what it shows, so that an object's own stroke would be a mark.
    package static let leastSide = 4 * near
    private static let scaled = 5
    private static let side = 32
    private static let edges = 3
    private static let leastContrast = 24
    private static let mostSpread = 10
    static let count = 4 * (near * near + scaled * scaled + edges) * 3

    /// One a cell and channel; grey pictures have three equal channels.
    let values: [UInt8]

    package init(_ picture: Picture) {
        let colour = picture.rgb
        let ground = Self.ground(of: colour)
        var values: [UInt8] = []
        values.reserveCapacity(Self.count)
        Self.addCorners(of: colour, Self.near, ground, to: &values)
        Self.addCorners(of: colour.resized(width: Self.side, height: Self.side), Self.scaled, ground, to: &values)
        for depth in 0..<Self.edges {
            for edge in 0..<4 {
                let (own, spread) = Self.line(of: colour, edge: edge, depth: depth)
                let (inner, _) = Self.line(of: colour, edge: edge, depth: Self.edges + 2)
                for channel in 0..<3 {
                    let isEven = spread[channel] <= Self.mostSpread
                    values.append(Self.level(own[channel], isEven ? [inner[channel], ground[channel]] : [own[channel]]))
                }
            }
        }
        self.values = values
    }

    /// A value, marked where it differs from all others.
    private static func level(_ value: Int, _ others: [Int]) -> UInt8 {
        UInt8(value >> 3) + (others.allSatisfy { abs(value - $0) >= leastContrast } ? UInt8(levels) : 0)
    }

    /// The middle of each channel's most frequent step of 8.
    private static func ground(of picture: Picture) -> [Int] {
        var counts = [Int](repeating: 0, count: 3 * levels)
        for (place, byte) in picture.bytes.enumerated() { counts[place % 3 * levels + Int(byte >> 3)] += 1 }
        return (0..<3).map { channel in
            let own = counts[(channel * levels)..<((channel + 1) * levels)]
            let most = own.max() ?? 0
            return 8 * ((own.firstIndex(of: most) ?? 0) - channel * levels) + 4
        }
    }

    /// Whether all channels are equal.
    var isGrey: Bool {
        for place in stride(from: 0, to: values.count, by: 3) {
            let red = values[place]
            if values[place + 1] != red || values[place + 2] != red { return false }
        }
        return true
    }

    private static func addCorners(of picture: Picture, _ size: Int, _ ground: [Int], to values: inout [UInt8]) {
        for corner in 0..<4 {
            /// The place of a pixel's channels, counted from the corner.
            func place(_ column: Int, _ row: Int) -> Int {
                let (dx, dy) = (min(column, picture.width - 1), min(row, picture.height - 1))
                let x = corner % 2 == 0 ? dx : picture.width - 1 - dx
                let y = corner < 2 ? dy : picture.height - 1 - dy
                return 3 * (y * picture.width + x)
            }
            var inner = [0, 0, 0]
            for row in (size + 2)..<(size + 5) {
                for column in (size + 2)..<(size + 5) {
                    for channel in 0..<3 { inner[channel] += Int(picture.bytes[place(column, row) + channel]) }
                }
            }
            for row in 0..<size {
                for column in 0..<size {
                    for channel in 0..<3 {
                        let value = Int(picture.bytes[place(column, row) + channel])
                        values.append(level(value, [inner[channel] / 9, ground[channel]]))
                    }
                }
            }
        }
    }

    /// Means of a row or column so far from the top, bottom, left or right, and the mean distances of its values from
    /// them.
    private static func line(of picture: Picture, edge: Int, depth: Int) -> (means: [Int], spread: [Int]) {
        let (count, most) = edge < 2 ? (picture.width, picture.height - 1) : (picture.height, picture.width - 1)
        let line = edge % 2 == 0 ? min(depth, most) : max(most - depth, 0)
        func value(_ place: Int, _ channel: Int) -> Int {
            let pixel = edge < 2 ? line * picture.width + place : place * picture.width + line
            return Int(picture.bytes[3 * pixel + channel])
        }
        let means = (0..<3).map { channel in (0..<count).reduce(0) { $0 + value($1, channel) } / count }
        let spread = (0..<3).map { channel in
            (0..<count).reduce(0) { $0 + abs(value($1, channel) - means[channel]) } / count
        }
        return (means, spread)
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
