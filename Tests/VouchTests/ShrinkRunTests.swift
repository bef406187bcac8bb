import Documents
import Evidence
import Models
import NN
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Studies
import Testing

/// `vouch shrink` and `vouch prove --save` on a run.
@Suite struct ShrinkRunTests {
    private func trained(_ scratch: Scratch) throws -> String {
        let data = try scratch.write(try Adult.csv(1500), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.splits.validation = 0.25
                $0.splits.test = 0.25
                $0.model.kind = .ensemble
                $0.model.members = 4
                $0.learning.folds = 1
                $0.learning.refits = 1
                $0.learning.epochs = 2
            }, control: RunControl(threads: 2))
        return run
    }

    private func looks(_ run: String, after count: Int = 0) throws -> [Ledger.Entry] {
        try Ledger.read(run).records.dropFirst(count).map(\.entry).filter { $0.kind == .look }
    }

    /// What a folder of a changed model must be able to do.
    private func checkIsARun(_ path: String, madeOf run: String, by remedy: String) throws {
        let model = try ModelBundle(run: path)
        let change = try #require(model.provenance.changes.last)
        #expect(change.remedy == remedy && !model.provenance.isTrained)
        let source = try ModelBundle(run: run)
        #expect(change.weightsSHA256 == ContentHash.sha256(source.encodedWeights()))
        // What is stored of its test rows is what it says of them.
        let finished = try FinishedRun(path, threads: 1, onEvent: { _ in })
        let table = try finished.learner.knownTestRows().table
        let told = try model.predict(table, pool: finished.pool).values
        let stored = try storedRows(path, .test)
        #expect(told.count == stored.predictions.values.count)
        #expect(zip(told, stored.predictions.values).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(try stored.rows == storedRows(run, .test).rows)
        let report = try storedReport(run: path)
        #expect(report.facts.contains { $0.label == "Made of" && $0.value.contains(run) })
        #expect(report.measurements.contains { $0.metric == .logLoss })
        #expect(report.measurements.contains { $0.metric == "predictionLatency" })
        #expect(try Ledger.read(path).lastRun != nil)
        #expect(try looks(path).contains { $0.split == "test" })
        // It may be changed again, and not be taken for a training of its settings.
        _ = try proveRemedy(.init(remedy: "unchanged"), run: path)
        let error = #expect(throws: (any Error).self) {
            try proveRemedy(.init(remedy: "another-seed"), run: path)
        }
        #expect(asTyped(error).contains("was made of another run by \(remedy)"))
    }

    @Test func aChangedModelIsKeptAsARun() throws {
        let scratch = try Scratch()
        let run = try trained(scratch)
        for remedy in ["fewer-members=1", "distillation=8"] {
            let output = scratch.path + "/" + remedy
            var request = ProofRequest(remedy: remedy, arguments: ["vouch", "prove"])
            request.output = output
            let report = try proveRemedy(request, run: run)
            #expect(report.facts.contains { $0.label == "Verdict" })
            let id = String(remedy.prefix { $0 != "=" })
            try checkIsARun(output, madeOf: run, by: id)
        }
        let student = try ModelBundle(run: scratch.path + "/distillation=8")
        #expect(student.count == 1 && student.network.members == 1)
        #expect(student.network.hidden == [8, 8])
        // What is there stays, and what makes no model keeps none.
        for (remedy, output, says) in [
            ("fewer-members=1", scratch.path + "/run", "run"),
            ("temperature-scaling", scratch.path + "/new", "--save keeps the model"),
            ("another-seed", scratch.path + "/new", "vouch train"),
        ] {
            var request = ProofRequest(remedy: remedy)
            request.output = output
            let error = #expect(throws: (any Error).self) { try proveRemedy(request, run: run) }
            #expect(asTyped(error).contains(says), "\(remedy): \(asTyped(error))")
        }
        #expect(!Files.exists(scratch.path + "/new"))
    }

    @Test func aGoalIsReachedProvedAndKept() throws {
        let scratch = try Scratch()
        let run = try trained(scratch)
        let count = try Ledger.read(run).records.count
        let output = scratch.path + "/small"
        // Twice the loss and a third of the size: a linear model of a run of two epochs.
        var request = ShrinkRequest(goals: ["size<0.3x"], output: output, arguments: ["vouch"])
        request.margin = 1
        let result = try shrinkRun(request, run: run)
        #expect(result.isProved && result.report.summary.hasPrefix("Proved: size<0.3x is reached"))
        let added = try looks(run, after: count)
        #expect(added.map(\.split) == ["validation", "test"])
        #expect(added.allSatisfy { $0.purpose == "shrinking to size<0.3x" })
        let before = try Files.read(run + "/weights.safetensors").count
        let after = try Files.read(output + "/weights.safetensors").count
        #expect(Double(after) < 0.3 * Double(before))
        let remedy = try #require(try ModelBundle(run: output).provenance.changes.last?.remedy)
        try checkIsARun(output, madeOf: run, by: remedy)
        let proofs = try storedReport(run: run).drawbacks.flatMap(\.proofs)
        #expect(proofs.contains { $0.remedy == remedy && $0.means.contains("size<0.3x proved") })
    }

    @Test func whatCannotBeReachedIsRefused() throws {
        let scratch = try Scratch()
        let run = try trained(scratch)
        let count = try Ledger.read(run).records.count
        let output = scratch.path + "/tiny"
        func error(_ goal: String, margin: Double = 0.01) -> String {
            var request = ShrinkRequest(goals: [goal], output: output)
            request.margin = margin
            return asTyped(
                #expect(throws: (any Error).self) { try shrinkRun(request, run: run) })
        }
        for (goal, margin, says) in [
            ("rate<5x", 0.01, "rate>"), ("faster", 0.01, "no < or >"), ("rate>2x", 0, "--margin is"),
        ] {
            let text = error(goal, margin: margin)
            #expect(text.contains(says), "\(goal): \(text)")
        }
        #expect(try Ledger.read(run).records.count == count)
        let text = error("size<0.0001x")
        #expect(text.contains("no remedy of the model reaches size<0.0001x"), "\(text)")
        #expect(text.contains("Nothing was written") && text.contains("The best"), "\(text)")
        #expect(!Files.exists(output))
        // Validation rows were looked at, test rows were not.
        #expect(try looks(run, after: count).map(\.split) == ["validation"])
    }

    /// Of the same model again there is nothing to find in its predictions.
    @Test func theControlFindsNoLoss() throws {
        let scratch = try Scratch()
        let run = try trained(scratch)
        let report = try proveRemedy(.init(remedy: "unchanged"), run: run)
        let loss = try #require(report.measurements.first { $0.metric == "logLossDifference" })
        #expect(loss.value == 0)
        #expect(try storedReport(run: run).drawbacks.flatMap(\.proofs).contains {
            $0.remedy == "unchanged"
        })
    }
}
