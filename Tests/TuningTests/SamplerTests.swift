import Foundation
import RealModule
import TensorCore
import Testing
import Tuning

/// What proposes points, on functions whose least value is known.
@Suite struct SamplerTests {
    /// What is left to the least value at the best seen of so many trials: ten scattered ones, then batches of four.
    static func regret(_ function: MadeFunction, seed: UInt64, trials: Int, isModelled: Bool = true)
        -> Double
    {
        let encoding = SpaceEncoding(function.space, standard: function.standard)
        let sampler = ProcessSampler(encoding: encoding, seed: seed)
        let scattered = ScatteredPoints(seed: seed, dimensions: encoding.count)
        var seen: [SearchObservation] = []
        var values: [Double] = []
        while seen.count < trials {
            let first = seen.count
            let points =
                first == 0 || !isModelled
                ? (first..<(isModelled ? 10 : trials)).map { scattered.coordinates($0 + 1) }
                : sampler.proposals(min(4, trials - first), first: first, from: seen) { point in
                    !seen.contains { $0.coordinates == point }
                }
            for coordinates in points {
                let point = encoding.point(at: coordinates)
                values.append(function.value(at: point))
                let loss = function.seen(at: point, seed: seed, trial: seen.count)
                seen.append(
                    SearchObservation(coordinates: encoding.coordinates(of: point), loss: loss))
            }
        }
        let best = seen.indices.min { (seen[$0].loss ?? 9) < (seen[$1].loss ?? 9) } ?? 0
        return values[best] - function.least
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    @Test(arguments: [MadeFunction.branin, .words].indices)
    func itFindsMoreThanScatteredPoints(which: Int) {
        let function = [MadeFunction.branin, .words][which]
        let found = (1...3).map { Self.regret(function, seed: $0, trials: 26) }
        let scattered = (1...3).map {
            Self.regret(function, seed: $0, trials: 26, isModelled: false)
        }
        #expect(Self.median(found) < 0.5 * Self.median(scattered))
    }

    @Test func theSameSeedsProposeTheSame() {
        let once = Self.regret(.words, seed: 5, trials: 18)
        #expect(once == Self.regret(.words, seed: 5, trials: 18))
        #expect(once != Self.regret(.words, seed: 6, trials: 18))
    }

    @Test func slopesAreThoseOfTheCost() {
        let points = ScatteredCoordinates.made(3, 12)
        let evidence = ProcessEvidence(
            points, isChoice: [false, true, false],
            values: points.map { $0[0] * 3 - $0[2] - 1 })
        let place = [0.4, -0.3, 0.2, 0.1, -2]
        let slopes = evidence.cost(place).gradient
        for part in place.indices {
            var (above, below) = (place, place)
            above[part] += 1e-5
            below[part] -= 1e-5
            let expected = (evidence.cost(above).value - evidence.cost(below).value) / 2e-5
            #expect(abs(slopes[part] - expected) < 1e-6 * (1 + abs(expected)))
        }
    }

    /// With one point more, as if it had been there from the first; and through its values where there is hardly any noise.
    @Test func aProcessGoesThroughItsValues() {
        let points = ScatteredCoordinates.made(2, 9)
        let values = points.map { 2 * $0[0] - $0[1] }
        let shape = GaussianProcess.Shape(weights: [2, 3], scale: 1.5, noise: 1e-6)
        func process(_ count: Int) -> GaussianProcess {
            GaussianProcess(
                Array(points.prefix(count)), isChoice: [false, false],
                values: Array(values.prefix(count)), shape: shape)
        }
        let whole = process(9)
        let grown = process(8).adding(points[8], values[8])
        let there = whole.prediction(at: [0.3, 0.4])
        #expect(there == grown.prediction(at: [0.3, 0.4]))
        for (point, value) in zip(points, values) {
            #expect(abs(whole.prediction(at: point).mean - value) < 1e-3)
            #expect(whole.prediction(at: point).variance < 1e-4)
        }
        #expect(there.variance > 1e-4)
    }

    /// Against sums over the normal distribution's density.
    @Test func logarithmsOfGainsAreThoseOfSums() {
        for z in [-24.9, -10, -3, -0.5, 0, 1, 6.0] {
            let steps = 200_000
            let top = max(-z, 0) + 12
            var (gain, mass) = (0.0, 0.0)
            for step in 0..<steps {
                // x = −z + t: exp(−x²/2) over exp(−z²/2), which would be 0.
                let t = top * (Double(step) + 0.5) / Double(steps)
                let density = Double.exp(-t * t / 2 + z * t) * top / Double(steps)
                gain += t * density
                mass += density
            }
            let scale = -z * z / 2 - 0.5 * Double.log(2 * .pi)
            let expected = LogImprovement.expected(below: z, mean: 0, variance: 1)
            #expect(abs(expected - (Double.log(gain) + scale)) < 1e-5 || z > 0)
            let other = LogImprovement.probability(z)
            #expect(abs(other - (Double.log(mass) + scale)) < 1e-5 || z > 0)
        }
        // Both forms meet.
        for function in [
            { LogImprovement.expected(below: $0, mean: 0, variance: 1) },
            LogImprovement.probability,
        ] {
            let (below, above) = (function(-25.000001), function(-24.999999))
            #expect(above > below && above - below < 1e-4)
        }
    }

    @Test func scoresBendAboveTheMedian() {
        let scores = SearchBelief.scores([3, 1, nil, 2, 1e9, 5])
        #expect(scores[2] == scores[4])
        #expect(scores[1] < scores[3] && scores[3] < scores[0] && scores[0] < scores[5])
        #expect(abs(scores.reduce(0, +)) < 1e-9)
        #expect(
            SearchBelief.scores([nil, nil]) == [0, 0] && SearchBelief.scores([2, 2]) == [0, 0])
    }

