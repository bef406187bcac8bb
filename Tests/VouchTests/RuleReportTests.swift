import Documents
import Evidence
import Fairness
import Foundation
import Prediction
import Reporting
import Runs
import Studies
import Testing

/// `vouch report RUN --law`, on a real run.
@Suite struct RuleReportTests {
    @Test func aRunGivesTheTablesOfARule() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1200), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex", "race"]
                $0.model.kind = .mlp
                // Fewer select nobody.
                $0.learning.epochs = 20
            }, control: RunControl(threads: 1))
        let before = try ledgerText(run: run)
        let document = try ruleReport(RuleRequest(rule: "nyc-ll144"), run: run)
        #expect(document.tables.map(\.title) == ["Sex", "Race/Ethnicity", "Sex × Race/Ethnicity"])
        let rows = try storedRows(run, .test).rows
        for table in document.tables {
            let counted = table.rows.reduce(0) { sum, row in
                if case .count(let count) = row[1] { return sum + count }
                return sum
            }
            #expect(counted == rows, "nobody's sex or race is missing in \(table.title)")
        }
        #expect(!before.contains("nyc-ll144"))
        #expect(try ledgerText(run: run).contains("nyc-ll144"))
        for format in ReportFormat.allCases {
            let text = String(decoding: try document.bytes(format), as: UTF8.self)
            #expect(text.contains("2023-07-05") && text.contains("Male"), "\(format)")
            #expect(!text.lowercased().contains("complian"), "\(format)")
        }
        #expect(
            try JSONDecoder().decode(TableDocument.self, from: Data(document.json())) == document)
        // Scores above the median of all rows are at most half.
        var request = RuleRequest(rule: "nyc-ll144")
        request.basis = .scoring
        let scored = try ruleReport(request, run: run)
        #expect(scored.tables[0].columns.contains("Scoring rate"))

        // The other rules, of the same run.
        let fifths = try ruleReport(RuleRequest(rule: "four-fifths"), run: run)
        #expect(fifths.tables.map(\.title) == ["Sex", "Race or ethnic group"])
        #expect(fifths.tables[0].columns.suffix(2) == ["p, adjusted", "Against four-fifths"])
        #expect(fifths.tables[0].rows.contains { $0.last != .text("–") })
        let annex = try ruleReport(RuleRequest(rule: "eu-annex-iv"), run: run)
        #expect(
            annex.tables.map(\.title) == [
                "Overall level of accuracy (Annex IV, point 3)",
                "Accuracy for groups of persons: race (Annex IV, point 3)",
                "Accuracy for groups of persons: sex (Annex IV, point 3)",
                "Potentially discriminatory impacts (Annex IV, point 2(g))",
                "Limits of these numbers (Annex IV, point 3)",
            ])
        #expect(annex.tables.allSatisfy { !$0.rows.isEmpty })
        #expect(annex.blanks.contains { $0.contains("signature") })
        for document in [fifths, annex] {
            let text = String(decoding: try document.bytes(.html), as: UTF8.self).lowercased()
            #expect(!text.contains("complian"))
            #expect(try ledgerText(run: run).contains("report --law"))
        }
    }

    @Test func whatIsMissingIsNamed() throws {
        let rows = LabelledPredictions(
            split: .test,
            predictions: Predictions(rows: 2, classes: ["a", "b"], values: [0.1, 0.9, 0.8, 0.2]),
            answers: .classes([0, 1]),
            protected: [
                .init(name: "gender", groups: ["x", "y"]),
                .init(name: "origin", groups: ["p", "q"]),
            ])
        let rule = try #require(ImpactRule.all["nyc-ll144"])
        var request = RuleRequest(rule: rule.id)
        let error = #expect(throws: VouchError.self) {
            try ruleDocument(rule, request, rows, source: "a test")
        }
        #expect(error?.description.contains("Race/Ethnicity") == true)
        #expect(error?.description.contains("gender, origin") == true)
        request.columns = ["Race/Ethnicity": "origin"]
        #expect(try ruleDocument(rule, request, rows, source: "a test").tables.count == 3)
        request.columns = ["Race/Ethnicity": "nothing"]
        #expect(throws: VouchError.self) {
            try ruleDocument(rule, request, rows, source: "a test")
        }
        let unknown = #expect(throws: VouchError.self) {
            try ruleReport(RuleRequest(rule: "nowhere"), run: "nowhere")
        }
        #expect(unknown?.description.contains("nyc-ll144") == true)
    }

    /// Bad input of an audit: what is wrong, and what to do.
    @Test(arguments: [
        ("one", "one value only"), ("id", "values in"), ("sex", ""),
    ])
    func protectedColumnsAreChecked(_ column: String, _ problem: String) throws {
        let scratch = try Scratch()
        var text = "y,p,one,id,sex\n"
        for row in 0..<600 {
            text +=
                "\(row % 3 == 0 ? 1 : 0),0.\(row % 10),same,r\(row),\(row % 5 == 0 ? "" : "m\(row % 2)")\n"
        }
        var audit = AuditConfiguration(
            file: try scratch.write(text, to: "p.csv"),
            predicted: .probability("p"))
        audit.target = "y"
        audit.protected = [column]
        guard problem.isEmpty else {
            let error = #expect(throws: VouchError.self) {
                try auditPredictions(audit, arguments: [])
            }
            #expect(error?.description.contains(problem) == true)
            #expect(error?.description.contains("\"\(column)\"") == true)
            return
        }
        // Rows without a value are a group of their own, the last in order.
        let report = try auditPredictions(audit, arguments: [])
        #expect(report.groupTables[0].rows.map(\.group) == ["m0", "m1", "(missing)"])
        #expect(report.groupTables[0].rows[2].rows == 120)
    }
}
