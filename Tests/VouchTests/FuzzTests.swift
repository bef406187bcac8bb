import Foundation
import FuzzedModels
import FuzzedTables
import Kernels
import Testing

/// Tables that no person would send, and some that people do, and ONNX models that were changed: `Scripts/fuzz` runs many more.
@Suite struct FuzzTests {
    @Test func noMadeUpTableShowsWhatNobodyShouldSee() throws {
        let scratch = try Scratch()
        var trained = 0
        for seed in UInt64(0)..<75 {
            let outcome = FuzzedCase(seed, in: scratch.path).run()
            #expect(outcome.faults.isEmpty, "table \(seed): \(outcome.faults)")
            if outcome.steps.contains("train") { trained += 1 }
        }
        // Most tables are whole enough to be learned from.
        #expect(trained > 25)
    }

    @Test func noChangedModelEndsButWithAnErrorOrAnAnswer() throws {
        let scratch = try Scratch()
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let seeds = try SeedModel.all(in: tests, every: 40)
        try FuzzedModelCase.prepare(scratch.path)
        let pool = WorkerPool(threads: 1)
        var steps: [String: Int] = [:]
        for number in UInt64(0)..<100 {
            let one = FuzzedModelCase(number, of: seeds, in: scratch.path)
            try one.write()
            let outcome = one.run(pool: pool)
            #expect(outcome.faults.isEmpty, "\(number), \(one.name): \(outcome.faults)")
            for step in outcome.steps { steps[step, default: 0] += 1 }
        }
        // Some are still models, and some are none.
        #expect(steps["lower", default: 0] > 10 && steps["interpret refused", default: 0] > 10, "\(steps)")
    }
}
