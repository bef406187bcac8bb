/// Bitmaps of Windows and OS/2: 1, 4, 8, 16, 24 and 32 bits, with palettes, bit masks and run lengths.
struct BMP {
    static func decode(_ bytes: [UInt8], path: String, limits: PictureLimits) throws(PictureError) -> DecodedPicture {
        let bitmap = try BMP(bytes, path: path)
        try limits.check(width: bitmap.width, height: bitmap.height, path: path)
        return try bitmap.decoded()
    }

    private let bytes: [UInt8]
    private let path: String
    private let width: Int
    private let height: Int
    private let isTopDown: Bool
    private let bits: Int
    private let compression: Int
    /// Where the pixels begin.
    private let start: Int
    /// Red, green, blue.
    private var palette: [[UInt8]] = []
    /// Red, green, blue, alpha; 0 where there is none.
    private var masks = [0, 0, 0, 0]

    private init(_ bytes: [UInt8], path: String) throws(PictureError) {
        func number(_ place: Int, _ count: Int) throws(PictureError) -> Int {
            guard let value = bytes.littleEndian(at: place, count: count) else {
                throw PictureError(
                    path: path, reason: .truncated, problem: "the BMP ends within its header",
                    advice: PictureError.again)
            }
            return value
        }
        self.bytes = bytes
        self.path = path
        start = try number(10, 4)
        let size = try number(14, 4)
        let isOld = size == 12
        guard isOld || [16, 40, 52, 56, 64, 108, 124].contains(size) else {
            throw PictureError(
                path: path, reason: .unsupported,
                problem: "a BMP whose header has \(size) bytes, a kind that is not read",
                advice: PictureError.convert)
        }
        if isOld {
            (width, height) = (try number(18, 2), try number(20, 2))
            (bits, compression, isTopDown) = (try number(24, 2), 0, false)
        } else {
            width = Int(Int32(truncatingIfNeeded: try number(18, 4)))
            let signed = Int(Int32(truncatingIfNeeded: try number(22, 4)))
            (height, isTopDown) = (abs(signed), signed < 0)
            bits = try number(28, 2)
            compression = size >= 40 ? try number(30, 4) : 0
        }
        let isRead =
            switch compression {
            case 0: [1, 4, 8, 16, 24, 32].contains(bits)
            case 1: bits == 8 && !isTopDown
            case 2: bits == 4 && !isTopDown
            case 3, 6: bits == 16 || bits == 32
            default: false
            }
        guard isRead else {
            throw PictureError(
                path: path, reason: .unsupported,
                problem: "a BMP of \(bits) bits with compression \(compression), a kind that is not read",
                advice: PictureError.convert)
        }
        var end = 14 + size
        if compression == 3 || compression == 6 {
            let count = size >= 56 || compression == 6 ? 4 : 3
            for mask in 0..<count { masks[mask] = try number(54 + 4 * mask, 4) }
            if size == 40 { end += 4 * count }
        } else if bits == 16 {
            masks = [0x7C00, 0x3E0, 0x1F, 0]
        } else if bits == 32 {
            masks = [0xFF0000, 0xFF00, 0xFF, 0]
        }
        if bits <= 8 {
            let declared = size >= 40 ? try number(46, 4) : 0
            let entry = isOld ? 3 : 4
            // A file may have less than it says; what a pixel then means is black, as programs show it.
            let count = min(declared == 0 ? 1 << bits : declared, 1 << bits, max(bytes.count - end, 0) / entry)
            for place in 0..<count {
                let first = end + place * entry
                palette.append([bytes[first + 2], bytes[first + 1], bytes[first]])
            }
        }
    }

