import Documents
import Evidence
import Foundation
import Platform
import Reporting
import Runs
import Studies
import Tables
import TensorCore
import Testing

/// `vouch data labels`, and remedies against wrong labels, as a user has them.
@Suite struct WrongLabelRunTests {
    /// Two classes that a number tells apart; of every tenth row the label is the other one.
    ///
    /// - Parameter annotated: With two annotators, the first of whom sees what is right.
    private func table(_ rows: Int, wrong: Bool, annotated: Bool = false) -> String {
        let random = CounterRandom(seed: 8, name: "rows of wrong labels")
        var text = "number,other,checked\(annotated ? ",first,second" : ""),class\n"
        for row in 0..<rows {
            let number = random.uniform(index: UInt64(row))
            let other = random.uniform(step: 1, index: UInt64(row))
            let isHigh = number > 0.5
            let given = wrong && row % 10 == 3 ? !isHigh : isHigh
            func name(_ isHigh: Bool) -> String { isHigh ? "high" : "low" }
            let both =
                annotated ? ",\(name(isHigh)),\(name(row % 7 == 2 ? !isHigh : isHigh))" : ""
            text += "\(number),\(other),\(row % 2 == 0 ? "yes" : "no")\(both),\(name(given))\n"
        }
        return text
    }

    private func trained(_ scratch: Scratch, _ data: String) throws -> String {
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(scratch.write(data, to: "data.csv"), out: run) {
                $0.model.kind = .mlp
                $0.model.width = 8
                $0.learning.epochs = 60
                $0.learning.folds = 1
                $0.columns.exclude = ["checked"] + (data.contains("first") ? ["first", "second"] : [])
            }, control: RunControl(threads: 2))
        return run
    }

    @Test func plantedLabelsAreListedWithTheirClass() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, table(400, wrong: true, annotated: true))
        var request = LabelRequest(run: run)
        request.folds = 3
        request.output = scratch.path + "/suspects.csv"
        request.scores = scratch.path + "/scores.csv"
        request.annotators = ["first", "second"]
        let document = try wrongLabels(request)
        let lines = try String(contentsOfFile: scratch.path + "/suspects.csv", encoding: .utf8)
            .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(lines[0].prefix(4) == ["line", "given", "suggested", "chance_wrong"])
        // A row's line is two more than its number.
        let first = lines.dropFirst().prefix(15)
        #expect(first.count { (Int($0[0]) ?? 0) % 10 == 5 } >= 12)
        #expect(lines.dropFirst().allSatisfy { $0[1] != $0[2] })
        let all = try String(contentsOfFile: scratch.path + "/scores.csv", encoding: .utf8)
        // Of 400 rows a fifth are test rows, which take no part.
        #expect(all.split(separator: "\n").count == 321)
        let titles = document.tables.map(\.title)
        #expect(titles.contains("Agreement of annotators"))
        #expect(titles.contains("From class to class, by confident learning"))
        #expect(document.statements.contains { $0.contains("cannot be told") })
        #expect(try ledgerText(run: run).contains("vouch data labels"))
    }

    @Test func aRemedyIsProvedOnTrustedRowsOrRefused() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, table(400, wrong: true))
        for (trusted, says) in [
            (nil, "--trusted"), ("nobody = yes", "nobody"), ("checked = perhaps", "perhaps"),
        ] as [(String?, String)] {
            var request = ProofRequest(remedy: "drop-suspects")
            request.trusted = trusted
            let error = #expect(throws: (any Error).self) { try proveRemedy(request, run: run) }
            #expect(error.map { "\($0)".contains(says) } == true)
        }
        var other = ProofRequest(remedy: "temperature-scaling")
        other.trusted = "all"
        #expect(throws: VouchError.self) { try proveRemedy(other, run: run) }
        var request = ProofRequest(remedy: "relabel-suspects")
        request.trusted = "checked = yes"
        let report = try proveRemedy(request, run: run)
        #expect(report.summary.contains("labels are trusted"))
        #expect(report.measurements.contains { $0.metric == "logLossDifference" })
        // What is suspected is not asked: only the loss is another one.
        request.remedy = "robust-loss"
        let robust = try proveRemedy(request, run: run)
        #expect(robust.summary.contains("generalised cross-entropy, q = 0.7"), "\(robust.summary)")
        #expect(robust.summary.contains("labels are trusted"))
    }

    @Test func aLossThatWrongLabelsPullLessIsOfClasses() throws {
        let scratch = try Scratch()
        let error = #expect(throws: VouchError.self) {
            _ = try trainRun(
                quick(scratch.write(table(60, wrong: false), to: "data.csv"), out: scratch.path + "/run") {
                    $0.columns.target = "number"
                    $0.regularising.robustLoss = 0.7
                }, control: RunControl(threads: 2))
        }
        #expect(error?.settings == ["robust-loss"])
    }

    @Test func whatIsAskedWronglyIsSaid() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, table(200, wrong: false))
        for (change, says) in [
            ({ $0.shareRight = 0 }, "--share-right"), ({ $0.folds = 1 }, "--folds"),
            ({ $0.planted = 0.9 }, "--planted"), ({ $0.annotators = ["first"] }, "two or more"),
            ({ $0.annotators = ["first", "number"] }, "first"),
            ({ $0.annotators = ["checked", "class"] }, "column \"checked\""),
            ({ $0.output = scratch.path + "/data.csv" }, "which is the run's data"),
            ({ $0.scores = scratch.path + "/none/scores.csv" }, "No such file"),
        ] as [((inout LabelRequest) -> Void, String)] {
            var request = LabelRequest(run: run)
            change(&request)
            let error = #expect(throws: (any Error).self) { try wrongLabels(request) }
            #expect(error.map { "\($0)".contains(says) } == true)
        }
    }

    private func labels(of trials: Trials) throws -> [String?] {
        let table = trials.run.prepared.table
        let column = try #require(table.column(named: "class"))
        return (0..<table.rowCount).map { column.text($0) }
    }

    @Test func lentAnswersAreLearned() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, table(200, wrong: false))
        let trials = try Trials(run: run, threads: 2)
        var plan = TrialPlan(trials.settings)
        let own = try trials.trained(plan)
        plan.answers = .borrowed([:])
        #expect(try trials.trained(plan).weightsSHA256 == own.weightsSHA256)
        let answers = try labels(of: trials)
        let first = trials.trainingRows[0]
        let other = try #require(trials.trainingRows.first { answers[$0] != answers[first] })
        plan.answers = .borrowed([first: other])
        #expect(try trials.trained(plan).weightsSHA256 != own.weightsSHA256)
        plan.answers = .asTheyAre
        plan.shares = [Float](repeating: 0.5, count: 200)
        plan.shares?[trials.trainingRows[0]] = 0.02
        #expect(try trials.trained(plan).weightsSHA256 != own.weightsSHA256)
    }
}
