import RealModule
import TensorCore

/// Random points of a space, of which the better third goes on to three times the epochs, rung by rung; rounds of it until
/// nobody asks any more.
///
/// - Source: Jamieson & Talwalkar 2016, arXiv:1502.07943 (successive halving).
package struct RandomHalving: TrialPlanner {
    private let space: SearchSpace
    private let seed: UInt64
    private static let points = 9
    private static let rungs = 3

    package init(_ space: SearchSpace, seed: UInt64) {
        self.space = space
        self.seed = seed
    }

    package func next(after finished: [FinishedTrial]) -> [PlannedTrial] {
        let rung = (finished.last?.plan.rung ?? -1) + 1
        let round = rung / Self.rungs
        guard !space.parameters.isEmpty || round == 0 else { return [] }
        let level = rung % Self.rungs
        let points: [SearchPoint]
        if level == 0 {
            points = (0..<Self.points).map {
                round == 0 && $0 == 0 ? .standard : point(round * Self.points + $0)
            }
        } else {
            let last = finished.filter { $0.plan.rung == rung - 1 }.sorted {
                ($0.objective ?? .infinity, $0.plan.number) < ($1.objective ?? .infinity, $1.plan.number)
            }
            points = last.prefix((last.count + 2) / 3).map(\.plan.point)
        }
        let share = [1.0 / 9, 1.0 / 3, 1][level]
        let first = finished.count
        return points.enumerated().map {
            PlannedTrial(
                number: first + $0, rung: rung, point: $1,
                fidelity: Fidelity(rows: 1, epochs: share), seed: seed)
        }
    }

    private func point(_ number: Int) -> SearchPoint {
        var values: [String: String] = [:]
        for parameter in space.parameters {
            let random = CounterRandom(seed: seed, name: "search " + parameter.id)
            values[parameter.id] = parameter.domain.text(
                at: random.uniform(index: UInt64(number)))
        }
        return SearchPoint(values)
    }
}

extension SearchDomain {
    /// - Parameter place: In [0, 1).
    fileprivate func text(at place: Double) -> String {
        func value(_ lower: Double, _ upper: Double, _ isLogarithmic: Bool) -> Double {
            isLogarithmic
                ? lower * .pow(upper / lower, place) : lower + (upper - lower) * place
        }
        switch self {
        case .real(let lower, let upper, let isLogarithmic):
            return "\(Float(value(lower, upper, isLogarithmic)))"
        case .integer(let lower, let upper, let isLogarithmic):
            let number = value(Double(lower), Double(upper), isLogarithmic)
            return "\(Swift.min(upper, Swift.max(lower, Int(number.rounded()))))"
        case .choice(let words):
            return words[Swift.min(words.count - 1, Int(place * Double(words.count)))]
        }
    }
}
