import DataEfficiency
import Statistics
import TensorCore
import Testing

/// A forest of random trees, and what it says with another model together.
@Suite struct RandomTreesTests {
    private static let random = CounterRandom(seed: 7, name: "test of random trees")

    /// Rows of two columns; the class is whether the first is above a half.
    private static func step(_ rows: Int) -> (cells: RandomTrees.Cells, answers: [Float]) {
        let values = (0..<2 * rows).map { Float(random.uniform(index: UInt64($0))) }
        let answers = (0..<rows).flatMap { row -> [Float] in
            values[2 * row] > 0.5 ? [0, 1] : [1, 0]
        }
        return (RandomTrees.Cells(width: 2, values: values), answers)
    }

    private static func forest(
        _ rows: Int, seed: UInt64 = 1, _ change: (inout RandomTrees.Rule) -> Void = { _ in }
    ) -> RandomTrees {
        let (cells, answers) = step(rows)
        var rule = RandomTrees.Rule()
        rule.trees = 50
        change(&rule)
        return RandomTrees(cells, answers: answers, outputs: 2, rule: rule, seed: seed)
    }

    @Test func aStepIsLearned() {
        let forest = Self.forest(200)
        let said = forest.predictions(
            RandomTrees.Cells(width: 2, values: [0.1, 0.9, 0.1, 0.1, 0.9, 0.1, 0.9, 0.9]))
        #expect(said.count == 8)
        for row in 0..<4 {
            #expect(abs(said[2 * row] + said[2 * row + 1] - 1) < 1e-4)
            // Cuts are drawn, so that no forest is quite sure.
            #expect((said[2 * row + 1] > 0.8) == (row >= 2))
            #expect((said[2 * row + 1] < 0.2) == (row < 2))
        }
    }

    @Test func theSeedDecides() {
        let asked = Self.step(300).cells
        let first = Self.forest(40).predictions(asked)
        #expect(Self.forest(40).predictions(asked) == first)
        #expect(Self.forest(40, seed: 2).predictions(asked) != first)
    }

    @Test func leavesKeepTheirRows() {
        // Of 60 rows there are three leaves of 20 at most.
        let (cells, answers) = Self.step(60)
        var rule = RandomTrees.Rule()
        rule.trees = 1
        rule.fewestRows = 20
        let said = RandomTrees(cells, answers: answers, outputs: 2, rule: rule, seed: 3)
            .predictions(cells)
        #expect(Set(stride(from: 1, to: said.count, by: 2).map { said[$0] }).count <= 3)
        // Leaves of one row are pure: a tree says of its own rows what they are.
        rule.fewestRows = 1
        #expect(
            RandomTrees(cells, answers: answers, outputs: 2, rule: rule, seed: 3)
                .predictions(cells) == answers)
        rule.fewestRows = 31
        let whole = RandomTrees(cells, answers: answers, outputs: 2, rule: rule, seed: 3)
            .predictions(cells)
        let mean = stride(from: 1, to: answers.count, by: 2).reduce(Float(0)) { $0 + answers[$1] } / 60
        #expect(abs(whole[1] - mean) < 1e-5)
    }

    @Test func rowsOfNoWeightSayNothing() {
        let cells = RandomTrees.Cells(width: 1, values: [0, 1, 2, 3, 4, 5])
        let said = RandomTrees(
            cells, answers: [1, 1, 1, 9, 9, 9], outputs: 1, weights: [1, 1, 1, 0, 0, 0], seed: 1
        ).predictions(cells)
        #expect(said.allSatisfy { abs($0 - 1) < 1e-5 })
    }

    @Test func equalCellsAreOneLeaf() {
        let cells = RandomTrees.Cells(width: 2, values: [Float](repeating: 3, count: 20))
        let said = RandomTrees(
            cells, answers: (0..<10).map { Float($0) }, outputs: 1, seed: 1
        ).predictions(cells)
        #expect(said.allSatisfy { abs($0 - 4.5) < 1e-4 })
    }

    // MARK: - A committee

    @Test func aCommitteeIsSureWhereBothAre() throws {
        let answers = CommitteeAnswers(
            classes: 2, [0.9, 0.1, 0.9, 0.1, 0.5, 0.5], [0.9, 0.1, 0.1, 0.9, 0.8, 0.2])
        #expect(abs(answers.values[0] - 0.9) < 1e-3)
        #expect(abs(answers.values[2] - 0.5) < 1e-6)
        // √0.8 / (√0.8 + √0.2), but for the floor.
        #expect(abs(answers.values[4] - 2.0 / 3) < 1e-3)
        let confidence = try #require(answers.confidence)
        #expect(abs(confidence - (0.9 + 0.5 + 2.0 / 3) / 3) < 1e-3)
        let numbers = CommitteeAnswers(numbers: [1, 2], [3, 4])
        #expect(numbers.values == [2, 3] && numbers.confidence == nil)
    }

    /// One that says never and one that says always leave the likelihood finite.
    @Test func nobodyIsQuiteSure() {
        let answers = CommitteeAnswers(classes: 2, [0, 1, 0, 1], [1, 0, 0, 1])
        #expect(abs(answers.values[0] - 0.5) < 1e-6)
        #expect(answers.values[2] > 0 && answers.values[2] < 1e-3)
    }

    // MARK: - The gain

    /// Of rows that do nothing one in five is taken, of rows that harm by a standard error one in thirty.
    @Test(arguments: [(0.0, 0.2), (-1.0, 0.033), (2.0, 0.877)])
    func howOftenRowsAreTaken(_ shift: Double, _ expected: Double) throws {
        let (rows, times) = (100, 2000)
        let design = try SamplingDesign(rows: rows, weights: nil, clusters: nil)
        let before = [Double](repeating: 1, count: rows)
        var taken = 0
        for time in 0..<times {
            // A sum of twelve uniforms is about normal, of variance 1.
            let after = (0..<rows).map { row -> Double in
                let index = UInt64(time * rows + row)
                var sum = -6.0
                for step in 0..<UInt32(12) { sum += Self.random.uniform(step: step, index: index) }
                return 1 - sum - shift / Double(rows).squareRoot()
            }
            let gain = UnlabelledGain(before: before, after: after, design: design)
            if gain.isWorthIt { taken += 1 }
        }
        let share = Double(taken) / Double(times)
        let error = (expected * (1 - expected) / Double(times)).squareRoot()
        #expect(abs(share - expected) < 3.5 * error)
    }

    @Test func whatTellsNothingIsNotTaken() throws {
        let few = try SamplingDesign(rows: 3, weights: nil, clusters: nil)
        let gain = UnlabelledGain(before: [1, 2, 3], after: [0.5, 1, 2.5], design: few)
        #expect(!gain.isWorthIt && !gain.isProved && gain.lowerBound == nil)
        #expect(abs(gain.before - 2) < 1e-12)
        let same = try SamplingDesign(rows: 100, weights: nil, clusters: nil)
        let losses = (0..<100).map(Double.init)
        #expect(!UnlabelledGain(before: losses, after: losses, design: same).isWorthIt)
    }
}
