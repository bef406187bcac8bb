import RealModule
import Statistics
import TensorCore
import Testing
import Tuning

/// What other tables say of a gain, against tables that are drawn.
@Suite struct TuningGainsTests {
    private static func gains(
        _ count: Int, seed: UInt64, feature: TableTraits.Feature? = nil,
        saved: (TableTraits, Double) -> Double
    ) -> TuningGains {
        let random = CounterRandom(seed: seed, name: "tables of gains")
        let tables = (0..<count).map { place in
            let traits = TableTraits(
                rows: 100 + random.integer(below: 900, step: 0, index: UInt64(place)),
                columns: 4 + random.integer(below: 50, step: 1, index: UInt64(place)),
                numbers: 3, classes: 2)
            let chance = random.uniform(step: 2, index: UInt64(place))
            return TuningGains.Table(table: "\(place)", traits: traits, saved: saved(traits, chance))
        }
        return TuningGains(search: "a search", tables: tables, feature: feature)
    }

    private static let other = TableTraits(rows: 500, columns: 10, numbers: 3, classes: 2)

    @Test func withoutAFeatureItIsTheMiddleTables() throws {
        let gains = Self.gains(21, seed: 1) { _, chance in chance * chance }
        let forecast = try #require(gains.forecast(for: Self.other))
        #expect(forecast.saved == gains.tables.map(\.saved).sorted()[10])
        #expect(forecast.tables == 21 && forecast.feature == nil && !forecast.needsNoTuning)
        #expect(Self.gains(0, seed: 1) { $1 }.forecast(for: Self.other) == nil)
    }

    /// By hand: six of ten slopes are 1, and the four of the far point move nothing.
    @Test func aLineIsNotMovedByAFarPoint() {
        let held = MedianLine(xs: [0, 1, 2, 3, 4], ys: [1, 2, 3, 100, 5])
        #expect(held.slope == 1 && held.start == 1 && held.value(at: 7) == 8)
        #expect(MedianLine(xs: [2, 2, 2], ys: [3, 1, 8]).value(at: 5) == 3)
    }

    @Test func aFeatureForetells() throws {
        let gains = Self.gains(20, seed: 2, feature: .rows) { traits, chance in
            0.5 - Double(traits.rows) / 2000 + 0.001 * chance
        }
        let small = try #require(gains.forecast(for: Self.other))
        var large = Self.other
        large.rows = 900
        #expect(small.saved > (try #require(gains.forecast(for: large))).saved + 0.05)
        #expect((small.upper ?? 1) - (small.lower ?? 0) < 0.3)
    }

    /// A line through all but one table, held against a direct transcription of Barber et al. 2021, equation 1.4.
    @Test func theIntervalIsJackknifePlus() throws {
        let gains = Self.gains(20, seed: 3, feature: .columns) { _, chance in chance }
        let forecast = try #require(gains.forecast(for: Self.other))
        func x(_ traits: TableTraits) -> Double { .log(Double(traits.columns)) }
        var (lower, upper): ([Double], [Double]) = ([], [])
        for left in gains.tables {
            let rest = gains.tables.filter { $0.table != left.table }
            let line = MedianLine(xs: rest.map { x($0.traits) }, ys: rest.map(\.saved))
            let residual = abs(left.saved - line.value(at: x(left.traits)))
            lower.append(line.value(at: x(Self.other)) - residual)
            upper.append(line.value(at: x(Self.other)) + residual)
        }
        #expect(abs((forecast.lower ?? 9) - lower.sorted()[1]) < 1e-12)
        #expect(abs((forecast.upper ?? 9) - upper.sorted()[18]) < 1e-12)
    }

    @Test func fewTablesCarryNoInterval() throws {
        let forecast = try #require(Self.gains(19, seed: 4) { $1 }.forecast(for: Self.other))
        #expect(forecast.lower == nil && forecast.upper == nil && !forecast.needsNoTuning)
        // Nothing was ever gained.
        let little = Self.gains(20, seed: 4) { _, chance in 0.004 * chance }
        let none = try #require(little.forecast(for: Self.other))
        #expect(none.needsNoTuning)
    }

    /// A new table of the same kind is covered as often as is said, with a skewed gain as those of tables are.
    @Test func theIntervalCovers() throws {
        var covered = 0
        let draws = 400
        for draw in 0..<draws {
            let all = Self.gains(21, seed: UInt64(100 + draw)) { _, chance in
                chance < 0.2 ? -0.1 * chance : chance * chance * chance
            }
            let known = TuningGains(search: all.search, tables: Array(all.tables.dropLast()))
            let new = all.tables[20]
            let forecast = try #require(known.forecast(for: new.traits))
            if let lower = forecast.lower, let upper = forecast.upper, lower <= new.saved,
                new.saved <= upper
            {
                covered += 1
            }
        }
        let share = Double(covered) / Double(draws)
        #expect(share > GainForecast.coverage - 2 * 0.015, "\(share)")
        #expect(share < 0.96, "\(share)")
    }
}
