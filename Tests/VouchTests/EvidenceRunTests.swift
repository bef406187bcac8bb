import Cost
import Documents
import Evidence
import Foundation
import Platform
import Prediction
import Reporting
import Runs
import Studies
import Testing

/// Probes on runs, audits of predictions, comparisons, policies: on real rows, as a user has them.
@Suite struct EvidenceRunTests {
    private func report(_ run: String) throws -> RunReport { try storedReport(run: run) }

    /// All six rows are filled, whatever the task.
    @Test func everyProbeMeasuresASmallRun() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(400), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.model.width = 8
                $0.learning.folds = 1
                $0.splits.canaries = 10
                $0.evidence.probeSeconds = 1000
            }, control: RunControl(threads: 2))
        let report = try report(run)
        #expect(report.leftOut.isEmpty)
        #expect(report.drawbacks.map(\.drawback) == Drawback.allCases)
        for row in report.drawbacks { #expect(!row.measured.isEmpty, "\(row.drawback)") }
        let html = report.html()
        for drawback in Drawback.allCases { #expect(html.contains("id=\"\(drawback.rawValue)\"")) }
        let ledger = try #require(report.ledger)
        #expect(ledger.looks.map(\.split) == ["validation", "test"])
        // Nothing was left out, so that every probe looked where it says; so did every proof.
        let proofs = report.drawbacks.flatMap(\.proofs).count
        #expect(proofs == allOutputRemedies.count)
        func declared(_ split: RowSplit) -> Int {
            (allProbes + closingProbes(.unknown)).count { $0.description.looksAt.contains(split) } + proofs
        }
        // Validation rows stopped the one training, too.
        #expect(ledger.looks.map(\.count) == [declared(.validation) + 1, declared(.test)])
        #expect(ledger.models == 1)
        #expect(try verifyLedger(run: run, head: ledger.head).contains(ledger.head.prefix(12)))
        // Every metric shown has its definition.
        let known = Set(report.definitions.map(\.id))
        #expect(report.measurements.allSatisfy { known.contains($0.metric) })
    }

    /// The same predictions give the same numbers, whether a run or an audit measures them.
    @Test func anAuditMeasuresWhatTheRunDid() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1200), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.model.kind = .mlp
            }, control: RunControl(threads: 1))
        var audit = AuditConfiguration(
            file: run + "/test_predictions.csv",
            predicted: .probability("probability[>50K]"))
        audit.target = "answer"
        audit.protected = ["group[sex]"]
        let found = try auditPredictions(audit, arguments: ["vouch", "audit"])
        let own = try report(run)
        for id: MetricID in ["rocAUC", "logLoss", "accuracy", "expectedCalibrationError"] {
            let pair = [found, own].map { report in
                report.measurements.first { $0.metric == id && $0.group == nil }
            }
            #expect(pair[0]?.value != nil && pair[0]?.value == pair[1]?.value, "\(id)")
            #expect(pair[0]?.interval == pair[1]?.interval)
        }
        #expect(found.groupTables[0].gaps.map(\.value) == own.groupTables[0].gaps.map(\.value))
        #expect(found.leftOut.contains { $0.reason.contains("only predictions") })
        // One drawback alone: what else there is says why it is not there.
        audit.only = [.bias]
        let alone = try auditPredictions(audit, arguments: [])
        #expect(alone.groupTables == found.groupTables)
        #expect(alone.measurements.isEmpty)
        #expect(alone.leftOut.contains { $0.reason.contains("--only") })
        #expect(found.groupTables[0].gaps.allSatisfy { $0.value == nil || $0.verdict != nil })
        audit.only = []
        audit.predicted = .probability("nothing")
        let error = #expect(throws: VouchError.self) {
            try auditPredictions(audit, arguments: [])
        }
        #expect(error?.description.contains("It has: answer") == true)
    }

    @Test func comparisonsArePairedAndRecorded() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1200), to: "data.csv")
        for (name, epochs) in [("a", 1), ("b", 6)] {
            _ = try trainRun(
                quick(data, out: scratch.path + "/" + name) {
                    $0.model.kind = .mlp
                    $0.learning.epochs = epochs
                }, control: RunControl(threads: 1))
        }
        let (a, b) = (scratch.path + "/a", scratch.path + "/b")
        let same = try compareRuns(a, a, arguments: [])
        #expect(same.measurements.allSatisfy { $0.value == 0 || $0.value == nil })
        let forth = try compareRuns(a, b, arguments: [])
        let back = try compareRuns(b, a, arguments: [])
        for (one, other) in zip(forth.measurements, back.measurements) {
            #expect(one.value == other.value.map { -$0 }, "\(one.metric)")
        }
        let loss = try #require(
            forth.measurements.first { $0.metric == "logLossDifference" })
        #expect(loss.note == "better")
        #expect(try ledgerText(run: a).contains("compare"))
        // Other rows are refused.
        let other = try scratch.write(try Adult.csv(1100), to: "other.csv")
        _ = try trainRun(
            quick(other, out: scratch.path + "/c") { $0.model.kind = .mlp },
            control: RunControl(threads: 1))
        let error = #expect(throws: VouchError.self) {
            try compareRuns(a, scratch.path + "/c", arguments: [])
        }
        #expect(error?.description.contains("same rows") == true)
    }

    @Test func policiesNameLineAndKey() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.model.kind = .mlp }, control: RunControl(threads: 1))
        func check(_ policy: String) throws -> PolicyCheck {
            try checkRun(run, policy: try scratch.write(policy, to: "policy.yaml"))
        }
        #expect(try check(try policyExample(run: run)).passed)
        let failing = try check("rules:\n  - metric: rocAUC\n    lower: {min: 0.999}\n")
        #expect(!failing.passed && failing.text.contains("FAIL"))
        #expect(failing.junit.contains("failures=\"1\""))
        for (policy, says) in [
            ("rules:\n  - metric: rocAUX\n    lower: {min: 0}\n", ["line 2", "rocAUX"]),
            ("rules:\n  - metric: rocAUC\n    lover: {min: 0}\n", ["line 3", "lover"]),
            ("rules:\n  - metric: rocAUC\n    lower: {least: 0}\n", ["line 3", "least"]),
            ("rules:\n  - metric: rocAUC\n    lower: {min: x}\n", ["line 3", "\"x\""]),
            ("rule:\n  - metric: rocAUC\n", ["line 1", "rule"]), ("rules: [", ["YAML"]),
        ] {
            let error = #expect(throws: VouchError.self) { try check(policy) }
            for part in says { #expect(error?.description.contains(part) == true, "\(policy)") }
        }
    }

    @Test func exitCodesOfCheck() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.model.kind = .mlp }, control: RunControl(threads: 1))
        for (policy, status) in [
            ("rules:\n  - metric: rocAUC\n    value: {min: 0}\n", 0),
            ("rules:\n  - metric: rocAUC\n    value: {min: 1.1}\n", 1), ("rules: 7\n", 2),
        ] {
            let file = try scratch.write(policy, to: "policy.yaml")
            let outcome = try CommandTests.run("check", run, "--policy", file)
            #expect(outcome.status == Int32(status), "\(outcome.error)")
        }
    }
}
