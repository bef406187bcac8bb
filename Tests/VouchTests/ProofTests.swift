import Documents
import Evidence
import Foundation
import Platform
import Reporting
import Runs
import Statistics
import Studies
import Testing

/// Remedies on runs.
@Suite struct ProofTests {
    /// Strong label smoothing makes a perceptron too careful; a temperature gives it back its courage.
    @Test func temperatureScalingOfACarefulPerceptronIsProved() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(3000), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.kind = .mlp
                $0.model.labelSmoothing = 0.4
                $0.learning.epochs = 10
            }, control: RunControl(threads: 2))
        let report = try proveRemedy(.init(remedy: "temperature-scaling"), run: run)
        let loss = try #require(report.measurements.first { $0.metric == "logLossDifference" })
        #expect(try #require(loss.interval).upper < 0)
        let verdict = report.facts.first { $0.label == "Verdict" }?.value
        #expect(verdict?.hasPrefix("proved") == true)
        // Of two classes the order of the rows stays.
        #expect(report.measurements.first { $0.metric == "rocAUCDifference" }?.value == 0)
        #expect(try ledgerText(run: run).contains("proof of Temperature scaling"))
        let error = #expect(throws: VouchError.self) {
            try proveRemedy(.init(remedy: "magic"), run: run)
        }
        #expect(error?.description.contains("temperature-scaling") == true)
    }

    /// What was proved stands in the run's report from then on, in every form.
    @Test func aProofJoinsTheReport() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(2000), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.kind = .mlp
                $0.model.labelSmoothing = 0.4
                $0.learning.epochs = 4
                $0.learning.folds = 1
            }, control: RunControl(threads: 2))
        let fresh = try storedReport(run: run)
        let output = ["temperature-scaling", "vector-scaling", "isotonic", "venn-abers"]
        #expect(fresh.drawbacks.flatMap(\.proofs).map(\.remedy) == output)
        // Without the smoothing that made it careful its log loss is far lower, under every seed.
        let proof = try proveRemedy(.init(remedy: "label-smoothing=0"), run: run)
        #expect(proof.summary.contains("proved"))
        let report = try storedReport(run: run)
        let row = try #require(report.drawbacks.first { $0.drawback == .overfitting })
        #expect(row.proofs.map(\.remedy) == output + ["label-smoothing"])
        #expect(row.proofs[4].verdict == .better)
        #expect(row.proofs[4].before.interval?.varied == "seeds and rows")
        for form in [report.html(), report.markdown(), report.terminal(width: 100, color: false)] {
            #expect(form.contains("Label smoothing"))
        }
        // Every drawback's numbers stand beside it.
        let compared = Set(row.proofs[4].changes.map(\.drawback))
        #expect(compared.isSuperset(of: [.computeCost, .opacity, .overfitting, .hyperParameters]))
        #expect(try ledgerText(run: run).contains("proof of Label smoothing"))
        for (remedy, says) in [
            ("label-smoothing=x", "number"), ("another-seed=2", "no strength"),
        ] {
            let error = #expect(throws: VouchError.self) {
                try proveRemedy(.init(remedy: remedy), run: run)
            }
            #expect(error?.description.contains(says) == true)
        }
        var few = ProofRequest(remedy: "dropout=0.1")
        few.seeds = 4
        let error = #expect(throws: VouchError.self) { try proveRemedy(few, run: run) }
        #expect(error?.description.contains("5") == true)
        // Other data than the run's own prove nothing of it.
        _ = try scratch.write(try Adult.csv(1999), to: "data.csv")
        let changed = #expect(throws: VouchError.self) {
            try proveRemedy(.init(remedy: "dropout=0.1"), run: run)
        }
        #expect(changed?.description.contains("SHA-256") == true)
    }

    /// The same method under other seeds: real trainings, judged as any remedy is.
    ///
    /// `make verify` makes 200 proofs and writes `Verified/proofs.md`: at most 5 % and two Monte-Carlo
    /// standard errors may claim anything.
    @Test func theSameUnderOtherSeedsIsNoRemedy() throws {
        let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"
        let proofs = isLong ? 200 : 2
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1000), to: "data.csv")
        let test = try Adult.lines(3000)
        let unseen = try scratch.write(
            ([test[0]] + test.suffix(1500)).joined(separator: "\n") + "\n", to: "test.csv")
        var claims = 0
        var rowClaims = 0
        for number in 0..<proofs {
            let run = scratch.path + "/run\(number)"
            _ = try trainRun(
                quick(data, out: run) {
                    $0.test = unseen
                    $0.model.kind = .mlp
                    $0.learning.epochs = 4
                    $0.learning.seed = UInt64(number * 100)
                }, control: RunControl(threads: 2))
            let report = try proveRemedy(.init(remedy: "another-seed"), run: run)
            let verdict = report.facts.first { $0.label == "Verdict" }?.value ?? ""
            if !verdict.hasPrefix("cannot tell") { claims += 1 }
            guard number > 0 else { continue }
            // Two trainings, compared over rows alone, as if they were the methods.
            let pair = try compareRuns(
                scratch.path + "/run\(number - 1)", run, arguments: [])
            let loss = pair.measurements.first { $0.metric == "logLossDifference" }
            if loss?.note?.hasPrefix("cannot tell") == false { rowClaims += 1 }
        }
        let share = Double(claims) / Double(proofs)
        let allowed = 0.05 + 2 * (0.05 * 0.95 / Double(proofs)).squareRoot()
        #expect(share <= allowed)
        guard isLong else { return }
        let text = """
            # Proofs of a remedy that is none

            Written by ProofTests with VOUCH_VERIFY=1: \(proofs) proofs of `another-seed`, each of five
            paired seeds (ten trainings of a perceptron on 1,000 Adult rows, 1,500 rows to judge on).

            | judged | claimed better or worse | of | share | allowed |
            |---|---|---|---|---|
            | log loss, over seeds and rows | \(claims) | \(proofs) | \(percent(share)) | \(percent(allowed)) |
            | log loss of two trainings, over rows alone | \(rowClaims) | \(proofs - 1) | \
            \(percent(Double(rowClaims) / Double(proofs - 1))) | not a test of methods |

            """
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Verified/proofs.md").path
        try Files.makeFolder(Files.folder(of: file))
        try AtomicFile.write(Array(text.utf8), to: file)
    }

    private func percent(_ share: Double) -> String {
        "\((share * 1000).rounded() / 10) %"
    }
}

