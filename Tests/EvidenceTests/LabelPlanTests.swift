import DataEfficiency
import Evidence
import Foundation
import RealModule
import Statistics
import TensorCore
import Testing

/// Plans of labels over curves that are known.
@Suite struct LabelPlanTests {
    private static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

    /// Normal numbers of one seed, in the order in which they are asked for.
    private struct Noise {
        let random: CounterRandom
        var place: UInt64 = 0

        init(_ seed: UInt64) { random = CounterRandom(seed: seed, name: "curves") }

        mutating func uniform() -> Double {
            place += 1
            return Double(random.uniform(index: place))
        }

        mutating func normal() -> Double {
            SpecialFunctions.normalQuantile(min(1 - 1e-9, max(1e-9, uniform())))
        }
    }

    private static let shares: [(share: Double, times: Int)] = [
        (0.125, 4), (0.25, 4), (0.375, 2), (0.5, 2), (0.75, 2), (1, 2),
    ]

    /// Trainings by a curve, whose errors differ by `deviation` at all of `rows`, more at fewer.
    private static func points(
        rows: Int, deviation: Double = 0, seed: UInt64 = 0, _ curve: (Double) -> Double
    ) -> CurvePoints {
        var noise = Noise(seed)
        return CurvePoints(
            shares.flatMap { share, times in
                (0..<times).map { _ in
                    let count = share * Double(rows)
                    let spread = deviation * (1 / share).squareRoot() * noise.normal()
                    return (Int(count.rounded()), curve(count) * Double.exp(spread))
                }
            })
    }

    private static func power(_ height: Double, _ rate: Double, _ asymptote: Double)
        -> (Double) -> Double
    { { asymptote + height * Double.pow($0, -rate) } }

    @Test func aCurveWithoutNoiseIsFoundAgain() throws {
        for asymptote in [0, 0.1] {
            let curve = Self.power(2, 0.5, asymptote)
            let plan = LabelPlan(Self.points(rows: 800, curve))
            #expect(plan.behaviour == .falls)
            for rows in [1600, 3200] {
                let forecast = try #require(plan.forecast(atRows: rows))
                let truth = curve(Double(rows))
                #expect(abs(forecast.error / truth - 1) < 0.12, "\(forecast) of \(truth)")
                #expect(forecast.lower < truth && truth < forecast.upper)
            }
            guard case .needed(let rows, let least, let most) = plan.answer(goal: curve(1600))
            else {
                Issue.record("no answer")
                continue
            }
            #expect(least < 1600 && 1600 < most ?? .max && (900..<3000).contains(rows))
        }
    }

    /// The fan's 90 % interval over curves of all kinds that trainings give, noise and misfit and all.
    @Test func theFanCovers() {
        let curves = Self.isLong ? 1000 : 40
        var held = 0
        for seed in 0..<UInt64(curves) {
            var noise = Noise(seed &+ 1000)
            let asymptote = noise.uniform() < 0.3 ? 0 : 0.3 * noise.uniform()
            let curve = Self.power(
                0.3 + 3 * noise.uniform(), 0.2 + 0.6 * noise.uniform(), asymptote)
            let fit = CurveFit(Self.points(rows: 800, deviation: 0.02, seed: seed, curve))
            let forecast = fit.forecast(atRows: 1600)
            let truth = curve(1600) * Double.exp(0.02 / 2.0.squareRoot() * noise.normal())
            if forecast.lower <= truth, truth <= forecast.upper { held += 1 }
        }
        let share = Double(held) / Double(curves)
        #expect(share >= (Self.isLong ? 0.88 : 0.8), "\(share)")
    }

    @Test func goalsHaveFourAnswers() throws {
        let curve = Self.power(2, 0.8, 0.2)
        let plan = LabelPlan(Self.points(rows: 800, curve))
        #expect(plan.answer(goal: 0.9) == .reached)
        #expect(plan.answer(goal: 0.05) == .unreachable)
        // The loss of ever more rows bounds the fan.
        let forecast = try #require(plan.forecast(atRows: 20_000))
        #expect(forecast.lower > 0.1)
        let short = LabelPlan(CurvePoints([(100, 0.5), (200, 0.4), (400, 0.3)]))
        guard case .cannotTell(let reason, nil) = short.answer(goal: 0.2) else {
            Issue.record("three sizes make no curve")
            return
        }
        #expect(reason.contains("3 sizes"))
        #expect(short.forecast(atRows: 800) == nil && short.fan.isEmpty)
        let narrow = CurvePoints([(300, 0.5), (350, 0.4), (400, 0.3), (410, 0.3)])
        #expect(narrow.shortage != nil)
    }

