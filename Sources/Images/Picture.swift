/// Pixels of 8 bits, row by row from the top.
///
/// Values are those of the file, without a colour profile or gamma applied: what networks are trained on as a rule.
package struct Picture: Sendable, Hashable {
    package let width: Int
    package let height: Int
    /// 1 for grey, 3 for red, green and blue.
    package let channels: Int
    /// `height · width · channels` values: rows, in them pixels, in them channels.
    package let bytes: [UInt8]

    /// - Precondition: the number of bytes is that of the sizes, each at least 1, and channels are 1 or 3.
    package init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
        precondition(width > 0 && height > 0 && (channels == 1 || channels == 3))
        precondition(bytes.count == width * height * channels)
        self.width = width
        self.height = height
        self.channels = channels
        self.bytes = bytes
    }
}

extension Picture {
    /// Its lightness: `(19595·R + 38470·G + 7471·B + 2¹⁵) / 2¹⁶`, the weights of ITU-R BT.601, rounded.
    package var grey: Picture {
        guard channels == 3 else { return self }
        var values: [UInt8] = []
        values.reserveCapacity(width * height)
        for pixel in stride(from: 0, to: bytes.count, by: 3) {
            let red = 19_595 * Int(bytes[pixel])
            let green = 38_470 * Int(bytes[pixel + 1])
            values.append(UInt8((red + green + 7471 * Int(bytes[pixel + 2]) + 0x8000) >> 16))
        }
        return Picture(width: width, height: height, channels: 1, bytes: values)
    }

    /// Three channels; a grey picture has its values in each.
    package var rgb: Picture {
        guard channels == 1 else { return self }
        return Picture(
            width: width, height: height, channels: 3, bytes: bytes.flatMap { [$0, $0, $0] })
    }

    /// - Precondition: channels are 1 or 3.
    package func with(channels wanted: Int) -> Picture { wanted == 1 ? grey : rgb }

    /// Whether all pixels have equal red, green and blue.
    package var isGrey: Bool {
        if channels == 1 { return true }
        for pixel in stride(from: 0, to: bytes.count, by: 3) {
            let red = bytes[pixel]
            if bytes[pixel + 1] != red || bytes[pixel + 2] != red { return false }
        }
        return true
    }
}
