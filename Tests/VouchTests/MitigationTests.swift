import Documents
import Evidence
import Fairness
import Figures
import Foundation
import Platform
import Reporting
import Runs
import Statistics
import Studies
import Testing

/// Remedies against gaps on runs.
@Suite struct MitigationTests {
    private func run(_ scratch: Scratch, rows: Int) throws -> String {
        let data = try scratch.write(try Adult.csv(rows), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex", "race"]
                $0.splits.validation = 0.3
                $0.splits.test = 0.3
                $0.model.kind = .mlp
                $0.learning.epochs = 4
                $0.learning.folds = 1
            }, control: RunControl(threads: 2))
        return run
    }

    @Test func aSelectionGapIsMitigatedAndStandsInTheReport() throws {
        let scratch = try Scratch()
        let run = try run(scratch, rows: 6000)
        var request = MitigationRequest(protected: ["sex"])
        request.constraint = .demographicParity
        request.mostAccuracyLost = 0.1
        let report = try mitigateRun(request, run: run)
        #expect(report.facts.first { $0.label == "Mitigation" }?.value == "mitigated")
        #expect(report.facts.contains { $0.label == "Lots" })
        let stored = try storedReport(run: run)
        let row = try #require(stored.drawbacks.first { $0.drawback == .bias })
        let proof = try #require(row.proofs.first)
        #expect(proof.remedy == "threshold-demographic-parity-sex")
        #expect(proof.verdict == .better)
        #expect(stored.html().contains("Thresholds by group"))
        #expect(try ledgerText(run: run).contains("mitigation of the demographic parity gap"))

        // At no price at all the same gap is not believed to be mitigated.
        request.mostAccuracyLost = 0
        let dear = try mitigateRun(request, run: run)
        #expect(dear.facts.first { $0.label == "Mitigation" }?.value != "mitigated")

        // New rows are decided by the same thresholds.
        request.isDeterministic = true
        _ = try mitigateRun(request, run: run)
        var prediction = PredictionRequest(run: run, rows: scratch.path + "/data.csv")
        prediction.mitigation = "threshold-deterministic-demographic-parity-sex"
        let csv = try predictRows(prediction).bytes
        let lines = String(decoding: csv, as: UTF8.self).split(separator: "\n")
        #expect(lines[0].hasSuffix("decision,fair_decision"))
        #expect(
            lines.dropFirst().contains { line in
                let cells = line.split(separator: ",")
                return cells[cells.count - 2] != cells[cells.count - 1]
            })
        prediction.mitigation = "magic"
        let unknown = #expect(throws: VouchError.self) { try predictRows(prediction) }
        #expect(unknown?.description.contains("threshold-demographic-parity-sex") == true)
    }

    /// A rule that is told no groups, on folds; and the frontier of several groups.
    @Test func groupsCanBeLeftToTheFeatures() throws {
        let scratch = try Scratch()
        let run = try run(scratch, rows: 8000)
        var request = MitigationRequest(protected: ["sex"])
        request.constraint = .demographicParity
        request.method = .thresholdWithoutAttribute
        request.mostAccuracyLost = 0.2
        request.folds = 2
        let report = try mitigateRun(request, run: run)
        let difference = try #require(
            report.measurements.first { $0.metric == "selectionRateGapDifference" })
        #expect(try #require(difference.value) < 0)
        let frontier = try fairnessFrontier(request, run: run)
        #expect(frontier.sections.flatMap(\.figures).count == 4)
        #expect(
            try storedReport(run: run).sections.flatMap(\.figures)
                .contains { $0.id == "frontier-demographic-parity-sex" })
    }

    @Test func badRequestsSayWhatToDo() throws {
        let scratch = try Scratch()
        let run = try run(scratch, rows: 800)
        func message(_ change: (inout MitigationRequest) -> Void) -> String {
            var request = MitigationRequest(protected: ["sex"])
            change(&request)
            do {
                _ = try mitigateRun(request, run: run)
                return ""
            } catch { return "\(error)" }
        }
        #expect(message { $0.protected = ["age"] }.contains("race, sex"))
        #expect(message { $0.protected = [] }.contains("--protected"))
        #expect(message { $0.tolerance = 2 }.contains("0 to 1"))
        #expect(message { $0.folds = 1 }.contains("2 to 100"))
        // Few rows: how many are needed, where pooling leaves one group.
        let few = message {
            $0.protected = ["race"]
            $0.fewestRows = 1000
        }
        #expect(few.contains("1000 rows of each kind"))
        #expect(few.contains("--folds 5"))
        #expect(message { $0.fewestRows = 1 }.contains("at least 5"))
        #expect(message { $0.isRanked = true }.contains("demographic-parity"))
    }

    /// Cells of an intersection that are too small are decided with others, by every method.
    @Test func smallCellsArePooled() throws {
        let scratch = try Scratch()
        let run = try run(scratch, rows: 6000)
        var request = MitigationRequest(protected: ["sex", "race"])
        request.mostAccuracyLost = 0.5
        func pooled(_ report: RunReport) throws -> String {
            try #require(report.facts.first { $0.label == "Pooled" }?.value)
        }
        let told = try pooled(mitigateRun(request, run: run))
        #expect(told.contains("Female × Other as Female × "))
        request.constraint = .demographicParity
        request.isRanked = true
        request.tolerance = 0
        let ranked = try mitigateRun(request, run: run)
        // Shares of whole rows of the test rows themselves.
        let after = try #require(
            ranked.facts.first { $0.label == "Gap, after" }?.value.split(separator: " ").first)
        #expect(try #require(Double(after)) < 0.03)
        request.isRanked = false
        request.method = .thresholdWithoutAttribute
        _ = try pooled(mitigateRun(request, run: run))
        let frontier = try fairnessFrontier(request, run: run)
        let first = try #require(frontier.sections.flatMap(\.figures).first)
        #expect(first.caption.contains("taken with others"))
        // A rule for a pool decides new rows of its groups.
        request.method = .threshold
        _ = try mitigateRun(request, run: run)
        var prediction = PredictionRequest(run: run, rows: scratch.path + "/data.csv")
        prediction.mitigation = "threshold-demographic-parity-sex-race"
        #expect(try predictRows(prediction).0.count > 1000)
    }
}
