/// A number that was measured again and again, such as how long a call takes, as values of blocks of repeats.
///
/// What a machine does beside lasts longer than a repeat, so that repeats are not independent; a block's value, the median
/// of its repeats, is nearly so. The estimate is the mean of the blocks, in the order of time, and its variance
///
/// `s²/B · (1 + r)/(1 − r)`, with `B(1 + r)⁻¹(1 − r) − 1` degrees of freedom,
///
/// `r` the blocks' own correlation at lag one, `1/B` added for its bias, 0 where it is negative: what lasts longer than a
/// block, and a drift, widen the interval. With 20 blocks of 10 repeats whose errors are an AR(1) process of .5, .8 and
/// .9 it covers in 95, 94 and 94 %; with a drift of as much as the noise in 99 % (`RepeatBlocksTests`).
///
/// - Source: Schmeiser 1982, DOI 10.1287/opre.30.3.556, for the number of blocks; Bayley & Hammersley 1946,
///   DOI 10.2307/2983560, for the effective number, of which the form for an AR(1) process is taken.
package struct RepeatBlocks: Sendable, Hashable {
    /// One a block, in the order of time.
    package let values: [Double]

    /// - Precondition: three blocks or more.
    package init(_ values: [Double]) {
        precondition(values.count >= 3, "two blocks tell nothing of their correlation")
        self.values = values
    }

    /// Each block's value in another unit.
    package func mapped(_ change: (Double) -> Double) -> RepeatBlocks {
        RepeatBlocks(values.map(change))
    }

    /// Block by block, of two that were measured by turns.
    package func minus(_ other: RepeatBlocks) -> RepeatBlocks {
        RepeatBlocks(zip(values, other.values).map { $0 - $1 })
    }

    package var mean: Double { values.reduce(0, +) / Double(values.count) }

    /// Blocks alike are as many as their correlation leaves of them: `B(1 − r)/(1 + r)`.
    package var effectiveCount: Double {
        Double(values.count) * (1 - correlation) / (1 + correlation)
    }

    /// At lag one; from 0 to .9.
    private var correlation: Double {
        let center = mean
        let moves = values.map { $0 - center }
        let squares = moves.reduce(0) { $0 + $1 * $1 }
        guard squares > 0 else { return 0 }
        let products = zip(moves, moves.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        return min(max(0, products / squares + 1 / Double(values.count)), 0.9)
    }

    private var components: VarianceComponents {
        let center = mean
        let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
        let variance = squares / Double(values.count - 1)
        return VarianceComponents(parts: [
            (variance / effectiveCount, max(2, effectiveCount - 1))
        ])
    }

    private static let method = "Student over blocks of repeats, their correlation allowed for"

    /// The mean with its 95 % interval; none where all blocks are equal, as a clock's ticks may make them.
    package var estimate: Estimate { difference.estimate }

    /// The same where the values are differences of two things that were measured by turns.
    package var difference: Difference { Difference(self, components, method: Self.method) }
}

extension Difference {
    fileprivate init(_ blocks: RepeatBlocks, _ components: VarianceComponents, method: String) {
        self.init(
            Estimate(
                value: blocks.mean, method: method, varied: "repeats", count: blocks.values.count))
        let error = components.total.squareRoot()
        guard error > 0 else {
            estimate.note = "every block of repeats took the same: no spread to judge by"
            return
        }
        let reach = components.reach(tail: 0.025)
        estimate.lower = blocks.mean - reach
        estimate.upper = blocks.mean + reach
        estimate.form = .student(scale: .plain, degrees: components.degrees)
        standardError = error
        degrees = components.degrees
        pValue = components.pValue(of: blocks.mean)
    }
}