    private func decoded() throws(PictureError) -> DecodedPicture {
        let isRunLength = compression == 1 || compression == 2
        let rowBytes = (width * bits + 31) / 32 * 4
        if !isRunLength {
            guard start <= bytes.count, rowBytes * height - (rowBytes - (width * bits + 7) / 8) <= bytes.count - start
            else {
                throw PictureError(
                    path: path, reason: .truncated,
                    problem: "its header declares \(width) x \(height) pixels, \(rowBytes * height) bytes, and "
                        + "\(max(bytes.count - start, 0)) follow",
                    advice: PictureError.again)
            }
        }
        var mode = bits <= 8 ? "palette" : "RGB"
        var notes: Set<PictureNote> = []
        let values: [UInt8]
        var channels = 3
        if bits <= 8 {
            let places = try isRunLength ? runs() : indices(rowBytes)
            let isGrey = palette.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] }
            if isGrey { (mode, channels) = ("grey", 1) }
            let black: [UInt8] = [0, 0, 0]
            values = places.flatMap { place in
                (Int(place) < palette.count ? palette[Int(place)] : black).prefix(channels)
            }
        } else {
            let hasAlpha = masks[3] != 0
            let pixels = bits == 24 ? triples(rowBytes) : masked(rowBytes)
            let blended = hasAlpha ? Blending.overWhite(pixels, channels: 4) : (pixels, false)
            values = blended.0
            if blended.1 { notes.insert(.blended) }
            if hasAlpha { mode += " and alpha" }
        }
        let picture = Picture(width: width, height: height, channels: channels, bytes: values)
        return DecodedPicture(picture: picture, format: .bmp, mode: mode, notes: notes)
    }

    /// Where a row begins, the topmost being the first.
    private func place(ofRow row: Int, _ rowBytes: Int) -> Int {
        start + (isTopDown ? row : height - 1 - row) * rowBytes
    }

    private func indices(_ rowBytes: Int) -> [UInt8] {
        let perByte = 8 / bits
        let mask = UInt8(truncatingIfNeeded: (1 << bits) - 1)
        var values: [UInt8] = []
        values.reserveCapacity(width * height)
        for row in 0..<height {
            let first = place(ofRow: row, rowBytes)
            for column in 0..<width {
                let shift = UInt8(8 - bits * (column % perByte + 1))
                values.append(bytes[first + column / perByte] >> shift & mask)
            }
        }
        return values
    }

    private func triples(_ rowBytes: Int) -> [UInt8] {
        var values: [UInt8] = []
        values.reserveCapacity(width * height * 3)
        for row in 0..<height {
            let first = place(ofRow: row, rowBytes)
            for column in 0..<width {
                for channel in 0..<3 { values.append(bytes[first + 3 * column + 2 - channel]) }
            }
        }
        return values
    }

    /// Parts of a pixel by their masks, each stretched to 0…255.
    private func masked(_ rowBytes: Int) -> [UInt8] {
        let channels = masks[3] == 0 ? 3 : 4
        let shifts = masks.map { $0 == 0 ? 0 : $0.trailingZeroBitCount }
        let tops = zip(masks, shifts).map { $0 >> $1 }
        var values: [UInt8] = []
        values.reserveCapacity(width * height * channels)
        for row in 0..<height {
            let first = place(ofRow: row, rowBytes)
            for column in 0..<width {
                let pixel = bytes.littleEndian(at: first + column * bits / 8, count: bits / 8) ?? 0
                for channel in 0..<channels {
                    let value = (pixel & masks[channel]) >> shifts[channel]
                    values.append(tops[channel] == 0 ? 0 : UInt8(value * 255 / tops[channel]))
                }
            }
        }
        return values
    }

    /// Run lengths of bytes or half bytes; what they leave out is the palette's first colour.
    private func runs() throws(PictureError) -> [UInt8] {
        var values = [UInt8](repeating: 0, count: width * height)
        var (at, row, column) = (start, 0, 0)
        func put(_ value: UInt8) {
            guard row < height, column < width else { return }
            values[(height - 1 - row) * width + column] = value
            column += 1
        }
        func half(_ byte: UInt8, _ place: Int) -> UInt8 {
            bits == 8 ? byte : place % 2 == 0 ? byte >> 4 : byte & 15
        }
        while at + 1 < bytes.count {
            let (count, code) = (Int(bytes[at]), bytes[at + 1])
            at += 2
            if count > 0 {
                for place in 0..<count { put(half(code, place)) }
                continue
            }
            switch code {
            case 0: (row, column) = (row + 1, 0)
            case 1: return values
            case 2:
                guard at + 1 < bytes.count else { break }
                column += Int(bytes[at])
                row += Int(bytes[at + 1])
                at += 2
            default:
                let length = bits == 8 ? Int(code) : (Int(code) + 1) / 2
                guard at + length <= bytes.count else {
                    at = bytes.count
                    break
                }
                for place in 0..<Int(code) {
                    put(half(bytes[at + (bits == 8 ? place : place / 2)], place))
                }
                at += length + length % 2
            }
        }
        guard row >= height - 1, column >= width || row >= height else {
            throw PictureError(
                path: path, reason: .truncated,
                problem: "the BMP ends early, in row \(min(row + 1, height)) of \(height)",
                advice: PictureError.again)
        }
        return values
    }
}
