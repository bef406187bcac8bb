import Cost
import Documents
import Foundation
import Platform
import Reporting
import RunStore
import Runs
import Synchronization
import Testing
import Tuning

import Studies

/// Studies over small trainings.
@Suite struct TuneRunTests {
    private let scratch: Scratch
    private let data: String

    init() throws {
        scratch = try Scratch()
        data = try scratch.write(try Adult.csv(500), to: "data.csv")
    }

    private func request(
        trials: Int? = 3, _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> StudyRequest {
        var configuration = TrainConfiguration(data: data, output: "")
        configuration.columns.target = "class"
        configuration.columns.protected = ["sex"]
        configuration.model.kind = .mlp
        configuration.learning.epochs = 3
        configuration.learning.folds = 1
        change(&configuration)
        var request = try StudyRequest(configuration, limit: trials)
        request.space.parameters = [
            SearchParameter(
                "learning-rate", .real(lower: 1e-3, upper: 2e-2, isLogarithmic: true)),
            SearchParameter("width", .integer(lower: 8, upper: 32, isLogarithmic: false)),
        ]
        return request
    }

    private func control(
        _ cancellation: Cancellation = Cancellation(), _ told: @escaping (String) -> Void = { _ in }
    ) -> StudyControl {
        StudyControl(threads: 1, cancellation: cancellation) { event in
            if case .stage(let text) = event { told(text) }
        }
    }

    /// What must be the same however a study was worked at.
    private func decisive(_ status: StudyStatus) -> [String] {
        status.trials.map {
            "\($0.number) \($0.settings.sorted { $0.key < $1.key }) \($0.value ?? -1) \($0.weightsSHA256 ?? "")"
        } + ["\(status.incumbent?.number ?? -9) \(status.counted)"]
    }

    /// A study's run is what `vouch train` makes of its settings, and all that reads runs reads it.
    @Test func theIncumbentIsARun() throws {
        let place = scratch.path + "/study"
        let status = try searchSettings(try request(), in: place, control())
        #expect(status.standing == .over && status.counted == 3)
        #expect(status.trials.map(\.number) == [-1, 0, 1, 2, -2] || status.trials.map(\.number) == [-1, 0, 1, 2])
        #expect(status.trials.allSatisfy { $0.value != nil }, "\(status.trials)")
        let best = try #require(status.incumbent)
        let run = try #require(best.run)
        let linked = place + "/" + "incumbent"
        #expect(try Files.absolutePath(linked) == Files.absolutePath(run))
        #expect(!(try storedReport(run: linked).measurements.isEmpty))
        #expect(try Files.names(in: place + "/runs").count <= 2)
        // Trained anew by what its run says: the same weights.
        var configuration = try FinishedRun.configuration(of: run)
        configuration.output = scratch.path + "/again"
        let again = try trainRun(configuration, control: RunControl(threads: 2))
        #expect(again.weightsSHA256 == best.weightsSHA256)
        // Its ledger knows among how many it was chosen, and what the search took.
        let entries = try Ledger.read(run).records.map(\.entry)
        #expect(entries.contains { $0.purpose.hasPrefix("choice among") && $0.split == "validation" })
        #expect(try RunCharge.all(of: run).contains { $0.work == .search })
        #expect(status.start?.forecast?.traits.columns ?? 0 > 5 && status.text.contains("Expected of tuning"))
        #expect(throws: VouchError.self) { try joinStudy(place, isLeader: true, control()) }
    }

    /// Ended after any trial and gone on with: the same trials, values, incumbent and weights.
    @Test func whatWasEndedIsGoneOnWith() throws {
        let whole = try searchSettings(try request(), in: scratch.path + "/whole", control())
        let place = scratch.path + "/ended"
        let cancellation = Cancellation()
        #expect(throws: Interruption.self) {
            try searchSettings(
                try request(), in: place,
                control(cancellation) { text in
                    if text.hasPrefix("Trial 0: logLoss") { cancellation.raise() }
                })
        }
        let between = try studyStatus(place)
        #expect(between.standing == .open && between.incumbent?.run != nil)
        #expect(between.workers.allSatisfy { !$0.works })
        let rest = try joinStudy(place, isLeader: true, control())
        #expect(decisive(rest) == decisive(whole))
    }

