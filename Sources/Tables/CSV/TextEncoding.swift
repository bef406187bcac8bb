/// The encoding that a file's text should have.
enum UTF8Check {
    /// The first byte from `range.lowerBound` on that is not UTF-8.
    ///
    /// Checks the sequences that begin within the range, to their ends, and that one begins there.
    ///
    /// - Source: The Unicode Standard 16.0, table 3-7.
    static func firstInvalid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var at = range.lowerBound
        while at < range.upperBound {
            let lead = bytes[at]
            if lead < 0x80 {
                at += 1
                continue
            }
            let length: Int
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0...0xEF:
                length = 3
                if lead == 0xE0 { second = 0xA0...0xBF }
                if lead == 0xED { second = 0x80...0x9F }
            case 0xF0...0xF4:
                length = 4
                if lead == 0xF0 { second = 0x90...0xBF }
                if lead == 0xF4 { second = 0x80...0x8F }
            default: return at
            }
            guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { return at }
            for offset in 2..<max(length, 2) where bytes[at + offset] & 0xC0 != 0x80 { return at }
            at += length
        }
        return at < bytes.count && bytes[at] & 0xC0 == 0x80 ? at : nil
    }

    /// The first place from `start` on that does not continue a sequence, looking at three bytes.
    static func sequenceStart(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var at = start
        while at < min(start + 3, bytes.count), bytes[at] & 0xC0 == 0x80 { at += 1 }
        return at
    }
}

/// The single-byte encoding of older Windows files.
enum Windows1252 {
    /// The code points of bytes 0x80 to 0x9F; bytes without a character become U+FFFD.
    private static let upper: [UInt32] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    ]

    /// The text in UTF-8.
    static func decode(_ bytes: [UInt8]) -> [UInt8] {
        let encoded = (UInt8(0x80)...0xFF).map { byte in
            let code = byte < 0xA0 ? upper[Int(byte) - 0x80] : UInt32(byte)
            return Array((Unicode.Scalar(code).map { String(Character($0)) } ?? "\u{FFFD}").utf8)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 16)
        for byte in bytes {
            if byte < 0x80 { result.append(byte) } else { result += encoded[Int(byte) - 0x80] }
        }
        return result
    }
}
