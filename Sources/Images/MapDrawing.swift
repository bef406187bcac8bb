/// A map of numbers drawn over a picture of its size: the picture on the left, the same in light grey with the map on
/// the right, and below it a scale from the least colour to the strongest.
///
/// Orange speaks for the class, purple against it, by how strong the number is beside the strongest of the picture;
/// both are told apart by people who see no red or no green.
package struct MapDrawing {
    private let picture: Picture
    private let values: [Double]
    private let isSigned: Bool

    /// - Precondition: there is a value a pixel.
    package init(_ picture: Picture, values: [Double], isSigned: Bool) {
        precondition(values.count == picture.width * picture.height, "a number a pixel")
        self.picture = picture
        self.values = values
        self.isSigned = isSigned
    }

    private static let leastSide = 256
    private static let gap = 12
    private static let bar = 12
    /// Purple and orange of ColorBrewer's PuOr.
    private static let against = [84.0, 39, 136]
    private static let speaking = [230.0, 97, 1]
    /// What is left of the picture under the strongest colour.
    private static let under = 0.15

    package var drawn: Picture {
        let longest = max(picture.width, picture.height)
        let zoom = max(1, (Self.leastSide + longest - 1) / longest)
        let (wide, high) = (picture.width * zoom, picture.height * zoom)
        let width = 2 * wide + Self.gap
        let height = high + Self.gap + Self.bar
        let (colours, greys) = (picture.rgb.bytes, picture.grey.bytes)
        let most = values.reduce(0) { max($0, abs($1)) }
        var bytes = [UInt8](repeating: 255, count: 3 * width * height)
        func put(_ y: Int, _ x: Int, _ colour: [Double]) {
            for channel in 0..<3 {
                bytes[3 * (y * width + x) + channel] = UInt8(min(max(colour[channel].rounded(), 0), 255))
            }
        }
        for y in 0..<high {
            for x in 0..<wide {
                let pixel = y / zoom * picture.width + x / zoom
                put(y, x, (0..<3).map { Double(colours[3 * pixel + $0]) })
                let grey = 128 + Double(greys[pixel]) / 2
                put(y, wide + Self.gap + x, Self.mixed(grey, most > 0 ? values[pixel] / most : 0))
            }
        }
        for x in 0..<wide {
            let share = Double(x) / Double(max(wide - 1, 1))
            let colour = Self.mixed(192, isSigned ? 2 * share - 1 : share)
            for y in high + Self.gap..<height { put(y, wide + Self.gap + x, colour) }
        }
        return Picture(width: width, height: height, channels: 3, bytes: bytes)
    }

    /// - Parameter strength: From −1 to 1.
    private static func mixed(_ grey: Double, _ strength: Double) -> [Double] {
        let share = min(abs(strength), 1) * (1 - under)
        return (strength < 0 ? against : speaking).map { $0 * share + grey * (1 - share) }
    }
}
