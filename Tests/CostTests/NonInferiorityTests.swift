import Cost
import Evidence
import Prediction
import RealModule
import Statistics
import TensorCore
import Testing

/// Whether a model is not worse than another beyond a margin: claims at their stated rates.
@Suite struct NonInferiorityTests {
    private static let share = 0.1

    /// Errors of two models on the same rows, whose squares have the means 1 and `ratio`.
    private static func errors(
        _ draw: Int, rows: Int, ratio: Double, correlation: Double, model: Int = 0
    ) -> (own: [Double], other: [Double]) {
        let random = CounterRandom(seed: 21, name: "non-inferiority")
        func normal(_ stream: Int, _ row: Int) -> Double {
            let index = UInt64(2 * (row + rows * stream))
            let u = random.uniform(step: UInt32(draw), index: index)
            let v = random.uniform(step: UInt32(draw), index: index + 1)
            return (-2 * Double.log(1 - u)).squareRoot() * Double.cos(2 * .pi * v)
        }
        let own = (0..<rows).map { normal(0, $0) }
        let rest = (1 - correlation * correlation).squareRoot()
        let other = (0..<rows).map {
            ratio.squareRoot() * (correlation * own[$0] + rest * normal(1 + model, $0))
        }
        return (own, other)
    }

    private static func said(_ errors: [Double]) -> LabelledPredictions {
        LabelledPredictions(
            split: .test, predictions: .init(rows: errors.count, classes: [], values: errors),
            answers: .numbers(Array(repeating: 0, count: errors.count)))
    }

    private static func compared(
        _ own: [Double], _ other: [Double], models: Int = 1
    ) throws -> NonInferiority {
        var reference = said(own)
        reference.models = models
        return try NonInferiority(
            of: said(other).predictions, beside: reference, share: share)
    }

    /// A candidate that is worse by just the margin is called not worse in 5 % at most; so is any of three.
    @Test func whatIsWorseByTheMarginIsSeldomNotWorse() throws {
        let draws = 400
        var alone = 0
        var any = 0
        for draw in 0..<draws {
            let family = try (0..<3).map { model in
                let (own, other) = Self.errors(
                    draw, rows: 150, ratio: 1 + Self.share, correlation: 0.6, model: model)
                return try Self.compared(own, other)
            }
            if family[0].verdict == .notWorse { alone += 1 }
            if NonInferiority.verdicts(family).contains(.notWorse) { any += 1 }
        }
        let most = 0.05 + 2 * (0.05 * 0.95 / Double(draws)).squareRoot()
        #expect(Double(alone) / Double(draws) <= most, "\(alone) of \(draws)")
        #expect(Double(any) / Double(draws) <= most, "\(any) of \(draws)")
        // The test is one: it says so of some.
        #expect(alone > 0)
    }

    /// One that says nearly the same is found, and one that is far worse is called so.
    @Test func whatIsClearIsSaid() throws {
        var found = 0
        for draw in 0..<20 {
            let (own, other) = Self.errors(draw, rows: 400, ratio: 1, correlation: 0.995)
            if try Self.compared(own, other).verdict == .notWorse { found += 1 }
            let (first, second) = Self.errors(draw, rows: 400, ratio: 3, correlation: 0.6)
            #expect(try Self.compared(first, second).verdict == .worse)
        }
        #expect(found >= 18, "\(found)")
    }

    @Test func theMarginIsAShareOfTheOthersLoss() throws {
        let (own, _) = Self.errors(1, rows: 200, ratio: 1, correlation: 0)
        let same = try Self.compared(own, own)
        let loss = own.reduce(0) { $0 + $1 * $1 } / 200
        #expect(abs(same.referenceLoss - loss) < 1e-12)
        #expect(abs(same.margin - 0.1 * loss) < 1e-12)
        #expect(same.difference.value == 0)
        #expect(abs(try #require(same.excess.value) + 0.1 * loss) < 1e-12)
        // No row tells the two apart, and the margin is above 0 for sure.
        #expect(same.verdict == .notWorse)
        // A hundredth more error in each row is two hundredths of the loss.
        let more = try Self.compared(own, own.map { 1.01 * $0 })
        #expect(abs(try #require(more.excess.value) - (1.0201 - 1.1) * loss) < 1e-12)
    }

    @Test func fewRowsTellNothing() throws {
        let few = try Self.compared([1, -1, 0.5], [1, -1, 0.5])
        #expect(few.verdict == .cannotTell && few.pValue == nil)
        #expect(NonInferiority.verdicts([few]) == [.cannotTell])
    }

    /// Looks at the rows before, and candidates beside, only take claims away.
    @Test func othersWidenAndAddNothing() throws {
        let (own, other) = Self.errors(3, rows: 300, ratio: 1, correlation: 0.9)
        let first = try Self.compared(own, other)
        let seventh = try Self.compared(own, other, models: 7)
        #expect(
            try #require(seventh.excess.upper) > #require(first.excess.upper)
                && seventh.excess.lower == first.excess.lower)
        #expect(try #require(seventh.pValue) > #require(first.pValue))
        for draw in 0..<30 {
            let family = try (0..<4).map { model in
                let (own, other) = Self.errors(
                    draw, rows: 120, ratio: 1.02, correlation: 0.95, model: model)
                return try Self.compared(own, other)
            }
            for (one, verdict) in zip(family, NonInferiority.verdicts(family))
            where verdict == .notWorse { #expect(one.verdict == .notWorse) }
        }
    }
}
