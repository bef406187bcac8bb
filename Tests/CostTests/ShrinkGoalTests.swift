import Cost
import Evidence
import Models
import Prediction
import Statistics
import Tables
import Testing

/// Goals as they are written, and when one counts as reached.
@Suite struct ShrinkGoalTests {
    @Test(arguments: [
        ("latency<20us", ShrinkGoal.Quantity.latency, 20e-6, false),
        ("latency < 20 µs", .latency, 20e-6, false), ("latency<1.5ms", .latency, 1.5e-3, false),
        ("latency<2s", .latency, 2, false), ("latency<0.5x", .latency, 0.5, true),
        ("rate>5x", .rate, 5, true), ("rate>100000/s", .rate, 100_000, false),
        ("size<100KB", .size, 100_000, false), ("size<2MB", .size, 2e6, false),
        ("size<512B", .size, 512, false), ("size<.1x", .size, 0.1, true),
        ("energy<0.5x", .energy, 0.5, true),
    ])
    func goalsAreRead(
        _ text: String, _ quantity: ShrinkGoal.Quantity, _ bound: Double, _ isRelative: Bool
    ) throws {
        let goal = try ShrinkGoal(text)
        #expect(goal.quantity == quantity && goal.isRelative == isRelative)
        #expect(abs(goal.bound - bound) <= 1e-12 * bound)
        #expect(goal.text == text.filter { $0 != " " })
    }

    @Test(arguments: [
        ("", "no < or >"), ("fast", "no < or >"), ("speed>5x", "\"speed\" is no quantity"),
        ("rate<5x", "rate>"), ("latency>20us", "latency<"), ("size<", "no number"),
        ("size<x", "no number"), ("size<-3KB", "no number"), ("size<0x", "no number"),
        ("size<1e999B", "no number"), ("latency<20", "no unit"), ("latency<20KB", "us, µs, ms, s, x"),
        ("size<3GB", "KB, MB, B, x"), ("energy<3J", "there is x"), ("rate>0.5x", "1 or more"),
        ("size<2x", "at most 1"),
    ])
    func whatIsNoGoalIsRefused(_ text: String, _ says: String) {
        let error = #expect(throws: ModelError.self) { try ShrinkGoal(text) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    @Test func marginsAreShares() throws {
        for share in [0, -0.1, 1.01, .nan] {
            #expect(throws: ModelError.self) { try LossMargin(share) }
        }
    }

    /// Of numbers the margin is a share of the root mean squared error, of classes of the log loss; where rows cannot tell, it is
    /// not held.
    @Test func aMarginIsOfTheLossThatUsersKnow() throws {
        let margin = try LossMargin(0.1)
        let rows = 400
        func numbers(_ error: Double) -> Predictions {
            Predictions(
                rows: rows, classes: [], values: (0..<rows).map { error * (1 + 0.2 * Double($0 % 5)) })
        }
        let reference = LabelledPredictions(
            split: .test, predictions: numbers(1),
            answers: .numbers([Double](repeating: 0, count: rows)))
        func verdict(_ error: Double) throws -> NonInferiority.Verdict {
            try margin.comparison(of: numbers(error), beside: reference).verdict
        }
        #expect(try verdict(1.09) == .notWorse)
        #expect(try verdict(1.11) == .worse)
        let few = LabelledPredictions(
            split: .test, predictions: Predictions(rows: 3, classes: [], values: [1, -1, 0.9]),
            answers: .numbers([0, 0, 0]))
        let same = try margin.comparison(of: few.predictions, beside: few)
        #expect(same.verdict == .cannotTell)
    }

