import RealModule
import TensorCore

/// In which shares two rows of a batch are mixed: λ and 1 − λ, with λ drawn from Beta(α, α) for each row.
///
/// Differs from the paper in this: the paper's code draws one λ a batch.
///
/// - Source: Zhang et al. 2018, arXiv:1710.09412.
package struct PairMixing: Sendable {
    /// In (0, 1].
    package let alpha: Float
    private let random: CounterRandom

    /// - Precondition: `alpha` is in (0, 1].
    package init(alpha: Float, seed: UInt64) {
        precondition(alpha > 0 && alpha <= 1, "α is in (0, 1]")
        self.alpha = alpha
        random = CounterRandom(seed: seed, name: "mixup")
    }

    /// λ of a row at a step, in [0, 1].
    ///
    /// `U^(1/α) / (U^(1/α) + V^(1/α))` for uniform U and V, given that the sum is at most 1; for α ≤ 1 at least
    /// half of the draws are kept.
    ///
    /// - Source: Jöhnk 1964, DOI 10.1007/BF02613706.
    package func share(step: Int, row: Int) -> Float {
        let step = UInt32(truncatingIfNeeded: step)
        let power = 1 / Double(alpha)
        // So many draws in vain have a chance of 2⁻⁶⁴ at the most.
        for draw in 0..<UInt64(64) {
            let index = 2 * (64 * UInt64(row) + draw)
            let u = random.uniform(step: step, index: index)
            let v = random.uniform(step: step, index: index + 1)
            let (a, b) = (Double.pow(u, power), Double.pow(v, power))
            if a + b <= 1, a + b > 0 { return Float(a / (a + b)) }
        }
        return 0.5
    }
}

/// Rows of a batch, each followed by the one that it is mixed with: the next of the batch, and of the last
/// the first. As batches are shuffled, that is a random one.
package struct BatchPairs: Collection, Sendable {
    package let firsts: ArraySlice<Int>
    private let batch: ArraySlice<Int>

    /// - Parameter firsts: Some rows of the batch, under its indices.
    package init(_ firsts: ArraySlice<Int>, of batch: ArraySlice<Int>) {
        self.firsts = firsts
        self.batch = batch
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { 2 * firsts.count }

    package func index(after position: Int) -> Int { position + 1 }

    package subscript(position: Int) -> Int {
        let place = firsts.startIndex + position / 2
        if position.isMultiple(of: 2) { return batch[place] }
        return place + 1 < batch.endIndex ? batch[place + 1] : batch[batch.startIndex]
    }
}
