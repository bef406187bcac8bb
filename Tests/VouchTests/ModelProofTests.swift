import Documents
import Evidence
import Platform
import Reporting
import RunStore
import Runs
import Statistics
import Studies
import Testing

/// Remedies of the model on runs, and what one proof compares.
@Suite struct ModelProofTests {
    private func trained(
        _ scratch: Scratch, kind: TrainConfiguration.ModelKind = .ensemble
    ) throws -> String {
        let data = try scratch.write(try Adult.csv(1500), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.splits.validation = 0.25
                $0.splits.test = 0.25
                $0.model.kind = kind
                if kind == .ensemble { $0.model.members = 6 }
                $0.learning.folds = 1
                $0.learning.epochs = 3
            }, control: RunControl(threads: 2))
        return run
    }

    private func entries(_ run: String) throws -> [Ledger.Entry] {
        try Ledger.read(run).records.map(\.entry)
    }

    /// Size, parameters, latency, rate, loss, area, calibration and gaps stand in one table.
    @Test func fewerMembersAreProvedByEverything() throws {
        let scratch = try Scratch()
        let run = try trained(scratch)
        let weights = try Files.read(run + "/weights.safetensors")
        let before = try storedReport(run: run)
        let looks = try entries(run).count
        let report = try proveRemedy(.init(remedy: "fewer-members=2"), run: run)
        func change(_ metric: MetricID, _ group: String? = nil) throws -> Measurement {
            try #require(
                report.measurements.first {
                    $0.metric == metric.difference && $0.group == group
                }, "\(metric)")
        }
        func old(_ metric: MetricID) throws -> Double {
            try #require(before.measurements.first { $0.metric == metric }?.value)
        }
        // Counted: no interval, and as much as is known before.
        for metric: MetricID in ["parameters", "modelSize"] {
            let found = try change(metric)
            let value = try #require(found.value)
            let known = try old(metric)
            #expect(value < 0 && value > -known, "\(metric)")
            #expect(found.interval == nil && found.note?.contains("exact") == true)
        }
        for metric: MetricID in ["predictionLatency", "predictionRate"] {
            #expect(try change(metric).interval?.varied == "repeats", "\(metric)")
        }
        for metric: MetricID in ["logLoss", "rocAUC", "accuracy", "expectedCalibrationError"] {
            #expect(try change(metric).interval?.varied == "rows", "\(metric)")
        }
        for gap: MetricID in ["selectionRateGap", "truePositiveRateGap", "falsePositiveRateGap"] {
            _ = try change(gap, "sex")
        }
        // What nothing pairs has both intervals.
        let area = try change("areaUnderRiskCoverage")
        #expect(area.interval?.method == "Both intervals, added")
        #expect(report.measurements.contains { $0.metric == "permutationImportanceDifference" })
        let means = try #require(report.facts.first { $0.label == "Means" }?.value)
        #expect(means.hasPrefix("2 of 6 members kept") && means.contains("validation rows"))
        #expect(means.contains("SHA-256"))
        // The lines were written, validation rows first; the model stays as it is.
        let added = try entries(run).dropFirst(looks)
        #expect(added.map(\.split) == ["validation", "test"])
        #expect(added.allSatisfy { $0.purpose == "proof of Fewer members" })
        #expect(try Files.read(run + "/weights.safetensors") == weights)
        // The proof stands in the row of its drawback.
        let shown = try storedReport(run: run)
        let row = try #require(shown.drawbacks.first { $0.drawback == .computeCost })
        #expect(row.proofs.map(\.remedy) == ["fewer-members"])
        #expect(row.proofs[0].before.metric == "predictionLatency")
        #expect(row.proofs[0].judged.count == 1)
        for form in [shown.html(), shown.markdown(), shown.terminal(width: 100, color: false)] {
            #expect(form.contains("Fewer members"))
        }
        // Rows choose where nobody does, and the same rows choose the same.
        let chosen = try (0..<2).map { _ in
            try proveRemedy(.init(remedy: "fewer-members"), run: run).facts
                .first { $0.label == "Means" }?.value
        }
        #expect(chosen[0] != nil && chosen[0] == chosen[1])
        #expect(chosen[0]?.contains("one standard error") == true)
    }

    /// Whatever this processor makes of it: the rate decides, by turns of a clock; the model is smaller, exactly.
    @Test func int8IsJudgedByItsMeasuredRate() throws {
        let scratch = try Scratch()
        let run = try trained(scratch)
        let weights = try Files.read(run + "/weights.safetensors")
        _ = try proveRemedy(.init(remedy: "int8"), run: run)
        let proof = try #require(
            try storedReport(run: run).drawbacks.flatMap(\.proofs).first { $0.remedy == "int8" })
        #expect(proof.judgedBy == "predictionRate" && proof.judged.count == 1)
        #expect(proof.means.contains("of 8-bit whole numbers") && proof.means.contains("validation"))
        let rate = try #require(proof.judged.first)
        let interval = try #require(rate.difference.interval)
        // Faster is claimed only of a whole interval above 0.
        #expect((rate.verdict == .better) == (interval.lower > 0))
        let size = try #require(proof.changes.first { $0.metric == "modelSize" }?.difference)
        #expect(try #require(size.value) < 0 && size.interval == nil)
        #expect(proof.changes.contains { $0.metric == "logLoss" })
        #expect(try Files.read(run + "/weights.safetensors") == weights)
    }

    @Test func whatCannotBeChangedIsRefused() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, kind: .mlp)
        for (remedy, says) in [
            ("fewer-members", "no ensemble"), ("fewer-members=x", "members to keep"),
            ("fewer-members=", "members to keep"), ("fewer", "fewer-members"),
            ("int8=3", "takes no strength"),
        ] {
            let error = #expect(throws: (any Error).self) {
                try proveRemedy(.init(remedy: remedy), run: run)
            }
            #expect(asTyped(error).contains(says), "\(remedy): \(asTyped(error))")
        }
        #expect(try storedReport(run: run).drawbacks.flatMap(\.proofs).allSatisfy {
            $0.remedy != "fewer-members"
        })
    }

    /// The numbers that a training's own proofs of outputs had stay; there is more beside them.
    @Test func proofsOfOutputsTellMore() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, kind: .mlp)
        let proofs = try storedReport(run: run).drawbacks.flatMap(\.proofs)
        #expect(proofs.map(\.remedy) == allOutputRemedies.map(\.description.id))
        for proof in proofs {
            let metrics = proof.changes.map(\.metric)
            #expect(metrics.starts(with: ["rocAUC", "accuracy", "logLoss", "brierScore"]))
            #expect(metrics.contains("brierMiscalibration"), "\(proof.remedy)")
            // Nothing twice, and nothing of what outputs do not touch.
            let keys = proof.changes.map { "\($0.metric) \($0.difference.group ?? "")" }
            #expect(Set(keys).count == keys.count, "\(proof.remedy)")
            #expect(!metrics.contains("parameters") && !metrics.contains("predictionLatency"))
        }
        // The command finds what the training found.
        let report = try proveRemedy(.init(remedy: "temperature-scaling"), run: run)
        for metric: MetricID in [
            "logLossDifference", "brierScoreDifference", "selectionRateGapDifference",
        ] {
            let own = try #require(
                proofs[0].changes.first { $0.difference.metric == metric }?.difference)
            let again = try #require(report.measurements.first { $0.metric == metric })
            #expect(abs((again.value ?? 0) - (own.value ?? 0)) < 1e-9, "\(metric)")
            #expect((again.interval == nil) == (own.interval == nil), "\(metric)")
        }
    }

    /// Proofs of earlier versions are read as they were.
    @Test func olderProofsOpen() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, kind: .mlp)
        func measured(_ metric: MetricID) -> String {
            """
            {"drawback":"overfitting","interval":{"level":0.95,"lower":0.3,"method":"m",\
            "upper":0.5,"varied":"rows"},"metric":"\(metric)",\
            "sample":{"rows":10,"split":"test"},"unit":"nats","value":0.4}
            """
        }
        let level = measured("logLoss")
        let difference = measured("logLossDifference")
        _ = try scratch.write(
            """
            [{"after":\(level),"before":\(level),"changes":[{"difference":\(difference),\
            "drawback":"overfitting","metric":"logLoss","verdict":"worse"}],\
            "drawback":"overfitting","judgedBy":"logLoss","means":"dropout=0.1",\
            "name":"Dropout","over":"5 paired seeds","remedy":"dropout","source":"s"}]

            """, to: "run/proofs.json")
        let proofs = try storedReport(run: run).drawbacks.flatMap(\.proofs)
        let dropout = try #require(proofs.first { $0.remedy == "dropout" })
        #expect(dropout.verdict == .worse && dropout.before.value == 0.4)
    }

    /// Each remedy of each kind is in the list, and in the help.
    @Test func everyRemedyIsKnown() throws {
        #expect(Set(remedyIDs).count == remedyIDs.count)
        let help = try CommandTests.run("help", "prove").output
        for remedy in allOutputRemedies.map(\.description) + allModelRemedies.map(\.description) {
            #expect(remedyIDs.contains(remedy.id) && remedyKindsText.contains(remedy.id))
            #expect(help.contains(remedy.id))
            #expect(MetricRegistry.definition(remedy.judgedBy) != nil, "\(remedy.id)")
        }
    }

    /// Every report has the two times, with intervals over repeats; they are no look at held-out rows.
    @Test func aReportTellsTheTimeOfAPrediction() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, kind: .mlp)
        let report = try storedReport(run: run)
        for metric: MetricID in ["predictionLatency", "predictionRate"] {
            let found = try #require(report.measurements.first { $0.metric == metric })
            let value = try #require(found.value)
            #expect(value > 0 && found.drawback == .computeCost)
            #expect(found.interval.map { $0.lower < value && value < $0.upper } ?? true)
        }
        #expect(try entries(run).allSatisfy { $0.purpose != "Time of a prediction" })
        // Small and old numbers of the training, where they always stood.
        let metrics = report.measurements.map(\.metric)
        #expect(metrics.contains("parameters") && metrics.contains("modelSize"))
    }
}
