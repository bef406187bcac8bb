import Documents
import Evidence
import Foundation
import Reporting
import Testing

/// Ranges of numbers and names of codes, as a person sets them for groups.
@Suite struct GroupOptionTests {
    /// Adult with the sex as 1 and 2.
    private func coded(_ rows: Int) throws -> String {
        try Adult.csv(rows).replacing(",Male,", with: ",1,").replacing(",Female,", with: ",2,")
    }

    @Test func trainingShowsRangesAndNames() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try coded(1500), to: "data.csv")
        let run = scratch.path + "/run"
        let trained = try CommandTests.run(
            "train", data, "--target", "class", "--protected", "sex", "--protected", "age", "--bins",
            "age=40,62", "--bins", "16", "--numbers", "piecewise", "--labels", "sex:1=male,2=female", "--model", "mlp", "--epochs",
            "1", "--out", run, "--quiet", "--threads", "1")
        #expect(trained.status == 0, "\(trained.error)")
        let report = try storedReport(run: run)
        let groups = report.groupTables.map { table in
            (table.column, Set(table.rows.map(\.group)))
        }
        let sex = groups.first { $0.0 == "sex" }?.1
        let age = groups.first { $0.0 == "age" }?.1
        #expect(sex?.contains { $0.contains("male") } == true, "\(groups)")
        #expect(sex?.contains { $0 == "1" || $0 == "2" } == false)
        #expect(age?.contains { $0.contains("≤ 40") } == true)
        #expect(age?.contains { $0.contains("40 – 62") } == true)
        // The run keeps them: new rows are grouped in the same way.
        let evaluated = try CommandTests.run("evaluate", run, data, "--json")
        #expect(evaluated.output.contains("female") && evaluated.output.contains("> 62"))
        let sets = try CommandTests.run("predict", run, data, "--coverage", "0.8", "--by", "sex")
        #expect(sets.status == 0, "\(sets.error)")
    }

    @Test func auditsShowThemToo() throws {
        let scratch = try Scratch()
        var text = "y,p,sex,age\n"
        for row in 0..<400 {
            text += "\(row % 2),0.\((row * 7) % 10),\(1 + row % 3 % 2),\(20 + row % 60)\n"
        }
        let file = try scratch.write(text, to: "predictions.csv")
        let labels = try scratch.write("sex:\n  1: male\n  2: female\n", to: "labels.yaml")
        let audited = try CommandTests.run(
            "audit", file, "--target", "y", "--score", "p", "--protected", "sex", "--protected", "age",
            "--bins", "age=40,62", "--labels", labels, "--privileged", "sex=1", "--json")
        #expect(audited.status == 0, "\(audited.error)\(audited.output.prefix(300))")
        for name in ["female", "≤ 40", "40 – 62", "> 62"] {
            #expect(audited.output.contains(name), "\(name)")
        }
    }

    @Test(arguments: [
        (["--bins", "age=62,40"], "ascending"), (["--bins", "age=x"], "ascending"),
        (["--bins", "weight=1"], "no protected column"), (["--bins", "sex=1"], "no numbers"),
        (["--labels", "sex:Male=a,Female=a"], "two groups"), (["--labels", "sex"], "write COLUMN:"),
        (["--labels", "sex:M=men"], "no row is"), (["--labels", "sex:Male=Female"], "another group"),
    ])
    func whatCannotBeIsSaid(_ options: [String], _ says: String) throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        let outcome = try CommandTests.run(
            ["train", data, "--target", "class", "--protected", "sex", "--protected", "age"] + options
                + ["--out", scratch.path + "/run"])
        #expect(outcome.status == 1)
        #expect(outcome.error.contains(says), "\(outcome.error)")
    }
}
