import Documents
import Evidence
import Foundation
import Reporting
import Runs
import Studies
import Testing

/// Leaks before training, and drift after it, as a person asks for them.
@Suite struct LeakageAndDriftTests {
    /// Adult rows with the class under another name in a further column.
    private func leaking(_ rows: Int) throws -> String {
        let lines = try Adult.lines(rows)
        return
            (["\(lines[0]),paid tax"]
            + lines.dropFirst().map { $0 + ($0.hasSuffix(">50K") ? ",much" : ",little") })
            .joined(separator: "\n") + "\n"
    }

    @Test func inspectionNamesALeak() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try leaking(500), to: "data.csv")
        let told = try CommandTests.run("inspect", data, "--target", "class")
        #expect(told.status == 0 && told.output.contains("1 suspected leak:"))
        #expect(told.output.contains("a copy of the target: \"paid tax\""))
        let json = try CommandTests.run("inspect", data, "--target", "class", "--json")
        #expect(json.output.contains("\"kind\" : \"targetCopy\""))
        let clean = try scratch.write(try Adult.csv(500), to: "clean.csv")
        let nothing = try CommandTests.run("inspect", clean, "--target", "class", "--test", clean)
        // The same file twice.
        #expect(nothing.output.contains("test rows that also train: 500 of 500"))
        #expect(try CommandTests.run("inspect", clean, "--test", clean).status != 0)
    }

    @Test func theReportWorriesAboutALeak() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try leaking(600), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.model.kind = .mlp }, control: RunControl(threads: 1))
        let report = try storedReport(run: run)
        // A class that is never predicted, of so short a training, may be worse.
        #expect(report.worries.contains { $0.contains("paid tax") })
        #expect(report.measurements.first { $0.metric == "suspectedLeaks" }?.value == 1)
    }

    /// Before training and in the report: the same rows, the same seed, the same sentences.
    @Test func inspectionAndReportAgree() throws {
        let scratch = try Scratch()
        // A column that tells the answer in part, and another of which one value does.
        let lines = try Adult.lines(1500)
        let rows = lines.dropFirst().enumerated().map { index, line in
            let isRich = line.hasSuffix(">50K")
            return line + (isRich && index % 2 == 0 ? ",refund" : ",none")
                + (isRich && index % 3 == 0 ? ",E11" : ",C\(index % 7)")
        }
        let data = try scratch.write(
            ([lines[0] + ",paid,code"] + rows).joined(separator: "\n") + "\n", to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.model.kind = .mlp }, control: RunControl(threads: 1))
        let told = try storedReport(run: run).measurements.filter { $0.metric == "leakEvidence" }
        #expect(told.count >= 2)
        let shown = try CommandTests.run("inspect", data, "--target", "class")
        #expect(shown.output.contains("\(told.count) suspected leaks:"), "\(shown.output)")
        for leak in told {
            #expect(shown.output.contains(leak.note ?? "?"), "\(leak.note ?? "")\n\(shown.output)")
        }
    }

    @Test func driftOfProtectedColumns() throws {
        let scratch = try Scratch()
        let lines = try Adult.lines(1200)
        let data = try scratch.write(try Adult.csv(1200), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.kind = .mlp
                $0.columns.protected = ["sex"]
            }, control: RunControl(threads: 1))
        let women = [lines[0]] + lines.dropFirst().map { $0.replacing(",Male,", with: ",Female,") }
        let moved = try scratch.write(women.joined(separator: "\n") + "\n", to: "women.csv")
        let outcome = try CommandTests.run("drift", run, moved, "--fail-on-drift")
        #expect(outcome.status == 2, "\(outcome.output)\(outcome.error)")
        #expect(outcome.output.contains("column = sex (protected)"))
        #expect(outcome.output.contains("column = class (the target)"))
        let place = lines[0].split(separator: ",").firstIndex(of: "sex") ?? 0
        let without = lines.map { line in
            var cells = line.split(separator: ",", omittingEmptySubsequences: false)
            cells.remove(at: place)
            return cells.joined(separator: ",")
        }
        let lacking = try scratch.write(without.joined(separator: "\n") + "\n", to: "lacking.csv")
        let told = try CommandTests.run("drift", run, lacking)
        #expect(told.status == 0 && told.output.contains("lacks sex, protected"), "\(told.output)")
    }

    @Test func driftOfNewRows() throws {
        let scratch = try Scratch()
        let lines = try Adult.lines(1600)
        let header = lines[0]
        func file(_ name: String, _ rows: some Sequence<String>) throws -> String {
            try scratch.write(([header] + rows).joined(separator: "\n") + "\n", to: name)
        }
        // Every second row: the file's first rows are of younger people than those that follow.
        let (even, odd) = (
            lines.indices.dropFirst().filter { $0 % 2 == 0 }.map { lines[$0] },
            lines.indices.dropFirst().filter { $0 % 2 == 1 }.map { lines[$0] }
        )
        let data = try file("data.csv", even)
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.model.kind = .mlp }, control: RunControl(threads: 1))
        let same = try file("same.csv", odd)
        let calm = try CommandTests.run("drift", run, same, "--fail-on-drift")
        #expect(calm.status == 0, "\(calm.output)\(calm.error)")
        #expect(calm.output.contains("No drift of 0.100 or more was found"))
        #expect(calm.output.contains("The loss on rows with answers"))
        // Everybody twenty years older.
        let moved = try file(
            "moved.csv",
            odd.map { line in
                let cells = line.split(
                    separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
                return "\((Int(cells[0]) ?? 0) + 20),\(cells[1])"
            })
        let drifting = try CommandTests.run("drift", run, moved, "--fail-on-drift")
        #expect(drifting.status == 2, "\(drifting.output)\(drifting.error)")
        #expect(drifting.output.contains("column = age"))
        let json = try CommandTests.run("drift", run, moved, "--json", "--reference", same)
        #expect(json.status == 0 && json.output.contains("\"driftsFound\""))
        let found = try checkDrift(DriftRequest(run: run, rows: moved))
        #expect(found.drifts >= 1)
        // What does not work says what to do.
        let few = try scratch.write("age,sex\n1,Male\n", to: "few.csv")
        let lacking = try CommandTests.run("drift", run, few)
        #expect(lacking.status == 1 && lacking.error.contains("education"))
        let empty = try scratch.write(header + "\n", to: "empty.csv")
        #expect(try CommandTests.run("drift", run, empty).status == 1)
        _ = try file("data.csv", lines[1...700])
        let changed = try CommandTests.run("drift", run, same)
        #expect(changed.status == 1 && changed.error.contains("--reference"))
    }
}