/// Looks at test rows, and what they do to intervals.
@Suite struct LookTests {
    /// A model among several that were measured on the same rows has wider intervals, as it may have
    /// been picked for its luck.
    @Test func replacedRunsStillCount() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1200), to: "data.csv")
        let run = scratch.path + "/run"
        func train(width: Int) throws -> RunReport {
            _ = try trainRun(
                quick(data, out: run) {
                    $0.model.kind = .mlp
                    $0.model.width = width
                }, control: RunControl(threads: 1, overwrite: true))
            return try storedReport(run: run)
        }
        let first = try train(width: 8)
        let again = try train(width: 8)
        let other = try train(width: 12)
        #expect(first.ledger?.models == 1 && again.ledger?.models == 1)
        #expect(other.ledger?.models == 2)
        let loss = try #require(other.measurements.first { $0.metric == "logLoss" })
        #expect(loss.sample.models == 2)
        #expect(loss.interval?.method.contains("Bonferroni over 2 looks") == true)
        #expect(first.measurements.first { $0.metric == "logLoss" }?.sample.models == nil)
        #expect(other.html().contains("2 models were measured on these test rows"))
        // The ledger goes on where the replaced run's ended.
        let head = try #require(first.ledger?.head)
        #expect(try verifyLedger(run: run, head: head).contains("records"))
        #expect(
            other.ledger?.looks.first { $0.split == "test" }?.count
                == 3 * (first.ledger?.looks.first { $0.split == "test" }?.count ?? 0))
    }

    @Test func evaluatingIsALook() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.model.kind = .mlp }, control: RunControl(threads: 1))
        _ = try evaluateRun(run: run, rows: data, reading: .init(), threads: 1)
        let text = try ledgerText(run: run)
        #expect(text.contains("data.csv") && text.contains("vouch evaluate"))
    }
}
