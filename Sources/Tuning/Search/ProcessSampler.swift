import RealModule
import Statistics
import TensorCore

/// Proposes points by what Gaussian processes expect of the whole training there: where the logarithm of the expected
/// improvement, and of the probability that constraints are met, is largest.
///
/// Losses are taken on a scale that is logarithmic above the median (`SearchBelief.scores`), so that a training that diverged
/// does not hide what differs among the good ones; a failure is the worst. How much of a training a value is of is one more coordinate, so that cheap trials say
/// of whole ones what they turn out to say. Points of one batch follow one another: each is taken to give what is expected
/// of it (the believer of Ginsbourger et al. 2010, DOI 10.1007/978-3-642-10701-6_6).
///
/// - Source: Jones et al. 1998, DOI 10.1023/A:1008306431147; constraints Gardner et al. 2014, ICML 32:937.
package struct ProcessSampler: Sendable {
    private let encoding: SpaceEncoding
    private let seed: UInt64

    /// Values that a process learns from at most: it takes their number cubed.
    private static let most = 240

    package init(encoding: SpaceEncoding, seed: UInt64) {
        self.encoding = encoding
        self.seed = seed
    }

    /// - Parameters:
    ///   - first: The number of the first trial, which numbers are drawn by.
    ///   - accept: Whether a point may be tried; it is asked of each that would be next.
    /// - Returns: Fewer where none of the points that were looked at may be tried.
    package func proposals(
        _ count: Int, first: Int, from all: [SearchObservation],
        accept: ([Double]) -> Bool = { _ in true }
    ) -> [[Double]] {
        let observations = kept(all)
        var belief = SearchBelief(observations, encoding: encoding)
        var found: [[Double]] = []
        while found.count < count {
            let trial = UInt32(truncatingIfNeeded: first + found.count)
            var walk = CandidateWalk(encoding, seed: seed, trial: trial)
            let ranked = walk.climbed(from: belief.best) { belief.gain(at: $0) }
            guard let point = ranked.first(where: accept) else { break }
            belief.believe(point)
            found.append(point)
        }
        return found
    }

    /// The latest and the best, in order.
    private func kept(_ all: [SearchObservation]) -> [SearchObservation] {
        guard all.count > Self.most else { return all }
        let half = Self.most / 2
        let earlier = all.dropLast(half).indices.sorted {
            let (a, b) = (all[$0].loss ?? .infinity, all[$1].loss ?? .infinity)
            return (-all[$0].fidelity, a, $0) < (-all[$1].fidelity, b, $1)
        }
        return (earlier.prefix(half).sorted() + (all.count - half..<all.count)).map { all[$0] }
    }
}

/// What processes make of the observations of a search.
package struct SearchBelief {
    private var losses: GaussianProcess
    private var excesses: [(process: GaussianProcess, limit: Double)]
    /// The lowest expected loss of a whole training where something was tried that meets the constraints; `nil` for none.
    private var incumbent: Double?
    /// Coordinates of the best observations, the best first.
    let best: [[Double]]

    init(_ observations: [SearchObservation], encoding: SpaceEncoding) {
        let isChoice = encoding.parameters.map { $0.domain.choices != nil } + [false]
        let inputs = observations.map { $0.coordinates + [$0.fidelity] }
        let scores = Self.scores(observations.map(\.loss))
        losses = GaussianProcess(inputs, isChoice: isChoice, values: scores)
        let constraints = observations.map(\.excess.count).max() ?? 0
        excesses = (0..<constraints).map { constraint in
            let known = observations.indices.filter { observations[$0].excess.count > constraint }
            let values = known.map { observations[$0].excess[constraint] }
            let (center, spread) = Self.centerAndSpread(values)
            let process = GaussianProcess(
                known.map { inputs[$0] }, isChoice: isChoice,
                values: values.map { min(max(($0 - center) / spread, -3), 3) })
            return (process, -center / spread)
        }
        let isMet = observations.map {
            $0.loss != nil && $0.excess.count == constraints && $0.excess.allSatisfy { $0 <= 0 }
        }
        let process = losses
        incumbent = observations.indices.filter { isMet[$0] }.map {
            process.prediction(at: observations[$0].coordinates + [1]).mean
        }.min()
        best = observations.indices.sorted {
            (isMet[$0] ? 0 : 1, scores[$0], $0) < (isMet[$1] ? 0 : 1, scores[$1], $1)
        }.map { observations[$0].coordinates }
    }

    /// The logarithm of what a whole training at a point is expected to gain.
    func gain(at coordinates: [Double]) -> Double {
        let input = coordinates + [1]
        var sum = 0.0
        if let incumbent {
            let (mean, variance) = losses.prediction(at: input)
            sum = LogImprovement.expected(below: incumbent, mean: mean, variance: variance)
        }
        for (process, limit) in excesses {
            let (mean, variance) = process.prediction(at: input)
            sum += LogImprovement.probability((limit - mean) / variance.squareRoot())
        }
        return sum
    }

    /// Takes a point to give what is expected of it.
    mutating func believe(_ coordinates: [Double]) {
        let input = coordinates + [1]
        losses = losses.adding(input, losses.prediction(at: input).mean)
        for place in excesses.indices {
            let process = excesses[place].process
            excesses[place].process = process.adding(input, process.prediction(at: input).mean)
        }
    }

    /// `t = (loss − lowest) / (median − lowest)`, `1 + log t` above the median; then of mean 0 and variance 1. Failures are as
    /// the highest.
    package static func scores(_ losses: [Double?]) -> [Double] {
        let known = losses.compactMap(\.self).sorted()
        guard let lowest = known.first, let highest = known.last, highest > lowest else {
            return losses.map { _ in 0 }
        }
        let median = known[known.count / 2] - lowest
        let unit = median > 0 ? median : highest - lowest
        let bent = losses.map {
            let share = (($0 ?? highest) - lowest) / unit
            return share > 1 ? 1 + Double.log(share) : share
        }
        let (center, spread) = centerAndSpread(bent)
        return bent.map { ($0 - center) / spread }
    }

    private static func centerAndSpread(_ values: [Double]) -> (Double, Double) {
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        return (mean, max(variance.squareRoot(), 1e-12))
    }
}
