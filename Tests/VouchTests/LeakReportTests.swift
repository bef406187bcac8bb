import Evidence
import Foundation
import Reporting
import Testing
import Vouch

/// Leaks before training and in a run's report, as a person asks for them.
@Suite struct LeakReportTests {
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
        #expect(report.worries.first?.contains("paid tax") == true)
        #expect(report.measurements.first { $0.metric == "suspectedLeaks" }?.value == 1)
    }
}
