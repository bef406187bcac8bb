import Documents
import Evidence
import Figures
import Models
import Platform
import Prediction
import Reporting
import Runs
import Studies
import Testing
import Tuning

/// Remedies of the recipe, and whether tuning was worth it, on runs.
@Suite struct WorthRunTests {
    private struct Made {
        let scratch: Scratch
        let run: String
    }

    private func made(_ rows: Int = 613, _ change: (inout TrainConfiguration) -> Void = { _ in })
        throws -> Made
    {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(rows), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.kind = .mlp
                $0.model.width = 8
                $0.learning.folds = 1
                $0.learning.averageDecay = 0
                change(&$0)
            }, control: RunControl(threads: 1))
        return Made(scratch: scratch, run: run)
    }

    private func fact(_ report: RunReport, _ label: String) -> String {
        report.facts.first { $0.label == label }?.value ?? ""
    }

    private func prove(_ run: String, _ remedy: String, _ settings: [String] = []) throws
        -> RunReport
    {
        var request = ProofRequest(remedy: remedy)
        request.settings = settings
        request.threads = 1
        return try proveRemedy(request, run: run)
    }

    /// A learning rate at which nothing is learned is no remedy, and back from it is one. Both verdicts join the report, and
    /// the second is widened for the first.
    @Test func aTunedRecipeIsJudgedAndJoinsTheReport() throws {
        let made = try made { $0.learning.learningRate = 1e-6 }
        let report = try prove(made.run, "tuned-recipe", ["learning-rate=0.01,epochs=8"])
        #expect(fact(report, "Was it worth it") == "worth it")
        #expect(fact(report, "Looks").contains("first recipe"))
        #expect(fact(report, "Untouched").contains("nobody noted"))
        #expect(fact(report, "Price of this answer").hasPrefix("10 trainings"))
        let worse = try prove(made.run, "tuned-recipe", ["learning-rate=0.0000001"])
        #expect(fact(worse, "Was it worth it") != "worth it")
        #expect(fact(worse, "Looks").contains("2 recipes"))
        let loss = try #require(worse.measurements.first { $0.metric == "logLossDifference" })
        #expect(loss.interval?.method.contains("over 2 looks") == true)
        #expect(
            try ledgerText(run: made.run).contains("was it worth it: epochs=8, learning-rate=0.01"))

        let stored = try storedReport(run: made.run)
        let row = try #require(stored.drawbacks.first { $0.drawback == .hyperParameters })
        #expect(row.proofs.map(\.remedy) == ["tuned-recipe"])
        let gain = try #require(row.measured.first { $0.metric == "tuningGain" })
        #expect(gain.verdict == fact(worse, "Was it worth it"))
        let section = try #require(stored.sections.first { $0.drawback == .hyperParameters })
        #expect(section.figures.contains { $0.id == "tuning-differences" })
        for text in [stored.html(), stored.markdown()] {
            #expect(text.contains("Loss saved by tuning"))
        }
    }

    /// Of a study: its price, its course, and rows that it held back.
    @Test func aStudyIsJudgedOnRowsThatItHeldBack() throws {
        let made = try made()
        let trials = try Trials(run: made.run, threads: 1)
        func write(_ change: (inout TunedRecipe) -> Void) throws {
            var recipe = TunedRecipe(
                settings: ["learning-rate": "0.01"], trials: 34, seconds: 12, energy: 5200)
            recipe.run = "run"
            recipe.course = .init(
                objective: "log loss", seconds: [1, 4, 9], best: [0.5, 0.45, 0.44], standard: 0.46)
            change(&recipe)
            _ = try made.scratch.write(JSON.encode(recipe), to: TunedRecipeFile.name)
        }
        var request = WorthRequest(study: made.scratch.path)
        request.threads = 1

        try write { $0.heldBackSHA256 = "another" }
        let other = #expect(throws: VouchError.self) { try judgeStudy(request) }
        #expect(other?.description.contains("held other rows back") == true)

        try write { ($0.settings, $0.heldBackSHA256) = ([:], "another") }
        request.run = made.run
        #expect(throws: VouchError.self) { try judgeStudy(request) }
        request.run = nil

        try write { $0.settings = [:] }
        let untuned = try judgeStudy(request)
        #expect(fact(untuned, "Was it worth it") == "leave the defaults")
        #expect(try !ledgerText(run: made.run).contains("was it worth it"))

        try write { $0.heldBackSHA256 = trials.run.prepared.heldBackSHA256 }
        let report = try judgeStudy(request)
        #expect(
            fact(report, "Price of the search").contains("34 trials, 12 s, 5.20 kJ (an estimate)"))
        #expect(fact(report, "Untouched").isEmpty)
        #expect(fact(report, "Looks").contains("34 trials chose on other rows"))
        let stored = try storedReport(run: made.run)
        let section = try #require(stored.sections.first { $0.drawback == .hyperParameters })
        #expect(section.figures.contains { $0.id == "search-curve" })
        #expect(stored.measurements.first { $0.metric == "searchTrials" }?.value == 34)

        _ = try made.scratch.write("{\"settings\": 3}", to: TunedRecipeFile.name)
        let broken = #expect(throws: VouchError.self) { try judgeStudy(request) }
        #expect(broken?.description.contains("is no tuned recipe") == true)
        #expect(throws: VouchError.self) { try judgeStudy(.init(study: made.run)) }
    }

    /// One model that is the mean of two trainings says the mean of what they say.
    @Test func aMeanOfTrainingsIsOneModel() throws {
        let made = try made()
        let trials = try Trials(run: made.run, threads: 1)
        func trained(_ change: (inout TrainConfiguration) -> Void) throws -> Trial {
            var settings = trials.settings
            change(&settings)
            return try trials.trained(TrialPlan(settings))
        }
        let first = try trained { _ in }
        let second = try trained { $0.learning.learningRate = 0.02 }
        let mean = try Trial.averaging([first, second], counts: [1, 2])
        #expect(mean.model.count == 3 * first.model.count)
        let table = try trials.testTable()
        let (a, b) = (try first.predictions(of: table), try second.predictions(of: table))
        let both = try mean.predictions(of: table)
        #expect(a.values != b.values)
        for place in both.values.indices {
            #expect(abs(both.values[place] - (a.values[place] + 2 * b.values[place]) / 3) < 1e-6)
        }
        let wide = try trained { $0.model.width = 16 }
        #expect(throws: ModelError.self) { try Trial.averaging([first, wide], counts: [1, 1]) }
        #expect(try !trials.sharesNetwork(TrialPlan(wide.learner.configuration)))
    }

    @Test func anEnsembleHasOneNetwork() throws {
        let made = try made()
        let refused = #expect(throws: VouchError.self) {
            try prove(made.run, "settings-ensemble", ["learning-rate=0.01", "width=16"])
        }
        #expect(refused?.description.contains("width=16 makes another network") == true)
        let report = try prove(made.run, "settings-ensemble", ["learning-rate=0.01"])
        #expect(fact(report, "Means").contains("learning-rate=0.01"))
        let second = try prove(made.run, "second-seed")
        #expect(fact(second, "Looks").contains("2 recipes"))
        let row = try #require(
            storedReport(run: made.run).drawbacks.first { $0.drawback == .hyperParameters })
        #expect(row.proofs.map(\.remedy) == ["settings-ensemble", "second-seed"])
    }

    @Test(arguments: [
        ("learning-rate", "such as"), ("=1", "such as"),
        ("learning-rate=0.1,learning-rate=0.2", "twice"),
        ("wdth=3", "there is no setting \"wdth\""), ("seed=3", "no part of a recipe"),
        ("folds=3", "no part of a recipe"), ("quantile=0.3", "no part of a recipe"),
        ("learning-rate=fast", "must be"), ("width=0", "0"),
    ]) func badSettingsAreRefused(text: String, says: String) throws {
        let error = #expect(throws: VouchError.self) {
            try SearchPoint(text: text).configured(
                TrainConfiguration(data: "data.csv", output: "run"))
        }
        #expect(asTyped(error).contains(says))
    }

    @Test func settingsAreReadAndLeftAlone() throws {
        let asked = TrainConfiguration(data: "data.csv", output: "run")
        let point = try SearchPoint(text: "learning-rate=0.02, width=64")
        let changed = try point.configured(asked)
        #expect(changed.learning.learningRate == 0.02 && changed.model.width == 64)
        #expect(try SearchPoint(["width": "auto"]).configured(changed).model.width == nil)
        #expect(try SearchPoint.standard.configured(asked) == asked)
        #expect(point.text == "learning-rate=0.02, width=64")
    }
}