    @Test func aFlatCurvePromisesNothing() {
        let plan = LabelPlan(Self.points(rows: 800, deviation: 0.02, seed: 3) { _ in 0.4 })
        switch plan.answer(goal: 0.3) {
        case .unreachable, .cannotTell: break
        default: Issue.record("\(plan.answer(goal: 0.3))")
        }
    }

    @Test func aRiseIsToldFromNoise() {
        let rising = LabelPlan(Self.points(rows: 800) { 0.2 + 0.0002 * $0 })
        guard case .rises = rising.behaviour else {
            Issue.record("\(rising.behaviour)")
            return
        }
        guard case .cannotTell = rising.answer(goal: 0.1) else {
            Issue.record("a rising curve reaches nothing")
            return
        }
        // A peak at 200 of 3,200 rows, and a fall beyond.
        let peaked = LabelPlan(
            CurvePoints(
                [
                    (100, 0.2), (200, 0.6), (400, 0.4), (800, 0.3), (1600, 0.25), (3200, 0.22),
                ].flatMap { rows, error in [0.99, 1, 1.01].map { (rows, error * $0) } }))
        #expect(peaked.behaviour == .fallsFrom(rows: 200))
        #expect((peaked.forecast(atRows: 6400)?.error ?? 1) < 0.22)
        // At most 1 % of flat curves are said to rise, less three standard errors of the count.
        let curves = Self.isLong ? 2000 : 200
        let claims = (0..<UInt64(curves)).count { seed in
            let points = Self.points(rows: 800, deviation: 0.03, seed: seed) { _ in 0.4 }
            return CurveBehaviour.of(points).behaviour != .falls
        }
        #expect(Double(claims) <= 0.01 * Double(curves) + 3 * (0.01 * Double(curves)).squareRoot())
    }

    /// Weights add up to one, and the average lies among what its forms say.
    @Test func formsShareTheSay() throws {
        let plan = LabelPlan(
            Self.points(rows: 800, deviation: 0.02, seed: 9, Self.power(2, 0.4, 0.1)))
        let fit = try #require(plan.fit)
        #expect(abs(fit.weights.values.reduce(0, +) - 1) < 1e-9)
        let said = CurveForm.allCases.compactMap { fit.error(ofForm: $0, atRows: 3200) }
        let middle = fit.forecast(atRows: 3200)
        #expect(middle.error >= (said.min() ?? 1) * 0.9 && middle.error <= (said.max() ?? 0) * 1.1)
        let wide = fit.forecast(atRows: 3200, inflation: 2)
        #expect(wide.error == middle.error)
        #expect(wide.upper > middle.upper && wide.lower <= middle.lower)
    }

    /// The prior of tables whose whole curves are by the same law with other rates near one, each a table.
    private static func prior(of tables: Int, _ curve: (UInt64) -> (Double) -> Double)
        -> CurvePrior?
    {
        var sums: [String: [Double]] = [:]
        for seed in 0..<UInt64(tables) {
            let truth = curve(seed)
            let shares = CurveFit.shapeShares(
                points(rows: 800, deviation: 0.02, seed: seed + 5000, truth),
                later: [1600, 3200, 12_800].map { ($0, truth(Double($0))) })
            for (form, shares) in shares {
                let sum = sums[form.rawValue] ?? shares.map { _ in 0 }
                sums[form.rawValue] = zip(sum, shares).map { $0 + $1 }
            }
        }
        return CurvePrior(
            date: "", source: "", tables: tables,
            partsOfForms: sums.mapValues { $0.map { Int((1e5 * $0 / Double(tables)).rounded()) } })
    }

