/// Eight bytes of a text at a time, the first one lowest.
enum Words {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The eight bytes from `start` on, which the compiler loads at once.
    @inline(__always)
    static func load(_ bytes: Span<UInt8>, _ start: Int) -> UInt64 {
        let part = bytes.extracting(start..<start &+ 8)
        let low =
            UInt64(part[0]) | UInt64(part[1]) << 8 | UInt64(part[2]) << 16
            | UInt64(part[3]) << 24
        let high =
            UInt64(part[4]) << 32 | UInt64(part[5]) << 40 | UInt64(part[6]) << 48
            | UInt64(part[7]) << 56
        return low | high
    }

    /// The bytes from `start` to `end`, at most eight, with zeros above.
    @inline(__always)
    static func load(_ bytes: Span<UInt8>, _ start: Int, to end: Int) -> UInt64 {
        let length = end - start
        guard start + 8 <= bytes.count else {
            var word: UInt64 = 0
            for at in (start..<end).reversed() { word = word << 8 | UInt64(bytes[at]) }
            return word
        }
        guard length > 0 else { return 0 }
        return load(bytes, start) & (UInt64.max &>> UInt64(64 - 8 * length))
    }

    /// A byte in all eight places.
    @inline(__always)
    static func repeating(_ byte: UInt8) -> UInt64 { ones &* UInt64(byte) }

    /// The top bit of each zero byte, exact up to the first one; bits behind it mean nothing.
    ///
    /// - Source: Mycroft 1987, as in Warren, "Hacker's Delight", section 6-1.
    @inline(__always)
    static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & tops }

    /// The number that eight digits write, the first one highest; `nil` if one is no digit.
    ///
    /// - Source: Lemire 2021, arXiv:2101.11408, section 7.
    @inline(__always)
    static func digits(_ text: UInt64) -> UInt64? {
        var word = text ^ repeating(Byte.zero)
        guard (word | (word &+ repeating(0x76))) & tops == 0 else { return nil }
        word = word &* 10 &+ word >> 8
        let mask: UInt64 = 0x0000_00FF_0000_00FF
        let even = (word & mask) &* (100 + 1_000_000 << 32)
        let odd = (word >> 16 & mask) &* (1 + 10_000 << 32)
        return (even &+ odd) >> 32
    }
}
