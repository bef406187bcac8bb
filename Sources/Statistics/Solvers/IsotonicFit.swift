/// The non-decreasing function that is nearest to given values: isotonic regression by pooling adjacent
/// violators, with straight lines between the places it was fitted at and constant beyond them.
///
/// - Source: Ayer et al. 1955, DOI 10.1214/aoms/1177728423; as a calibration, Zadrozny & Elkan 2002,
///   DOI 10.1145/775047.775151; lines between places as in scikit-learn's IsotonicRegression.
package struct IsotonicFit: Sendable, Hashable {
    /// Ascending, all different.
    private let places: [Double]
    /// Not descending, one a place.
    private let values: [Double]

    /// - Parameters:
    ///   - places: Where the outcomes were seen, in any order; a place at least.
    ///   - outcomes: One a place.
    ///   - weights: Not negative, not all 0; a row of no weight says nothing.
    /// - Complexity: O(rows · log rows).
    package init(places: [Double], outcomes: [Double], weights: [Double]) {
        precondition(!places.isEmpty && places.count == outcomes.count, "an outcome a place")
        precondition(weights.contains { $0 > 0 }, "an outcome that weighs something")
        let (unique, masses) = Mass.pooled(places: places, outcomes: outcomes, weights: weights)
        self.places = unique
        values = Mass.pooledAscending(masses).flatMap {
            [Double](repeating: $0.mean, count: $0.places)
        }
    }

    package func callAsFunction(_ place: Double) -> Double {
        let next = places.firstPlace { $0 >= place }
        guard next < places.count else { return values[values.count - 1] }
        guard next > 0, places[next] > place else { return values[next] }
        let share = (place - places[next - 1]) / (places[next] - places[next - 1])
        // At most the upper one, whatever is rounded.
        return min(values[next], values[next - 1] + share * (values[next] - values[next - 1]))
    }
}

/// Outcomes of some rows, as a sum and its weight.
struct Mass: Sendable, Hashable {
    var sum: Double
    var weight: Double
    /// How many different places it was pooled from.
    var places = 1

    var mean: Double { sum / weight }

    static func + (left: Mass, right: Mass) -> Mass {
        Mass(
            sum: left.sum + right.sum, weight: left.weight + right.weight,
            places: left.places + right.places)
    }

    /// Neighbours pooled until their means ascend.
    static func pooledAscending(_ masses: [Mass]) -> [Mass] {
        var blocks: [Mass] = []
        for mass in masses {
            var block = mass
            while let last = blocks.last, last.mean >= block.mean {
                block = last + block
                blocks.removeLast()
            }
            blocks.append(block)
        }
        return blocks
    }

    /// The different places of rows that weigh something in order, and what was seen at each.
    static func pooled(
        places: [Double], outcomes: [Double], weights: [Double]
    ) -> (places: [Double], masses: [Mass]) {
        var unique: [Double] = []
        var masses: [Mass] = []
        let weighing = places.indices.filter { weights[$0] > 0 }
        for row in weighing.sorted(by: { (places[$0], $0) < (places[$1], $1) }) {
            let own = Mass(sum: weights[row] * outcomes[row], weight: weights[row])
            if unique.last == places[row] {
                // Of one place, however many rows.
                masses[masses.count - 1] = masses[masses.count - 1] + own
                masses[masses.count - 1].places = 1
            } else {
                unique.append(places[row])
                masses.append(own)
            }
        }
        return (unique, masses)
    }
}

extension [Double] {
    /// The first place of an ordered list from which a condition holds; its count if none.
    func firstPlace(where holds: (Double) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
