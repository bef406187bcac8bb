import DataEfficiency
import Foundation
import Models
import Platform
import Prediction
import RunStore
import Runs
import Studies
import Tables
import Testing

/// `vouch data next` and `vouch data answers` on a run.
@Suite struct LabellingRunTests {
    private let scratch: Scratch
    private let run: String
    private let pool: String
    /// The answers of the pool's rows.
    private let truth: [String]

    init() throws {
        scratch = try Scratch()
        let lines = try Adult.lines(400)
        let data = try scratch.write(
            lines.prefix(201).joined(separator: "\n") + "\n", to: "data.csv")
        // The class is the last column.
        let rest = lines.dropFirst(201).map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        truth = rest.map { String($0[$0.count - 1]) }
        let header = lines[0].split(separator: ",").dropLast().joined(separator: ",")
        pool = try scratch.write(
            ([header] + rest.map { $0.dropLast().joined(separator: ",") }).joined(separator: "\n")
                + "\n",
            to: "pool.csv")
        run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.model.kind = .mlp
                $0.learning.folds = 1
                $0.learning.refits = 0
            }, control: RunControl(threads: 1))
    }

    private func request(_ name: String = "batch.csv", budget: Double = 20) -> NextRequest {
        var request = NextRequest(
            run: run, pool: pool, budget: budget, output: scratch.path + "/" + name)
        request.threads = 1
        return request
    }

    private func table(_ path: String) throws -> [[String]] {
        let table = try CSVReader.read(path: path)
        return (0..<table.rowCount).map { row in table.columns.map { $0.text(row) ?? "" } }
    }

    /// A batch with the true answers, or others.
    private func answers(
        _ batch: String, to name: String, of wanted: ClosedRange<Int>? = nil,
        _ answer: (Int) -> String
    ) throws -> AnswersRequest {
        var lines = String(decoding: try Files.read(scratch.path + "/" + batch), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        for line in lines.indices.dropFirst() where wanted?.contains(line) ?? true {
            let row = Int(lines[line].split(separator: ",")[1]) ?? 0
            lines[line] += answer(row)
        }
        let path = try scratch.write(lines.joined(separator: "\n") + "\n", to: name)
        return AnswersRequest(run: run, answers: path)
    }

    private func take(_ request: AnswersRequest) throws -> [String: Any] {
        let taken = try takeAnswers(request) { configuration in
            _ = try trainRun(configuration, control: RunControl(threads: 1))
        }
        let json = try JSONSerialization.jsonObject(with: Data(taken.json()))
        return try #require(json as? [String: Any])
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return asTyped(error) }
    }

    @Test func answersTrainOnWithTheSameHeldOutRows() throws {
        var asking = request()
        asking.labelStudio = scratch.path + "/tasks.json"
        _ = try nextRows(asking)
        let batch = try table(scratch.path + "/batch.csv")
        #expect(batch.count == 20 && batch.count { $0[2] == "random" } == 4)
        #expect(batch.allSatisfy { $0[0] == "1" && $0.last == "" })
        // The tasks hold the same rows, without what the model thinks.
        let tasks = try #require(
            JSONSerialization.jsonObject(with: Data(Files.read(scratch.path + "/tasks.json")))
                as? [[String: [String: Any]]])
        #expect(
            tasks.compactMap { $0["data"]?["vouch_row"] as? Int }
                == batch.compactMap { Int($0[1]) })
        #expect(try scratch.names.contains("tasks.xml"))

        var answering = try answers("batch.csv", to: "given.csv") { truth[$0 - 1] }
        answering.output = scratch.path + "/run-2"
        let taken = try take(answering)
        #expect(taken["added"] as? Int == 20 && taken["random"] as? Int == 4)
        #expect(taken["waiting"] as? Int == 0)

        let before = try FinishedRun(run, threads: 1, onEvent: { _ in }).prepared
        let after = try FinishedRun(scratch.path + "/run-2", threads: 1, onEvent: { _ in }).prepared
        #expect(after.split.test == before.split.test)
        #expect(after.split.validation == before.split.validation)
        #expect(after.split.train == before.split.train + Array(200..<220))
        #expect(after.answeredRows == 20)
        // The learned answers are those that were given.
        let column = try #require(after.table.column(named: "class"))
        #expect((200..<220).map { column.text($0) } == batch.map { truth[(Int($0[1]) ?? 0) - 1] })

        // The next round asks for none of these rows, of either run.
        var second = request("second.csv", budget: 30)
        second.run = scratch.path + "/run-2"
        _ = try nextRows(second)
        let rows = try table(scratch.path + "/second.csv").map { $0[1] }
        #expect(Set(rows).isDisjoint(with: batch.map { $0[1] }) && rows.count == 30)

        // A file of answers that was changed is no longer what the run learned from.
        let stored = try #require(
            try FinishedRun.configuration(of: scratch.path + "/run-2").answers)
        try AtomicFile.write(Files.read(stored) + Files.read(stored).suffix(10), to: stored)
        #expect(
            message { _ = try FinishedRun(scratch.path + "/run-2", threads: 1, onEvent: { _ in }) }
                != "")
    }

    @Test func wrongAnswersAreRefusedAndNothingIsLost() throws {
        _ = try nextRows(request())
        let batch = try table(scratch.path + "/batch.csv")
        let never = try scratch.write(
            "vouch_round,vouch_row,class\n7,1,<=50K\n", to: "never.csv")
        #expect(
            message { _ = try take(AnswersRequest(run: run, answers: never)) }
                .contains("never asked: line 2 (round 7, row 1)"))
        let unknown = try answers("batch.csv", to: "unknown.csv") { _ in "perhaps" }
        #expect(message { _ = try take(unknown) }.contains("\"perhaps\" is not a class"))
        let row = batch[0][1]
        let both = try scratch.write(
            "vouch_round,vouch_row,class\n1,\(row),<=50K\n1,\(row),>50K\n", to: "both.csv")
        #expect(
            message { _ = try take(AnswersRequest(run: run, answers: both)) }.contains("contradict")
        )

        // Half of the rows, then the other half with one answer that contradicts the first.
        let half = try answers("batch.csv", to: "half.csv", of: 1...10) { truth[$0 - 1] }
        #expect(try take(half)["added"] as? Int == 10)
        var other = try answers("batch.csv", to: "other.csv", of: 10...20) {
            truth[$0 - 1] == "<=50K" ? ">50K" : "<=50K"
        }
        #expect(message { _ = try take(other) }.contains("contradict"))
        #expect(try take(half)["answered"] as? Int == 10)
        other.overrules = true
        let settled = try take(other)
        #expect(settled["added"] as? Int == 11 && settled["answered"] as? Int == 20)

        // Label Studio's export of one row, by a person who is named, is known already.
        let number = Int(batch[0][1]) ?? 0
        let export = try scratch.write(
            """
            [{"id": 9, "data": {"vouch_round": 1, "vouch_row": \(number)}, "annotations": [
              {"completed_by": 3, "was_cancelled": false, "result": [
                {"type": "choices", "value": {"choices": ["\(truth[number - 1])"]}}]},
              {"was_cancelled": true, "result": []}]}]
            """, to: "export.json")
        #expect(try take(AnswersRequest(run: run, answers: export))["known"] as? Int == 1)

        // Two choices of one task contradict each other, and a class is sought in its task.
        func exported(_ choices: String) throws -> AnswersRequest {
            AnswersRequest(
                run: run,
                answers: try scratch.write(
                    """
                    [{"id": 9, "data": {"vouch_round": 1, "vouch_row": \(number)}, "annotations": [
                      {"result": [{"type": "choices", "value": {"choices": [\(choices)]}}]}]}]
                    """, to: "choices.json"))
        }
        #expect(
            message { _ = try take(exported("\"<=50K\", \">50K\"")) }.contains("contradict"))
        #expect(message { _ = try take(exported("\"perhaps\"")) }.contains("task 9"))
    }

    /// Neither a file that the run reads nor answers that were not taken back are written over, and no row is asked of which
    /// nobody is told.
    @Test func aBatchReplacesNothingThatWouldBeLost() throws {
        for (output, says) in [
            ("nowhere/batch.csv", "No such file"), ("pool.csv", "which is the pool"),
            ("data.csv", "which is the run's data"),
        ] {
            #expect(message { _ = try nextRows(request(output)) }.contains(says))
        }
        let notes = try scratch.write("a,b\n1,2\n", to: "notes.csv")
        #expect(message { _ = try nextRows(request("notes.csv")) }.contains("is no batch"))
        #expect(try Files.read(notes) == Array("a,b\n1,2\n".utf8))
        #expect(try !scratch.names.contains("run.labels"))

        var warnings: [String] = []
        _ = try nextRows(request()) { if case .warning(let text) = $0 { warnings.append(text) } }
        #expect(warnings.isEmpty, "\(warnings)")
        #expect(message { _ = try nextRows(request()) }.contains("20 of its rows wait"))
        let filled = try answers("batch.csv", to: "batch.csv") { truth[$0 - 1] }
        let before = try Files.read(filled.answers)
        var again = request()
        again.asksAgain = true
        #expect(message { _ = try nextRows(again) }.contains("20 answers that were not taken"))
        #expect(try Files.read(filled.answers) == before)
        #expect(try take(filled)["answered"] as? Int == 20)
        // All of it is in the store: the next batch may stand there.
        _ = try nextRows(request(budget: 5))
        #expect(try table(scratch.path + "/batch.csv").allSatisfy { $0[0] == "2" })

        // Rows that the run learned from have their answers.
        var known = request("known.csv", budget: 1)
        known.pool = scratch.path + "/data.csv"
        _ = try nextRows(known) { if case .warning(let text) = $0 { warnings.append(text) } }
        #expect(warnings.contains { $0.contains("whose answers are known already") })

        // The interface that somebody wrote by hand stays, and with it nothing is asked.
        _ = try scratch.write("<View/>", to: "tasks.xml")
        var tasks = request("third.csv")
        tasks.labelStudio = scratch.path + "/tasks.json"
        #expect(message { _ = try nextRows(tasks) }.contains("it is another"))
        #expect(try !scratch.names.contains("third.csv"))
    }

    @Test func answersAtOnceAreAllKept() async throws {
        _ = try nextRows(request())
        let people = try (0..<4).map { person in
            try answers(
                "batch.csv", to: "person-\(person).csv", of: (5 * person + 1)...(5 * person + 5)
            ) {
                truth[$0 - 1]
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for person in people {
                group.addTask { _ = try takeAnswers(person) { _ in } }
            }
            try await group.waitForAll()
        }
        #expect(try take(people[0])["answered"] as? Int == 20)
    }

    @Test func poolsThatCannotBeAskedAreErrors() throws {
        let lacking = try scratch.write("age\n30\n", to: "lacking.csv")
        var asking = request()
        asking.pool = lacking
        #expect(message { _ = try nextRows(asking) }.contains("workclass"))
        asking = request()
        asking.strategy = .disagreement
        #expect(message { _ = try nextRows(asking) }.contains("margin, soft-margin, entropy"))
        asking = request()
        asking.costColumn = "minutes"
        #expect(message { _ = try nextRows(asking) }.contains("--cost-column"))
        asking = request(budget: 0)
        #expect(message { _ = try nextRows(asking) }.contains("--budget"))
        #expect(try !scratch.names.contains("run.labels"))
        asking = request(budget: 500)
        asking.strategy = .random
        _ = try nextRows(asking)
        #expect(message { _ = try nextRows(request("more.csv")) }.contains("--ask-again"))
        // A row that is answered in two rounds is one row.
        var again = request("again.csv", budget: 1)
        again.asksAgain = true
        _ = try nextRows(again)
        #expect(
            try take(answers("again.csv", to: "second.csv") { truth[$0 - 1] })["answered"] as? Int
                == 1)
        #expect(
            try take(answers("batch.csv", to: "first.csv") { truth[$0 - 1] })["answered"] as? Int
                == 200)
    }
}
