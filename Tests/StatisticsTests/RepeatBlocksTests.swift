import Statistics
import TensorCore
import Testing

/// Repeats in time go together; the interval of their blocks allows for it.
@Suite struct RepeatBlocksTests {
    private static let blocks = 20
    private static let repeats = 10

    /// One series of repeats about 0: an AR(1) process of unit innovations, with a drift that is 0 on average.
    private static func series(
        correlation: Double, drift: Double, sample: Int
    ) -> [Double] {
        let normal = NormalNumbers(random: CounterRandom(seed: 20, name: "repeats"))
        let count = blocks * repeats
        var last = 0.0
        return (0..<count).map { place in
            let innovation = normal(UInt32(sample), place)
            // The first is drawn as the process is after a long time.
            last =
                place == 0
                ? innovation / (1 - correlation * correlation).squareRoot()
                : correlation * last + innovation
            return last + drift * (2 * Double(place) / Double(count - 1) - 1)
        }
    }

    private static func means(_ series: [Double]) -> [Double] {
        stride(from: 0, to: series.count, by: repeats).map { start in
            series[start..<(start + repeats)].reduce(0, +) / Double(repeats)
        }
    }

    struct Scene: Sendable {
        var correlation: Double
        var drift: Double
        /// What the interval covers in, at least and at most.
        var share: ClosedRange<Double>
    }

    /// Half of a process' correlation of .9 is left between blocks of ten.
    @Test(arguments: [
        Scene(correlation: 0, drift: 0, share: 0.94...0.985),
        Scene(correlation: 0.5, drift: 0, share: 0.93...0.975),
        Scene(correlation: 0.8, drift: 0, share: 0.92...0.965),
        Scene(correlation: 0.9, drift: 0, share: 0.915...0.965),
        Scene(correlation: 0.5, drift: 1, share: 0.97...1),
        Scene(correlation: 0.8, drift: 3, share: 0.97...1),
    ])
    func intervalsOfOneModelCover(_ scene: Scene) throws {
        let samples = 2000
        var covered = 0
        for sample in 0..<samples {
            let found = RepeatBlocks(
                Self.means(
                    Self.series(
                        correlation: scene.correlation, drift: scene.drift, sample: sample))
            ).estimate
            let (lower, upper) = (try #require(found.lower), try #require(found.upper))
            covered += lower <= 0 && 0 <= upper ? 1 : 0
        }
        let share = Double(covered) / Double(samples)
        #expect(scene.share.contains(share), "\(scene.correlation), \(scene.drift): \(share)")
    }

    /// Two models that are measured by turns, first, second, second, first: a drift cancels, and equal models are told
    /// apart in about 5 %.
    @Test(arguments: [(0.0, 0.0), (0.5, 0.0), (0.8, 0.0), (0.5, 3.0), (0.8, 10.0)])
    func equalModelsAreRarelyToldApart(_ correlation: Double, _ drift: Double) throws {
        let samples = 2000
        var claims = 0
        var width = 0.0
        for sample in 0..<samples {
            let series = Self.series(
                correlation: correlation, drift: drift, sample: 10_000 + sample)
            let differences = stride(from: 0, to: series.count, by: 20).map { start in
                // Four turns of five repeats.
                let turns = (0..<4).map { turn in
                    series[(start + 5 * turn)..<(start + 5 * turn + 5)].reduce(0, +) / 5
                }
                return (turns[1] + turns[2]) / 2 - (turns[0] + turns[3]) / 2
            }
            let found = RepeatBlocks(differences).difference
            claims += Verdict(found, direction: -1) == .cannotTell ? 0 : 1
            width += (found.estimate.upper ?? 0) - (found.estimate.lower ?? 0)
        }
        let share = Double(claims) / Double(samples)
        // 5 % and three Monte-Carlo standard errors.
        #expect(share <= 0.065, "\(correlation), \(drift): \(share)")
        // A drift of ten times the noise leaves the width as it was.
        #expect(width / Double(samples) < 4)
    }

    @Test func valuesAreFollowed() throws {
        let values = [3.0, 5, 4, 6, 2, 4, 5, 3, 4, 4]
        let found = RepeatBlocks(values).estimate
        #expect(found.value == 4)
        // Negative neighbours: r + 1/10 < 0, so that Student's own interval is left, t of 9 degrees.
        let squares = values.reduce(0.0) { $0 + ($1 - 4) * ($1 - 4) }
        let error = (squares / 9 / 10).squareRoot()
        let reach = 2.262157 * error
        let (lower, upper) = (try #require(found.lower), try #require(found.upper))
        #expect(abs(upper - (4 + reach)) < 1e-5)
        #expect(abs(lower - (4 - reach)) < 1e-5)
        let alike = RepeatBlocks(values.sorted())
        #expect(alike.effectiveCount < 5)
        let wider = try #require(alike.estimate.upper)
        #expect(wider - 4 > 2 * (upper - 4))
    }

    /// Ticks of a clock may make all blocks equal; that is no certainty.
    @Test func equalBlocksHaveNoInterval() {
        let found = RepeatBlocks([2, 2, 2, 2]).difference
        #expect(found.estimate.value == 2 && found.estimate.lower == nil)
        #expect(found.estimate.note != nil && Verdict(found, direction: 1) == .cannotTell)
    }
}
