import Foundation
import Runs
import Studies
import Testing

/// What would change a prediction, and the reasons for one, as a person asks for them.
@Suite struct ExplainChangesTests {
    private func trained(_ scratch: Scratch) throws -> String {
        let data = try scratch.write(try Adult.csv(1500), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.kind = .mlp
                $0.learning.epochs = 15
                $0.columns.protected = ["sex"]
            }, control: RunControl(threads: 2))
        return run
    }

    private struct Answer: Decodable {
        struct Row: Decodable {
            var row: Int
            var wanted: String
            var value: Double
            var found: [Found]?
            var reasons: [Reason]?
            var seconds: Double?
        }
        struct Found: Decodable {
            var changes: [Change]
            var value: Double
        }
        struct Change: Decodable {
            var column: String
            var from: String?
            var to: String
        }
        struct Reason: Decodable {
            var cells: [Cell]
            var stated: Double
            var effect: Double
        }
        struct Cell: Decodable { var column: String }
        var rows: [Row]
    }

    private func answer(_ arguments: String...) throws -> Answer {
        let told = try CommandTests.run(arguments)
        #expect(told.status == 0, "\(told.error)")
        return try JSONDecoder().decode(Answer.self, from: Data(told.output.utf8))
    }

    @Test func changedRowsArePredictedAsStated() throws {
        let scratch = try Scratch()
        let run = try trained(scratch)
        let found = try answer(
            "explain", "counterfactuals", run, Adult.test, "--row", "1", "--row", "2", "--row",
            "3", "--json",
            "--immutable", "age", "--only-increase", "education-num", "--range",
            "hours-per-week=30:60", "--count", "2", "--threshold", "0.2")
        #expect(found.rows.map(\.row) == [1, 2, 3])
        #expect(found.rows.allSatisfy { $0.seconds == nil })
        // The changed rows as a file, predicted by the command that predicts.
        let lines = try String(contentsOfFile: Adult.test, encoding: .utf8).split(separator: "\n")
        let header = lines[0].split(separator: ",").map(String.init)
        var changed = [String(lines[0])]
        var expected: [(wanted: String, value: Double)] = []
        for row in found.rows {
            for item in row.found ?? [] {
                var cells = lines[row.row].split(separator: ",").map(String.init)
                for change in item.changes {
                    let place = try #require(header.firstIndex(of: change.column))
                    #expect(!["age", "sex"].contains(change.column))
                    #expect(change.from == (cells[place].isEmpty ? nil : cells[place]))
                    cells[place] = change.to
                }
                changed.append(cells.joined(separator: ","))
                expected.append((row.wanted, item.value))
            }
        }
        try #require(expected.count > 1)
        let file = try scratch.write(changed.joined(separator: "\n") + "\n", to: "changed.csv")
        let told = try CommandTests.run("predict", run, file)
        #expect(told.status == 0, "\(told.error)")
        let predicted = told.output.split(separator: "\n")
        let names = predicted[0].split(separator: ",").map(String.init)
        for (line, (wanted, value)) in zip(predicted.dropFirst(), expected) {
            let place = try #require(names.firstIndex { $0.contains("probability[\(wanted)]") })
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            #expect(abs((Double(cells[place]) ?? -1) - value) < 1e-5)
            #expect(wanted == ">50K" ? value >= 0.2 : value > 0.8)
        }
        let text = try CommandTests.run(
            "explain", "counterfactuals", run, Adult.test, "--row", "2", "--timed", "--threshold",
            "0.2")
        #expect(text.output.contains(", one of:") && text.output.contains(" ms, "))
        let reasons = try answer(
            "explain", "reasons", run, Adult.test, "--row", "1", "--row", "2", "--json")
        for row in reasons.rows {
            let told = try #require(row.reasons)
            #expect(!told.isEmpty && told.count <= 4)
            #expect(!told.flatMap(\.cells).map(\.column).contains("sex"))
            #expect(told.allSatisfy { $0.effect >= $0.stated / 2 && $0.stated > 0 })
        }
        let words = try CommandTests.run("explain", "reasons", run, Adult.test, "--row", "2")
        #expect(words.output.contains("the value fell by"))
    }

    @Test func whatCannotBeAskedIsSaid() throws {
        let scratch = try Scratch()
        let run = try trained(scratch)
        let cases: [(arguments: [String], says: [String])] = [
            (["--row", "99999"], ["--row is 99999", "16,281 rows"]),
            (["--row", "0"], ["--row is 0"]),
            (["--actionable", "sex"], ["\"sex\"", "protected"]),
            (["--range", "sex=1:2"], ["\"sex\"", "protected"]),
            (["--only-increase", "sex"], ["\"sex\"", "protected"]),
            (["--class", "rich"], ["--class is rich", ">50K"]),
            (["--class", "<=50K"], ["row 1 is decided <=50K already"]),
            (["--immutable", "agee"], ["--immutable", "\"agee\"", "Did you mean \"age\"?"]),
            (["--immutable", "class"], ["\"class\"", "does not look at"]),
            (["--only-increase", "workclass"], ["\"workclass\"", "categories"]),
            (["--range", "age"], ["COLUMN=LOW:HIGH"]),
            (["--range", "age=old:older"], ["age=old:older", "18:65"]),
            (["--range", "age=65:18"], ["age=65:18", "is empty"]),
            (["--range", "age=200:300"], ["age=200:300", "17 to 90"]),
            (["--immutable", "age", "--range", "age=20:30"], ["--immutable", "--range"]),
            (["--actionable", "age", "--only-increase", "hours-per-week"], ["--actionable"]),
            (["--only-increase", "age", "--only-decrease", "age"], ["--only-decrease"]),
            (["--threshold", "1.5"], ["--threshold is 1.5"]),
            (["--outcome", "1:2"], ["--outcome is for numbers"]),
            (["--count", "0"], ["--count is 0"]),
            (["--most-columns", "0"], ["--most-columns is 0"]),
            (["--time-budget", "soon"], ["--time-budget"]),
        ]
        for (arguments, says) in cases {
            let told = try CommandTests.run(
                ["explain", "counterfactuals", run, Adult.test] + arguments)
            #expect(told.status != 0, "\(arguments)")
            for text in says {
                #expect(told.error.contains(text), "\(arguments): \(told.error)")
            }
        }
        let reasons = try CommandTests.run(
            ["explain", "reasons", run, Adult.test, "--class", "<=50K"])
        #expect(reasons.status != 0 && reasons.error.contains("already"))
    }

    @Test func aNumberIntoARange() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1200), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, target: "hours-per-week", out: run) { $0.model.kind = .mlp },
            control: RunControl(threads: 2))
        let found = try answer(
            "explain", "counterfactuals", run, data, "--row", "1", "--json", "--outcome", "41:43")
        #expect(found.rows[0].wanted == "41 to 43")
        #expect(found.rows[0].found?.allSatisfy { (41...43).contains($0.value) } == true)
        let without = try CommandTests.run("explain", "counterfactuals", run, data)
        #expect(without.status != 0 && without.error.contains("--outcome LOW:HIGH"))
        let empty = try CommandTests.run(
            "explain", "counterfactuals", run, data, "--outcome", "9:8")
        #expect(empty.status != 0 && empty.error.contains("is empty"))
    }
}
