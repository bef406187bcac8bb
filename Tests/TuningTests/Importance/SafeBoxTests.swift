import Foundation
import RealModule
import Statistics
import TensorCore
import Testing
import Tuning

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// Boxes of functions that are known: how often what is drawn inside is worse than stated.
@Suite struct SafeBoxTests {
    struct Landscape: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var value: @Sendable ([Double]) -> Double
    }

    static let axes: [AxisKind] = [.number, .number, .choice(3), .number]
    static let reference = [0.5, 0.4, 0, 0.5]
    static let landscapes = [
        Landscape(testDescription: "bowl") { x in
            let (a, b) = (x[0] - 0.5, x[1] - 0.4)
            return 1 + 2 * a * a + 0.3 * b * b + [0, 0.02, 0.5][Int(x[2])]
        },
        Landscape(testDescription: "cliffs") { x in
            1 + 8 * max(0, x[0] - 0.8) + 3 * max(0, 0.3 - x[1])
                + [0, 0.02, 0.5][Int(x[2])] * x[1]
        },
        Landscape(testDescription: "slanting valley") { x in
            let across = x[0] + x[1] - 0.9
            return 1 + 1.5 * across * across + [0, 0.1, 0.2][Int(x[2])]
                + 0.05 * Double.sin(12 * x[3])
        },
    ]

    static func tried(
        _ landscape: Landscape, noise: Double, seed: UInt64, points: Int, loss: Double
    ) -> TriedPoints {
        var draws = DrawnNumbers(CounterRandom(seed: seed, name: landscape.testDescription))
        var (all, values, ids): ([[Double]], [Double], [Int]) = ([], [], [])
        for point in 0..<points {
            let place =
                point == 0
                ? reference
                : [
                    draws.uniform(), draws.uniform(), Double(draws.integer(below: 3)),
                    draws.uniform(),
                ]
            for _ in 0..<(point < 6 ? 3 : 1) {
                all.append(place)
                ids.append(point)
                values.append(landscape.value(place) + noise * draws.normal())
            }
        }
        let raw = TriedPoints(axes: axes, points: all, values: values, ids: ids)
        let cap = raw.means[0] + 4 * max(loss, 2 * (raw.seedDeviation ?? 0))
        return TriedPoints(axes: axes, points: all, values: values, ids: ids, cap: cap)
    }

    static func answer(
        _ tried: TriedPoints, loss: Double, seed: UInt64, length: EffectSurrogate.Length,
        stretch: Double? = nil
    ) -> SafeBoxAnswer {
        let random = CounterRandom(seed: seed, name: "box")
        var search = SafeBoxSearch(
            EffectSurrogate(tried, random: random, length: length), around: reference,
            loss: loss,
            stretch: stretch ?? EffectSurrogate.stretch(tried, random: random), random: random)
        return search.answer()
    }

    /// Of 200 draws a box, under other seeds, how many are worse.
    static func worse(
        _ box: SafeBox, _ landscape: Landscape, noise: Double, loss: Double, seed: UInt64
    ) -> Int {
        var draws = DrawnNumbers(CounterRandom(seed: seed, name: "inside"))
        let limit = landscape.value(reference) + loss
        return (0..<200).count { _ in
            landscape.value(box.drawn(&draws)) + noise * draws.normal() > limit
        }
    }

    @Test(.enabled(if: !isLong), arguments: landscapes)
    func boxesHold(_ landscape: Landscape) {
        let (noise, loss) = (0.03, 0.2)
        var (worse, boxes) = (0, 0)
        for seed in 0..<3 as Range<UInt64> {
            let tried = Self.tried(landscape, noise: noise, seed: seed, points: 40, loss: loss)
            guard
                case .box(let box) = Self.answer(
                    tried, loss: loss, seed: seed, length: .init(burn: 100, kept: 150),
                    stretch: 1)
            else { continue }
            boxes += 1
            #expect(box.holds(Self.reference))
            worse += Self.worse(box, landscape, noise: noise, loss: loss, seed: seed)
        }
        #expect(boxes > 0)
        let count = Double(200 * boxes)
        #expect(Double(worse) / count <= 0.05 + 2 * (0.05 * 0.95 / 200).squareRoot())
    }

    /// Forty studies of each, two noises; each box by itself.
    @Test(.enabled(if: isLong), arguments: landscapes)
    func boxesHoldAtLength(_ landscape: Landscape) {
        for noise in [0.01, 0.05] {
            var (failed, boxes) = (0, 0)
            for seed in 0..<40 as Range<UInt64> {
                let tried = Self.tried(landscape, noise: noise, seed: seed, points: 60, loss: 0.15)
                guard
                    case .box(let box) = Self.answer(
                        tried, loss: 0.15, seed: seed, length: .init())
                else { continue }
                boxes += 1
                let share =
                    Double(Self.worse(box, landscape, noise: noise, loss: 0.15, seed: seed)) / 200
                if share > 0.05 + 2 * (0.05 * 0.95 / 200).squareRoot() { failed += 1 }
            }
            #expect(
                Double(failed) <= 0.05 * Double(boxes) + 3, "\(landscape): \(failed) of \(boxes)")
        }
    }

    /// A setting without effect ends in the box more widely than one with; words that cost too much stay out.
    @Test func theBoxFollowsTheFunction() throws {
        let landscape = Self.landscapes[0]
        let tried = Self.tried(landscape, noise: 0.01, seed: 4, points: 60, loss: 0.15)
        let answer = Self.answer(
            tried, loss: 0.15, seed: 4, length: .init(burn: 100, kept: 150), stretch: 1)
        guard case .box(let box) = answer else {
            Issue.record("no box: \(answer)")
            return
        }
        #expect(box.upper[3] - box.lower[3] > box.upper[0] - box.lower[0])
        #expect(box.words[2].contains(0) && !box.words[2].contains(2))
        #expect((0..<1).contains(box.share(of: Self.axes)))
    }

    /// A loss that the seed alone exceeds is unreachable, with the least that is not.
    @Test func seedNoiseIsSaid() {
        let tried = Self.tried(Self.landscapes[0], noise: 0.3, seed: 1, points: 40, loss: 0.1)
        let answer = Self.answer(
            tried, loss: 0.1, seed: 1, length: .init(burn: 20, kept: 50), stretch: 1)
        guard case .seedNoise(let least) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(least > 0.3)
    }

    /// More trials for a surrogate that is too unsure, or that it is worse next to the point: never a box.
    @Test func aRoughFunctionHasNoBox() {
        let rough = Landscape(testDescription: "rough") { x in
            1 + Double.sin(60 * x[0]) * Double.cos(70 * x[1] + 40 * x[3])
        }
        let tried = Self.tried(rough, noise: 0.01, seed: 2, points: 40, loss: 0.1)
        let answer = Self.answer(
            tried, loss: 0.1, seed: 2, length: .init(burn: 50, kept: 100), stretch: 1)
        if case .box(let box) = answer { Issue.record("a box: \(box)") }
    }
}
