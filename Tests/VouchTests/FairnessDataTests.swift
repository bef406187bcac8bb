import Foundation
import Reporting
import Runs
import Studies
import Testing

/// `vouch fairness data`, on a run and on a file.
@Suite struct FairnessDataTests {
    @Test func aRunAndAFile() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(2500), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex", "race"]
                $0.model.kind = .mlp
            }, control: RunControl(threads: 2))
        var request = FairnessDataRequest(run)
        request.reference = try scratch.write(
            "group,value,share\nsex,Female,0.508\nsex,Male,0.492\n", to: "population.csv")
        let document = try fairnessData(request)
        func table(_ start: String, _ document: TableDocument) throws -> TableDocument.Table {
            try #require(document.tables.first { $0.title.hasPrefix(start) })
        }
        // A third of Adult's rows are women.
        let sex = try table("Who is in the rows: sex", document)
        #expect(sex.rows[0][0] == .text("Female"))
        #expect(sex.rows[0].last == .text("fewer than in the population"))
        #expect(
            try table("Who is in the rows: race", document).notes.contains {
                $0.contains("no race")
            })
        #expect(
            try table("Label rates", document).rows.contains {
                $0[0] == .text("sex") && $0[4] == .text("rates differ")
            })
        let proxies = try table("What predicts the group", document)
        func finding(_ feature: String) throws -> TableDocument.Cell {
            try #require(
                proxies.rows.first {
                    $0[0] == .text("sex") && $0[2] == .text(feature)
                }?.last)
        }
        #expect(try finding("relationship") == .text("predicts the group"))
        #expect(try finding("all features together") == .text("predicts the group"))
        let plan = try table("Rows that would settle", document)
        #expect(plan.rows.contains { $0[0] == .text("race") })
        #expect(try ledgerText(run: run).contains("vouch fairness data"))

        var file = FairnessDataRequest(data)
        file.protected = ["sex"]
        #expect(throws: VouchError.self) { try fairnessData(file) }
        file.target = "class"
        let plain = try fairnessData(file)
        #expect(plain.tables.map(\.title).contains("Label rates by group"))
        #expect(!plain.tables.contains { $0.title.hasPrefix("Rows that would settle") })
        #expect(try table("Who is in the rows: sex", plain).columns == ["Group", "Rows", "Share"])
    }

    /// Combinations of protected columns are columns like others, and what they combine predicts them in none.
    @Test func intersections() throws {
        let scratch = try Scratch()
        var request = FairnessDataRequest(try scratch.write(try Adult.csv(2500), to: "data.csv"))
        request.target = "class"
        request.protected = ["sex", "race"]
        request.intersects = true
        request.reference = try scratch.write(
            "group,value,share\nsex × race,Female × White,0.4\nsex × race,Male × White,0.6\n",
            to: "population.csv")
        let document = try fairnessData(request)
        let both = try #require(
            document.tables.first { $0.title == "Who is in the rows: sex × race" })
        let women = try #require(both.rows.first { $0[0] == .text("Female × White") })
        #expect(women.last == .text("fewer than in the population"))
        let proxies = try #require(
            document.tables.first { $0.title.hasPrefix("What predicts the group") })
        let features = proxies.rows.filter { $0[0] == .text("sex × race") }.map { $0[2] }
        #expect(features.contains(.text("relationship")))
        #expect(!features.contains(.text("sex")) && !features.contains(.text("race")))
        request.protected = ["sex"]
        let error = #expect(throws: VouchError.self) { try fairnessData(request) }
        #expect("\(error!)".contains("--intersect needs two protected columns"))
    }

    /// A model that is told the sex, which is all that the label depends on, decides otherwise when it is changed.
    @Test func decisionsThatHangOnAColumn() throws {
        let scratch = try Scratch()
        var text = "x,sex,y\n"
        for row in 0..<600 {
            let isMale = row % 2 == 0
            text += "\((row * 37) % 601),\(isMale ? "m" : "f"),\(isMale ? "yes" : "no")\n"
        }
        let data = try scratch.write(text, to: "data.csv")
        func document(_ name: String, uses: Bool) throws -> TableDocument {
            _ = try trainRun(
                quick(data, out: scratch.path + "/" + name) {
                    $0.columns.target = "y"
                    $0.columns.protected = ["sex"]
                    $0.columns.usesProtected = uses
                    $0.model.kind = .linear
                    $0.learning.epochs = 60
                    $0.learning.learningRate = 0.1
                    $0.learning.folds = 1
                }, control: RunControl(threads: 1))
            return try individualFairness(run: scratch.path + "/" + name, threads: 1)
        }
        let told = try document("told", uses: true)
        let rows = told.tables[1].rows
        #expect(rows.map { $0[1] } == [.text("m"), .text("f")])
        for row in rows {
            guard case .number(let share, _, _) = row[3] else {
                Issue.record("a share")
                continue
            }
            #expect(share > 0.95)
        }
        // Rows of one sex are nearest to one another, and decided alike.
        guard case .number(let alike, _, _) = told.tables[0].rows[0][1] else {
            Issue.record("a consistency")
            return
        }
        #expect(alike > 0.95)
        let blind = try document("blind", uses: false)
        #expect(blind.tables[1].rows.isEmpty)
        #expect(blind.tables[1].notes.contains { $0.contains("no feature") })
        #expect(throws: VouchError.self) {
            try individualFairness(run: scratch.path + "/blind", neighbors: 1)
        }
    }

    @Test(arguments: [
        ("group,value\nsex,Female\n", "no column \"share\""),
        ("group,value,share\nage,1,0.5\nsex,Female,0.5\n", "no protected column"),
        ("group,value,share\nsex,Female,1.5\nsex,Male,0.5\n", "from 0 to 1"),
        ("group,value,share\nsex,Female,0.5\nsex,Male,0.2\n", "add up to 1"),
        ("group,value,share\nsex,Female,0.5\nsex,Female,0.5\n", "twice"),
    ])
    func aBadReferenceIsExplained(_ text: String, _ problem: String) throws {
        let scratch = try Scratch()
        var request = FairnessDataRequest(try scratch.write(try Adult.csv(600), to: "data.csv"))
        request.target = "class"
        request.protected = ["sex"]
        request.reference = try scratch.write(text, to: "population.csv")
        let error = #expect(throws: (any Error).self) { try fairnessData(request) }
        #expect(error.map { "\($0)" }?.contains(problem) == true, "\(error as Any)")
    }
}
