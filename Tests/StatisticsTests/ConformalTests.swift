import Foundation
import Statistics
import TensorCore
import Testing

/// What holds of conformal prediction whatever the scores are.
@Suite struct ConformalTests {
    /// Calibration rows and new rows of four classes, from a model that is too sure.
    private struct Rows {
        var labels: [Int32] = []
        var probabilities: [Double] = []
        var uniforms: [Double] = []

        init(_ count: Int, sample: UInt32, _ random: CounterRandom) {
            for row in 0..<count {
                let index = UInt64(sample) << 32 | UInt64(row)
                let logits = (0..<4).map { 3 * random.uniform(step: UInt32($0), index: index) }
                let truth = logits.map { exp($0) }
                let bold = logits.map { exp(2 * $0) }
                var left = random.uniform(step: 4, index: index) * truth.reduce(0, +)
                labels.append(
                    Int32(
                        truth.firstIndex { part in
                            left -= part
                            return left < 0
                        } ?? 3))
                probabilities += bold.map { $0 / bold.reduce(0, +) }
                uniforms.append(random.uniform(step: 5, index: index))
            }
        }
    }

    /// Mean coverage over calibrations lies between c and c + 1/(n + 1): for sets without ties.
    @Test(arguments: [
        ClassScore.leastAmbiguous, .adaptive, .regularized(penalty: 0.1, freeRanks: 1),
    ])
    func coverageIsWhatWasAsked(_ score: ClassScore) throws {
        let random = CounterRandom(seed: 11, name: "conformal")
        let level = try ConformalLevel(0.9)
        let (samples, calibrating, new) = (200, 60, 200)
        var covered = 0
        for sample in 0..<samples {
            let known = Rows(calibrating, sample: UInt32(2 * sample), random)
            let rows = Rows(new, sample: UInt32(2 * sample + 1), random)
            let threshold = try level.threshold(
                of: score.scores(
                    labels: known.labels, probabilities: known.probabilities, classes: 4,
                    uniforms: known.uniforms))
            let inside = score.sets(
                probabilities: rows.probabilities, classes: 4, thresholds: .all(threshold),
                last: .randomized(rows.uniforms))
            covered += (0..<new).count { inside[4 * $0 + Int(rows.labels[$0])] }
        }
        let share = Double(covered) / Double(samples * new)
        // Between calibrations coverage varies as Beta(55, 6) does, sd 0.038.
        let room = 3 * (0.038 * 0.038 / Double(samples) + 0.09 / Double(samples * new)).squareRoot()
        #expect(share >= 0.9 - room && share <= 0.9 + 1.0 / 61 + room, "\(share)")
    }

    @Test func categoriesHaveTheirOwnThresholds() throws {
        let level = try ConformalLevel(0.9)
        var scores: [Double] = []
        for row in 0..<100 { scores.append(Double(row) * (row.isMultiple(of: 2) ? 1 : 10)) }
        scores.append(5)
        let categories: [Int] = (0..<100).map { $0 % 2 } + [2]
        let found = try level.thresholds(of: scores, categories: categories, count: 3)
        // The 46th of 50 each; one row alone has to allow everything.
        #expect(found == [90, 910, .infinity])
    }

    @Test func rowsNeededAreTheFewestThatGiveAThreshold() throws {
        for (coverage, needed) in [(0.5, 1), (0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99)] {
            let level = try ConformalLevel(coverage)
            #expect(level.rowsNeeded == needed)
            let scores = (0..<needed).map(Double.init)
            #expect(try level.threshold(of: scores).isFinite)
            #expect(try level.threshold(of: Array(scores.dropLast())) == .infinity)
        }
    }

    /// A row of weight two stands for two rows, but for the new row's own weight.
    @Test func weightsCount() throws {
        let level = try ConformalLevel(0.5)
        let scores: [Double] = [1, 2, 3, 4]
        #expect(
            try level.threshold(of: scores, weights: [1, 1, 1, 1]) == level.threshold(of: scores))
        #expect(try level.threshold(of: scores, weights: [8, 1, 1, 1]) == 3)
        #expect(try level.threshold(of: scores, weights: [1, 1, 1, 8]) == 4)
    }

    @Test func badInputIsRefused() throws {
        for coverage in [0, 1, -0.1, 1.5, .nan] {
            #expect(throws: StatisticsError.self) { try ConformalLevel(coverage) }
        }
        let level = try ConformalLevel(0.9)
        let error = #expect(throws: StatisticsError.self) {
            try level.threshold(of: [1, .nan])
        }
        #expect(error?.description.contains("row 1") == true)
        let few = #expect(throws: StatisticsError.self) {
            try CrossConformal(scores: [1, 2], folds: [0, 1], level: level)
        }
        #expect(few?.description.contains("needs 9") == true)
        #expect(throws: StatisticsError.self) {
            try CrossConformal(scores: [1, .nan], folds: [0, 1], level: level)
        }
    }

    /// Without u the top class is always in, and the three rules nest.
    @Test func rulesForTheLastClassNest() throws {
        let random = CounterRandom(seed: 3, name: "nest")
        let rows = Rows(200, sample: 0, random)
        let score = ClassScore.adaptive
        func sets(_ last: ClassScore.LastClass) -> [Bool] {
            score.sets(
                probabilities: rows.probabilities, classes: 4, thresholds: .all(0.8), last: last)
        }
        let (less, some, more) = (
            sets(.excluded), sets(.randomized(rows.uniforms)), sets(.included)
        )
        for place in less.indices {
            #expect(!some[place] || more[place])
            #expect(!less[place] || more[place])
        }
        for row in 0..<200 { #expect(less[4 * row..<4 * row + 4].contains(true)) }
    }

    /// Where errors grow with the prediction, so does the spread; it equals a direct search.
    @Test func spreadIsThatOfTheNearestRows() {
        let random = CounterRandom(seed: 9, name: "spread")
        let predictions = (0..<300).map { random.uniform(index: $0) }
        let targets = (0..<300).map { row in
            predictions[row] * (1 + random.uniform(step: 1, index: UInt64(row)))
        }
        let errors: [Double] = zip(targets, predictions).map { abs($0 - $1) }
        let spread = ResidualSpread(targets: targets, predictions: predictions)
        for place in stride(from: -0.2, through: 1.2, by: 0.013) {
            let nearest = predictions.indices
                .sorted { abs(predictions[$0] - place) < abs(predictions[$1] - place) }.prefix(17)
            let mean = nearest.reduce(0.0) { $0 + errors[$1] } / 17
            let all = errors.reduce(0, +) / 300
            #expect(abs(spread(place) - max(mean, 0.01 * all)) < 1e-12)
        }
    }
}
