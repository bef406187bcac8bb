import Foundation
import Statistics
import TensorCore
import Testing
import Tuning

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// How often intervals held, and how often what has no effect was named.
struct ImportanceRates: Sendable {
    var name: String
    var intervals = 0
    var held = 0
    var without = 0
    var named = 0
    var pairsWithout = 0
    var pairsNamed = 0

    /// - Parameter samples: Their seeds.
    init(
        _ function: KnownFunction, points: Int, noise: Double, samples: Range<UInt64>,
        length: EffectSurrogate.Length, isSearch: Bool = false
    ) {
        name = "\(function.name), noise \(noise)" + (isSearch ? ", by a search" : "")
        for seed in samples {
            let tried = function.tried(
                points: points, repeated: 8, noise: noise, seed: seed, isSearch: isSearch)
            let found = EffectImportance(
                tried, random: CounterRandom(seed: seed, name: "importance"), length: length)
            for effect in found.effects {
                let truth = function.share(effect.effect)
                intervals += 1
                if (effect.alone.lower - 1e-9...effect.alone.upper + 1e-9).contains(truth) {
                    held += 1
                }
                let isNamed = effect.verdict == .matters
                if effect.effect.second == nil {
                    guard function.isWithoutEffect(effect.effect.first) else { continue }
                    without += 1
                    named += isNamed ? 1 : 0
                } else if truth == 0 {
                    pairsWithout += 1
                    pairsNamed += isNamed ? 1 : 0
                }
            }
        }
    }

    static func room(_ share: Double, _ count: Int) -> Double {
        (share * (1 - share) / Double(max(1, count))).squareRoot()
    }

    func check(errors: Double) {
        let (cover, alarm, pairAlarm) = (
            Double(held) / Double(intervals), Double(named) / Double(max(1, without)),
            Double(pairsNamed) / Double(max(1, pairsWithout))
        )
        #expect(
            cover >= 0.93 - errors * Self.room(0.93, intervals) * (isLong ? 0 : 1),
            "\(name): \(cover)")
        #expect(alarm <= 0.05 + errors * Self.room(0.05, without), "\(name): \(alarm)")
        #expect(pairAlarm <= 0.05 + errors * Self.room(0.05, pairsWithout), "\(name): \(pairAlarm)")
    }
}

/// Intervals of importance on functions whose analysis of variance is known, and false alarms.
@Suite struct ImportanceSimulationTests {
    @Test(.enabled(if: !isLong), arguments: KnownFunction.all, [0, 0.5])
    func intervalsHold(_ function: KnownFunction, _ noise: Double) {
        ImportanceRates(
            function, points: 40, noise: noise, samples: 0..<8,
            length: .init(burn: 100, kept: 200)
        ).check(errors: 3)
    }

    /// 150 samples each, by chance and by a search; writes Verified/importance.md.
    @Test(.enabled(if: isLong))
    func intervalsHoldAtLength() async throws {
        struct Case: Sendable {
            var function: KnownFunction
            var noise: Double
            var isSearch: Bool
        }
        let cases = KnownFunction.all.flatMap { function in
            [0, 0.2, 0.5].flatMap { noise in
                [false, true].map { Case(function: function, noise: noise, isSearch: $0) }
            }
        }
        var found: [ImportanceRates] = []
        try await withThrowingTaskGroup(of: (Int, ImportanceRates).self) { group in
            for (place, one) in cases.enumerated() {
                group.addTask {
                    (
                        place,
                        ImportanceRates(
                            one.function, points: 60, noise: one.noise, samples: 0..<150,
                            length: .init(), isSearch: one.isSearch)
                    )
                }
            }
            var all: [(Int, ImportanceRates)] = []
            for try await one in group { all.append(one) }
            found = all.sorted { $0.0 < $1.0 }.map(\.1)
        }
        var lines = [
            "# Importance of settings", "",
            "Written by ImportanceSimulationTests with VOUCH_VERIFY=1: 150 samples a line of 60 points, of which eight were "
                + "tried three times. Noise in deviations of the function.", "",
            "| function | intervals | held | without effect | named | pairs without | named |",
            "|---|---:|---:|---:|---:|---:|---:|",
        ]
        // Of eighteen lines one may lie two errors above by chance; all together may not.
        let without = found.reduce(0) { $0 + $1.without }
        let named = found.reduce(0) { $0 + $1.named }
        let most = 0.05 + 2 * ImportanceRates.room(0.05, without)
        #expect(Double(named) / Double(without) <= most, "\(named) of \(without)")
        for one in found {
            one.check(errors: 3)
            func percent(_ part: Int, _ whole: Int) -> String {
                whole == 0 ? "" : String(format: "%.1f %%", 100 * Double(part) / Double(whole))
            }
            lines.append(
                "| \(one.name) | \(one.intervals) | \(percent(one.held, one.intervals)) | \(one.without) | "
                    + "\(percent(one.named, one.without)) | \(one.pairsWithout) | "
                    + "\(percent(one.pairsNamed, one.pairsWithout)) |")
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Verified/importance.md").standardized
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    }

    /// What moves the function is found under noise.
    @Test func whatMattersIsFound() throws {
        let tried = KnownFunction.words.tried(points: 50, repeated: 8, noise: 0.3, seed: 1)
        let found = EffectImportance(
            tried, random: CounterRandom(seed: 1, name: "importance"),
            length: .init(burn: 100, kept: 200))
        for axis in 0..<3 { #expect(found.effects[axis].verdict == .matters) }
        let first = found.effects[0].alone
        #expect(first.lower > 0.1 && first.upper < 0.7, "\(first)")
        let parts = found.surrogate.draws.map { $0.effects.reduce($0.rest, +) - $0.variance }
        #expect(parts.allSatisfy { abs($0) < 1e-9 })
        // The seed's deviation is that of the repeats: 0.3 of the function's.
        let noise = found.surrogate.draws.map(\.noise).sorted()[100].squareRoot()
        let truth = 0.3 * KnownFunction.words.total.squareRoot()
        #expect((0.6 * truth...1.6 * truth).contains(noise), "\(noise) of \(truth)")
    }

    /// Noise alone: nothing is said to matter more often than one in twenty times.
    @Test func noiseIsNoEffect() {
        var function = KnownFunction.words
        function.variances = [:]
        function.total = 1
        function.value = { _ in 0 }
        let rates = ImportanceRates(
            function, points: 30, noise: 1, samples: 0..<5, length: .init(burn: 50, kept: 100))
        #expect(rates.without == 30 && rates.named <= 5)
    }

    /// The same trials give the same bits.
    @Test func theSameTrialsGiveTheSameBits() {
        let tried = KnownFunction.sobol.tried(points: 25, repeated: 6, noise: 0.2, seed: 3)
        let found = (0..<2).map { _ in
            EffectImportance(
                tried, random: CounterRandom(seed: 3, name: "importance"),
                length: .init(burn: 20, kept: 40)
            ).effects
        }
        #expect(found[0] == found[1])
    }
}

extension KnownFunction: CustomTestStringConvertible {
    var testDescription: String { name }
}
