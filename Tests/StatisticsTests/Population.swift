import RealModule
import Statistics
import TensorCore

/// A finite population to draw samples from; the truth is the metric of all its rows.
///
/// Rows drawn with replacement are independent draws from the population's own distribution, so the
/// estimand is known exactly and without integrals.
struct Population<Sample>: Sendable {
    /// The rows of each cluster.
    var clusters: [[Int]]
    /// How readily a row is drawn by a weighted design, which then weights it by the inverse.
    var readiness: [Double]
    var rows: Int { readiness.count }
    /// Makes a sample of chosen rows, their weights and clusters.
    var sample: @Sendable ([Int], [Double]?, [Int32]?) throws -> Sample
}

/// How a sample is drawn from a population.
enum Draw: Sendable {
    case rows(Int)
    /// Rows with unequal chances, weighted by their inverse.
    case weightedRows(Int)
    /// Whole clusters.
    case clusters(Int)
    /// Whole clusters with unequal chances, their rows weighted by the inverse.
    case weightedClusters(Int)
}

extension Population {
    /// Draws the sample of a number from a stream of random numbers.
    func draw(_ draw: Draw, _ number: Int, _ random: CounterRandom) throws -> Sample {
        func uniform(_ index: Int) -> Double {
            random.uniform(step: UInt32(number), index: UInt64(index))
        }
        switch draw {
        case .rows(let count):
            return try sample((0..<count).map { Int(uniform($0) * Double(rows)) }, nil, nil)
        case .weightedRows(let count):
            let chances = Chances(readiness)
            let chosen = (0..<count).map { chances.index(at: uniform($0)) }
            return try sample(chosen, chosen.map { 1 / readiness[$0] }, nil)
        case .clusters(let count):
            let chosen = (0..<count).map { Int(uniform($0) * Double(clusters.count)) }
            let codes = chosen.enumerated().flatMap { position, cluster in
                clusters[cluster].map { _ in Int32(position) }
            }
            return try sample(chosen.flatMap { clusters[$0] }, nil, codes)
        case .weightedClusters(let count):
            let sizes = clusters.map { rows in rows.reduce(0) { $0 + readiness[$1] } }
            let chances = Chances(sizes)
            let chosen = (0..<count).map { chances.index(at: uniform($0)) }
            let codes = chosen.enumerated().flatMap { position, cluster in
                clusters[cluster].map { _ in Int32(position) }
            }
            let weights = chosen.flatMap { cluster in
                clusters[cluster].map { _ in 1 / sizes[cluster] }
            }
            return try sample(chosen.flatMap { clusters[$0] }, weights, codes)
        }
    }

    /// The whole population as one sample.
    func all() throws -> Sample { try sample(Array(0..<rows), nil, nil) }
}

/// Drawing an index with a chance in proportion to a size.
private struct Chances {
    var sums: [Double] = []

    init(_ sizes: [Double]) {
        var sum = 0.0
        for size in sizes {
            sum += size
            sums.append(sum)
        }
    }

