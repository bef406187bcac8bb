package import Models
import Platform
import Prediction
import RealModule
package import Statistics
package import Tables

/// How long two models take for the same rows, which they predicted by turns: one row at a call, and a batch.
package struct PairedTimes: Sendable {
    /// Seconds of a call, a value a block.
    package typealias Turns = (first: RepeatBlocks, second: RepeatBlocks)

    package let one: Turns
    package let batch: Turns
    /// Of the batch.
    package let rows: Int

    init(one: Turns, batch: Turns, rows: Int) {
        self.one = one
        self.batch = batch
        self.rows = rows
    }

    /// - Parameter table: Raw rows of any answers; of them a batch and some single rows are taken, from all parts.
    /// - Returns: `nil` where there are no rows.
    package init?(
        _ first: any Predictor, _ second: any Predictor, on table: Table,
        timing: CallTiming = CallTiming(now: { Clock.monotonicSeconds() })
    ) throws {
        guard let rows = TimedRows(table) else { return nil }
        self.init(
            one: try timing.turns({ rows.one(first) }, { rows.one(second) }),
            batch: try timing.turns({ rows.batch(first) }, { rows.batch(second) }),
            rows: rows.count)
    }

    /// Seconds of the second model for one row at a call.
    package var latency: Estimate { one.second.estimate }
    /// Second ÷ first.
    package var latencyRatio: Estimate { Self.ratio(one.second, one.first) }

    /// Rows a second of the second model, in batches.
    package var rate: Estimate {
        let count = Double(rows)
        return batch.second.mapped { count / $0 }.estimate
    }
    /// Second ÷ first.
    package var rateRatio: Estimate { Self.ratio(batch.first, batch.second) }

    /// Of two that took turns: `exp` of the mean over blocks of the difference of their logarithms, and of its interval, so
    /// that a pace that both met falls out.
    package static func ratio(_ upper: RepeatBlocks, _ lower: RepeatBlocks) -> Estimate {
        func logarithm(_ value: Double) -> Double { Double.log(max(value, 1e-12)) }
        var found = upper.mapped(logarithm).minus(lower.mapped(logarithm)).estimate
        found.value = found.value.map(Double.exp)
        found.lower = found.lower.map(Double.exp)
        found.upper = found.upper.map(Double.exp)
        found.form = nil
        return found
    }
}

/// The rows by which models are timed, the same memory for all: calls that each have a copy of their model at a place of its
/// own.
struct TimedRows {
    /// How many rows a batch has; fewer where the table has.
    private static let batchRows = 256
    /// Rows that take turns as the single one.
    private static let singleRows = 32

    private let singles: [Table]
    private let many: Table

    /// `nil` where there is no row.
    init?(_ table: Table) {
        guard table.rowCount > 0 else { return nil }
        // Rows of all parts of the file.
        singles = evenlySpread(Self.singleRows, of: table.rowCount)
            .map { table.selecting(rows: [$0]) }
        many = table.selecting(rows: evenlySpread(Self.batchRows, of: table.rowCount))
    }

    /// Of the batch.
    var count: Int { many.rowCount }

    /// Predicts a single row.
    func one(_ predictor: any Predictor) -> CallTiming.Call {
        let copy = predictor.copied()
        var next = 0
        return {
            next = (next + 1) % singles.count
            _ = try copy.predictions(for: singles[next])
        }
    }

    /// Predicts the batch.
    func batch(_ predictor: any Predictor) -> CallTiming.Call {
        let copy = predictor.copied()
        return { _ = try copy.predictions(for: many) }
    }
}
