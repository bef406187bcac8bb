import DataEfficiency
import TensorCore
import Testing

/// Which rows of a pool are chosen.
@Suite struct RowSelectionTests {
    /// Rows on a line, one apart, of two classes; row r has the probability `p(r)` of the second.
    private func pool(_ rows: Int, _ p: (Int) -> Double) -> SelectionPool {
        var pool = SelectionPool(
            rows: rows, features: (0..<rows).flatMap { [Float($0), 1] }, width: 2)
        pool.classes = 2
        pool.probabilities = (0..<rows).flatMap { [1 - p($0), p($0)] }
        return pool
    }

    private func choose(
        _ pool: SelectionPool, _ strategy: SelectionStrategy, budget: Double, share: Double = 0,
        seed: UInt64 = 1, open: [Bool]? = nil
    ) -> BatchChoice {
        BatchChoice(
            pool, isOpen: open ?? [Bool](repeating: true, count: pool.rows),
            settings: .init(strategy: strategy, budget: budget, randomShare: share, seed: seed))
    }

    @Test func theMostUncertainRowsComeFirst() {
        let pool = pool(20) { Double($0) / 20 }
        #expect(choose(pool, .margin, budget: 3).rows.map(\.row) == [10, 9, 11])
        #expect(choose(pool, .entropy, budget: 1).rows.map(\.row) == [10])
        #expect(choose(pool, .margin, budget: 1).rows[0].score == 1)
        // A row that was asked is none to choose.
        let open = (0..<20).map { $0 != 10 }
        #expect(choose(pool, .margin, budget: 1, open: open).rows.map(\.row) == [9])
    }

