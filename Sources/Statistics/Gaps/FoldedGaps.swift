import RealModule

/// A sum of absolute values of noisy gaps, `D = Σ_b |g_b + noise_b|`, and an interval of `θ = Σ_b |g_b|`.
///
/// With normal noise of standard deviation σ each term is a folded normal number of known mean and
/// variance, so D's are known for any gaps. The interval holds the θ under which the D seen is not
/// extreme. As many gaps have the same sum, each end is taken from the gaps that push it outward:
///
/// - below, gaps in proportion to those seen: uneven ones, some near 0, where noise adds most;
/// - above, gaps in proportion to the bins' weights: even ones, where noise adds least.
///
/// - Source: the moments, Leone et al. 1961, DOI 10.1080/00401706.1961.10489974.
struct FoldedGaps {
    struct Gap {
        /// `|g_b + noise_b|` as seen.
        var size: Double
        /// The bin's share of the weight.
        var share: Double
        /// σ_b².
        var variance: Double
    }

    let gaps: [Gap]
    let sum: Double
    /// The joint variance of the gaps over the sum of theirs: above 1 where clusters reach over bins.
    let inflation: Double

    init(_ gaps: [Gap], jointVariance: Double) {
        self.gaps = gaps
        sum = gaps.reduce(0) { $0 + $1.size }
        let alone = gaps.reduce(0) { $0 + $1.variance }
        inflation = alone > 0 ? max(1, jointVariance / alone) : 1
    }

    /// How much noise adds to the sum if the gaps are those seen.
    var noise: Double { moments { $0.size }.mean - sum }

    /// D's mean and standard deviation for given gaps.
    private func moments(_ gap: (Gap) -> Double) -> (mean: Double, deviation: Double) {
        var mean = 0.0
        var variance = 0.0
        for bin in gaps {
            let size = gap(bin)
            let expected = Self.foldedMean(size, bin.variance.squareRoot())
            mean += expected
            variance += size * size + bin.variance - expected * expected
        }
        return (mean, (max(0, variance) * inflation).squareRoot())
    }

    /// `E|N(gap, σ²)|`.
    private static func foldedMean(_ gap: Double, _ deviation: Double) -> Double {
        guard deviation > 0 else { return gap }
        let ratio = gap / deviation
        return deviation * (2 / Double.pi).squareRoot() * Double.exp(-ratio * ratio / 2)
            + gap * (1 - 2 * SpecialFunctions.normalCDF(-ratio))
    }

    /// 95 %; it reaches up to the sum seen, at least.
    func interval() -> (lower: Double, upper: Double) {
        let z = SpecialFunctions.normalQuantile(0.975)
        let scale = Self.smallest(upTo: 1) { scale in
            let (mean, deviation) = moments { scale * $0.size }
            return mean + z * deviation >= sum
        }
        let widest = sum + z * (gaps.reduce(0) { $0 + $1.variance } * inflation).squareRoot()
        let upper = Self.smallest(upTo: widest) { total in
            let (mean, deviation) = moments { total * $0.share }
            return mean - z * deviation > sum
        }
        return (scale * sum, min(1, max(sum, upper)))
    }

    /// The smallest number from 0 on at which a condition starts to hold, by halving; `end` if none.
    private static func smallest(upTo end: Double, where holds: (Double) -> Bool) -> Double {
        if holds(0) { return 0 }
        var (low, high) = (0.0, end)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
