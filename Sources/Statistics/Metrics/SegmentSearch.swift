/// Looks among rows for segments, given by up to three conditions, whose mean loss is high.
///
/// The score of a segment S is its excess loss over what chance gives a random set of as many rows,
/// `z(S) = Σ_S wᵢ(lᵢ − l̄) / (σ √Σ_S wᵢ²)`: it falls with rows that do not belong, and with rows that are left
/// out. A segment counts only where it scores higher than each of its parents, which leave out one
/// condition. The lattice of conditions is searched level by level; what has too few rows is cut, and
/// so is what no subset can lift above the segments found (rows are kept in order of falling loss, so
/// that the best subset of k rows are the first k; exact where rows weigh the same). At each
/// level only the highest-scoring segments are extended: a beam. Of overlapping segments the
/// highest-scoring stands for all.
///
/// This picks; it proves nothing. What it picks must be tested on other rows.
///
/// - Source: Sagadeeva & Boehm 2021, DOI 10.1145/3448016.3457323 (SliceLine), for lattice, pruning by
///   support and by bound. The score differs: theirs weighs size against loss by a parameter, and
///   their search has no beam.
package struct SegmentSearch: Sendable {
    /// Rows that a segment has at the least.
    package var fewestRows: Int
    package var mostConditions = 3
    /// Segments that are extended at each level, and single conditions that extend them.
    package var beam = 400
    package var mostFound = 10
    /// Rows in both over rows in either, above which two segments are one.
    package var mostOverlap = 0.5

    package init(fewestRows: Int) { self.fewestRows = fewestRows }

    /// Rows that one column's value puts together.
    package struct Condition: Sendable, Hashable {
        /// A segment has at most one condition on a column.
        package var column: Int
        package var isMember: [Bool]

        package init(column: Int, isMember: [Bool]) {
            self.column = column
            self.isMember = isMember
        }
    }

    package struct Segment: Sendable, Hashable {
        /// Indices of conditions, ascending.
        package var conditions: [Int]
        package var score: Double
    }

    /// The highest-scoring segments, best first.
    ///
    /// - Parameters:
    ///   - losses: One a row.
    ///   - weights: One a row, ≥ 0.
    /// - Returns: None where all losses are equal.
    /// - Complexity: O(conditions · beam · rows / 64), and the rows of what is looked at.
    package func segments(
        losses: [Double], weights: [Double], conditions: [Condition]
    ) -> [Segment] {
        guard let rows = RankedRows(losses, weights) else { return [] }
        let sets = conditions.map { rows.set($0.isMember) }
        var level: [Found] = conditions.indices.compactMap { index in
            evaluated([index], rows, sets[index], parents: [])
        }
        var found = best(level, sets)
        level = highest(level)
        let usable = level.map { $0.segment.conditions[0] }.sorted()
        for _ in 1..<max(mostConditions, 1) {
            let scores = Dictionary(
                uniqueKeysWithValues: level.map { ($0.segment.conditions, $0.segment.score) })
            var next: [Found] = []
            var seen: Set<[Int]> = []
            for parent in level where parent.bound > floor(found) {
                let own = parent.segment.conditions
                let columns = own.map { conditions[$0].column }
                let members = RowSet(own.map { sets[$0] })
                for index in usable where !columns.contains(conditions[index].column) {
                    let combined = (own + [index]).sorted()
                    guard seen.insert(combined).inserted else { continue }
                    let parents = combined.indices.compactMap { left in
                        var rest = combined
                        rest.remove(at: left)
                        return scores[rest]
                    }
                    let child = evaluated(
                        combined, rows, members.intersection(sets[index]), parents: parents)
                    if let child { next.append(child) }
                }
            }
            found = best(found + next, sets)
            level = highest(next)
        }
        return found.map(\.segment)
    }

    private struct Found {
        var segment: Segment
        /// No subset that is large enough scores higher.
        var bound: Double
        var exceedsParents: Bool
    }

    /// - Returns: `nil` where the segment has too few rows, or all.
    private func evaluated(
        _ conditions: [Int], _ rows: RankedRows, _ members: RowSet, parents: [Double]
    ) -> Found? {
        let count = members.count
        guard count >= fewestRows, count < rows.count else { return nil }
        let (score, bound) = rows.score(members, fewest: fewestRows)
        return Found(
            segment: Segment(conditions: conditions, score: score), bound: bound,
            exceedsParents: score > 0 && parents.allSatisfy { score > $0 })
    }

    /// The score below which nothing is of use any more.
    private func floor(_ found: [Found]) -> Double {
        found.count == mostFound ? found[mostFound - 1].segment.score : 0
    }

    /// Those that are extended.
    private func highest(_ level: [Found]) -> [Found] {
        Array(level.sorted { ranks($0.segment, $1.segment) }.prefix(beam))
    }

    /// The best of all, without those that overlap a better one.
    private func best(_ all: [Found], _ sets: [RowSet]) -> [Found] {
        var kept: [(found: Found, members: RowSet)] = []
        for candidate in all.sorted(by: { ranks($0.segment, $1.segment) })
        where candidate.exceedsParents {
            if kept.count == mostFound { break }
            let members = RowSet(candidate.segment.conditions.map { sets[$0] })
            let repeats = kept.contains { other in
                let both = other.members.intersection(members).count
                let either = other.members.count + members.count - both
                return Double(both) > mostOverlap * Double(either)
            }
            if !repeats { kept.append((candidate, members)) }
        }
        return kept.map(\.found)
    }

    /// Higher scores first; of equal ones fewer conditions, then those of earlier columns.
    private func ranks(_ one: Segment, _ other: Segment) -> Bool {
        if one.score != other.score { return one.score > other.score }
        if one.conditions.count != other.conditions.count {
            return one.conditions.count < other.conditions.count
        }
        return one.conditions.lexicographicallyPrecedes(other.conditions)
    }
}

