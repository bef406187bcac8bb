import Foundation
import Runs
import Testing
import Tuning

/// Search spaces against the settings that there are.
@Suite struct SearchSpaceTests {
    private static let configuration = TrainConfiguration(data: "data.csv", output: "run")

    private static func read(_ text: String) throws -> SearchSpace {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vouch-space-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "space.yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try SpaceFile.read(file.path(), for: configuration)
    }

    @Test func aSpaceIsRead() throws {
        let space = try Self.read(
            """
            dated: 2026-11-30
            learning-rate: {from: 0.0005, to: 2e-2, scale: log}
            depth: {from: 1, to: 4}
            numbers: [auto, plain]
            batch: [32, 64]
            balance-classes: [true, false]
            """)
        #expect(space.dated == "2026-11-30")
        #expect(
            space.parameters == [
                SearchParameter(
                    "learning-rate", .real(lower: 0.0005, upper: 0.02, isLogarithmic: true)),
                SearchParameter("depth", .integer(lower: 1, upper: 4, isLogarithmic: false)),
                SearchParameter("numbers", .choice(["auto", "plain"])),
                SearchParameter("batch", .choice(["32", "64"])),
                SearchParameter("balance-classes", .choice(["true", "false"])),
            ])
    }

    /// Line, key and what would be accepted.
    @Test(arguments: [
        (
            "depth: {from: 1, to: 4}\nlerning-rate: {from: 1, to: 2}",
            ["line 2", "lerning-rate", "did you mean learning-rate?"]
        ),
        ("seed: {from: 1, to: 4}", ["line 1", "\"seed\"", "does not turn", "learning-rate"]),
        ("width: [8, 16]\nfolds: {from: 2, to: 5}", ["line 2", "\"folds\"", "same rows"]),
        ("quantile: {from: 0.1, to: 0.9}", ["line 1", "\"quantile\"", "predicted"]),
        ("precision: [f32, bf16]", ["line 1", "\"precision\"", "asked for"]),
        ("\ndepth: {from: 4, to: 1}", ["line 2", "\"depth\"", "empty range"]),
        ("depth: {from: 2, to: 2}", ["line 1", "empty range"]),
        ("depth: {from: 1.5, to: 4}", ["line 1", "\"1.5\"", "a whole number"]),
        ("dropout: {from: none, to: 0.5}", ["line 1", "\"none\"", "a number"]),
        ("dropout: {from: 0, to: 1.5}", ["line 1", "dropout", "1.5", "[0, 1)"]),
        ("dropout: {from: 0, too: 0.5}", ["line 1", "\"too\"", "from, to, scale"]),
        ("dropout: {from: 0}", ["line 1", "no to"]),
        ("width: {from: 0, to: 64, scale: log}", ["line 1", "log", "above 0"]),
        ("width: {from: 8, to: 64, scale: cubic}", ["line 1", "cubic", "linear or log"]),
        ("numbers: {from: 1, to: 2}", ["line 1", "plain, piecewise, periodic"]),
        ("numbers: [plain, periodc]", ["line 1", "periodc", "did you mean periodic?"]),
        ("numbers: [plain, plain]", ["line 1", "twice"]),
        ("numbers: [plain]", ["line 1", "alone"]),
        ("numbers: []", ["line 1", "empty"]),
        ("depth: 3", ["line 1", "{from: 1, to: 4}"]),
        ("pairs: {from: 1, to: 4}", ["line 1", "pairs", "additive"]),
        ("batch: [32, many]", ["line 1", "many", "a whole number"]),
        ("depth: {from: 1, to: 4}\ndepth: {from: 1, to: 3}", ["line", "\"depth\"", "twice"]),
        ("", ["names no settings"]),
        ("dated: 2026-11-30", ["names no settings"]),
    ])
    func aMistakeIsTold(text: String, parts: [String]) throws {
        let error = try #require(throws: VouchError.self) { try Self.read(text) }
        for part in parts { #expect(error.description.contains(part), "\(error): \(part)") }
        #expect(error.description.contains("space.yaml"))
    }

    /// What goes with one of the space's words alone may stand there.
    @Test func whatGoesWithAWordOfTheSpaceIsAccepted() throws {
        let space = try Self.read("pairs: {from: 1, to: 4}\nmodel: [ensemble, additive]")
        #expect(space.parameters.map(\.id) == ["pairs", "model"])
    }

    @Test func theShippedSpaceIsOfSettings() {
        let space = SearchSpace.shipped
        #expect(space.parameters.count > 10 && space.dated.count == 10)
        #expect(space.open(in: Self.configuration) == space)
        #expect(Set(Settings.searched.map(\.id)).isSuperset(of: space.parameters.map(\.id)))
        #expect(Settings.searched.allSatisfy { $0.shape != nil })
        #expect(Set(Settings.ofRecipe.map(\.id)).count == Settings.ofRecipe.count)
    }

    /// Rows that rules label have no answer that could be mixed.
    @Test func whatDoesNotGoWithRulesIsNotSearched() throws {
        var configuration = Self.configuration
        configuration.rules = LabelRules(file: "rules.yaml", text: "")
        let open = SearchSpace.shipped.open(in: configuration).parameters.map(\.id)
        #expect(!open.contains("mixup") && open.contains("dropout"))
    }

    /// Each recipe may be asked for as it stands, and is a point of the space.
    @Test func theShippedPortfolioIsOfTheSpace() throws {
        let portfolio = SearchPortfolio.shipped
        #expect((4...8).contains(portfolio.recipes.count) && portfolio.dated.count == 10)
        #expect(Set(portfolio.recipes).union([.standard]).count == portfolio.recipes.count + 1)
        for recipe in portfolio.recipes {
            #expect(SearchSpace.shipped.misfit(recipe) == nil)
            #expect(Self.configuration.fitted(recipe) == recipe)
            #expect(throws: Never.self) { try Self.configuration.asking(for: recipe) }
        }
        let traits = TableTraits(rows: 700, columns: 20, numbers: 12, classes: 2)
        let forecast = try #require(portfolio.gains.forecast(for: traits))
        #expect(forecast.tables == 20 && portfolio.gains.tables.count == 20)
        let (lower, upper) = (try #require(forecast.lower), try #require(forecast.upper))
        #expect(lower <= forecast.saved && forecast.saved <= upper)
    }

    @Test func aMisfitIsTold() {
        let space = SearchSpace(
            dated: "2026-11-30", source: "made",
            parameters: [
                SearchParameter("depth", .integer(lower: 1, upper: 4, isLogarithmic: false)),
                SearchParameter("dropout", .real(lower: 0, upper: 0.5, isLogarithmic: false)),
                SearchParameter("numbers", .choice(["plain", "periodic"])),
            ])
        #expect(space.misfit(SearchPoint(["depth": "4", "dropout": "0.5", "numbers": "plain"])) == nil)
        for (id, text, part) in [
            ("depth", "5", "1 to 4"), ("depth", "2.5", "1 to 4"), ("dropout", "0.6", "0.0 to 0.5"),
            ("numbers", "piecewise", "plain, periodic"), ("width", "64", "does not have"),
        ] {
            let misfit = space.misfit(SearchPoint([id: text]))
            #expect(misfit?.contains(part) == true && misfit?.contains(text) == true, "\(misfit ?? "")")
        }
    }

    @Test func whatIsAskedForStays() {
        var configuration = Self.configuration
        configuration[Settings.numbers] = .plain
        configuration[Settings.width] = 64
        let open = SearchSpace.shipped.open(in: configuration).parameters.map(\.id)
        #expect(
            Set(open).isDisjoint(with: ["numbers", "width", "bins", "bin-edges", "value-codes"]))
        #expect(open.contains("depth") && open.contains("learning-rate"))
    }

    /// Of any point of the space that which goes together is a configuration that is accepted, and no less.
    @Test func aFittedPointIsAConfiguration() throws {
        let encoding = SpaceEncoding(.shipped)
        let scattered = ScatteredPoints(seed: 3, dimensions: encoding.count)
        var left = 0
        for index in 0..<60 {
            let point = encoding.point(at: scattered.coordinates(index))
            let fitted = try #require(Self.configuration.fitted(point))
            let asked = try Self.configuration.asking(for: fitted)
            for (id, text) in fitted.values {
                let setting = try #require(Settings.all.first { $0.id == id })
                #expect(setting.holds(text, in: asked))
            }
            #expect(Self.configuration.fitted(fitted) == fitted)
            left += point.values.count - fitted.values.count
        }
        #expect(left > 0)
        let additive = SearchPoint([
            "model": "additive", "width": "64", "bins": "16", "numbers": "auto",
        ])
        #expect(
            Self.configuration.fitted(additive) == SearchPoint(["model": "additive", "bins": "16"]))
        #expect(Self.configuration.fitted(SearchPoint(["width": "wide"])) == nil)
    }

    /// The recipe's own values, so that the default lies among the points that a model learns from.
    @Test func theStandardIsWhatTheRecipeSettles() {
        let recipe = RecipeTests.recipe(rows: 3000)
        let standard = SearchSpace.shipped.standard(recipe, of: Self.configuration)
        #expect(standard.values["numbers"] == "piecewise" && standard.values["model"] == "ensemble")
        #expect(standard.values["width"] == "\(recipe.width)")
        #expect(standard.values["learning-rate"] == "\(recipe.learningRate)")
        #expect(standard.values["mixup"] == "0.0")
        #expect(Set(standard.values.keys) == Set(SearchSpace.shipped.parameters.map(\.id)))
    }

    @Test func aPointThatDoesNotGoTogetherIsRefused() {
        for (values, part) in [
            (["model": "additive", "width": "64"], "width"), (["depth": "x"], "depth"),
            (["deep": "3"], "deep"),
        ] {
            let error = #expect(throws: VouchError.self) {
                try Self.configuration.asking(for: SearchPoint(values))
            }
            #expect(error?.description.contains(part) == true)
        }
    }
}
