import Cost
import DataEfficiency
import Documents
import Evidence
import Fairness
import Foundation
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Studies
import Testing

/// Whoever looks at held-out rows of a run has left a line in its ledger before.
@Suite struct HeldOutDoorTests {
    /// Small runs with validation and test rows of their own, and files of new rows.
    private struct Place {
        let scratch: Scratch
        let run: String
        let other: String
        /// With answers.
        let rows: String
        let unlabelled: String

        init() throws {
            scratch = try Scratch()
            let lines = try Adult.lines(2400)
            let data = try scratch.write(
                lines[0...2000].joined(separator: "\n") + "\n", to: "data.csv")
            let new = [lines[0]] + lines[2001...2300]
            rows = try scratch.write(new.joined(separator: "\n") + "\n", to: "new.csv")
            // The target is the last column.
            let cut = new.map { $0.prefix(upTo: $0.lastIndex(of: ",") ?? $0.endIndex) }
            unlabelled = try scratch.write(cut.joined(separator: "\n") + "\n", to: "cut.csv")
            (run, other) = (scratch.path + "/run", scratch.path + "/other")
            for (place, width) in [(run, 16), (other, 8)] {
                _ = try trainRun(
                    quick(data, out: place) {
                        $0.columns.protected = ["sex", "race"]
                        $0.splits.validation = 0.25
                        $0.splits.test = 0.25
                        $0.model.kind = .mlp
                        $0.model.width = width
                        $0.learning.epochs = 4
                        $0.learning.folds = 1
                    }, control: RunControl(threads: 2))
            }
        }

        /// What was added to a run's ledger meanwhile.
        func added(to run: String, by call: () throws -> Void) throws -> [Ledger.Entry] {
            let before = try Ledger.read(run).records.count
            try call()
            return try Ledger.read(run).records.dropFirst(before).map(\.entry)
        }

        func prediction(_ change: (inout PredictionRequest) -> Void) throws {
            var request = PredictionRequest(run: run, rows: unlabelled)
            change(&request)
            _ = try predictRows(request)
        }

        func drift(_ rows: String, against reference: String? = nil) throws {
            var request = DriftRequest(run: run, rows: rows)
            request.reference = reference
            _ = try checkDrift(request)
        }

        func mitigation(folds: Int? = nil) -> MitigationRequest {
            var request = MitigationRequest(protected: ["sex"])
            request.constraint = .demographicParity
            request.fewestRows = 5
            request.folds = folds
            return request
        }

        func explained(_ question: ExplanationQuestion) throws {
            _ = try measureExplanations(question, run: run, threads: 2, arguments: [])
        }

        func command(_ arguments: String...) throws {
            let told = try CommandTests.run(arguments)
            #expect(told.status == 0, "\(arguments): \(told.error)")
        }
    }

    /// A function that takes a run, and the splits that it looks at, in order.
    private struct Case {
        var function: String
        var splits: [String]
        var call: () throws -> Void

        init(_ function: String, _ splits: [String], _ call: @escaping () throws -> Void) {
            self.function = function
            self.splits = splits
            self.call = call
        }
    }

