/// Random numbers that are a pure function of `(seed, stream, step, index)`.
///
/// There is no state to advance, so a value does not depend on the order in which threads ask for
/// it. The function is Philox4x32 with ten rounds.
///
/// - Complexity: O(1) a value, about forty integer operations for four words.
/// - Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3",
///   DOI 10.1145/2063384.2063405.
package struct CounterRandom: Sendable, Hashable {
    @usableFromInline package let seed: UInt64
    /// What the numbers are for; two streams of one seed are independent.
    @usableFromInline package let stream: UInt32

    package init(seed: UInt64, stream: UInt32) {
        self.seed = seed
        self.stream = stream
    }

    /// A stream whose number is derived from a name, so that callers need no central table.
    ///
    /// The name is hashed with FNV-1a (32 bits), which is stable across processes.
    package init(seed: UInt64, name: String) {
        var hash: UInt32 = 2_166_136_261
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        self.init(seed: seed, stream: hash)
    }

    /// The four words of Philox4x32-10 at counter `(index, step, stream)` under key `seed`.
    @inlinable
    package func words(step: UInt32, index: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
        var c0 = UInt32(truncatingIfNeeded: index)
        var c1 = UInt32(truncatingIfNeeded: index >> 32)
        var c2 = step
        var c3 = stream
        var k0 = UInt32(truncatingIfNeeded: seed)
        var k1 = UInt32(truncatingIfNeeded: seed >> 32)
        for _ in 0..<10 {
            let p0 = UInt64(0xD251_1F53) &* UInt64(c0)
            let p1 = UInt64(0xCD9E_8D57) &* UInt64(c2)
            let n0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
            let n1 = UInt32(truncatingIfNeeded: p1)
            let n2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
            let n3 = UInt32(truncatingIfNeeded: p0)
            (c0, c1, c2, c3) = (n0, n1, n2, n3)
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return (c0, c1, c2, c3)
    }

    /// 64 random bits.
    @inlinable
    package func bits(step: UInt32 = 0, index: UInt64) -> UInt64 {
        let w = words(step: step, index: index)
        return UInt64(w.0) << 32 | UInt64(w.1)
    }

    /// Uniform on [0, 1): a multiple of 2⁻⁵³.
    @inlinable
    package func uniform(step: UInt32 = 0, index: UInt64) -> Double {
        Double(bits(step: step, index: index) >> 11) * 0x1p-53
    }

    /// Uniform on `0..<bound` without modulo bias above 2⁻⁶⁴·bound (multiply and keep the high word).
    ///
    /// - Precondition: `bound > 0`.
    @inlinable
    package func integer(below bound: Int, step: UInt32 = 0, index: UInt64) -> Int {
        precondition(bound > 0, "a random integer needs a positive bound")
        return Int(bits(step: step, index: index).multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A permutation of `0..<count` (Fisher–Yates), the same for the same `step`.
    ///
    /// - Complexity: O(count).
    @inlinable
    package func permutation(of count: Int, step: UInt32 = 0) -> [Int] {
        var order = Array(0..<count)
        guard count > 1 else { return order }
        for i in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(i, integer(below: i + 1, step: step, index: UInt64(i)))
        }
        return order
    }
}
