/// A number of IEEE 754 binary16, held as the float that it is.
///
/// Swift's own `Float16` is not there on every machine that Vouch builds on.
package struct Half: Hashable, Sendable, Comparable {
    /// Exactly a number of binary16.
    package let float: Float

    /// The nearest number of binary16, ties to even; beyond 65,504 an infinity.
    package init(_ value: Float) { float = Half(bits: Half.bits(of: value)).float }

    package init(bits: UInt16) {
        let sign: UInt32 = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0:
            let magnitude = Float(fraction) * 0x1p-24
            float = sign == 0 ? magnitude : -magnitude
        case 0x1F: float = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: float = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }

    package var bits: UInt16 { Half.bits(of: float) }

    private static func bits(of value: Float) -> UInt16 {
        let pattern = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: pattern >> 16) & 0x8000
        guard !value.isNaN else { return sign | 0x7E00 }
        let magnitude = value.magnitude
        guard magnitude < 65_520 else { return sign | 0x7C00 }
        // Below the smallest normal number the grid is even.
        guard magnitude >= 0x1p-14 else {
            return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
        }
        let rounded = (pattern & 0x7FFF_FFFF) + 0xFFF + ((pattern >> 13) & 1)
        return sign | UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
    }

    package static func < (left: Half, right: Half) -> Bool { left.float < right.float }
}

/// A bfloat16, the upper half of a float, held as the float that it is.
package struct BrainFloat: Hashable, Sendable, Comparable {
    package let float: Float

    /// The nearest bfloat16, ties to even.
    package init(_ value: Float) {
        guard !value.isNaN else {
            float = .nan
            return
        }
        let pattern = value.bitPattern
        float = Float(bitPattern: (pattern &+ 0x7FFF &+ ((pattern >> 16) & 1)) & 0xFFFF_0000)
    }

    package init(bits: UInt16) { float = Float(bitPattern: UInt32(bits) << 16) }
    package var bits: UInt16 { UInt16(truncatingIfNeeded: float.bitPattern >> 16) }

    package static func < (left: BrainFloat, right: BrainFloat) -> Bool { left.float < right.float }
}
