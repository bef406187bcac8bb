import Platform
package import Models
import Statistics
package import Tables

/// What two models' predictions of a batch take of a counter of energy, by turns.
///
/// A counter counts for the whole processor, so that what others do on it is in both sides; each turn lasts long enough for
/// the counter's ticks of about a millisecond to be little.
package struct EnergyTurns {
    package var blocks = 10
    package var secondsPerTurn = 0.05
    /// Since some moment; `nil` where it cannot be read any more.
    package var joules: () -> Double?
    /// A clock in seconds that never goes back.
    package var now: () -> Double

    package init(
        joules: @escaping () -> Double?,
        now: @escaping () -> Double = { Clock.monotonicSeconds() }
    ) {
        self.joules = joules
        self.now = now
    }

    /// - Returns: `nil` where there are no rows, or the counter does not move or cannot be read.
    package func reading(
        _ goal: ShrinkGoal, _ first: any Predictor, _ second: any Predictor, on table: Table
    ) throws -> GoalReading? {
        guard let rows = TimedRows(table) else { return nil }
        let (one, two) = (rows.batch(first), rows.batch(second))
        let counts = (try calls(one), try calls(two))
        var values: (first: [Double], second: [Double]) = ([], [])
        for _ in 0..<blocks {
            guard let before = try spent(counts.0, one),
                let turn = try spent(counts.1, two),
                let again = try spent(counts.1, two),
                let after = try spent(counts.0, one)
            else { return nil }
            values.first.append((before + after) / 2)
            values.second.append((turn + again) / 2)
        }
        let ratio = PairedTimes.ratio(RepeatBlocks(values.second), RepeatBlocks(values.first))
        return IntervalNumber(ratio).map { GoalReading(goal, level: nil, ratio: $0) }
    }

    /// How many calls a turn has, by the second of two.
    private func calls(_ call: () throws -> Void) rethrows -> Int {
        try call()
        let start = now()
        try call()
        return max(1, Int(min(1e6, secondsPerTurn / max(now() - start, 1e-9))))
    }

    /// Joules of one of so many calls; `nil` where the counter did not move.
    private func spent(_ count: Int, _ call: () throws -> Void) rethrows -> Double? {
        let start = joules()
        for _ in 0..<count { try call() }
        guard let start, let end = joules(), end > start else { return nil }
        return (end - start) / Double(count)
    }
}
