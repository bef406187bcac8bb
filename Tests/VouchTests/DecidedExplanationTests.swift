import Foundation
import Runs
import Studies
import Testing

/// Explanations speak of the decision: of the decided class, of why it was granted or declined, and not of
/// columns that did nothing.
@Suite struct DecidedExplanationTests {
    private struct Trained {
        let scratch: Scratch
        let data: String
        let run: String

        /// A column that is the same in nearly every row, so that among few background rows it contributes
        /// nothing; costs that make both decisions occur.
        init() throws {
            scratch = try Scratch()
            let lines = try Adult.lines(900)
            let rows = [lines[0] + ",same"] + lines.dropFirst().enumerated().map { row, line in
                line + (row % 300 == 299 ? ",y" : ",x")
            }
            data = try scratch.write(rows.joined(separator: "\n") + "\n", to: "data.csv")
            run = scratch.path + "/run"
            _ = try trainRun(
                quick(data, out: run) {
                    $0.model.kind = .mlp
                    $0.columns.protected = ["sex"]
                    $0.learning.epochs = 10
                    $0.costs = try? parseCosts("fp=1,fn=3")
                }, control: RunControl(threads: 1))
        }

        /// A row of each decision.
        func rows() throws -> (poor: Int, rich: Int) {
            var request = ExplanationRequest(run: run, rows: data)
            request.background = 20
            for start in stride(from: 1, through: 300, by: 9) {
                request.chosen = Array(start..<start + 9)
                let found = try explainRows(request).rows
                if let rich = found.first(where: { $0.decided == ">50K" }),
                    let poor = found.first(where: { $0.decided == "<=50K" })
                {
                    return (poor.row, rich.row)
                }
            }
            return (1, 1)
        }
    }

    @Test func theDecidedClassIsExplained() throws {
        let trained = try Trained()
        let (poor, rich) = try trained.rows()
        var request = ExplanationRequest(run: trained.run, rows: trained.data)
        request.background = 20
        request.chosen = [poor, rich]
        let found = try explainRows(request)
        #expect(found.rows.map(\.row) == [poor, rich])
        // Decided from a probability of one in four.
        #expect(found.rows[0].quantity == "probability of <=50K" && found.rows[0].value > 0.75)
        #expect(found.rows[1].quantity == "probability of >50K" && found.rows[1].value > 0.25)
        #expect(found.text.contains("contributed nothing"))
        #expect(!found.text.contains("same = x"))
        #expect(found.rows[0].contributions.contains { $0.column == "same" })
        // A named class is that of every row.
        request.label = ">50K"
        let named = try explainRows(request)
        #expect(named.rows[0].value < 0.25 && named.quantity == "probability of >50K")
    }

    @Test func aFavourableClassIsGrantedOrDeclined() throws {
        let trained = try Trained()
        let (poor, rich) = try trained.rows()
        var request = ExplanationRequest(run: trained.run, rows: trained.data)
        request.background = 20
        request.chosen = [poor, rich]
        request.favourable = ">50K"
        let found = try explainRows(request)
        #expect(found.rows.map(\.isGranted) == [false, true])
        #expect(found.text.contains("Declined (decided: <=50K) because"))
        #expect(found.text.contains("Granted (decided: >50K) because"))
        // What spoke for the decision stands first.
        let first = found.text.split(separator: "\n").drop { !$0.contains("Declined") }.dropFirst()
        #expect(first.first?.contains(": −") == true || first.first?.contains(": -") == true)
        var reasons = ReasonRequest(run: trained.run, rows: trained.data)
        reasons.chosen = [poor, rich]
        reasons.favourable = ">50K"
        let told = try findReasons(reasons)
        #expect(told.rows.map(\.isGranted) == [false, true])
        #expect(told.rows.map(\.wanted) == [">50K", "<=50K"])
        #expect(told.text.contains("Declined (<=50K, not >50K) because:"))
        #expect(told.text.contains("Granted (>50K, not <=50K) because:"))
        request.label = ">50K"
        #expect(throws: VouchError.self) { try explainRows(request) }
        request.label = nil
        request.favourable = "much"
        #expect(throws: VouchError.self) { try explainRows(request) }
    }
}
