import FuzzedTables
import Testing

/// Tables that no person would send, and some that people do: `Scripts/fuzz` runs many more.
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
}
