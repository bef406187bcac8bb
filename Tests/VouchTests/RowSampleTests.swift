import Foundation
import Kernels
import Runs
import Studies
import Tables
import Testing

/// A few rows of a learning problem that stand in for it.
@Suite struct RowSampleTests {
    /// Ten different rows, sixty times each; so that more rows repeat another one than a small sample has.
    @Test func whatIsSaidOfASampleIsCountedOnIt() throws {
        let scratch = try Scratch()
        let rows = (0..<600).map { "\($0 % 10),\($0 % 3),\($0 % 2 == 0 ? "yes" : "no")" }
        let data = try scratch.write("a,b,y\n" + rows.joined(separator: "\n") + "\n", to: "rows.csv")
        let asked = quick(data, out: scratch.path + "/run") { $0.columns.target = "y" }
        let prepared = try PreparedData.load(asked, threads: 1, onEvent: { _ in })
        #expect(prepared.duplicates.repeated > 90)
        let learner = Learner(
            configuration: asked, prepared: prepared, pool: WorkerPool(threads: 1))
        let features = try prepared.encoder.encode(prepared.table)
        let sample = try learner.sampling(features, (60, 20, 10)).learner.prepared
        #expect(sample.duplicates.repeated <= 80)
        #expect(sample.duplicates.repeated >= 80 - 30)
        #expect(sample.duplicates.conflicting <= 80)
    }
}