/// Rows in order of falling loss, with what scores are made of.
private struct RankedRows {
    /// Row numbers.
    let order: [Int]
    /// `wᵢ(lᵢ − l̄)/σ` and `wᵢ²`, in that order.
    let excess: [Double]
    let squares: [Double]

    var count: Int { order.count }

    /// - Returns: `nil` where losses do not vary.
    init?(_ losses: [Double], _ weights: [Double]) {
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        let mean = zip(weights, losses).reduce(0) { $0 + $1.0 * $1.1 } / total
        let variance =
            zip(weights, losses).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / total
        guard variance > 0 else { return nil }
        let deviation = variance.squareRoot()
        let order = losses.indices.sorted { (losses[$1], $0) < (losses[$0], $1) }
        self.order = order
        excess = order.map { weights[$0] * (losses[$0] - mean) / deviation }
        squares = order.map { weights[$0] * weights[$0] }
    }

    func set(_ isMember: [Bool]) -> RowSet {
        var words = [UInt64](repeating: 0, count: (order.count + 63) / 64)
        for (position, row) in order.enumerated() where isMember[row] {
            words[position / 64] |= 1 << UInt64(position % 64)
        }
        return RowSet(words: words)
    }

    /// The score, and the highest of any subset of `fewest` rows or more.
    func score(_ members: RowSet, fewest: Int) -> (score: Double, bound: Double) {
        var sum = 0.0
        var square = 0.0
        var count = 0
        var highest = -Double.infinity
        for (index, word) in members.words.enumerated() {
            var left = word
            while left != 0 {
                let position = index &* 64 &+ left.trailingZeroBitCount
                left &= left &- 1
                sum += excess[position]
                square += squares[position]
                count &+= 1
                if count >= fewest, square > 0 {
                    highest = max(highest, sum * sum.magnitude / square)
                }
            }
        }
        guard square > 0 else { return (0, 0) }
        return (sum / square.squareRoot(), max(highest, 0).squareRoot())
    }
}
