import RealModule

/// How much more certain a model is of planted rows than of rows that were made alike and not planted.
///
/// The exposure of a planted row is `log₂ R − log₂ rank`, where its rank is one more than the number
/// of the R references whose loss is lower. One that was not learned by heart has `log₂ e ≈ 1.44` bits
/// on average, one that was has up to `log₂ R`.
///
/// - Source: Carlini et al. 2019, arXiv:1802.08232, section 4.3.
package struct Exposure: Sendable, Hashable {
    /// Bits of each planted row.
    package let bits: [Double]
    /// The mean of `bits`.
    package let mean: Estimate

    /// - Parameters:
    ///   - planted: Losses of the planted rows; two or more.
    ///   - references: Losses of the others; two or more.
    /// - Throws: Where there are fewer than two of either; of fewer than 30 the mean has no interval.
    /// - Complexity: O(planted · references).
    package init(planted: [Double], references: [Double]) throws(StatisticsError) {
        guard planted.count > 1, references.count > 1 else {
            throw StatisticsError("exposure needs two planted rows and two references. Plant more")
        }
        let count = references.count
        func bits(of: Int, below: Int) -> Double {
            Double.log2(Double(of)) - Double.log2(Double(below + 1))
        }
        let ranks = planted.map { loss in references.count { $0 < loss } }
        let found = ranks.map { bits(of: count, below: $0) }
        let mean = found.reduce(0, +) / Double(found.count)
        // Without one reference: those planted rows that lie above it rise by a place.
        let moves = zip(planted, ranks).map { loss, below in
            (
                loss, bits(of: count - 1, below: below),
                below > 0 ? bits(of: count - 1, below: below - 1) : 0
            )
        }
        let left = references.map { reference in
            moves.reduce(0.0) { $0 + (reference < $1.0 ? $1.2 : $1.1) } / Double(planted.count)
        }
        self.bits = found
        var estimate = Estimate(
            value: mean, method: "Jackknife of two samples, Student",
            varied: "planted rows and references", count: found.count)
        let rest = Double(found.count - 1)
        let parts = [
            Deletions(moves: found.map { ($0 - mean) / rest }, count: found.count),
            Deletions(moves: Self.centered(left), count: count),
        ]
        let components = VarianceComponents(parts: parts.map { ($0.variance, $0.degrees) })
        let fewest = min(found.count, count)
        if Double(fewest) < Self.least {
            estimate.note = SamplePart.tooFew(
                found.count == fewest ? "planted rows" : "references", "\(fewest)",
                least: Self.least)
        } else if components.total > 1e-24 * mean * mean {
            let reach = components.reach(tail: 0.025)
            estimate.lower = mean - reach
            estimate.upper = mean + reach
        } else {
            estimate.note = SamplingDesign.noSpread
        }
        self.mean = estimate
    }

    /// Planted rows, and references, that the mean's spread needs: ranks among few references move by much.
    private static let least = 30.0

    private static func centered(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.map { $0 - mean }
    }
}
