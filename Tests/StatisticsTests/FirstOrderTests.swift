import RealModule
import Statistics
import Testing

/// Where a deletion is not exact (areas, average precision) the sources take a first step, and the
/// twin takes the derivative numerically: `ψᵢ = wᵢ ∂θ/∂wᵢ` by central differences. Shares and their
/// sums follow, with their formulas written out.
extension JackknifeTests {
    /// `ψᵢ` by central differences of relative step 1e-4: right to some 1e-8.
    static func influence(
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
            product(a.sums, b.sums)
            / (product(a.sums, a.sums) * product(b.sums, b.sums)).squareRoot()
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
