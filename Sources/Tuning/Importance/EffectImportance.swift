import Statistics
package import TensorCore

/// How much of what trials differ by an effect is, the seed's noise taken out.
package struct EffectShare: Sendable, Hashable {
    /// Of the function's variance over the space: the median of the draws, and a 95 % interval. The lower end is 0 where chance
    /// explains the effect.
    package struct Part: Sendable, Hashable {
        package var share: Double
        package var lower: Double
        package var upper: Double
    }

    package enum Verdict: String, Sendable, Hashable, CaseIterable {
        /// Chance does not explain it.
        case matters
        /// The interval lies below `EffectImportance.little`.
        case mattersLittle = "matters little"
        case cannotTell = "cannot tell"
    }

    package var effect: EffectBasis.Effect
    /// The effect itself; of a setting on average over all others.
    package var alone: Part
    /// Of a setting with all its pairs; of a pair the same as alone.
    package var whole: Part
    /// Of chance alone.
    package var pValue: Double

    package var verdict: Verdict {
        if pValue <= EffectImportance.level(effect) { return .matters }
        return whole.upper <= EffectImportance.little ? .mattersLittle : .cannotTell
    }
}

/// Which settings and pairs matter over a space.
package struct EffectImportance: Sendable {
    package let surrogate: EffectSurrogate
    /// Settings first, then pairs.
    package let effects: [EffectShare]
    /// What settings and pairs do not hold: higher interactions and fine detail.
    package let rest: EffectShare.Part

    /// What an effect is small below.
    package static let little = 0.05
    /// Fewer points or repeats carry no shares.
    package static let leastRepeats = 5
    package static func leastPoints(axes: Int) -> Int { max(20, 3 * axes) }

    /// A pair's test rests on the surrogate alone, so that it asks for more.
    static func level(_ effect: EffectBasis.Effect) -> Double { effect.second == nil ? 0.05 : 0.01 }

    /// The tails of the draws that the intervals leave out. Draws know nothing of functions that the basis holds badly: with 0.025 the
    /// intervals held in 91 to 96 % (Ishigami, Sobol's g and choices, 60 points; decision 59).
    private static let tail = 0.005

    /// - Precondition: at least `leastPoints` points and `leastRepeats` repeats.
    package init(
        _ tried: TriedPoints, random: CounterRandom, length: EffectSurrogate.Length = .init()
    ) {
        let surrogate = EffectSurrogate(tried, random: random, length: length)
        let tests = EffectTests(surrogate)
        var draws = DrawnNumbers(CounterRandom(seed: random.bits(index: 0), name: "shuffles"))
        let totals = surrogate.draws.map(\.variance)
        func part(_ isReal: Bool, _ variance: (EffectSurrogate.Draw) -> Double) -> EffectShare.Part
        {
            let sorted = zip(surrogate.draws, totals).map { $1 > 0 ? variance($0) / $1 : 0 }
                .sorted()
            func quantile(_ share: Double) -> Double {
                sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
            }
            return EffectShare.Part(
                share: quantile(0.5), lower: isReal ? quantile(Self.tail) : 0,
                upper: quantile(1 - Self.tail))
        }
        let all = surrogate.basis.effects
        let beyond = all.indices.map { tests.beyondOthers($0) }
        effects = all.indices.map { place in
            let own = all[place]
            guard own.second == nil else {
                let alone = part(beyond[place] <= Self.level(own)) { $0.effects[place] }
                return EffectShare(
                    effect: own, alone: alone, whole: alone, pValue: beyond[place])
            }
            let pValue = tests.ofSetting(own.first, &draws)
            let matters = pValue <= Self.level(own)
            let held = all.indices.filter { all[$0].holds(own.first) }
            return EffectShare(
                effect: own,
                alone: part(matters && beyond[place] <= 0.01) { $0.effects[place] },
                whole: part(matters) { draw in held.reduce(0) { $0 + draw.effects[$1] } },
                pValue: pValue)
        }
        rest = part(true) { $0.rest }
        self.surrogate = surrogate
    }
}
