import Evidence
import Prediction
import RealModule
import Statistics
import TensorCore
import Testing

/// Differences of numbers that nothing pairs.
@Suite struct UnpairedChangeTests {
    private func metric(_ id: String, _ direction: Int) -> MetricDefinition {
        MetricDefinition(
            id: MetricID(id), name: id, formula: "", unit: "u", direction: direction,
            drawback: .overfitting, source: "")
    }

    private func measured(_ id: String, _ value: Double?, _ reach: Double?) -> Measurement {
        Measurement(
            metric: MetricID(id), drawback: .overfitting, value: value, unit: "u",
            interval: value.flatMap { value in
                reach.map {
                    .init(lower: value - $0, upper: value + $0, method: "m", varied: "rows")
                }
            }, sample: .init(split: .test, rows: 10), group: "g")
    }

    @Test func countsAreExact() throws {
        let fewer = metric("parameters", -1)
        let change = try #require(
            Change(
                counting: measured("parameters", 100, nil), measured("parameters", 60, nil),
                of: fewer))
        #expect(change.difference.value == -40 && change.difference.interval == nil)
        #expect(change.verdict == .better && change.difference.note == "better; counted, exact")
        #expect(change.difference.metric == "parametersDifference")
        #expect(change.difference.unit == "u" && change.difference.group == "g")
        let more = Change(
            counting: measured("parameters", 60, nil), measured("parameters", 100, nil), of: fewer)
        #expect(more?.verdict == .worse)
    }

    @Test func intervalsAreAdded() throws {
        let loss = metric("someLoss", -1)
        let change = try #require(
            Change(bounding: measured("someLoss", 3, 0.5), measured("someLoss", 1, 0.25), of: loss))
        let interval = try #require(change.difference.interval)
        #expect(interval.lower == -2.75 && interval.upper == -1.25)
        #expect(change.verdict == .better)
        // What may be nothing is not claimed, and what has no interval neither.
        let near = Change(
            bounding: measured("someLoss", 3, 0.5), measured("someLoss", 2.5, 0.25), of: loss)
        #expect(near?.verdict == .cannotTell && near?.difference.value == -0.5)
        let bare = Change(
            bounding: measured("someLoss", 3, nil), measured("someLoss", 1, 0.25), of: loss)
        #expect(bare?.verdict == .cannotTell && bare?.difference.interval == nil)
        #expect(
            Change(bounding: measured("someLoss", nil, nil), measured("someLoss", 1, 1), of: loss)
                == nil)
        // A share cannot fall by more than one.
        let share = try #require(
            Change(
                bounding: measured("accuracy", 0.9, 0.3), measured("accuracy", 0.1, 0.3),
                of: metric("accuracy", 1)))
        #expect(share.difference.interval?.lower == -1)
    }

    /// Of equal models a claim is rarer than 5 %, however their errors go together.
    @Test(arguments: [-1.0, -0.5, 0, 0.5, 0.9])
    func noCorrelationMakesClaims(_ correlation: Double) throws {
        let samples = 4000
        let random = CounterRandom(seed: 3, name: "correlated")
        let loss = metric("someLoss", -1)
        var claims = 0
        for sample in 0..<samples {
            let u = (0..<4).map { random.uniform(step: UInt32($0), index: UInt64(sample)) }
            let first = (-2 * Double.log(1 - u[0])).squareRoot() * Double.cos(2 * .pi * u[1])
            let own = (-2 * Double.log(1 - u[2])).squareRoot() * Double.cos(2 * .pi * u[3])
            let second =
                correlation * first + (1 - correlation * correlation).squareRoot() * own
            let change = try #require(
                Change(
                    bounding: measured("someLoss", first, 1.96),
                    measured("someLoss", second, 1.96), of: loss))
            claims += change.verdict == .cannotTell ? 0 : 1
        }
        // 5 % and two Monte-Carlo standard errors, reached where errors are opposite.
        #expect(Double(claims) / Double(samples) <= 0.057, "\(correlation): \(claims)")
    }
}
