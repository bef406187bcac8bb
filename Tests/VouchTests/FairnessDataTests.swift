import Foundation
import Reporting
import Testing
import Vouch

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