    /// Of curves alike, those that came to their end tell of one that has just begun.
    @Test func wholeCurvesOfOtherTablesTell() throws {
        func law(_ seed: UInt64) -> (Double) -> Double {
            var noise = Noise(seed &+ 7000)
            // Half of the error at 800 rows never goes.
            return Self.power(Double.pow(800, 0.8) / 2, 0.75 + 0.1 * noise.uniform(), 0.5)
        }
        let learned = try #require(Self.prior(of: 12, law))
        var errors = (learned: 0.0, general: 0.0)
        let curves = Self.isLong ? 100 : 12
        for seed in 100..<UInt64(100 + curves) {
            let truth = law(seed)(3200)
            let points = Self.points(rows: 800, deviation: 0.04, seed: seed, law(seed))
            func error(_ prior: CurvePrior) -> Double {
                abs(Double.log(CurveFit(points, prior: prior).forecast(atRows: 3200).error / truth))
            }
            errors.learned += error(learned)
            errors.general += error(.general)
        }
        #expect(errors.learned < 0.7 * errors.general, "\(errors)")
        // None is ruled out: points that say otherwise are believed.
        let falling = Self.power(2, 0.5, 0)
        let forecast = CurveFit(Self.points(rows: 800, falling), prior: learned)
            .forecast(atRows: 3200)
        #expect(forecast.lower < falling(3200) && falling(3200) < forecast.upper, "\(forecast)")
    }

    @Test func sharesOfShapesAddUpToOne() throws {
        let curve = Self.power(2, 0.5, 0.05)
        let points = Self.points(rows: 800, deviation: 0.01, seed: 4, curve)
        let shares = CurveFit.shapeShares(
            points, later: [(1600, curve(1600)), (6400, curve(6400))])
        #expect(abs(shares.values.reduce(0) { $0 + $1.reduce(0, +) } - 1) < 1e-9)
        #expect(Set(shares.keys) == Set(CurveForm.allCases))
        // Without a later row it is what the fit weighs, less what it leaves away.
        let plain = CurveFit.shapeShares(points, later: [])
        for (form, weight) in CurveFit(points, prior: .general).weights {
            #expect(abs((plain[form] ?? []).reduce(0, +) - weight) < 2e-3)
        }
        func prior(_ change: (inout [String: [Int]]) -> Void, tables: Int = 3) -> CurvePrior? {
            var parts = Dictionary(
                uniqueKeysWithValues: shares.map { ($0.key.rawValue, $0.value.map { _ in 7 }) })
            change(&parts)
            return CurvePrior(date: "", source: "", tables: tables, partsOfForms: parts)
        }
        #expect(prior { _ in } != nil)
        #expect(prior({ _ in }, tables: 0) == nil)
        #expect(prior { $0["pow2"] = [1] } == nil)
        #expect(prior { $0["constant"] = [-1] } == nil)
        #expect(prior { $0["exp3"] = nil } == nil)
        #expect(prior { for form in $0.keys { $0[form] = $0[form]?.map { _ in 0 } } } == nil)
    }

    /// The one that the program knows is of as many shapes as there are, or it would say what no table does.
    @Test func theCurrentPriorSaysMoreThanTheGeneralOne() {
        let points = Self.points(rows: 800, deviation: 0.02, seed: 9, Self.power(2, 0.4, 0.1))
        #expect(CurvePrior.current.tables >= 15 && CurvePrior.general.tables == 0)
        #expect(CurveFit(points).weights != CurveFit(points, prior: .general).weights)
    }

    @Test func whereLabelsStopPaying() throws {
        let curve = Self.power(2, 0.5, 0)
        let plan = LabelPlan(Self.points(rows: 800, curve))
        let last = try #require(plan.lastPayingRows(cost: 0.1, worth: 100))
        // The derivative a·b·s^(−1.5) / 0.01 · 100 = 0.1.
        let exact = Double.pow(0.1 * 0.01 / 100, -1 / 1.5)
        #expect(abs(Double.log(Double(last) / exact)) < 0.5, "\(last) of \(exact)")
        #expect(plan.lastPayingRows(cost: 0, worth: 1) == nil)
        let gain = try #require(plan.gainOfHundred(atRows: 800))
        #expect(abs(gain / (curve(800) - curve(900)) - 1) < 0.3)
    }

    @Test func metricsAreCalledAsPeopleCallThem() throws {
        let auc = try #require(CurveMetric.named("auc", ofClasses: 2))
        #expect(auc.definition.id == .rocAUC)
        #expect(abs(auc.error(ofValue: 0.93) - 0.07) < 1e-12 && auc.value(ofError: 0.25) == 0.75)
        #expect(CurveMetric.named("AUC", ofClasses: 5)?.definition.id == .macroAUC)
        #expect(CurveMetric.named("loss", ofClasses: nil)?.definition.id == .rootMeanSquaredError)
        #expect(CurveMetric.named("auc", ofClasses: nil) == nil)
        #expect(CurveMetric(column: "accuracy").error(ofValue: 0.9) < 0.11)
        #expect(CurveMetric(column: "energy of a state").error(ofValue: 0.9) == 0.9)
    }
}
