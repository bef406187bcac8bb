import Foundation
import Platform
import Runs
import Studies
import Tables
import TensorCore
import Testing

/// What `vouch data next` says of the choosing, of runs that learned answers.
@Suite struct ChoosingGuardRunTests {
    private static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Asks 400 chosen rows and 100 drawn at random, answers them, trains on and asks again.
    ///
    /// - Parameter answer: Of a row with the number `x`, from −2 to 2, and a draw between 0 and 1.
    private func asked(
        by strategy: String? = nil, _ change: (inout TrainConfiguration) -> Void,
        answer: (Double, Double) -> String
    ) throws -> (guarding: [String: Any], strategy: String, text: String) {
        let random = CounterRandom(seed: 5, name: "table")
        let rows = (0..<1100).map { row -> (cells: String, answer: String) in
            let x = 4 * random.uniform(index: UInt64(2 * row)) - 2
            // Numbers that say nothing keep rows from being near copies.
            let others = (0..<4).map { 4 * random.uniform(index: UInt64(10_000 + 4 * row + $0)) }
            return (
                ([x] + others).map(\.description).joined(separator: ","),
                answer(x, random.uniform(index: UInt64(2 * row + 1)))
            )
        }
        let lines = rows.prefix(100).map { "\($0.cells),\($0.answer)" }
        let data = try scratch.write(
            (["x,a,b,c,d,answer"] + lines).joined(separator: "\n") + "\n", to: "data.csv")
        let pool = try scratch.write(
            (["x,a,b,c,d"] + rows.dropFirst(100).map(\.cells)).joined(separator: "\n") + "\n",
            to: "pool.csv")
        let run = scratch.path + "/run"
        let control = RunControl(threads: 1)
        _ = try trainRun(
            quick(data, target: "answer", out: run) {
                $0.model.kind = .mlp
                $0.learning.epochs = 20
                $0.learning.folds = 1
                $0.learning.refits = 0
                change(&$0)
            }, control: control)
        var asking = NextRequest(
            run: run, pool: pool, budget: 500, output: scratch.path + "/batch.csv")
        (asking.threads, asking.randomShare) = (1, 0.2)
        _ = try nextRows(asking)
        var given = String(decoding: try Files.read(asking.output), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        for line in given.indices.dropFirst() {
            let row = Int(given[line].split(separator: ",")[1]) ?? 0
            given[line] += rows[99 + row].answer
        }
        var answering = AnswersRequest(
            run: run,
            answers: try scratch.write(given.joined(separator: "\n") + "\n", to: "given.csv"))
        answering.output = scratch.path + "/run-2"
        _ = try takeAnswers(answering) { _ = try trainRun($0, control: control) }
        asking.run = scratch.path + "/run-2"
        asking.output = scratch.path + "/second.csv"
        asking.budget = 20
        asking.strategy = try strategy.flatMap { try NextRequest.strategy(named: $0) }
        let batch = try nextRows(asking)
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(batch.json())) as? [String: Any])
        return (
            try #require(json["guard"] as? [String: Any]),
            try #require(json["strategy"] as? String), batch.text
        )
    }

    /// Answers that follow a pattern at the border, too: choosing goes on. What was asked for is used.
    @Test(.enabled(if: Self.isLong)) func patternsAreFoundWhereThereAreSome() throws {
        let found = try asked(
            by: "entropy", { _ in },
            answer: { x, draw in draw < 1 / (1 + exp(-6 * x)) ? "yes" : "no" })
        let pattern = try #require(found.guarding["pattern"] as? [String: Any], "\(found.text)")
        let chosen = try #require(pattern["chosen"] as? [String: Any])
        #expect(chosen["rows"] as? Int == 400 && pattern["bound"] as? Double == 0.03)
        #expect(pattern["isMissing"] as? Bool == false, "\(found.text)")
        #expect(found.strategy == "entropy")
        #expect(found.text.contains("Of a pattern in the chosen rows' answers"))
    }

    @Test(.enabled(if: Self.isLong)) func numbersAreAskedToo() throws {
        let found = try asked(
            { $0.columns.task = .regression }, answer: { x, draw in "\(3 * x + draw)" })
        let pattern = try #require(found.guarding["pattern"] as? [String: Any], "\(found.text)")
        let random = try #require(pattern["random"] as? [String: Any])
        #expect(random["rows"] as? Int == 100)
        #expect(pattern["isMissing"] as? Bool == false, "\(found.text)")
    }
}
