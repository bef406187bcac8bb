import Cost
import Evidence
import Models
import Prediction
import Statistics
import Tables
import Testing

@Suite struct PredictionLatencyTests {
    private static let table: Table = {
        let numbers = (0..<1000).map { Double($0 % 37) }
        return Table(
            name: "rows", rowCount: 1000,
            columns: ["x", "y"].map { Column(name: $0, cells: .numbers(numbers)) })
    }()

    private static func subject(_ model: SlowModel) throws -> Subject {
        let schema = Schema(columns: [.init(name: "x", kind: .number, role: .feature)])
        return Subject(
            test: LabelledPredictions(
                split: .test, predictions: Predictions(rows: 0, classes: [], values: []),
                answers: .numbers([])),
            model: TestedModel(
                predictor: model, table: table.selecting(rows: []), secondsPerPrediction: 0),
            tables: TrainingTables(
                training: table, test: nil, schema: schema,
                target: try TargetEncoder(
                    table.columns[1], source: "rows", rows: Array(0..<1000), task: .regression,
                    positive: nil)))
    }

    private func value(_ metric: MetricID, _ found: [Measurement]) throws -> Measurement {
        try #require(found.first { $0.metric == metric })
    }

    /// 20 µs a call and 1 µs a row: 21 µs, and 256 rows in 276 µs.
    @Test func timesAreThoseOfTheClock() throws {
        let clock = MadeClock(seed: 1, stalls: 0.01)
        let subject = try Self.subject(SlowModel(clock: clock, call: 20e-6, row: 1e-6))
        let probe = PredictionLatency(timing: CallTiming(now: { clock.now }))
        #expect(probe.description.looksAt.isEmpty)
        #expect(probe.description.needs.isSubset(of: subject.has))
        let found = try probe.measure(subject).measurements
        let latency = try value("predictionLatency", found)
        let rate = try value("predictionRate", found)
        // Stalls of two hundred times a call's time are no part of a median.
        #expect(abs((latency.value ?? 0) - 0.021) < 0.0005)
        #expect(abs((rate.value ?? 0) - 256 / 276e-6) < 0.03 * 256 / 276e-6)
        for measurement in found {
            let interval = try #require(measurement.interval)
            #expect(interval.varied == "repeats" && interval.level == 0.95)
            #expect(interval.lower < interval.upper && interval.lower > 0)
            #expect(Set(probe.description.metrics.map(\.id)).contains(measurement.metric))
        }
        #expect(latency.sample.rows == 1 && rate.sample.rows == 256)
        // A tenth of a second or so.
        #expect(clock.now < 0.4)
    }

    /// A call that takes longer than all blocks together is timed a few times, and no more.
    @Test func aSlowModelIsTimedSeldom() throws {
        let clock = MadeClock(seed: 2)
        let subject = try Self.subject(SlowModel(clock: clock, call: 0.05, row: 0))
        let found = try PredictionLatency(timing: CallTiming(now: { clock.now }))
            .measure(subject).measurements
        #expect(abs((try value("predictionLatency", found).value ?? 0) - 50) < 5)
        #expect(clock.now < 1.5)
    }

    struct Noise: Sendable {
        var correlation: Double
        var drift: Double
        var stalls: Double
    }

    /// Two that are equally fast are told apart in at most 5 % of comparisons, whatever the clock does meanwhile; one that
    /// is 5 % faster is found.
    @Test(arguments: [
        Noise(correlation: 0, drift: 0, stalls: 0),
        Noise(correlation: 0.9, drift: 0, stalls: 0.01),
        Noise(correlation: 0.99, drift: 0.5, stalls: 0.01),
    ])
    func turnsAreFair(_ noise: Noise) throws {
        let samples = 120
        var (claims, finds, covered) = (0, 0, 0)
        for sample in 0..<samples {
            for (factor, isEqual) in [(1.0, true), (0.95, false)] {
                let clock = MadeClock(
                    seed: UInt64(2 * sample + (isEqual ? 0 : 1)),
                    correlation: noise.correlation, drift: noise.drift, stalls: noise.stalls)
                let before = SlowModel(clock: clock, call: 30e-6, row: 1e-6)
                let after = SlowModel(clock: clock, call: 30e-6 * factor, row: 1e-6 * factor)
                let found = try PredictionLatency(timing: CallTiming(now: { clock.now }))
                    .measure(Self.subject(before), Self.subject(after))
                let change = try #require(
                    found.changes.first { $0.metric.id == "predictionLatency" })
                let verdict = Verdict(change.difference, direction: change.metric.direction)
                if isEqual {
                    claims += verdict == .cannotTell ? 0 : 1
                } else {
                    finds += verdict == .better ? 1 : 0
                    // At the pace that the clock had.
                    let level = try value("predictionLatency", found.first).value ?? 0
                    let truth = -0.05 * level
                    let estimate = change.difference.estimate
                    covered +=
                        (estimate.lower ?? 0) <= truth && truth <= (estimate.upper ?? 0) ? 1 : 0
                }
            }
        }
        // 5 % and three Monte-Carlo standard errors, of three noises.
        #expect(Double(claims) / Double(samples) <= 0.11, "\(noise): \(claims)")
        #expect(Double(covered) / Double(samples) >= 0.9, "\(noise): \(covered)")
        #expect(Double(finds) / Double(samples) >= 0.8, "\(noise): \(finds)")
    }

    /// One model twice: where each lies in memory makes it up to 3 % faster or slower, its first call after the other's finds
    /// cold caches, and whoever is called first of all makes what both keep. It is no reason to call the second one faster.
    @Test func placesAndColdCallsAreNoSpeed() throws {
        let samples = 60
        var claims = [0, 0]
        for sample in 0..<samples {
            let clock = MadeClock(
                seed: UInt64(sample), correlation: 0.9, stalls: 0.01, first: 0.02, cold: 0.5)
            let places = MadePlaces(seed: UInt64(sample), spread: 0.03)
            func subject() throws -> Subject {
                try Self.subject(SlowModel(clock: clock, call: 120e-6, row: 2e-6, places: places))
            }
            let found = try PredictionLatency(timing: CallTiming(now: { clock.now }))
                .measure(subject(), subject())
            for (place, change) in found.changes.enumerated() {
                let verdict = Verdict(change.difference, direction: change.metric.direction)
                claims[place] += verdict == .cannotTell ? 0 : 1
            }
        }
        // 5 % and two Monte-Carlo standard errors.
        let most = 0.05 + 2 * (0.05 * 0.95 / Double(samples)).squareRoot()
        for count in claims { #expect(Double(count) / Double(samples) <= most, "\(claims)") }
    }

    /// Both sides and their differences speak of the same turns.
    @Test func levelsAndDifferencesAgree() throws {
        let clock = MadeClock(seed: 3)
        let first = try Self.subject(SlowModel(clock: clock, call: 30e-6, row: 1e-6))
        let second = try Self.subject(SlowModel(clock: clock, call: 60e-6, row: 1e-6))
        let found = try PredictionLatency(timing: CallTiming(now: { clock.now }))
            .measure(first, second)
        for change in found.changes {
            let before = try value(change.metric.id, found.first).value ?? 0
            let after = try value(change.metric.id, found.second).value ?? 0
            let difference = try #require(change.difference.estimate.value)
            #expect(abs(after - before - difference) < 1e-9 * abs(after))
        }
        #expect(found.changes.map(\.metric.id) == ["predictionLatency", "predictionRate"])
    }
}