    func index(at uniform: Double) -> Int {
        let wanted = uniform * (sums.last ?? 0)
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Normal numbers from uniform ones (Box and Muller).
struct NormalNumbers {
    var random: CounterRandom

    func callAsFunction(_ step: UInt32, _ index: Int) -> Double {
        let (u, v) = (
            random.uniform(step: step, index: UInt64(2 * index)),
            random.uniform(step: step, index: UInt64(2 * index + 1))
        )
        return (-2 * Double.log(1 - u)).squareRoot() * Double.cos(2 * .pi * v)
    }
}

func logistic(_ x: Double) -> Double { 1 / (1 + Double.exp(-x)) }

/// Clusters of one to nine rows, five on average, that fill about so many rows.
func clusterRows(filling rows: Int, _ random: CounterRandom) -> [[Int]] {
    var clusters: [[Int]] = []
    var next = 0
    while next < rows {
        let count = min(1 + random.integer(below: 9, step: 90, index: UInt64(next)), rows - next)
        clusters.append(Array(next..<next + count))
        next += count
    }
    return clusters
}

private let populationRows = 60_000

extension Population where Sample == ClassificationSample {
    /// Two classes: `logit P(y = 1) = shift + 1.5 x + 0.8 u`, with `u` common to a cluster.
    ///
    /// - Parameter isCalibrated: Scores are P(y = 1) itself; else they are flattened, shifted and
    ///   noisy.
    static func twoClasses(shift: Double, isCalibrated: Bool, seed: UInt64) -> Self {
        let random = CounterRandom(seed: seed, name: "two classes")
        let normal = NormalNumbers(random: random)
        let clusters = clusterRows(filling: populationRows, random)
        var labels: [Int32] = []
        var scores: [Double] = []
        for (number, rows) in clusters.enumerated() {
            let common = 0.8 * normal(0, number)
            for row in rows {
                let signal = shift + 1.5 * normal(1, row) + common
                let chance = logistic(signal)
                labels.append(random.uniform(step: 2, index: UInt64(row)) < chance ? 1 : 0)
                scores.append(
                    isCalibrated
                        ? chance : logistic(0.7 * signal + 0.3 + 0.5 * normal(3, row)))
            }
        }
        let readiness = labels.indices.map { 0.4 + Double(labels[$0]) + scores[$0] }
        return Population(clusters: clusters, readiness: readiness) {
            [labels, scores] chosen, weights, codes in
            try ClassificationSample(
                labels: chosen.map { labels[$0] },
                probabilities: chosen.flatMap { [1 - scores[$0], scores[$0]] }, classes: 2,
                weights: weights, clusters: codes)
        }
    }

    /// Four classes of unequal share, with probabilities flatter than the truth.
    static func fourClasses(seed: UInt64) -> Self {
        let random = CounterRandom(seed: seed, name: "four classes")
        let normal = NormalNumbers(random: random)
        let clusters = clusterRows(filling: populationRows, random)
        var labels: [Int32] = []
        var probabilities: [Double] = []
        for (number, rows) in clusters.enumerated() {
            for row in rows {
                let signal: [Double] = (0..<4).map { c in
                    let own = 1.3 * normal(UInt32(c), row)
                    let common = 0.6 * normal(UInt32(4 + c), number)
                    return 0.3 * Double(c) + own + common
                }
                let raised = signal.map { Double.exp($0) }
                var left = random.uniform(step: 20, index: UInt64(row)) * raised.reduce(0, +)
                var label = 3
                for c in 0..<4 {
                    left -= raised[c]
                    if left < 0 {
                        label = c
                        break
                    }
                }
                let said = signal.map { Double.exp(0.6 * $0) }
                labels.append(Int32(label))
                probabilities += said.map { $0 / said.reduce(0, +) }
            }
        }
        let readiness = labels.map { 0.5 + Double($0) / 2 }
        return Population(clusters: clusters, readiness: readiness) {
            [labels, probabilities] chosen, weights, codes in
            try ClassificationSample(
                labels: chosen.map { labels[$0] },
                probabilities: chosen.flatMap { probabilities[4 * $0..<4 * $0 + 4] }, classes: 4,
                weights: weights, clusters: codes)
        }
    }
}

extension Population where Sample == RegressionSample {
    /// Normal targets, predicted with an error whose spread grows with the target.
    static func numbers(seed: UInt64) -> Self {
        let normal = NormalNumbers(random: CounterRandom(seed: seed, name: "numbers"))
        let clusters = clusterRows(filling: populationRows, normal.random)
        var targets: [Double] = []
        var predictions: [Double] = []
        for (number, rows) in clusters.enumerated() {
            let common = 0.5 * normal(0, number)
            for row in rows {
                let target = 10 + 2 * normal(1, row) + common
                targets.append(target)
                predictions.append(target + common + 0.1 * target * normal(2, row))
            }
        }
        let readiness = targets.map { logistic($0 - 10) + 0.3 }
        return Population(clusters: clusters, readiness: readiness) {
            [targets, predictions] chosen, weights, codes in
            try RegressionSample(
                targets: chosen.map { targets[$0] }, predictions: chosen.map { predictions[$0] },
                weights: weights, clusters: codes)
        }
    }
}
