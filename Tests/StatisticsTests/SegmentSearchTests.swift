import RealModule
import Statistics
import TensorCore
import Testing

@Suite struct SegmentSearchTests {
    /// Rows with three columns of a few values each, and losses that are higher where two of them meet.
    private struct Rows {
        var losses: [Double] = []
        var conditions: [SegmentSearch.Condition] = []

        init(_ count: Int, seed: UInt64) {
            let random = CounterRandom(seed: seed, name: "segments")
            let values = [3, 4, 2]
            let codes = values.enumerated().map { column, most in
                (0..<count).map {
                    random.integer(below: most, step: UInt32(column), index: UInt64($0))
                }
            }
            for (column, most) in values.enumerated() {
                for value in 0..<most {
                    conditions.append(
                        .init(column: column, isMember: codes[column].map { $0 == value }))
                }
            }
            losses = (0..<count).map { row in
                let loss = -Double.log(onePlus: -random.uniform(step: 9, index: UInt64(row)))
                return codes[0][row] == 1 && codes[1][row] == 2 ? 2.5 * loss : loss
            }
        }
    }

    /// The score of a segment, by its definition.
    private func score(_ losses: [Double], _ isMember: [Bool]) -> Double {
        let mean = losses.reduce(0, +) / Double(losses.count)
        let variance =
            losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(losses.count)
        let members = losses.indices.filter { isMember[$0] }
        return members.reduce(0) { $0 + losses[$1] - mean }
            / (variance * Double(members.count)).squareRoot()
    }

    /// Every combination is looked at, and those of higher scores than their parents are kept: the same
    /// as the search finds.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func equalsItsSlowTwin(seed: UInt64) {
        let rows = Rows(600, seed: seed)
        var search = SegmentSearch(fewestRows: 15)
        search.mostOverlap = 1
        search.mostFound = 6
        var all: [[Int]: Double] = [:]
        let choices = rows.conditions.indices
        for a in choices {
            for b in choices where b >= a {
                for c in choices where c >= b {
                    let chosen = Array(Set([a, b, c])).sorted()
                    let columns = Set(chosen.map { rows.conditions[$0].column })
                    guard columns.count == chosen.count else { continue }
                    let isMember = rows.losses.indices.map { row in
                        chosen.allSatisfy { rows.conditions[$0].isMember[row] }
                    }
                    guard isMember.count(where: { $0 }) >= 15 else { continue }
                    all[chosen] = score(rows.losses, isMember)
                }
            }
        }
        let kept = all.filter { chosen, score in
            guard score > 0 else { return false }
            return chosen.count == 1
                || chosen.allSatisfy { left in score > all[chosen.filter { $0 != left }] ?? 0 }
        }.sorted { ($1.value, $0.key.count) < ($0.value, $1.key.count) }
        let found = search.segments(
            losses: rows.losses, weights: rows.losses.map { _ in 1 }, conditions: rows.conditions)
        #expect(found.map(\.conditions) == kept.prefix(6).map(\.key))
        for (segment, slow) in zip(found, kept) {
            #expect(abs(segment.score - slow.value) < 1e-9)
        }
        // What was planted comes first: the second value of the first column, the third of the second.
        #expect(found.first?.conditions == [1, 5])
    }

    @Test func whatOverlapsIsOne() {
        let rows = Rows(600, seed: 4)
        var conditions = rows.conditions
        // The same rows under another column.
        conditions.append(.init(column: 7, isMember: conditions[1].isMember))
        let found = SegmentSearch(fewestRows: 15).segments(
            losses: rows.losses, weights: rows.losses.map { _ in 1 }, conditions: conditions)
        #expect(found.first?.conditions == [1, 5])
        #expect(!found.contains { $0.conditions == [5, 9] })
    }

    @Test func equalLossesHaveNoSegments() {
        let rows = Rows(100, seed: 5)
        let found = SegmentSearch(fewestRows: 2).segments(
            losses: rows.losses.map { _ in 0.5 }, weights: rows.losses.map { _ in 1 },
            conditions: rows.conditions)
        #expect(found.isEmpty)
    }

    /// As R's p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "holm") says.
    @Test func holmAdjusts() {
        let adjusted = holm([0.01, 0.04, 0.03, 0.005, 0.5])
        for (own, known) in zip(adjusted, [0.04, 0.09, 0.09, 0.025, 0.5]) {
            #expect(abs(own - known) < 1e-15)
        }
        #expect(holm([]).isEmpty)
    }
}

@Suite struct SubsetDifferenceTests {
    /// Simple rows: Welch's standard error, `√(s₁²/n₁ + s₂²/n₂)`, up to the factors `√(n/(n − 1))` of a
    /// jackknife of two means.
    @Test func isWelchsOfSimpleRows() throws {
        let random = CounterRandom(seed: 8, name: "subset")
        let values = (0..<400).map { random.uniform(index: UInt64($0)) }
        let isMember = (0..<400).map { $0 % 5 == 0 }
        let design = try SamplingDesign(rows: 400, weights: nil, clusters: nil)
        let found = design.subsetDifference(values, isMember: isMember)
        var mean = [0.0, 0]
        var variance = 0.0
        for (part, member) in [true, false].enumerated() {
            let own = values.indices.filter { isMember[$0] == member }.map { values[$0] }
            let count = Double(own.count)
            mean[part] = own.reduce(0, +) / count
            variance +=
                own.reduce(0) { $0 + ($1 - mean[part]) * ($1 - mean[part]) }
                / (count - 1) / count
        }
        #expect(abs((found.estimate.value ?? 0) - (mean[0] - mean[1])) < 1e-14)
        let error = try #require(found.standardError)
        #expect(abs(error / variance.squareRoot() - 1) < 0.01)
    }

    /// Each row three times, as clusters of three: the interval of the rows once.
    @Test func repeatedRowsInClustersAddNothing() throws {
        let random = CounterRandom(seed: 9, name: "subset")
        let values = (0..<90).map { random.uniform(index: UInt64($0)) }
        let isMember = (0..<90).map { $0 % 4 == 0 }
        let once = try SamplingDesign(rows: 90, weights: nil, clusters: nil)
            .subsetDifference(values, isMember: isMember)
        let thrice = try SamplingDesign(
            rows: 270, weights: nil, clusters: (0..<270).map { Int32($0 / 3) }
        ).subsetDifference(
            (0..<270).map { values[$0 / 3] }, isMember: (0..<270).map { isMember[$0 / 3] })
        for (one, other) in [
            (once.estimate.lower, thrice.estimate.lower),
            (once.estimate.upper, thrice.estimate.upper), (once.pValue, thrice.pValue),
        ] {
            #expect(abs(try #require(one) - #require(other)) < 1e-9)
        }
    }

    @Test func oneRowHasNoInterval() throws {
        let design = try SamplingDesign(rows: 4, weights: nil, clusters: nil)
        let found = design.subsetDifference([1, 2, 3, 4], isMember: [true, false, false, false])
        #expect(found.estimate.value == -2)
        #expect(found.estimate.lower == nil && found.pValue == nil)
    }
}
