import RealModule
import Statistics
import TensorCore

/// Looks for the highest gain in the unit cube: many points at random and near the best ones, of which some climb.
///
/// A function of seed and trial, and of the gains.
struct CandidateWalk {
    private let encoding: SpaceEncoding
    private let random: CounterRandom
    private let trial: UInt32
    private var drawn: UInt64 = 0

    private static let scattered = 400
    private static let near = 300
    private static let climbers = 6
    private static let rounds = 8
    private static let steps = 12

    init(_ encoding: SpaceEncoding, seed: UInt64, trial: UInt32) {
        self.encoding = encoding
        random = CounterRandom(seed: seed, name: "search-candidates")
        self.trial = trial
    }

    /// - Returns: Points of which none is the same, the highest gain first.
    mutating func climbed(
        from best: [[Double]], _ gain: ([Double]) -> Double
    ) -> [[Double]] {
        var found: [(point: [Double], gain: Double)] = []
        for _ in 0..<Self.scattered {
            let point = snapped((0..<encoding.count).map { _ in uniform() })
            found.append((point, gain(point)))
        }
        let bases = best.prefix(5)
        for place in 0..<(bases.isEmpty ? 0 : Self.near) {
            let point = moved(
                bases[place % bases.count], by: 0.3 * Double.pow(10, -1.5 * uniform()))
            found.append((point, gain(point)))
        }
        found = Self.ranked(found)
        for place in 0..<min(Self.climbers, found.count) {
            var current = found[place]
            for round in 0..<Self.rounds {
                let length = 0.2 * Double.pow(2, -Double(round))
                for _ in 0..<Self.steps {
                    let point = moved(current.point, by: length)
                    let there = gain(point)
                    if there > current.gain { current = (point, there) }
                }
            }
            found.append(current)
        }
        return Self.ranked(found).map(\.point)
    }

    private static func ranked(
        _ found: [(point: [Double], gain: Double)]
    ) -> [(point: [Double], gain: Double)] {
        var seen: Set<[Double]> = []
        return found.indices.sorted { (-found[$0].gain, $0) < (-found[$1].gain, $1) }
            .map { found[$0] }.filter { seen.insert($0.point).inserted }
    }

    private mutating func uniform() -> Double {
        drawn += 1
        return random.uniform(step: trial, index: drawn)
    }

    /// Some coordinates changed, two of them on average: numbers by a normal step, words drawn anew; now and then one is as
    /// the recipe has it.
    private mutating func moved(_ point: [Double], by length: Double) -> [Double] {
        var result = point
        let certain = Int(uniform() * Double(encoding.count))
        for place in result.indices {
            guard place == certain || uniform() * Double(encoding.count) < 1 else { continue }
            if uniform() < 0.1 {
                result[place] = encoding.standard[place]
            } else if encoding.parameters[place].domain.choices != nil {
                result[place] = uniform()
            } else {
                let step = SpecialFunctions.normalQuantile(max(uniform(), 1e-12))
                result[place] = min(max(result[place] + length * step, 0), 1)
            }
        }
        return snapped(result)
    }

    /// Whole numbers and words where they lie.
    private func snapped(_ point: [Double]) -> [Double] {
        point.indices.map { place in
            point[place] == encoding.standard[place]
                ? point[place] : encoding.parameters[place].domain.snapped(point[place])
        }
    }
}
