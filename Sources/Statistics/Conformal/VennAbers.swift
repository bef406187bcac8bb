/// Inductive Venn–Abers prediction: isotonic calibration made twice, with the new row as a negative and
/// as a positive. Of the two probabilities one is calibrated, whatever the model is.
///
/// - Source: Vovk et al. 2015, arXiv:1511.00213.
package struct VennAbers: Sendable, Hashable {
    private let places: [Double]
    private let masses: [Mass]
    /// Pooled blocks of the places before each one, and of those from each one on.
    private let before: Blocks
    private let after: Blocks

    /// Stacks of blocks that share their lower parts: those of every prefix in O(places).
    private struct Blocks: Sendable, Hashable {
        private(set) var masses: [Mass] = []
        /// The block below, or −1.
        private(set) var below: [Int] = []
        /// The top of the stack of so many places; −1 of none.
        private(set) var tops = [-1]

        /// - Parameter violates: Whether the block below must be pooled with the one on it.
        init(_ places: [Mass], violates: (Double, Double) -> Bool) {
            for mass in places {
                var block = mass
                var under = tops[tops.count - 1]
                while under >= 0, violates(masses[under].mean, block.mean) {
                    block = masses[under] + block
                    under = below[under]
                }
                masses.append(block)
                below.append(under)
                tops.append(masses.count - 1)
            }
        }
    }

    /// - Parameters:
    ///   - scores: Of the calibration rows, in any order; one at least.
    ///   - isPositive: Their outcomes.
    ///   - weights: Positive; the new row weighs 1.
    /// - Complexity: O(rows · log rows).
    package init(scores: [Double], isPositive: [Bool], weights: [Double]) {
        (places, masses) = Mass.pooled(
            places: scores, outcomes: isPositive.map { $0 ? 1 : 0 }, weights: weights)
        before = Blocks(masses) { $0 >= $1 }
        after = Blocks(masses.reversed()) { $0 <= $1 }
    }

    /// The probabilities of a positive with the new row as a negative and as a positive.
    ///
    /// - Complexity: O(log rows) and the blocks that are pooled.
    package func bounds(_ score: Double) -> Bounds {
        let place = places.firstPlace { $0 >= score }
        let isKnown = place < places.count && places[place] == score
        func pooled(_ outcome: Double) -> Double {
            var block = Mass(sum: outcome, weight: 1)
            if isKnown { block = block + masses[place] }
            var left = before.tops[place]
            var right = after.tops[places.count - place - (isKnown ? 1 : 0)]
            while true {
                if left >= 0, before.masses[left].mean >= block.mean {
                    block = before.masses[left] + block
                    left = before.below[left]
                } else if right >= 0, after.masses[right].mean <= block.mean {
                    block = block + after.masses[right]
                    right = after.below[right]
                } else {
                    return block.mean
                }
            }
        }
        return Bounds(lower: pooled(0), upper: pooled(1))
    }

    /// One probability from the two, of the smallest log loss at worst: `p₁ / (1 − p₀ + p₁)`.
    package static func merged(_ bounds: Bounds) -> Double {
        bounds.upper / (1 - bounds.lower + bounds.upper)
    }
}
