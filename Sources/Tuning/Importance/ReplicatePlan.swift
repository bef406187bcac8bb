import TensorCore

/// Points of a study that are to be trained again under other seeds, so that the seed's noise is known.
package struct ReplicatePlan: Hashable, Sendable {
    /// How many points, and how often each is trained more.
    package var points: Int
    package var repeats: Int

    package init(points: Int = 5, repeats: Int = 2) {
        precondition(points > 0 && repeats > 0, "a point and a repeat")
        self.points = points
        self.repeats = repeats
    }

    /// The trials to add: a pure function of what is finished.
    ///
    /// The best point of whole fidelity comes first, then others evenly over the order of the objective down to its median: noise there
    /// is what judgements rest on, and a training that fails to learn has another. A repeat has the next rung, the next numbers, and a
    /// seed that no trial of its point had.
    ///
    /// - Parameter center: A point that is repeated beside them where it was trained whole: boxes are told around it.
    package func trials(
        after finished: [FinishedTrial], seed: UInt64, besides center: SearchPoint? = nil
    ) -> [PlannedTrial] {
        var values: [SearchPoint: (sum: Double, count: Int, first: Int)] = [:]
        for trial in finished where trial.plan.fidelity == .whole {
            guard let value = trial.objective, value.isFinite else { continue }
            let known = values[trial.plan.point] ?? (0, 0, trial.plan.number)
            values[trial.plan.point] = (
                known.sum + value, known.count + 1, min(known.first, trial.plan.number)
            )
        }
        let order = values.sorted {
            let (left, right) = ($0.value, $1.value)
            let (a, b) = (left.sum / Double(left.count), right.sum / Double(right.count))
            return a == b ? left.first < right.first : a < b
        }.map(\.key)
        let half = max(min(points, order.count), (order.count + 1) / 2)
        let chosen = min(points, order.count)
        let random = CounterRandom(seed: seed, name: "replicates")
        let rung = (finished.map(\.plan.rung).max() ?? -1) + 1
        var number = (finished.map(\.plan.number).max() ?? -1) + 1
        var planned: [PlannedTrial] = []
        var repeated = (0..<chosen).map { order[chosen == 1 ? 0 : $0 * (half - 1) / (chosen - 1)] }
        if let center, values[center] != nil, !repeated.contains(center) {
            repeated.append(center)
        }
        for point in repeated {
            var known = Set(finished.filter { $0.plan.point == point }.map(\.plan.seed))
            for _ in 0..<repeats {
                var own = random.bits(index: UInt64(number))
                while !known.insert(own).inserted { own &+= 1 }
                planned.append(
                    PlannedTrial(
                        number: number, rung: rung, point: point, fidelity: .whole, seed: own))
                number += 1
            }
        }
        return planned
    }
}