    /// What a study begins with is tried in its first rungs, whatever becomes of the search, and is recorded.
    @Test func aStudyBeginsWithWhatItIsGiven() throws {
        var asked = try request(trials: 2)
        asked.start?.usesPortfolio = false
        asked.start?.like = try scratch.write(
            #"{"settings": {"width": "24", "epochs": "3", "folds": "2"}, "trials": 3, "seconds": 1}"#,
            to: "tuned-recipe.json")
        asked.triesParts = false
        let place = scratch.path + "/like-study"
        let status = try searchSettings(asked, in: place, control())
        #expect(status.start?.carried == [SearchPoint(["width": "24"])] && status.start?.learned == [])
        #expect(status.trials.contains { $0.settings == ["width": "24"] })
        #expect(status.text.contains("Tried first after the default: 1 of "))
        // The next one begins with what was better than the default here, or says that nothing was.
        let isBetter = status.incumbent?.settings == ["width": "24"]
        for like in [place, place + "/incumbent"] {
            var next = try request()
            next.start?.like = like
            var told = 0
            let start = try next.start?.found(for: next) { _ in told += 1 }
            #expect(start?.carried == (isBetter ? [SearchPoint(["width": "24"])] : []))
            #expect(told == (isBetter ? 0 : 1))
        }
    }

    /// Of the portfolio what lies in the space; what is asked for stays as it is asked for.
    @Test func thePortfolioIsOfTheSpace() throws {
        var asked = try request()
        asked.space = .shipped
        let recipes = SearchPortfolio.shipped.recipes
        let all = try #require(try asked.start?.found(for: asked) { _ in })
        #expect(!all.learned.isEmpty && all.learned.count <= recipes.count)
        // The kind of model is asked for.
        #expect(all.learned.allSatisfy { $0.values["model"] == nil && $0.values["members"] == nil })
        asked.space.parameters = [
            SearchParameter("width", .integer(lower: 513, upper: 600, isLogarithmic: false))
        ]
        #expect(try asked.start?.found(for: asked) { _ in }.learned == [])
        asked.start?.usesPortfolio = false
        asked.space = .shipped
        #expect(try asked.start?.found(for: asked) { _ in }.points == [])
    }

