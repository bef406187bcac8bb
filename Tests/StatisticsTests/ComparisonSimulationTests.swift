import Foundation
import Statistics
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

extension RateScenario: CustomTestStringConvertible {
    var testDescription: String { name }
}

@Suite struct ComparisonSimulationTests {
    @Test(.enabled(if: !isLong), arguments: Scenario.paired)
    func differencesAreCovered(_ scenario: Scenario) throws {
        for result in try scenario.run(150) {
            #expect(
                result.holds(isLong: false),
                "\(result.metric): \(result.share) of \(result.intervals), \(result.claim)")
        }
    }

    @Test(
        .enabled(if: !isLong),
        arguments: RateScenario.crossed + RateScenario.pairedPowers + RateScenario.quickSelections)
    func ratesHold(_ scenario: RateScenario) throws {
        for result in try scenario.run(100) {
            #expect(
                result.holds(isLong: false), "\(result.quantity): \(result.share), \(result.bound)")
        }
    }

    /// The same with 4000 samples, 1000 where one is of a thousand configurations; writes
    /// Verified/comparisons.md.
    @Test(.enabled(if: isLong))
    func ratesHoldAtLength() async throws {
        let covered = try await inTurn(Scenario.paired) { try $0.run(4000) }
        let crossed = try await inTurn(RateScenario.crossed) { try $0.run(4000) }
        let paired = try await inTurn(RateScenario.pairedPowers) { try $0.run(4000) }
        let selected = try await inTurn(RateScenario.longSelections) { try $0.run(1000) }
        for result in covered {
            #expect(
                result.holds(isLong: true),
                "\(result.scenario), \(result.metric): \(result.share), \(result.claim)")
        }
        for result in crossed + paired + selected {
            #expect(
                result.holds(isLong: true),
                "\(result.scenario), \(result.quantity): \(result.share), \(result.bound)")
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Verified/comparisons.md")
        let text = """
            # Comparisons, proofs and choices

            Written by ComparisonSimulationTests with VOUCH_VERIFY=1.

            ## Differences of two models on the same rows

            4000 samples a line. The estimand is the difference over the population drawn from, each of
            its rows counting once. Columns and claims as in coverage.md.

            \(Coverage.table(covered))
            ## Remedies that train again

            A claim of better or worse where before and after are equally good, and how often an effect of
            the mean stated detectable size is found. Claims hold within two Monte-Carlo errors.

            \(ErrorRate.table(crossed))
            ## Two given models

            \(ErrorRate.table(paired))
            ## The best of many looks, on the rows that chose it

            \(ErrorRate.table(selected))
            """
        try Data(text.utf8).write(to: file)
    }

    /// The results of all, in order, computed side by side.
    private func inTurn<Input: Sendable, Result: Sendable>(
        _ inputs: [Input], _ run: @escaping @Sendable (Input) throws -> [Result]
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, [Result]).self) { group in
            for (position, input) in inputs.enumerated() {
                group.addTask { (position, try run(input)) }
            }
            var found: [(Int, [Result])] = []
            for try await result in group { found.append(result) }
            return found.sorted { $0.0 < $1.0 }.flatMap { $0.1 }
        }
    }
}
