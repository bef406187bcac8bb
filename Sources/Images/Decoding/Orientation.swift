/// The orientation of EXIF data: how the stored rows and columns lie in the picture. 1 is as stored, 2 mirrored, 3
/// turned by 180°, 4 upside down mirrored, 5 and 7 transposed, 6 and 8 turned by 90°.
enum Orientation {
    /// 1 where nothing is said, or nothing that can be read.
    static func read(jpeg bytes: [UInt8]) -> Int {
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            if marker == 0xFF {
                place += 1
                continue
            }
            // Markers that stand alone, then the start of the pixels.
            if marker == 0x01 || (0xD0...0xD8).contains(marker) {
                place += 2
                continue
            }
            if marker == 0xDA || marker == 0xD9 { return 1 }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            guard length >= 2, place + 2 + length <= bytes.count else { return 1 }
            let segment = bytes[(place + 4)..<(place + 2 + length)]
            if marker == 0xE1, segment.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) {
                return read(tiff: segment.dropFirst(6))
            }
            place += 2 + length
        }
        return 1
    }

    /// As `read(jpeg:)`, from the chunk `eXIf`.
    static func read(png bytes: [UInt8]) -> Int {
        var place = 8
        while place + 12 <= bytes.count {
            let length = Int(bytes.bigEndian(at: place))
            let end = place + 8 + length
            guard end + 4 <= bytes.count else { return 1 }
            if bytes[(place + 4)..<(place + 8)].elementsEqual("eXIf".utf8) {
                return read(tiff: bytes[(place + 8)..<end])
            }
            place = end + 4
        }
        return 1
    }

    private static func read(tiff slice: ArraySlice<UInt8>) -> Int {
        let bytes = Array(slice)
        guard bytes.count >= 8 else { return 1 }
        let isLittle = bytes[0] == 0x49
        func number(_ place: Int, _ count: Int) -> Int {
            guard place >= 0, place + count <= bytes.count else { return 0 }
            let part = bytes[place..<(place + count)]
            return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
        }
        let directory = number(4, 4)
        for entry in 0..<min(number(directory, 2), 1000) {
            let place = directory + 2 + 12 * entry
            // Tag 274, a number of 16 bits.
            guard number(place, 2) == 0x0112 else { continue }
            let value = number(place + 8, 2)
            return number(place + 2, 2) == 3 && (1...8).contains(value) ? value : 1
        }
        return 1
    }

    /// The picture as it is meant to be seen.
    static func turned(_ picture: Picture, by orientation: Int) -> Picture {
        guard (2...8).contains(orientation) else { return picture }
        let (width, height, channels) = (picture.width, picture.height, picture.channels)
        let isTransposed = orientation >= 5
        let (newWidth, newHeight) = isTransposed ? (height, width) : (width, height)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(picture.bytes.count)
        for row in 0..<newHeight {
            for column in 0..<newWidth {
                let (y, x) =
                    switch orientation {
                    case 2: (row, width - 1 - column)
                    case 3: (height - 1 - row, width - 1 - column)
                    case 4: (height - 1 - row, column)
                    case 5: (column, row)
                    case 6: (height - 1 - column, row)
                    case 7: (height - 1 - column, width - 1 - row)
                    default: (column, width - 1 - row)
                    }
                let pixel = (y * width + x) * channels
                for channel in 0..<channels { bytes.append(picture.bytes[pixel + channel]) }
            }
        }
        return Picture(width: newWidth, height: newHeight, channels: channels, bytes: bytes)
    }
}

extension [UInt8] {
    /// - Precondition: four bytes stand there.
    func bigEndian(at place: Int) -> UInt32 {
        self[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The bytes of a little-endian number; `nil` where they are not all there.
    func littleEndian(at place: Int, count: Int) -> Int? {
        guard place >= 0, count <= self.count, place <= self.count - count else { return nil }
        return self[place..<(place + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