    private func measuring(_ place: Place) -> [Case] {
        let (run, rows) = (place.run, place.rows)
        return [
            Case("evaluateRun", ["new.csv", "validation"]) {
                _ = try evaluateRun(run: run, rows: rows, reading: .init(), threads: 2)
            },
            Case("compareRuns", ["test"]) {
                _ = try compareRuns(run, place.other, arguments: [])
            },
            Case("compareRuns", ["test"]) {
                _ = try compareRuns(place.other, run, arguments: [])
            },
            Case("checkDrift", ["validation", "test", "new.csv"]) { try place.drift(rows) },
            Case("checkDrift", ["validation", "test"]) { try place.drift(place.unlabelled) },
            Case("checkDrift", ["new.csv", "test"]) { try place.drift(rows, against: rows) },
            Case("checkDrift", []) { try place.drift(place.unlabelled, against: rows) },
            Case("onDemandPrices", []) { _ = try onDemandPrices(run: run, threads: 2) },
            Case("measureFrontier", ["test"]) {
                var request = FrontierRequest()
                request.kinds = ["linear"]
                request.threads = 2
                _ = try measureFrontier(request, run: run)
            },
            Case("planLabels", ["test"]) { () throws in
                var request = LabelPlanRequest()
                request.trainings = 3
                request.goal = "auc=0.99"
                #expect(try planLabels(request, run: run).text.contains("rocAUC of 0.99"))
                #expect(
                    try storedReport(run: run).measurements.contains { $0.metric == .labelsNeeded })
            },
            Case("measureOnDemand", ["test"]) {
                _ = try measureOnDemand(.init(probes: ["randomLabelCapacity"]), run: run)
            },
            Case("proveRemedy", ["validation", "test"]) {
                _ = try proveRemedy(.init(remedy: "temperature-scaling"), run: run)
            },
            Case("proveRemedy", ["validation", "test"]) {
                _ = try proveRemedy(.init(remedy: "early-stopping"), run: run)
            },
            Case("proveRemedy", ["test"]) {
                _ = try proveRemedy(.init(remedy: "another-seed"), run: run)
            },
            // A linear model of at most twice the loss; and what nothing reaches.
            Case("shrinkRun", ["validation", "test"]) {
                var request = ShrinkRequest(
                    goals: ["size<0.9x"], output: place.scratch.path + "/shrunk")
                request.margin = 1
                _ = try shrinkRun(request, run: run)
            },
            Case("shrinkRun", ["validation"]) {
                #expect(throws: (any Error).self) {
                    try shrinkRun(
                        ShrinkRequest(
                            goals: ["size<1B"], output: place.scratch.path + "/none"), run: run)
                }
            },
            Case("auditPredictions", ["test"]) {
                var audit = AuditConfiguration(
                    file: run + "/test_predictions.csv",
                    predicted: .probability("probability[>50K]"))
                audit.target = "answer"
                _ = try auditPredictions(audit, arguments: [])
            },
        ]
    }

    private func predicting(_ place: Place) -> [Case] {
        [
            Case("predictRows", []) { try place.prediction { _ in } },
            Case("predictRows", []) { try place.prediction { $0.outOfDistribution = true } },
            Case("predictRows", ["validation"]) { try place.prediction { $0.coverage = 0.9 } },
            Case("predictRows", ["validation"]) {
                try place.prediction {
                    $0.coverage = 0.9
                    $0.abstainRisk = 0.2
                }
            },
            Case("predictRows", ["validation"]) { try place.prediction { $0.abstainRisk = 0.2 } },
            Case("predictRows", ["calibration"]) {
                try place.prediction {
                    $0.coverage = 0.9
                    $0.calibration = place.rows
                }
            },
        ]
    }

    private func explaining(_ place: Place) -> [Case] {
        let (run, rows) = (place.run, place.rows)
        return [
            Case("explainRows", []) { _ = try explainRows(.init(run: run, rows: rows)) },
            Case("explainRowsAsCSV", []) {
                try explainRowsAsCSV(.init(run: run, rows: rows), chosen: [1]) { _ in }
            },
            Case("findCounterfactuals", []) {
                _ = try findCounterfactuals(.init(run: run, rows: rows))
            },
            Case("findReasons", []) { _ = try findReasons(.init(run: run, rows: rows)) },
            Case("exampleRows", ["validation"]) { _ = try exampleRows(run: run, count: 3) },
            Case("influentialRows", ["validation"]) {
                _ = try influentialRows(run: run, rows: rows, row: 1, count: 3, reading: .init())
            },
            Case("measureExplanations", ["test"]) { try place.explained(.quality) },
            Case("measureExplanations", []) { try place.explained(.recovery(seed: 0)) },
            Case("measureExplanations", ["test"]) { try place.explained(.effects(together: [])) },
            Case("measureExplanations", ["test"]) {
                try place.explained(.concepts(.init(conditions: ["young: age < 30"])))
            },
        ]
    }

    private func fairness(_ place: Place) -> [Case] {
        let run = place.run
        let batch = place.scratch.path + "/batch.csv"
        return [
            Case("mitigateRun", ["test", "validation"]) {
                _ = try mitigateRun(place.mitigation(), run: run)
            },
            Case("predictRows", []) {
                try place.prediction {
                    $0.rows = place.rows
                    $0.mitigation = "threshold-demographic-parity-sex"
                }
            },
            Case("mitigateRun", ["test", "train"]) {
                _ = try mitigateRun(place.mitigation(folds: 2), run: run)
            },
            Case("fairnessFrontier", ["test", "validation"]) {
                var request = place.mitigation()
                request.penalties = [1]
                _ = try fairnessFrontier(request, run: run)
            },
            Case("fairnessData", ["validation", "test"]) { _ = try fairnessData(.init(run)) },
            Case("dataRegions", ["validation", "test"]) { _ = try dataRegions(.init(run)) },
            Case("wrongLabels", ["validation"]) {
                var request = LabelRequest(run: run)
                request.folds = 2
                request.planted = 0
                _ = try wrongLabels(request)
            },
            Case("nextRows", []) {
                _ = try nextRows(
                    NextRequest(run: run, pool: place.unlabelled, budget: 5, output: batch))
            },
            Case("takeAnswers", []) {
                // The class is the last column, and empty.
                let text = try String(contentsOfFile: batch, encoding: .utf8)
                let lines = text.split(separator: "\n")
                let answered = [lines[0]] + lines.dropFirst().map { $0 + ">50K" }
                let path = try place.scratch.write(
                    answered.joined(separator: "\n") + "\n", to: "answered.csv")
                _ = try takeAnswers(AnswersRequest(run: run, answers: path)) { _ in }
            },
            Case("dataRegions", ["new.csv", "validation"]) {
                var request = RegionsRequest(run)
                request.reference = place.rows
                _ = try dataRegions(request)
            },
            Case("individualFairness", ["test"]) { _ = try individualFairness(run: run) },
            Case("ruleReport", ["test"]) {
                _ = try ruleReport(.init(rule: "four-fifths"), run: run)
            },
            Case("ruleReport", ["test"]) {
                _ = try ruleReport(.init(rule: "eu-annex-iv"), run: run)
            },
        ]
    }

    /// What tells of measurements that were made, or of the folder.
    private func telling(_ place: Place) throws -> [Case] {
        let run = place.run
        let policy = try place.scratch.write(try policyExample(run: run), to: "policy.yaml")
        return [
            Case("storedReport", []) { _ = try storedReport(run: run) },
            Case("policyExample", []) { _ = try policyExample(run: run) },
            Case("exportRun", []) {
                _ = try exportRun(run, onnx: place.scratch.path + "/model.onnx")
            },
            Case("checkRun", []) { _ = try checkRun(run, policy: policy) },
            Case("ledgerText", []) { _ = try ledgerText(run: run) },
            Case("ledgerJSON", []) { _ = try ledgerJSON(run: run) },
            Case("verifyLedger", []) { _ = try verifyLedger(run: run, head: nil) },
            Case("RunCost", []) { _ = try RunCost(run: run, rows: 1) },
            // With an index of their own, which the commands make.
            Case("tagRun", []) { try place.command("runs", "tag", run, "small") },
            Case("runText", []) { try place.command("runs", "show", run) },
            Case("runJSON", []) { try place.command("runs", "show", run, "--json") },
        ]
    }

    @Test func everyLookHasItsLine() throws {
        let place = try Place()
        let cases =
            measuring(place) + predicting(place) + explaining(place) + fairness(place)
            + (try telling(place))
        let details = try #require(try Ledger.read(place.run).lastRun?.details)
        for one in cases {
            let found = try place.added(to: place.run, by: one.call)
            #expect(found.map(\.split) == one.splits, "\(one.function): \(found.map(\.purpose))")
            for entry in found {
                #expect(entry.kind == .look && entry.rows ?? 0 > 0, "\(one.function)")
                let isOfFile = ["new.csv", "calibration"].contains(entry.split)
                let hash = entry.details[Ledger.DetailKey.dataSHA256]
                #expect((hash == details[Ledger.DetailKey.dataSHA256]) == !isOfFile)
            }
        }
        // The other run that was compared has its own lines.
        #expect(
            try Ledger.read(place.other).records.suffix(2).map(\.entry.split) == ["test", "test"])
        // Only an alternative that was chosen is judged on test rows.
        var request = AlternativesRequest(protected: ["sex"])
        request.seeds = 1
        request.penalties = []
        var isChosen = false
        let found = try place.added(to: place.run) {
            isChosen = try fairAlternatives(request, run: place.run).facts
                .contains { $0.label == "Verdict" }
        }
        #expect(found.map(\.split) == (isChosen ? ["validation", "test"] : ["validation"]))

        let called = Set(cases.map(\.function)).union(["fairAlternatives"])
        let missing = try Self.functionsOfRuns().subtracting(called).subtracting(Self.others)
        #expect(missing.isEmpty, "no case for \(missing.sorted())")
    }

    /// Functions that take no stored run whose rows they could open.
    private static let others: Set<String> = [
        "searchSettings", "joinStudy",  // Their lines are those of trainings and of TuneRunTests.
        "judgeStudy",  // Its line is that of WorthRunTests.
        "drawMaps", "pictureExamples",  // Of pictures: PictureMapRunTests.
        "tuneBox", "tuneImportance",  // Are given a study's numbers, and a run to show them in.
        "measureFirstSteps",  // Training rows alone.
        "trainRun",  // Its lines are those of the next test.
        "adoptRun",  // Its lines are those of AdoptedRunTests.
        "backgroundName",  // Names a file.
        "ruleDocument",  // Is given rows.
        "closingProbes", "planRun",  // Look at no rows; reads training rows alone.
        "backgroundRows",  // Training rows alone.
        "checkRules",  // Is given a table.
        "learnedRows",  // Hands out sealed rows.
        "deleteRun", "listRuns", "rebuildIndex",  // Of folders and of the index.
    ]

    /// Of the package functions from `Runs` up to `Vouch` those whose parameters or name speak of a run.
    private static func functionsOfRuns() throws -> Set<String> {
        var found: Set<String> = []
        for (_, text) in try SourceText.assembled() {
            for match in text.matches(of: #/\npackage func (\w+)/#) {
                let name = String(match.1)
                let rest = text[match.range.upperBound...]
                let signature = rest.prefix(
                    upTo: rest.firstRange(of: " {\n")?.lowerBound ?? rest.endIndex)
                let takesRun = ["run", "folder: String", "Request", "AuditConfiguration"]
                    .contains { signature.contains($0) }
                if takesRun || name.contains("Run") { found.insert(name) }
            }
        }
        return found
    }

    /// A training's lines are what its probes declare: no list is kept beside them.
    @Test func aTrainingWritesWhatItsProbesDeclare() throws {
        let place = try Place()
        let looks = try Ledger.read(place.run).records.map(\.entry).filter { $0.kind == .look }
        #expect(looks[0].purpose.hasPrefix("early stopping"))
        let byName = Dictionary(
            uniqueKeysWithValues: (allProbes + closingProbes(.unknown)).map {
                ($0.description.name, $0.description)
            })
        var seen: [String: [String]] = [:]
        for look in looks where byName[look.purpose] != nil {
            seen[look.purpose, default: []].append(look.split ?? "")
        }
        for (name, splits) in seen {
            let declared = byName[name]?.looksAt.sorted().map(\.rawValue)
            #expect(splits == declared, "\(name)")
        }
        #expect(seen["Leakage"] == ["validation", "test"])
        #expect(seen["Training data"] == nil && seen["Cost of the training"] == nil)
        // What was left out has looked at nothing.
        let left = Set(try storedReport(run: place.run).leftOut.map(\.probe))
        #expect(!left.isEmpty && left.isDisjoint(with: seen.keys))
        let measured = byName.values.filter { !left.contains($0.name) && !$0.looksAt.isEmpty }
        #expect(Set(measured.map(\.name)) == Set(seen.keys))
    }

    /// Where the line cannot be written nobody is told anything; what needs no look still works.
    @Test func withoutALineThereAreNoRows() throws {
        let place = try Place()
        let path = Ledger.path(in: place.run)
        try AtomicFile.write(try Files.read(path) + Array("{}\n".utf8), to: path)
        try place.prediction { _ in }
        #expect(throws: RunStoreError.self) { try place.prediction { $0.coverage = 0.9 } }
        #expect(throws: RunStoreError.self) {
            try compareRuns(place.run, place.other, arguments: [])
        }
        #expect(throws: RunStoreError.self) {
            try proveRemedy(.init(remedy: "temperature-scaling"), run: place.run)
        }
        #expect(throws: RunStoreError.self) {
            try evaluateRun(run: place.run, rows: place.rows, reading: .init(), threads: 1)
        }
        #expect(!Files.exists(place.run + "/proofs.json"))
    }
}
