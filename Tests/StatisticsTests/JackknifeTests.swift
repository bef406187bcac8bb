import RealModule
import Statistics
import TensorCore
import Testing

/// Intervals from influence values, against rows and clusters left out one by one.
///
/// For ratios of sums the sources' deletions are exact, so the twin leaves out the rows and computes
/// the metric again. The rest is in FirstOrderTests.swift.
@Suite struct JackknifeTests {
    static let rows = 150
    static let random = CounterRandom(seed: 7, name: "jackknife")

    /// How the rows of a test came about.
    struct Design: Sendable, CustomTestStringConvertible {
        var isClustered: Bool
        var isWeighted: Bool

        static let all = [(false, false), (false, true), (true, false), (true, true)]
            .map { Design(isClustered: $0.0, isWeighted: $0.1) }

        var weights: [Double] {
            (0..<rows).map { isWeighted ? 0.3 + random.uniform(step: 2, index: UInt64($0)) : 1 }
        }
        var clusters: [Int32] {
            (0..<rows).map { row in
                isClustered
                    ? Int32(random.integer(below: 30, step: 1, index: UInt64(row))) : Int32(row)
            }
        }
        var testDescription: String {
            (isWeighted ? "weighted " : "") + (isClustered ? "clusters" : "rows")
        }
    }

    /// Rounded scores, so that ties play their part.
    static func probabilities(classes: Int) -> [Double] {
        (0..<rows).flatMap { row in
            let raw = (0..<classes).map { c in
                1 + (8 * random.uniform(step: UInt32(3 + c), index: UInt64(row))).rounded()
            }
            return raw.map { $0 / raw.reduce(0, +) }
        }
    }

    /// The true classes, drawn from the probabilities.
    static func labels(_ probabilities: [Double], classes: Int) -> [Int32] {
        (0..<rows).map { row in
            var left = random.uniform(step: 20, index: UInt64(row))
            for c in 0..<classes {
                left -= probabilities[row * classes + c]
                if left < 0 { return Int32(c) }
            }
            return Int32(classes - 1)
        }
    }

    /// The sum over the rows of each cluster.
    static func sums(_ values: [Double], _ design: Design) -> [Int32: Double] {
        var sums: [Int32: Double] = [:]
        for (value, cluster) in zip(values, design.clusters) { sums[cluster, default: 0] += value }
        return sums
    }

    static func logit(_ p: Double) -> Double { Double.log(p / (1 - p)) }

    /// Student's interval around a number from the moves by each deletion.
    static func interval(_ center: Double, moves: [Double]) -> (Double, Double) {
        let count = Double(moves.count)
        let variance = (count - 1) / count * moves.reduce(0) { $0 + $1 * $1 }
        let t = SpecialFunctions.studentQuantile(0.975, degrees: SlowTwin.degrees(moves))
        return (center - t * variance.squareRoot(), center + t * variance.squareRoot())
    }

    static func expect(
        _ found: Estimate, _ wanted: (Double, Double), _ tolerance: Double, _ metric: String,
        _ design: Design
    ) {
        #expect(agree(found.lower, wanted.0, tolerance), "\(metric), lower")
        #expect(agree(found.upper, wanted.1, tolerance), "\(metric), upper")
        let clusters = Set(design.clusters).count
        #expect(found.varied == (design.isClustered ? "clusters" : "rows"), "\(metric)")
        #expect(found.clusters == (design.isClustered ? clusters : nil), "\(metric)")
        #expect(found.count == rows, "\(metric)")
    }

    /// `value` is asked for the metric with only the kept rows.
    static func leaveOut(
        _ design: Design, scale: (Double) -> Double, of value: ([Int]) throws -> Double
    ) rethrows -> (Double, Double) {
        let center = scale(try value(Array(0..<rows)))
        let clusters = design.clusters
        let moves = try Set(clusters).map { left in
            center - scale(try value((0..<rows).filter { clusters[$0] != left }))
        }
        return interval(center, moves: moves)
    }

    @Test(arguments: [2, 4] as [Int], Design.all)
    func lossesAreExact(classes: Int, design: Design) throws {
        let probabilities = Self.probabilities(classes: classes)
        let labels = Self.labels(probabilities, classes: classes)
        func sample(_ kept: [Int], clusters: [Int32]?) throws -> ClassificationSample {
            try ClassificationSample(
                labels: kept.map { labels[$0] },
                probabilities: kept.flatMap { probabilities[$0 * classes..<($0 + 1) * classes] },
                classes: classes, weights: kept.map { design.weights[$0] }, clusters: clusters)
        }
        var metrics: [String: Metric<ClassificationSample>] = [
            "logLoss": { $0.logLoss() }, "brierScore": { $0.brierScore() },
        ]
        if classes == 2 { metrics["meanScore"] = { $0.meanScore() } }
        let whole = try sample(
            Array(0..<Self.rows), clusters: design.isClustered ? design.clusters : nil)
        for (metric, compute) in metrics {
            let isLogit = metric == "meanScore"
            let (lower, upper) = try Self.leaveOut(
                design, scale: isLogit ? Self.logit : { Double.log($0) }
            ) { try compute(sample($0, clusters: nil)).value ?? .nan }
            let wanted =
                isLogit
                ? (logistic(lower), logistic(upper)) : (Double.exp(lower), Double.exp(upper))
            Self.expect(compute(whole), wanted, 1e-10, metric, design)
        }
    }

    @Test(arguments: Design.all)
    func regressionIsExact(_ design: Design) throws {
        let predictions = (0..<Self.rows).map { Self.random.uniform(step: 30, index: UInt64($0)) }
        let targets = predictions.indices.map {
            predictions[$0] + 0.4 * Self.random.uniform(step: 31, index: UInt64($0)) - 0.1
        }
        let weights = design.weights
        let mean =
            zip(weights, targets).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
        // R²'s center is held while rows are left out.
        func ratio(_ kept: [Int]) -> Double {
            let errors = kept.map {
                weights[$0] * (targets[$0] - predictions[$0]) * (targets[$0] - predictions[$0])
            }
            let spread = kept.map { weights[$0] * (targets[$0] - mean) * (targets[$0] - mean) }
            return errors.reduce(0, +) / spread.reduce(0, +)
        }
        func measured(_ kept: [Int], _ metric: String) throws -> Double {
            let sample = try RegressionSample(
                targets: kept.map { targets[$0] }, predictions: kept.map { predictions[$0] },
                weights: kept.map { weights[$0] })
            let compute = try #require(regressionMetrics[metric])
            return compute(sample).value ?? .nan
        }
        let whole = try RegressionSample(
            targets: targets, predictions: predictions,
            weights: design.isWeighted ? weights : nil,
            clusters: design.isClustered ? design.clusters : nil)
        for (metric, compute) in regressionMetrics {
            let (lower, upper) = try Self.leaveOut(design, scale: Self.logarithm) { kept in
                switch metric {
                case "rSquared": return ratio(kept)
                // The root of a mean: the mean has the exact deletions.
                case "rootMeanSquaredError":
                    let root = try measured(kept, metric)
                    return root * root
                default: return try measured(kept, metric)
                }
            }
            let ends = (Double.exp(lower), Double.exp(upper))
            let wanted =
                switch metric {
                case "rSquared": (1 - ends.1, 1 - ends.0)
                case "rootMeanSquaredError": (ends.0.squareRoot(), ends.1.squareRoot())
                default: ends
                }
            Self.expect(compute(whole), wanted, 1e-10, metric, design)
        }
    }

    private static func logarithm(_ x: Double) -> Double { Double.log(x) }
}
