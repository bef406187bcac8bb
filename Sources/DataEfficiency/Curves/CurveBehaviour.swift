import RealModule
import Statistics

/// Whether the error falls with more rows, as every form says, or rises beyond what trainings differ by.
///
/// A rise from one size to a larger one is claimed where Student's t of the noise's degrees says so at 1 %, shared among all
/// pairs (Bonferroni). Curves may well rise: Viering & Loog 2023, DOI 10.1109/TPAMI.2022.3220744, list when.
package enum CurveBehaviour: Sendable, Hashable {
    /// Nowhere does it rise beyond noise.
    case falls
    /// It rises among the smallest sizes, and from so many rows on it falls.
    case fallsFrom(rows: Int)
    /// It rises from so many rows to so many, and too few sizes are left beyond.
    case rises(from: Int, to: Int)

    private static let claimed = 0.01

    /// - Returns: also the points that a curve may be fitted to: those from the peak on.
    package static func of(
        _ points: CurvePoints
    ) -> (behaviour: CurveBehaviour, points: CurvePoints) {
        var kept = points
        while let rise = lastRise(kept) {
            // Beyond the highest size it may fall.
            let peak = kept.sizes.filter { $0.rows > rise.from }.max { $0.logMean < $1.logMean }
            let beyond = kept.from(rows: peak?.rows ?? rise.to)
            guard beyond.shortage == nil else {
                return (.rises(from: rise.from, to: rise.to), points)
            }
            kept = beyond
        }
        return kept == points ? (.falls, points) : (.fallsFrom(rows: kept.sizes[0].rows), kept)
    }

    private static func lastRise(_ points: CurvePoints) -> (from: Int, to: Int)? {
        let noise = CurveNoise(points)
        let sizes = points.sizes
        let pairs = Double(sizes.count * (sizes.count - 1) / 2)
        let critical = SpecialFunctions.studentQuantile(
            1 - claimed / max(1, pairs), degrees: noise.degrees)
        for to in sizes.indices.reversed() {
            for from in 0..<to {
                let rise = sizes[to].logMean - sizes[from].logMean
                let deviation = (noise.ofMean(sizes[to]) + noise.ofMean(sizes[from])).squareRoot()
                if rise > critical * deviation { return (sizes[from].rows, sizes[to].rows) }
            }
        }
        return nil
    }
}
