import RealModule
import Statistics
import TensorCore
import Testing

/// Intervals from influence values, against rows and clusters left out one by one.
///
/// For ratios of sums the sources' deletions are exact, so the twin leaves out the rows and computes
/// the metric again. For the rest (areas, average precision) the sources take a first step, and the
/// twin takes the derivative numerically: `ψᵢ = wᵢ ∂θ/∂wᵢ` by central differences.
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
                isClustered ? Int32(random.integer(below: 30, step: 1, index: UInt64(row))) : Int32(row)
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
    private static func sums(_ values: [Double], _ design: Design) -> [Int32: Double] {
        var sums: [Int32: Double] = [:]
        for (value, cluster) in zip(values, design.clusters) { sums[cluster, default: 0] += value }
        return sums
    }

    private static func logit(_ p: Double) -> Double { Double.log(p / (1 - p)) }

    /// Student's interval around a number from the moves by each deletion.
    private static func interval(_ center: Double, moves: [Double]) -> (Double, Double) {
        let count = Double(moves.count)
        let variance = (count - 1) / count * moves.reduce(0) { $0 + $1 * $1 }
        let t = SpecialFunctions.studentQuantile(0.975, degrees: SlowTwin.degrees(moves))
        return (center - t * variance.squareRoot(), center + t * variance.squareRoot())
    }

    private static func expect(
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

    // MARK: - Ratios

    /// `value` is asked for the metric with only the kept rows.
    private static func leaveOut(
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
            let errors = kept.map { weights[$0] * (targets[$0] - predictions[$0]) * (targets[$0] - predictions[$0]) }
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
            let (lower, upper) = try Self.leaveOut(design, scale: { Double.log($0) }) { kept in
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

    // MARK: - Everything else

    /// `ψᵢ` by central differences of relative step 1e-4: right to some 1e-8.
    private static func influence(
        _ design: Design, of value: ([Double]) throws -> Double
    ) rethrows -> [Double] {
        try design.weights.indices.map { row in
            var shifted = design.weights
            let step = 1e-4 * shifted[row]
            shifted[row] += step
            let above = try value(shifted)
            shifted[row] -= 2 * step
            return design.weights[row] * (above - (try value(shifted))) / (2 * step)
        }
    }

    /// Areas that are not DeLong's own, and average precision, on the logit scale.
    @Test(arguments: ["averagePrecision", "macroAUC"], Design.all)
    func rankingsFirstOrder(metric: String, design: Design) throws {
        let classes = metric == "macroAUC" ? 4 : 2
        let probabilities = Self.probabilities(classes: classes)
        let labels = Self.labels(probabilities, classes: classes)
        func measured(_ weights: [Double], clusters: [Int32]?) throws -> Estimate {
            let sample = try ClassificationSample(
                labels: labels, probabilities: probabilities, classes: classes, weights: weights,
                clusters: clusters)
            return classes == 4 ? sample.macroAUC() : sample.averagePrecision()
        }
        let found = try measured(
            design.weights, clusters: design.isClustered ? design.clusters : nil)
        let value = try #require(found.value)
        let sums = Self.sums(
            try Self.influence(design) { try measured($0, clusters: nil).value ?? .nan }, design)
        // Of average precision the positives are the denominator.
        let mass = zip(design.weights, labels).map { classes == 4 || $1 == 1 ? $0 : 0 }
        let masses = Self.sums(mass, design)
        let total = mass.reduce(0, +)
        let counted = Double(masses.values.count { $0 > 0 })
        let moves = sums.map { cluster, sum in
            Self.logit(value) - Self.logit(value - sum / (1 - (masses[cluster] ?? 0) / total))
        }
        let second = moves.reduce(0) { $0 + $1 * $1 }
        let fourth = moves.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        let degrees = min(
            counted - 1,
            2 * counted / (counted * fourth / (second * second) - (counted - 3) / (counted - 1)))
        let reach =
            SpecialFunctions.studentQuantile(0.975, degrees: degrees)
            * ((counted - 1) / counted * second).squareRoot()
        let wanted = (
            logistic(Self.logit(value) - reach), logistic(Self.logit(value) + reach)
        )
        Self.expect(found, wanted, 1e-6, metric, design)
    }

    /// The weighted and clustered variance of the area under the ROC curve is `C/(C−1) Σ_c (Σψ)²`.
    @Test(arguments: Design.all.dropFirst())
    func clusteredArea(_ design: Design) throws {
        let probabilities = Self.probabilities(classes: 2)
        let labels = Self.labels(probabilities, classes: 2)
        func area(_ weights: [Double], clusters: [Int32]?) throws -> Estimate {
            try ClassificationSample(
                labels: labels, probabilities: probabilities, classes: 2, weights: weights,
                clusters: clusters
            ).rocAUC()
        }
        let found = try area(design.weights, clusters: design.isClustered ? design.clusters : nil)
        let value = try #require(found.value)
        let sums = Self.sums(
            try Self.influence(design) { try area($0, clusters: nil).value ?? .nan }, design)
        let masses = Self.sums(design.weights, design)
        let total = design.weights.reduce(0, +)
        let count = Double(sums.count)
        let variance = count / (count - 1) * sums.values.reduce(0) { $0 + $1 * $1 }
        let moves = sums.map { cluster, sum in sum / (1 - (masses[cluster] ?? 0) / total) }
        let t = SpecialFunctions.studentQuantile(0.975, degrees: SlowTwin.degrees(moves))
        let ends = SlowTwin.logitInterval(value, variance, t)
        Self.expect(found, (ends[0], ends[1]), 1e-6, "rocAUC", design)
    }

    /// Shares of weighted or clustered rows: the interval of as many simple rows as have the variance
    /// with each piece left out.
    @Test(arguments: Design.all.dropFirst())
    func shares(_ design: Design) throws {
        let probabilities = Self.probabilities(classes: 2)
        let labels = Self.labels(probabilities, classes: 2)
        let (weights, clusters) = (design.weights, design.clusters)
        let z = SpecialFunctions.normalQuantile(0.975)
        let whole = try ClassificationSample(
            labels: labels, probabilities: probabilities, classes: 2, weights: weights,
            clusters: design.isClustered ? clusters : nil)
        let isDecided = (0..<Self.rows).map { probabilities[$0 * 2 + 1] >= 0.5 }
        let isPositive = labels.map { $0 == 1 }
        let everything = Array(repeating: true, count: Self.rows)
        let cases: [(String, hit: [Bool], chosen: [Bool])] = [
            ("accuracy", zip(isDecided, isPositive).map { $0 == $1 }, everything),
            ("selectionRate", isDecided, everything),
            ("sensitivity", isDecided, isPositive),
            ("specificity", isDecided.map { !$0 }, isPositive.map { !$0 }),
            ("falsePositiveRate", isDecided, isPositive.map { !$0 }),
            ("positivePredictiveValue", isPositive, isDecided),
        ]
        for (metric, hit, chosen) in cases {
            let compute = try #require(binaryMetrics(threshold: 0.5)[metric])
            let found = compute(whole)
            func share(without left: Int32?) -> Double {
                let kept = (0..<Self.rows).filter { chosen[$0] && clusters[$0] != left }
                return kept.reduce(0) { $0 + (hit[$1] ? weights[$1] : 0) }
                    / kept.reduce(0) { $0 + weights[$1] }
            }
            let value = share(without: nil)
            let taking = (0..<Self.rows).filter { chosen[$0] }
            let names = Set(taking.map { clusters[$0] })
            let count = Double(names.count)
            let variance =
                names.reduce(0.0) { sum, left in
                    let move = value - share(without: left)
                    return sum + move * move
                } * (count - 1) / count
            let t = SpecialFunctions.studentQuantile(0.975, degrees: count - 1)
            let effective = min(
                value * (1 - value) / variance * (z / t) * (z / t), Double(taking.count))
            let isExact = effective * min(value, 1 - value) < 50
            let wanted =
                isExact
                ? clopperPearson(share: value, rows: effective)
                : wilson(share: value, rows: effective, z: z)
            #expect(found.method == (isExact ? "Clopper–Pearson" : "Wilson") + ", effective rows")
            #expect(agree(found.value, value, 1e-12), "\(metric)")
            #expect(agree(found.lower, wanted.lower, 1e-9), "\(metric)")
            #expect(agree(found.upper, wanted.upper, 1e-9), "\(metric)")
            #expect(found.count == taking.count, "\(metric)")
        }
    }

    /// Sums of shares by Zou and Donner's formula, with the correlation written out.
    @Test(arguments: ["balancedAccuracy", "macroF1"], Design.all)
    func sumsOfShares(metric: String, design: Design) throws {
        let probabilities = Self.probabilities(classes: 2)
        let labels = Self.labels(probabilities, classes: 2)
        let clusters = design.clusters
        func sample(_ rows: [Int]) throws -> ClassificationSample {
            try ClassificationSample(
                labels: rows.map { labels[$0] },
                probabilities: rows.flatMap { [probabilities[$0 * 2], probabilities[$0 * 2 + 1]] },
                classes: 2, weights: design.isWeighted ? rows.map { design.weights[$0] } : nil,
                clusters: design.isClustered ? rows.map { clusters[$0] } : nil)
        }
        let whole = try sample(Array(0..<Self.rows))
        let calls = whole.calls()
        let isF1 = metric == "macroF1"
        func transformed(_ share: Double) -> Double { isF1 ? 2 * share / (1 + share) : share }
        var parts: [(value: Double, below: Double, above: Double, sums: [Int32: Double])] = []
        for label in [0, 1] as [Int32] {
            let rows = (0..<Self.rows).filter {
                labels[$0] == label || isF1 && calls[$0] == label
            }
            let share = try sample(rows).accuracy()
            let (value, lower, upper) = (
                try #require(share.value), try #require(share.lower), try #require(share.upper)
            )
            var influence = [Double](repeating: 0, count: Self.rows)
            for row in rows {
                influence[row] = design.weights[row] * ((calls[row] == labels[row] ? 1 : 0) - value)
            }
            parts.append(
                (
                    transformed(value) / 2, (transformed(value) - transformed(lower)) / 2,
                    (transformed(upper) - transformed(value)) / 2, Self.sums(influence, design)
                ))
        }
        func product(_ a: [Int32: Double], _ b: [Int32: Double]) -> Double {
            a.reduce(0) { $0 + $1.value * (b[$1.key] ?? 0) }
        }
        let (a, b) = (parts[0], parts[1])
        let correlation =
            product(a.sums, b.sums) / (product(a.sums, a.sums) * product(b.sums, b.sums)).squareRoot()
        func length(_ x: Double, _ y: Double) -> Double {
            (x * x + y * y + 2 * correlation * x * y).squareRoot()
        }
        let value = a.value + b.value
        let found = isF1 ? whole.macroF1() : whole.balancedAccuracy()
        #expect(agree(found.value, value, 1e-12))
        Self.expect(
            found, (value - length(a.below, b.below), value + length(a.above, b.above)), 1e-10,
            metric, design)
    }
}