    @Test func scatteredPointsFillEachCoordinate() {
        let points = ScatteredPoints(seed: 4, dimensions: 5)
        for (dimension, base) in [2, 3, 5, 7, 11].enumerated() {
            let shares = (0..<base * base).map {
                Int(points.coordinates($0)[dimension] * Double(base))
            }
            #expect((0..<base).allSatisfy { part in shares.count { $0 == part } == base })
        }
        #expect(points.coordinates(9) != ScatteredPoints(seed: 5, dimensions: 5).coordinates(9))
    }

    /// Twenty seeds of each function, beside Optuna's (`Reference/optuna_samplers.py`).
    @Test(.enabled(if: ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"))
    func itFindsWhatOptunaFinds() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let reference = try JSONDecoder().decode(
            Reference.self,
            from: Data(contentsOf: folder.appending(path: "Reference/optuna_samplers.json")))
        var lines = [
            "# What the sampler finds in 60 trials", "",
            """
            Written by SamplerTests with VOUCH_VERIFY=1: the median over 20 seeds of what is left to the least \
            value at the best seen point. Scattered points see nothing; Optuna is the TPE sampler of version \
            \(reference.versions["optuna"] ?? ""), which sees each trial before the next; ours proposes four at a time.
            """, "", "| function | scattered | Optuna | this |", "|---|---:|---:|---:|",
        ]
        for function in MadeFunction.all {
            let ours = Self.median((1...20).map { Self.regret(function, seed: $0, trials: 60) })
            let scattered = Self.median(
                (1...20).map { Self.regret(function, seed: $0, trials: 60, isModelled: false) })
            let theirs = Self.median(try #require(reference.regrets[function.name]?["after 60"]))
            lines.append(
                "| \(function.name) | \(Self.text(scattered)) | \(Self.text(theirs)) | \(Self.text(ours)) |"
            )
            #expect(ours < scattered, "\(function.name)")
        }
        try (lines.joined(separator: "\n") + "\n").write(
            to: folder.appending(path: "Verified/samplers.md"), atomically: true, encoding: .utf8)
    }

    private static func text(_ value: Double) -> String { "\((value * 1e4).rounded() / 1e4)" }

    private struct Reference: Decodable {
        var versions: [String: String]
        var regrets: [String: [String: [Double]]]
    }
}
