/// What is kept of a picture to find its copies: a hash of its pixels, and a small grey version.
package struct PictureSketch: Sendable, Hashable {
    package let width: Int
    package let height: Int
    /// Equal for pictures of equal pixels; a grey picture stored as RGB counts as grey.
    package let pixelHash: PixelHash
    /// Grey, at most `mostSide` wide and high.
    let small: Picture

    static let mostSide = 32

    package init(_ picture: Picture) {
        width = picture.width
        height = picture.height
        let plain = picture.isGrey ? picture.grey : picture
        pixelHash = PixelHash(plain)
        small =
            plain.resized(
                width: min(plain.width, Self.mostSide), height: min(plain.height, Self.mostSide)
            ).grey
    }

    /// 128 bits: among a million pictures two others agree with a probability of about 1e-27.
    package struct PixelHash: Sendable, Hashable {
        let high: UInt64
        let low: UInt64

        init(_ picture: Picture) {
            var high: UInt64 = 0x9E37_79B9_7F4A_7C15
            var low: UInt64 = 0xC2B2_AE3D_27D4_EB4F
            func add(_ word: UInt64) {
                high = (high ^ word) &* 0xFF51_AFD7_ED55_8CCD
                high ^= high >> 29
                low = (low &+ word) &* 0x9FB2_1C65_1E98_DF25
                low ^= low >> 32
            }
            add(UInt64(picture.width) << 32 | UInt64(picture.height) << 2 | UInt64(picture.channels))
            var word: UInt64 = 0
            for (place, byte) in picture.bytes.enumerated() {
                word = word << 8 | UInt64(byte)
                if place % 8 == 7 { add(word) }
            }
            add(word)
            self.high = high
            self.low = low
        }
    }
}