    /// The whole interval lies beyond the bound, or the goal is not reached.
    @Test func aGoalIsReachedByTheWholeInterval() throws {
        func number(_ lower: Double, _ value: Double, _ upper: Double) -> IntervalNumber {
            var result = IntervalNumber(counted: value)
            (result.lower, result.upper) = (lower, upper)
            return result
        }
        func reading(_ goal: String, _ level: IntervalNumber?, _ ratio: IntervalNumber) throws
            -> GoalReading
        { GoalReading(try ShrinkGoal(goal), level: level, ratio: ratio) }
        #expect(try reading("rate>5x", nil, number(5.1, 5.5, 6)).isReached)
        #expect(try !reading("rate>5x", nil, number(4.9, 5.5, 6)).isReached)
        #expect(try reading("latency<0.5x", nil, number(0.3, 0.4, 0.49)).isReached)
        #expect(try !reading("latency<0.5x", nil, number(0.3, 0.4, 0.51)).isReached)
        // An absolute bound asks for being faster too.
        let level = number(9e-6, 10e-6, 11e-6)
        #expect(try reading("latency<20us", level, number(0.8, 0.9, 0.95)).isReached)
        #expect(try !reading("latency<20us", level, number(0.9, 0.95, 1.01)).isReached)
        #expect(try !reading("latency<20us", nil, number(0.8, 0.9, 0.95)).isReached)
        let counted = GoalReading(
            try ShrinkGoal("size<100KB"), bytesBefore: 400_000, bytesAfter: 99_999)
        #expect(counted.isReached && counted.nearness > 1)
        #expect(
            !GoalReading(try ShrinkGoal("size<0.1x"), bytesBefore: 400, bytesAfter: 41).isReached)
    }

    private static let table = Table(
        name: "rows", rowCount: 500,
        columns: [Column(name: "x", cells: .numbers((0..<500).map(Double.init)))])

    /// Of pairs of the same model, timed under a pace that wanders, drifts and stalls, at most 5 % and two standard errors are
    /// claimed to be faster, by rate or by latency; a model that is twice as fast is found to be 1.8 times so.
    @Test(arguments: [
        (0.0, 0.0, 0.0), (0.9, 0.0, 0.02), (0.99, 0.5, 0.01),
    ])
    func noiseIsNoSpeed(_ correlation: Double, _ drift: Double, _ stalls: Double) throws {
        let samples = 80
        let goals = try ["rate>1x", "latency<1x"].map(ShrinkGoal.init)
        let twice = try ShrinkGoal("rate>1.8x")
        var claims = [0, 0]
        var found = 0
        for sample in 0..<samples {
            func times(_ factor: Double) throws -> PairedTimes {
                let clock = MadeClock(
                    seed: UInt64(2 * sample) + (factor == 1 ? 0 : 1), correlation: correlation,
                    drift: drift, stalls: stalls)
                return try #require(
                    try PairedTimes(
                        SlowModel(clock: clock, call: 30e-6, row: 1e-6),
                        SlowModel(clock: clock, call: 30e-6 * factor, row: 1e-6 * factor),
                        on: Self.table, timing: CallTiming(now: { clock.now })))
            }
            let same = try times(1)
            for (place, goal) in goals.enumerated() {
                let reading = try #require(GoalReading(goal, same))
                claims[place] += reading.isReached ? 1 : 0
            }
            found += try #require(GoalReading(twice, times(0.5))).isReached ? 1 : 0
        }
        let most = 0.05 + 2 * (0.05 * 0.95 / Double(samples)).squareRoot()
        for (goal, count) in zip(goals, claims) {
            #expect(
                Double(count) / Double(samples) <= most, "\(goal.text): \(count) of \(samples)")
        }
        #expect(Double(found) / Double(samples) >= 0.8, "\(found) of \(samples)")
    }

    /// By a counter that counts what calls take, and by one that stands still.
    @Test func energyIsReadByTurns() throws {
        let clock = MadeClock(seed: 5)
        let goal = try ShrinkGoal("energy<0.5x")
        var turns = EnergyTurns(joules: { 20 * clock.now }, now: { clock.now })
        let before = SlowModel(clock: clock, call: 0, row: 4e-6)
        let after = SlowModel(clock: clock, call: 0, row: 1e-6)
        let reading = try #require(try turns.reading(goal, before, after, on: Self.table))
        #expect(reading.isReached && abs(reading.ratio.value - 0.25) < 0.02)
        #expect(try turns.reading(goal, before, before, on: Self.table)?.isReached == false)
        turns.joules = { 7 }
        #expect(try turns.reading(goal, before, after, on: Self.table) == nil)
        turns.joules = { nil }
        #expect(try turns.reading(goal, before, after, on: Self.table) == nil)
    }
}
