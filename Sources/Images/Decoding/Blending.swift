/// Four channels, or two, as three or one.
enum Blending {
    /// `(value · alpha + 255 · (255 − alpha)) / 255`, rounded; a transparent part becomes white, as on paper. Whether
    /// any pixel is not opaque is said.
    static func overWhite(_ bytes: [UInt8], channels: Int) -> ([UInt8], isChanged: Bool) {
        var values: [UInt8] = []
        values.reserveCapacity(bytes.count / channels * (channels - 1))
        var isChanged = false
        for pixel in stride(from: 0, to: bytes.count, by: channels) {
            let alpha = Int(bytes[pixel + channels - 1])
            isChanged = isChanged || alpha != 255
            for channel in 0..<(channels - 1) {
                let sum = Int(bytes[pixel + channel]) * alpha + 255 * (255 - alpha)
                values.append(UInt8((sum + 127) / 255))
            }
        }
        return (values, isChanged)
    }

    /// `(255 − ink) · (255 − black) / 255` of each ink, rounded, without a colour profile, as Pillow does it.
    static func rgb(cmyk bytes: [UInt8], isInverted: Bool) -> [UInt8] {
        var values: [UInt8] = []
        values.reserveCapacity(bytes.count / 4 * 3)
        let flip: UInt8 = isInverted ? 255 : 0
        for pixel in stride(from: 0, to: bytes.count, by: 4) {
            let light = 255 - Int(bytes[pixel + 3] ^ flip)
            for ink in 0..<3 {
                let product = Int(bytes[pixel + ink] ^ flip) * light + 128
                values.append(UInt8(max(light - ((product >> 8) + product) >> 8, 0)))
            }
        }
        return values
    }
}
