/// PBM, PGM and PPM, as text and as bytes (`P1` to `P6`).
enum PNM {
    static func decode(_ bytes: [UInt8], path: String, limits: PictureLimits) throws(PictureError) -> DecodedPicture {
        var reader = Reader(bytes: bytes, place: 2)
        let kind = Int(bytes[1]) - 0x30
        guard let width = reader.number(), let height = reader.number() else { throw headless(path) }
        let isBits = kind == 1 || kind == 4
        var most = 1
        if !isBits {
            guard let value = reader.number() else { throw headless(path) }
            most = value
        }
        guard (1...65_535).contains(most) else { throw headless(path) }
        try limits.check(width: width, height: height, path: path)
        let channels = kind == 3 || kind == 6 ? 3 : 1
        let count = width * height * channels
        if kind > 3 { reader.place += 1 }  // the one space behind the header
        let perRow = isBits ? (width + 7) / 8 : width * channels * (most > 255 ? 2 : 1)
        // Of text, a digit and, but for bits, a space at least.
        let needed = kind > 3 ? perRow * height : isBits ? count : 2 * count - 1
        guard bytes.count - reader.place >= needed else {
            throw PictureError(
                path: path, reason: .truncated,
                problem:
                    "its header declares \(width) x \(height) pixels, and \(max(bytes.count - reader.place, 0)) of "
                    + "\(needed) bytes follow",
                advice: PictureError.again)
        }
        // Of a bit, 1 is black.
        let levels = isBits ? [255, 0] : (0...most).map { level($0, of: most) }
        var values: [UInt8] = []
        values.reserveCapacity(count)
        for row in 0..<height {
            for column in 0..<(width * channels) {
                let value: Int?
                let start = reader.place + row * perRow
                switch kind {
                case 1: value = reader.bit()
                case 2, 3: value = reader.number()
                case 4: value = Int(bytes[start + column / 8] >> UInt8(7 - column % 8)) & 1
                default:
                    value =
                        most > 255
                        ? Int(bytes[start + 2 * column]) << 8 | Int(bytes[start + 2 * column + 1])
                        : Int(bytes[start + column])
                }
                guard let value, value <= most else {
                    throw PictureError(
                        path: path, reason: .damaged,
                        problem: "pixel \(column / channels + 1) of row \(row + 1) has no value from 0 to \(most)",
                        advice: PictureError.again)
                }
                values.append(levels[value])
            }
        }
        let picture = Picture(width: width, height: height, channels: channels, bytes: values)
        let mode = (isBits ? "1 bit" : channels == 1 ? "grey" : "RGB") + (most > 255 ? ", 16 bits" : "")
        return DecodedPicture(
            picture: picture, format: .pnm, mode: mode, notes: most > 255 ? [.sixteenBits] : [])
    }

    /// `value · 255 / most`, rounded, halves to the even number, as Pillow does it.
    private static func level(_ value: Int, of most: Int) -> UInt8 {
        let (whole, rest) = (value * 255).quotientAndRemainder(dividingBy: most)
        return UInt8(2 * rest > most || (2 * rest == most && whole % 2 == 1) ? whole + 1 : whole)
    }

    private static func headless(_ path: String) -> PictureError {
        PictureError(
            path: path, reason: .damaged, problem: "its header has no width, height and largest value",
            advice: PictureError.again)
    }

    private struct Reader {
        let bytes: [UInt8]
        var place: Int

        /// Passes spaces and comments.
        private mutating func skip() {
            while place < bytes.count {
                if bytes[place] == 0x23 {
                    while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
                } else if bytes[place].isPNMSpace {
                    place += 1
                } else {
                    return
                }
            }
        }

        mutating func number() -> Int? {
            skip()
            var value: Int?
            while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
                let next = (value ?? 0) * 10 + Int(bytes[place] - 0x30)
                guard next <= Int(Int32.max) else { return nil }
                value = next
                place += 1
            }
            return value
        }

        mutating func bit() -> Int? {
            skip()
            guard place < bytes.count, bytes[place] == 0x30 || bytes[place] == 0x31 else { return nil }
            defer { place += 1 }
            return Int(bytes[place] - 0x30)
        }
    }
}

extension UInt8 {
    /// A space, a tab or an end of line.
    var isPNMSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