    @Test func aBadBeginningIsTold() throws {
        let place = scratch.path + "/bad-like"
        func refused(_ like: String, _ words: [String]) throws {
            var asked = try request()
            asked.start?.like = like
            let error = #expect(throws: VouchError.self) {
                try searchSettings(asked, in: place, control())
            }
            for word in words { #expect(asTyped(error).contains(word), "\(asTyped(error)): \(word)") }
            #expect(!Files.exists(place))
        }
        func recipe(_ settings: String) throws -> String {
            try scratch.write(
                #"{"settings": {\#(settings)}, "trials": 3, "seconds": 1}"#, to: "tuned-recipe.json")
        }
        try refused(scratch.path + "/nowhere", ["nowhere", "there is no"])
        try refused(scratch.path, ["holds no study"])
        try refused(try recipe(#""width": "1024""#), ["width is 1024", "8 to 32"])
        try refused(try recipe(#""dropout": "0.3""#), ["dropout", "does not have", "--space"])
        try refused(try recipe(#""width": "wide""#), ["width wide", "not possible"])
        // The default's run has no settings of its own to begin with.
        var told: [String] = []
        var asked = try request()
        asked.start?.like = try recipe("")
        #expect(try asked.start?.found(for: asked) { told.append($0) }.carried == [])
        #expect(told.count == 1)
    }

    /// A study of a version that knew no beginning goes on to the trials that it planned.
    @Test func anEarlierRequestHasNoBeginning() throws {
        var object = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(try request()))
                as? [String: Any])
        #expect(object.removeValue(forKey: "start") != nil)
        let earlier = try JSONDecoder().decode(
            StudyRequest.self, from: JSONSerialization.data(withJSONObject: object))
        #expect(earlier.start == nil)
    }

    /// Ended within a rung and gone on with for longer: the trials of a study that was to have so many from the beginning.
    @Test func whatIsOverIsGoneOnWithForLonger() throws {
        let whole = try searchSettings(
            try request(trials: 4), in: scratch.path + "/whole", control())
        let place = scratch.path + "/longer"
        let first = try searchSettings(try request(trials: 2), in: place, control())
        #expect(first.repeatedBy == ["--trials 2"] && first.text.contains("--trials 2\n"))
        func refusal(_ terms: StudyTerms) -> String {
            asTyped(
                #expect(throws: VouchError.self) {
                    try joinStudy(place, isLeader: true, for: terms, control())
                })
        }
        #expect(refusal(try StudyTerms(budget: nil, limit: 2)).contains("has 2 trials"))
        let little = refusal(try StudyTerms(budget: .seconds(0.001), limit: nil))
        #expect(little.contains("too small") && little.contains("as it was"))
        #expect(try studyStatus(place).standing == .over)
        let longer = try joinStudy(
            place, isLeader: true, for: StudyTerms(budget: nil, limit: 4), control())
        #expect(decisive(longer) == decisive(whole))
        #expect(longer.standing == .over && longer.repeatedBy == ["--trials 2", "--trials 4"])
        #expect(longer.text.contains("--trials 2, then --resume STUDY --trials 4\n"))
        // What it had ended with stays a run, beside the incumbent's.
        let runs = [first.incumbent, longer.incumbent].compactMap { $0?.run }
        #expect(runs.count == 2 && runs.allSatisfy { Files.exists($0) })
        let again = #expect(throws: VouchError.self) {
            try joinStudy(place, isLeader: true, control())
        }
        #expect(asTyped(again).contains("--budget"))
    }

    /// A trial that is whole is the run of its settings with rules, too.
    @Test func rowsThatRulesLabelAreLearnedFrom() throws {
        let lines = try Adult.lines(500)
        let cut = lines.enumerated().map { place, line -> String in
            guard place > 250, let comma = line.lastIndex(of: ",") else { return line }
            return String(line[...comma])
        }
        _ = try scratch.write(cut.joined(separator: "\n") + "\n", to: "data.csv")
        let asked = try request(trials: 1) {
            $0.rules = LabelRules(
                file: "rules.yaml",
                text: "- name: young\n  if: age < 30\n  vote: \"<=50K\"\n"
                    + "- name: degree\n  if: education-num > 13\n  vote: \">50K\"\n")
        }
        let status = try searchSettings(asked, in: scratch.path + "/study", control())
        let best = try #require(status.incumbent)
        let run = try #require(best.run)
        #expect(Files.exists(run + "/" + LabelRules.fileName))
        var configuration = try FinishedRun.configuration(of: run)
        configuration.output = scratch.path + "/again"
        let again = try trainRun(configuration, control: RunControl(threads: 1))
        #expect(again.weightsSHA256 == best.weightsSHA256)
    }

    /// Ended before the default was trained it leaves nothing.
    @Test func beforeTheFirstTrainingNothingIsKept() throws {
        let cancellation = Cancellation()
        let place = scratch.path + "/none"
        #expect(throws: Interruption.self) {
            try searchSettings(
                try request(), in: place,
                control(cancellation) { if $0.hasPrefix("Trial of the default:") { cancellation.raise() } })
        }
        #expect(!Files.exists(place))
    }

    @Test func aRequirementThatNothingMeetsIsSaid() throws {
        var asked = try request(trials: 1)
        asked.objective = "auc"
        asked.requirements = ["size <= 1B", "gap in selection rate, sex <= 0.9"]
        let place = scratch.path + "/none"
        let status = try searchSettings(asked, in: place, control())
        #expect(status.incumbent == nil && status.objective == "rocAUC")
        let nearest = try #require(status.nearest)
        #expect(nearest.excess["size <= 1B"] ?? 0 > 0)
        #expect(nearest.excess["gap in selection rate, sex <= 0.9"] ?? 1 <= 0)
        #expect(status.text.contains("No trial keeps all requirements"))
        #expect(!Files.exists(place + "/incumbent"))
        // Its run says so, too.
        let entries = try Ledger.read(try #require(nearest.run)).records.map(\.entry)
        #expect(entries.contains { $0.purpose.contains("none of which keeps all of: size <= 1B; gap") })
        #expect(!(try status.json().isEmpty))
    }

    /// What is wrong is said before anything is written.
    @Test func badInputWritesNothing() throws {
        let place = scratch.path + "/bad"
        func refused(_ change: (inout StudyRequest) throws -> Void, _ word: String) throws {
            var asked = try request()
            try change(&asked)
            let error = #expect(throws: (any Error).self) {
                try searchSettings(asked, in: place, control())
            }
            #expect(asTyped(error).contains(word), "\(asTyped(error))")
            #expect(!Files.exists(place))
        }
        try refused({ $0.objective = "acu" }, "rocAUC")
        try refused({ $0.objective = "selectionRate" }, "neither")
        try refused({ $0.requirements = ["latency 50us"] }, "<=")
        try refused({ $0.requirements = ["latency <= 50 parsec"] }, "us")
        try refused({ $0.requirements = ["gap in selection rate, age <= 1"] }, "sex")
        try refused({ $0.requirements = ["accuracy >= 1.5"] }, "no model")
        try refused({ $0.budgetSeconds = 0.01 }, "too small")
        try refused({ $0.configuration.columns.target = "clas" }, "clas")
        #expect(throws: VouchError.self) { try request(trials: nil) }
        #expect(throws: VouchError.self) { try request(trials: 0) }
        #expect(throws: VouchError.self) {
            try request { $0.learning.budget = try? parseBudget("5kJ") }
        }
        let pool = #expect(throws: VouchError.self) { try request { $0.unlabelled = "more.csv" } }
        #expect(asTyped(pool).contains("--unlabelled does not go with a study"))
        let probes = #expect(throws: VouchError.self) {
            try request { $0.evidence.probeSeconds = 5 }
        }
        #expect(probes?.settings == ["probe-budget"])
        try Files.makeFolder(place)
        _ = try scratch.write("here", to: "bad/file")
        #expect(throws: (any Error).self) { try searchSettings(try request(), in: place, control()) }
        #expect(try Files.names(in: place) == ["file"])
        _ = try scratch.write("", to: "bad/study.sqlite")
        let twice = #expect(throws: VouchError.self) {
            try searchSettings(try request(), in: place, control())
        }
        #expect(asTyped(twice).contains("--resume") && asTyped(twice).contains("--out"))
        #expect(throws: RunStoreError.self) { try studyStatus(scratch.path + "/no") }
    }

    @Test func changedDataAreRefused() throws {
        let place = scratch.path + "/study"
        let cancellation = Cancellation()
        #expect(throws: Interruption.self) {
            try searchSettings(
                try request(), in: place,
                control(cancellation) { if $0.hasPrefix("Trial 0:") { cancellation.raise() } })
        }
        _ = try scratch.write(try Adult.csv(499), to: "data.csv")
        let error = #expect(throws: VouchError.self) {
            try joinStudy(place, isLeader: true, control())
        }
        #expect(error?.description.contains("SHA-256") == true)
    }
}
