import RealModule
import Statistics

/// A learning curve of all forms, each shape weighed by how well it foretells the points, and the fan that follows.
///
/// With `yₛ` the mean log error at s rows, `yₛ = log a + log g(s/n) + ε`, where ε is normal with the variance of
/// `CurveNoise` and that of a misfit, `τ²·(1 + 0.3·log₂(n/s))²`: no form holds exactly, and the less the farther from
/// the rows that there are. The height `a` is integrated over; shapes and five values of τ are summed over with their
/// priors (`CurvePrior`). So a form that the points cannot tell from another keeps its say in what lies beyond them.
///
/// - Source: Bayesian model averaging: Hoeting et al. 1999, DOI 10.1214/ss/1009212519; of learning curves: Domhan et
///   al. 2015, IJCAI 24:3460. The misfit's growth and the priors were tried on curves of the LCDB, arXiv:2201.12150
///   (decision 49).
package struct CurveFit: Sendable {
    package let points: CurvePoints
    let noise: CurveNoise
    private let parts: [Part]
    /// The shape of each form that lies nearest to the points.
    private let nearest: [CurveForm: Part]

    /// A shape with a misfit.
    private struct Part {
        var shape: CurveShape
        /// Of all parts the sum is 1.
        var weight: Double
        /// The posterior of `log a`.
        var logHeight: Double
        var variance: Double
        var misfit: Double
        /// Of the weighted residuals.
        var squares: Double
    }

    private static let misfits = [0.005, 0.01, 0.02, 0.04, 0.08]
    /// By which points are weighed where a form stands alone.
    private static let plainMisfit = 0.01
    private static let misfitGrowth = 0.3
    /// Of the weight, what the parts have that are kept; the lightest ones are many and say next to nothing.
    private static let keptShare = 0.999

    /// - Parameter prior: What shapes weigh before the points.
    /// - Precondition: `points.shortage` is `nil`.
    package init(_ points: CurvePoints, prior: CurvePrior = .current) {
        precondition(points.shortage == nil, "enough points for a curve")
        self.points = points
        let noise = CurveNoise(points)
        self.noise = noise
        var (parts, logWeights) = Self.weigh(Self.places(points, noise), by: prior)
        nearest = parts.reduce(into: [:]) { nearest, part in
            guard part.misfit == Self.plainMisfit else { return }
            let known = nearest[part.shape.form]?.squares ?? .infinity
            if part.squares < known { nearest[part.shape.form] = part }
        }
        let most = logWeights.max() ?? 0
        for place in parts.indices {
            parts[place].weight = Double.exp(logWeights[place] - most)
        }
        parts.sort { $0.weight > $1.weight }
        let total = parts.reduce(0) { $0 + $1.weight }
        var kept = 0.0
        let count = parts.firstIndex { part in
            kept += part.weight
            return kept >= Self.keptShare * total
        }
        parts.removeLast(parts.count - 1 - (count ?? parts.count - 1))
        for place in parts.indices { parts[place].weight /= kept }
        self.parts = parts
    }

    /// An error at some rows.
    private struct Place {
        /// Its logarithm.
        var value: Double
        /// To all rows.
        var ratio: Double
        /// The variance of what trainings differ by.
        var noise: Double

        /// By which a misfit is multiplied.
        var reach: Double {
            let doublings = Double.log2(ratio)
            return doublings > 0 ? doublings : 1 - CurveFit.misfitGrowth * doublings
        }
    }

    private static func places(_ points: CurvePoints, _ noise: CurveNoise) -> [Place] {
        points.sizes.map {
            Place(
                value: $0.logMean, ratio: Double($0.rows) / Double(points.rows),
                noise: noise.ofMean($0))
        }
    }

    /// All shapes with all misfits, and the logarithms of what they weigh.
    private static func weigh(
        _ places: [Place], by prior: CurvePrior
    ) -> (parts: [Part], logWeights: [Double]) {
        let shapes = zip(CurveShape.all, prior.logWeights()).map { shape, logPrior in
            (shape, logPrior, places.map { shape.logShape($0.ratio) })
        }
        var parts: [Part] = []
        var logWeights: [Double] = []
        for misfit in misfits {
            let variances = places.map { place in
                let part = misfit * place.reach
                return place.noise + part * part
            }
            let precision = variances.reduce(0) { $0 + 1 / $1 }
            let logSpread = variances.reduce(0) { $0 + Double.log($1) } + Double.log(precision)
            for (shape, logPrior, logShape) in shapes {
                let residuals = zip(places, logShape).map { $0.value - $1 }
                let height =
                    zip(residuals, variances).reduce(0) { $0 + $1.0 / $1.1 }
                    / precision
                let squares = zip(residuals, variances).reduce(0) {
                    $0 + ($1.0 - height) * ($1.0 - height) / $1.1
                }
                logWeights.append(logPrior - (squares + logSpread) / 2)
                parts.append(
                    Part(
                        shape: shape, weight: 0, logHeight: height, variance: 1 / precision,
                        misfit: misfit, squares: squares))
            }
        }
        return (parts, logWeights)
    }

    /// What a whole curve says of each shape of each form, by the general priors: what later trainings on more rows
    /// came to counts as its points do. Of all shapes the sum is 1.
    ///
    /// - Parameter later: One training each, on more rows than `points` has.
    /// - Precondition: `points.shortage` is `nil`.
    package static func shapeShares(
        _ points: CurvePoints, later: [(rows: Int, error: Double)]
    ) -> [CurveForm: [Double]] {
        precondition(points.shortage == nil, "enough points for a curve")
        let noise = CurveNoise(points)
        let beyond = later.map { training in
            let ratio = Double(training.rows) / Double(points.rows)
            return Place(
                value: Double.log(max(training.error, CurvePoints.leastError)), ratio: ratio,
                noise: noise.ofTraining(ratio: ratio))
        }
        let (_, logWeights) = weigh(places(points, noise) + beyond, by: .general)
        let most = logWeights.max() ?? 0
        var shares = CurveShape.all.map { _ in 0.0 }
        for (place, logWeight) in logWeights.enumerated() {
            shares[place % shares.count] += Double.exp(logWeight - most)
        }
        let total = shares.reduce(0, +)
        return zip(CurveShape.all, shares).reduce(into: [:]) { forms, part in
            forms[part.0.form, default: []].append(part.1 / total)
        }
    }

    /// What the forms weigh after the points were seen.
    package var weights: [CurveForm: Double] {
        parts.reduce(into: [:]) { $0[$1.shape.form, default: 0] += $1.weight }
    }

    /// What the best shape of one form alone says, to compare the average with.
    package func error(ofForm form: CurveForm, atRows rows: Int) -> Double? {
        nearest[form].map { Double.exp($0.logHeight + $0.shape.logShape(ratio(rows))) }
    }

    private func ratio(_ rows: Int) -> Double { Double(rows) / Double(points.rows) }

    /// The error of one training on so many rows, as the forms say: the mixture's median and its central share.
    ///
    /// - Parameters:
    ///   - rows: At least as many as there are.
    ///   - inflation: By which the ends' distances from the median are multiplied.
    package func forecast(
        atRows rows: Int, level: Double = 0.9, inflation: Double = 1
    ) -> Forecast {
        let ratio = ratio(rows)
        let doublings = Double.log2(max(1, ratio))
        let shared = noise.ofTraining(ratio: ratio) + points.rowError * points.rowError
        let normals = parts.map { part in
            let misfit = part.misfit * doublings
            return Normal(
                weight: part.weight, mean: part.logHeight + part.shape.logShape(ratio),
                deviation: (part.variance + misfit * misfit + shared).squareRoot())
        }
        let tail = (1 - level) / 2
        let median = Self.quantile(normals, 0.5)
        let floor = asymptote(tail)
        let lower = median + inflation * (Self.quantile(normals, tail) - median)
        let upper = median + inflation * (Self.quantile(normals, 1 - tail) - median)
        return Forecast(
            rows: rows, error: Double.exp(median),
            lower: max(Double.exp(lower), min(floor, Double.exp(median))),
            upper: Double.exp(upper))
    }

    /// The lower quantile of what the error tends to with ever more rows; 0 where the forms without an asymptote weigh
    /// more than that.
    package func asymptote(_ probability: Double) -> Double {
        var sum = 0.0
        let ascending = parts.map {
            (error: $0.shape.asymptoticShare * Double.exp($0.logHeight), weight: $0.weight)
        }.sorted { $0.error < $1.error }
        for part in ascending {
            sum += part.weight
            if sum >= probability { return part.error }
        }
        return ascending.last?.error ?? 0
    }

    private struct Normal {
        var weight: Double
        var mean: Double
        var deviation: Double
    }

    private static func quantile(_ normals: [Normal], _ probability: Double) -> Double {
        var low = normals.reduce(Double.infinity) { min($0, $1.mean - 9 * $1.deviation) }
        var high = normals.reduce(-Double.infinity) { max($0, $1.mean + 9 * $1.deviation) }
        while high - low > 1e-4 {
            let middle = (low + high) / 2
            let below = normals.reduce(0) {
                $0 + $1.weight
                    * SpecialFunctions.normalCDF((middle - $1.mean) / $1.deviation)
            }
            if below < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

extension CurveShape {
    /// Of the error at all rows, what is left with ever more.
    var asymptoticShare: Double { form == .constant ? 1 : asymptote }
}

/// What the error of a training on more rows is expected to be.
package struct Forecast: Sendable, Hashable {
    package var rows: Int
    package var error: Double
    package var lower: Double
    package var upper: Double
}
