import Documents
import Evidence
import Fairness
import Figures
import Foundation
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Statistics
import Studies
import Testing
import Training

/// `vouch train --fair-penalty`, on real rows.
@Suite struct FairPenaltyRunTests {
    private func trained(
        _ scratch: Scratch, _ name: String, threads: Int = 2,
        _ change: (inout TrainConfiguration) -> Void
    ) throws -> String {
        let data = try scratch.write(try Adult.csv(4000), to: "data.csv")
        let run = scratch.path + "/" + name
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.model.kind = .mlp
                $0.learning.epochs = 8
                $0.learning.folds = 1
                $0.learning.refits = 0
                change(&$0)
            }, control: RunControl(threads: threads))
        return run
    }

    private func gap(_ run: String, _ constraint: FairnessConstraint) throws -> Double {
        let test = try storedRows(run, .test)
        return try #require(try constraint.gap(of: test, column: "sex").value)
    }

    /// The gap without a penalty, of one training for all tests.
    private static let gapWithout = Result {
        let (suite, scratch) = (FairPenaltyRunTests(), try Scratch())
        return try suite.gap(suite.trained(scratch, "plain") { _ in }, .demographicParity)
    }

    @Test func theGapFallsAndTheBitsHold() throws {
        let scratch = try Scratch()
        let fair = try trained(scratch, "fair") {
            $0.model.fairPenalty = .init(.demographicParity, strength: 30)
        }
        let (before, after) = (try Self.gapWithout.get(), try gap(fair, .demographicParity))
        #expect(before > 0.1)
        #expect(after < before / 2, "\(before) → \(after)")
        // Threads decide nothing.
        let again = try trained(scratch, "again", threads: 1) {
            $0.model.fairPenalty = .init(.demographicParity, strength: 30)
        }
        #expect(
            try Files.read(fair + "/weights.safetensors")
                == Files.read(again + "/weights.safetensors"))
        // An ensemble, and rates of each label.
        let odds = try trained(scratch, "odds") {
            $0.model.kind = .ensemble
            $0.model.fairPenalty = .init(.equalizedOdds, strength: 30)
        }
        #expect(try gap(odds, .equalizedOdds) < 0.2)
    }

    /// Distributions, dependence and what an adversary can tell instead of means.
    @Test(
        arguments: [(PenaltyMeasure.mmd, 10.0), (.hsic, 60), (.adversary, 3)]
    ) func theGapFallsByOtherMeasuresToo(_ measure: PenaltyMeasure, _ strength: Double) throws {
        let scratch = try Scratch()
        let before = try Self.gapWithout.get()
        let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"
        let kinds: [TrainConfiguration.ModelKind] = isLong || measure == .mmd ? [.mlp, .ensemble] : [.mlp]
        for kind in kinds {
            let fair = try trained(scratch, "\(kind)") {
                $0.model.kind = kind
                // By what is learned, not by a choice among epochs.
                $0.regularising.keeps = .last
                $0.model.fairPenalty = .init(
                    .demographicParity, strength: strength, measure: measure)
            }
            let after = try gap(fair, .demographicParity)
            #expect(after < before / 1.5, "\(measure), \(kind): \(before) → \(after)")
        }
    }

    /// The adversary learns with the model and is none of it: the run's files and what its predictions cost are those of a model
    /// without; the training cost more. Rows of an unknown group are learned from, and say nothing to it.
    @Test func theAdversaryIsNoPartOfTheModel() throws {
        let scratch = try Scratch()
        func run(_ name: String, _ strength: Double?) throws -> String {
            try trained(scratch, name) {
                $0.learning.epochs = 2
                $0.learning.patience = 2
                $0.model.fairPenalty = strength.map {
                    .init(.equalizedOdds, strength: $0, measure: .adversary)
                }
            }
        }
        let (plain, fair) = (try run("plain", nil), try run("fair", 1))
        func names(_ run: String) throws -> [String] {
            try Safetensors(
                decoding: try Files.read(run + "/weights.safetensors"), file: run
            ).names.sorted()
        }
        #expect(try names(plain) == names(fair) && !names(fair).isEmpty)
        #expect(
            !String(decoding: try Files.read(fair + "/model.json"), as: UTF8.self).contains(
                "adversary"))
        func measured(_ run: String, _ metric: MetricID) throws -> Double {
            let report = try storedReport(run: run)
            return try #require(report.measurements.first { $0.metric == metric }?.value)
        }
        for metric: MetricID in ["parameters", "modelSize"] {
            #expect(try measured(plain, metric) == measured(fair, metric))
        }
        #expect(
            try measured(fair, "trainingOperations") > 1.002 * measured(plain, "trainingOperations")
        )
        #expect(
            try measured(fair, "trainingOperations") < 1.3 * measured(plain, "trainingOperations"))
    }

    /// Every gap and measure is a remedy, whose options are those of the training that it stands for.
    @Test func everyMeasureIsARemedy() throws {
        for prefix in ["fair-penalty", "mmd-penalty", "hsic-penalty", "fair-adversary"] {
            for constraint in FairnessConstraint.allCases {
                #expect(remedyIDs.contains("\(prefix)-\(constraint.rawValue)"))
            }
        }
        #expect(Set(remedyIDs).count == remedyIDs.count)
        let unsaid = #expect(throws: VouchError.self) {
            try proveRemedy(ProofRequest(remedy: "fair-adversary-equal-opportunity"), run: "none")
        }
        #expect(unsaid?.description.contains("fair-adversary-equal-opportunity=1") == true)
    }

    /// What a search is asked for further, beside an adversary in the frontier.
    @Test func remediesAreAlternativesToo() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, "run") { $0.learning.epochs = 3 }
        var request = AlternativesRequest(protected: ["sex"])
        request.constraint = .demographicParity
        request.seeds = 0
        request.penalties = []
        request.mostAccuracyLost = 1
        request.remedies = ["remove-correlation=1", "fair-adversary-demographic-parity=20"]
        let document = try fairAlternatives(request, run: run)
        #expect(document.tables[0].rows.count == 4)
        let facts = Dictionary(
            uniqueKeysWithValues: document.facts.map { ($0.label, $0.value) })
        #expect(facts["Alternative"] == "fair-adversary-demographic-parity=20")
        #expect(
            facts["How to train it"]?.contains(
                "--fair-penalty demographic-parity=20 --fair-penalty-measure adversary") == true)
        #expect(document.statements.contains { $0.contains("needs the protected columns") })
        request.remedies = ["dropout=0.5"]
        let wrong = #expect(throws: VouchError.self) { try fairAlternatives(request, run: run) }
        #expect(wrong?.description.contains("fair-adversary-equalized-odds") == true)
        var frontier = MitigationRequest(protected: ["sex"])
        frontier.constraint = .demographicParity
        frontier.remedies = ["fair-adversary-demographic-parity=2"]
        #expect(
            try frontierLabels(frontier, run: run).contains {
                $0.hasPrefix("fair-adversary-demographic-parity=2")
            })
    }

    /// Alternatives are chosen on validation rows; a frontier holds the penalty beside thresholds.
    @Test func alternativesAndTheFrontier() throws {
        let scratch = try Scratch()
        let run = try trained(scratch, "run") { _ in }
        var request = AlternativesRequest(protected: ["sex"])
        request.seeds = 1
        request.penalties = [30]
        request.mostAccuracyLost = 0.1
        let document = try fairAlternatives(request, run: run)
        #expect(document.tables[0].rows.count == 4)
        let chosen = try #require(document.tables[0].rows.first { $0[3] == .text("chosen") })
        #expect(chosen[0] == .text("penalty demographic-parity=30"))
        let facts = Dictionary(
            uniqueKeysWithValues: document.facts.map { ($0.label, $0.value) })
        #expect(facts["How to train it"]?.contains("--fair-penalty demographic-parity=30") == true)
        #expect(facts["Gap on test rows"] != nil)
        #expect(try ledgerText(run: run).contains("alternatives of smaller"))
        // At no price none may be left.
        request.mostAccuracyLost = 0
        request.seeds = 0
        request.penalties = []
        #expect(throws: VouchError.self) { try fairAlternatives(request, run: run) }

        var frontier = MitigationRequest(protected: ["sex"])
        frontier.constraint = .demographicParity
        frontier.penalties = [30]
        let labels = try frontierLabels(frontier, run: run)
        #expect(labels.contains { $0.hasPrefix("penalty 30") })
        #expect(labels.contains { $0.hasPrefix("by rank") })
    }

    @Test func whatDoesNotGoIsExplained() throws {
        func message(_ text: String) -> String {
            do {
                _ = try TrainConfiguration.FairPenaltyOptions(text)
                return ""
            } catch { return "\(error)" }
        }
        #expect(message("demographic-parity").contains("demographic-parity=5"))
        #expect(message("parity=2").contains("equalized-odds"))
        #expect(message("equalized-odds=-1").contains("above 0"))
        #expect(message("equalized-odds=0.5").isEmpty)
        let scratch = try Scratch()
        func refused(_ change: (inout TrainConfiguration) -> Void) -> String {
            do {
                _ = try trained(scratch, "refused") {
                    $0.model.fairPenalty = .init(.equalizedOdds, strength: 5)
                    change(&$0)
                }
                return ""
            } catch { return asTyped(error) }
        }
        #expect(refused { $0.columns.protected = [] }.contains("--protected COLUMN"))
        #expect(refused { $0.regularising.mixup = 0.2 }.contains("--mixup"))
        #expect(refused { $0.columns.target = "age" }.contains("two classes"))
        let unsaid = #expect(throws: VouchError.self) {
            try proveRemedy(
                ProofRequest(remedy: "fair-penalty-equalized-odds"), run: scratch.path + "/none")
        }
        #expect(unsaid?.description.contains("fair-penalty-equalized-odds=5") == true)
    }
}
