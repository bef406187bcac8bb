import Evidence
import Fairness
import Figures
import Foundation
import Platform
import Prediction
import Reporting
import Runs
import Studies
import Tables
import Testing

/// `vouch train --repair-groups` and `--remove-correlation`, on real rows.
@Suite struct GroupRepairRunTests {
    private func trained(
        _ scratch: Scratch, _ name: String, rows: Int = 2000,
        _ change: (inout TrainConfiguration) -> Void
    ) throws -> String {
        let data = try scratch.write(try Adult.csv(rows), to: "data.csv")
        let run = scratch.path + "/" + name
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.model.kind = .mlp
                $0.learning.folds = 1
                $0.learning.refits = 0
                change(&$0)
            }, control: RunControl(threads: 2))
        return run
    }

    private func encoder(_ run: String) throws -> Encoder {
        try JSONDecoder().decode(
            Encoder.self, from: Data(Files.read(run + "/encoder.json")))
    }

    /// Whatever reads the run reads repaired numbers, and the columns that tell the groups.
    @Test func everyWayOfPredictingRepairs() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, "run") {
            $0.model.groupRepair = .init(.quantiles, strength: 1)
        }
        let repair = try #require(try encoder(run).repair)
        #expect(repair.protectedColumns == ["sex"])
        #expect(repair.columns.contains("age") && repair.columns.contains("hours-per-week"))
        let test = try storedRows(run, .test)
        #expect(test.rows == 400)

        // New rows need the column; a group that was not there leaves its row as it is.
        let lines = try Adult.lines(40)
        let header = lines[0].split(separator: ",").map(String.init)
        let place = try #require(header.firstIndex(of: "sex"))
        func file(_ name: String, _ change: ([String]) -> [String]) throws -> String {
            try scratch.write(
                lines.map {
                    change(
                        $0.split(separator: ",", omittingEmptySubsequences: false)
                            .map(String.init)
                    ).joined(separator: ",")
                }.joined(separator: "\n") + "\n", to: name)
        }
        let whole = try predictRows(PredictionRequest(run: run, rows: file("rows.csv") { $0 }))
        #expect(whole.notes.isEmpty)
        let lacking = try file("lacking.csv") { cells in
            cells.indices.filter { $0 != place }.map { cells[$0] }
        }
        let error = #expect(throws: TableError.self) {
            try predictRows(PredictionRequest(run: run, rows: lacking))
        }
        #expect(error?.description.contains("--repair-groups") == true)
        let other = try file("other.csv") { cells in
            cells.enumerated().map {
                $0.offset == place && $0.element != "sex" ? "Unknown" : $0.element
            }
        }
        let left = try predictRows(PredictionRequest(run: run, rows: other))
        #expect(left.notes.contains { $0.contains("40 of 40 rows") && $0.contains("Unknown") })
        #expect(left.bytes != whole.bytes)

        // What the group does through the repair is the group's in an explanation, and sums add up.
        for method in [ExplanationMethod.shapley, .integratedGradients] {
            var request = ExplanationRequest(run: run, rows: scratch.path + "/rows.csv")
            request.method = method
            request.background = 20
            let found = try explainRows(request)
            let row = try #require(found.rows.first)
            #expect(row.contributions.contains { $0.column == "sex" })
            let sum = row.contributions.reduce(row.base) { $0 + $1.value }
            #expect(abs(sum + row.residual - row.value) < 1e-4, "\(method)")
        }
        let alike = try individualFairness(run: run, neighbors: 5)
        #expect(alike.tables[1].rows.count == 2)
    }

    /// The functions of an additive model are those of repaired numbers, and add up.
    @Test func anAdditiveModelIsReadAsRepaired() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, "run") {
            $0.model.kind = .additive
            $0.model.width = nil
            $0.model.groupRepair = .init(.correlation, strength: 1)
        }
        let data = scratch.path + "/data.csv"
        let found = try explainRows(ExplanationRequest(run: run, rows: data))
        #expect(found.quantity.contains("of repaired numbers"))
        let row = try #require(found.rows.first)
        let sum = row.contributions.reduce(row.base) { $0 + $1.value }
        #expect(abs(sum - row.value) < 1e-3)
        // Whole ages became others, between which the function is known, too.
        let terms = try String(decoding: Files.read(run + "/terms.json"), as: UTF8.self)
        let shapes = try #require(
            try JSONSerialization.jsonObject(with: Data(terms.utf8)) as? [String: Any])
        let output = try #require((shapes["outputs"] as? [[String: Any]])?.first)
        let all = try #require((output["shapes"] as? [String: Any])?["terms"] as? [[String: Any]])
        let age = try #require(all.first { ($0["columns"] as? [String]) == ["age"] })
        let numbers = (age["points"] as? [[String: Any]] ?? []).compactMap {
            $0["number"] as? Double
        }
        #expect(numbers.count > 10)
        #expect(numbers.contains { $0 != $0.rounded() })
    }

    @Test func warningsAndRefusals() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1000), to: "data.csv")
        let configuration = quick(data, out: scratch.path + "/warned") {
            $0.columns.protected = ["race"]
            $0.model.kind = .linear
            $0.learning.folds = 1
            $0.model.groupRepair = .init(.quantiles, strength: 0.5)
        }
        var said: [String] = []
        _ = try trainRun(
            configuration,
            control: RunControl(
                threads: 2,
                onEvent: { if case .warning(let text) = $0 { said.append(text) } }))
        #expect(said.contains { $0.contains("workclass") && $0.contains("stays") })
        #expect(said.contains { $0.contains("fewer than 20") && $0.contains("Other") })
        func refused(_ change: (inout TrainConfiguration) -> Void) -> String {
            do {
                _ = try trained(scratch, "refused", rows: 500, change)
                return ""
            } catch { return asTyped(error) }
        }
        #expect(
            refused { $0.model.groupRepair = .init(.correlation, strength: 1.5) }
                .contains("--remove-correlation is 1.5"))
        #expect(
            refused {
                $0.model.groupRepair = .init(.quantiles, strength: 1)
                $0.columns.protected = []
            }.contains("--protected COLUMN"))
    }

    /// Proved over seeds with encoders of its own, and shown beside thresholds.
    @Test func theProofAndTheFrontier() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, "run") { _ in }
        let report = try proveRemedy(ProofRequest(remedy: "remove-correlation=1"), run: run)
        let text = try String(decoding: report.json(), as: UTF8.self)
        #expect(text.contains("remove-correlation=1"))
        #expect(text.contains("selectionRateGap"))
        let unsaid = #expect(throws: VouchError.self) {
            try proveRemedy(ProofRequest(remedy: "repair-groups"), run: run)
        }
        #expect(unsaid?.description.contains("repair-groups=1") == true)

        var frontier = MitigationRequest(protected: ["sex"])
        frontier.constraint = .demographicParity
        frontier.remedies = ["repair-groups=1", "reweighing"]
        let labels = try frontierLabels(frontier, run: run)
        #expect(labels.contains { $0.hasPrefix("repair-groups=1") })
        #expect(labels.contains { $0.hasPrefix("reweighing") })
        frontier.remedies = ["dropout=0.3"]
        let wrong = #expect(throws: VouchError.self) { try fairnessFrontier(frontier, run: run) }
        #expect(wrong?.description.contains("repair-groups") == true)
    }
}