    @Test func theSameSeedIsTheSameBatch() {
        let pool = pool(50) { Double($0 % 7) / 7 }
        for strategy in [SelectionStrategy.margin, .badge, .typical, .random] {
            let batch = choose(pool, strategy, budget: 10, share: 0.3).rows
            #expect(batch == choose(pool, strategy, budget: 10, share: 0.3).rows)
            #expect(batch.count == 10 && Set(batch.map(\.row)).count == 10, "\(strategy)")
            #expect(batch.count(where: \.isRandom) == (strategy == .random ? 10 : 3))
        }
        #expect(
            choose(pool, .random, budget: 10).rows
                != choose(pool, .random, budget: 10, seed: 2).rows)
    }

    /// Whatever is chosen beside them, each row is among those drawn at random equally often.
    @Test func rowsDrawnAtRandomAreUniform() {
        let pool = pool(10) { $0 == 3 ? 0.5 : 0.01 }
        var counts = [Int](repeating: 0, count: 10)
        for seed in 0..<1_000 {
            for row in choose(pool, .margin, budget: 4, share: 0.5, seed: UInt64(seed)).rows
            where row.isRandom { counts[row.row] += 1 }
        }
        // 200 expected of each, with a standard deviation of 12.6.
        #expect(counts.allSatisfy { abs($0 - 200) < 55 }, "\(counts)")
    }

    /// One row is three times as uncertain as each of the others.
    @Test func softMarginDrawsInProportion() {
        var pool = pool(4) { $0 == 2 ? 0.45 : 0.15 }
        pool.features = [0, 0, 50, 0, 0, 50, 90, 90]
        let first = (0..<600).count {
            choose(pool, .softMargin, budget: 1, seed: UInt64($0)).rows[0].row == 2
        }
        // Half are expected, with a standard deviation of 12.
        #expect(abs(first - 300) < 45, "\(first)")
    }

    @Test func nearCopiesAreNoTwoOfABatch() {
        var pool = pool(30) { _ in 0.3 }
        // Three equal rows, the most uncertain of all.
        for row in 0..<3 {
            pool.probabilities[2 * row] = 0.5
            pool.probabilities[2 * row + 1] = 0.5
            pool.features[2 * row] = 40
        }
        let batch = choose(pool, .margin, budget: 5)
        #expect(batch.rows.count { $0.row < 3 } == 1)
        #expect(batch.nearCopies == 2 && batch.rows.count == 5)
    }

    @Test func gainPerCostDecidesAndTheBudgetHolds() {
        var pool = pool(6) { [0.5, 0.45, 0.4, 0.35, 0.3, 0.25][$0] }
        pool.costs = [10, 1, 1, 1, 1, 1]
        // The most uncertain row costs ten times as much as the next.
        #expect(choose(pool, .margin, budget: 3).rows.map(\.row) == [1, 2, 3])
        // Of a budget that would do for it alone, it is what is left too little for.
        let batch = choose(pool, .margin, budget: 14)
        #expect(batch.cost == 5 && batch.rows.map(\.row) == [1, 2, 3, 4, 5])
        #expect(choose(pool, .margin, budget: 15).rows.map(\.row) == [1, 2, 3, 4, 5, 0])
    }

    @Test func groupsHaveAPartByTheirExpectedErrors() {
        // Group 1 is a fifth of the rows, and its expected errors are three times as large.
        var pool = pool(100) { $0 % 5 == 0 ? 0.3 : 0.1 }
        pool.groups = (0..<100).map { $0 % 5 == 0 ? 1 : 0 }
        let batch = choose(pool, .groups, budget: 20)
        #expect(batch.rows.count { $0.row % 5 == 0 } == 15 && batch.rows.count == 20)
    }

    @Test func theFarthestRowIsNext() {
        var pool = SelectionPool(rows: 11, features: (0..<11).map(Float.init), width: 1)
        pool.labelled = [0]
        #expect(choose(pool, .distance, budget: 3).rows.map(\.row) == [10, 5, 2])
        pool.spread = (0..<11).map { $0 == 4 ? 2 : 1 }
        #expect(choose(pool, .disagreement, budget: 1).rows.map(\.row) == [4])
    }

    /// Each of three groups of rows is typical in its middle; the one with a label comes last.
    @Test func theMiddlesOfUncoveredClustersAreTypical() {
        let middles: [Float] = [0, 100, 200]
        var pool = SelectionPool(
            rows: 27,
            features: middles.flatMap { middle in (0..<9).map { middle + Float($0 - 4) } },
            width: 1)
        pool.labelled = [101]
        let batch = choose(pool, .typical, budget: 2).rows.map(\.row)
        #expect(Set(batch) == [4, 22], "\(batch)")
    }

    /// Distances of gradients, from their parts, are those of the gradients in full.
    @Test func gradientSeedsAreThoseOfGradientsInFull() {
        let numbers = CounterRandom(seed: 4, name: "features")
        var pool = SelectionPool(
            rows: 40, features: (0..<120).map { Float(numbers.uniform(index: UInt64($0))) },
            width: 3)
        pool.classes = 3
        let random = CounterRandom(seed: 5, name: "probabilities")
        for row in 0..<40 {
            let raw = (0..<3).map { 0.1 + random.uniform(index: UInt64(3 * row + $0)) }
            pool.probabilities += raw.map { $0 / raw.reduce(0, +) }
        }
        let gradients = (0..<40).map { row -> [Double] in
            var residual = Array(pool.probabilities[3 * row..<3 * row + 3])
            residual[residual.firstIndex(of: residual.max() ?? 0) ?? 0] -= 1
            return residual.flatMap { part in
                (0..<3).map { part * Double(pool.features[3 * row + $0]) }
            }
        }
        func squared(_ first: [Double], _ second: [Double]) -> Double {
            zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let zero = [Double](repeating: 0, count: 9)
        let longest = gradients.indices.max {
            squared(gradients[$0], zero) < squared(gradients[$1], zero)
        }
        #expect(choose(pool, .badge, budget: 1).rows.first?.row == longest)
        // The second is drawn in proportion to the squared distance to the first.
        var sum = 0.0
        for seed in 0..<400 {
            let rows = choose(pool, .badge, budget: 2, seed: UInt64(seed)).rows.map(\.row)
            sum += squared(gradients[rows[0]], gradients[rows[1]])
        }
        let distances = gradients.map { squared($0, gradients[longest ?? 0]) }
        let total = distances.reduce(0, +)
        let mean = distances.reduce(0) { $0 + $1 * $1 } / total
        let square = distances.reduce(0) { $0 + $1 * $1 * $1 } / total
        let error = ((square - mean * mean) / 400).squareRoot()
        #expect(abs(sum / 400 - mean) < 4 * error, "\(sum / 400) where \(mean) is expected")
    }
}
