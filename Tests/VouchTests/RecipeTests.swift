import Cost
import Foundation
import Platform
import Runs
import Studies
import Tables
import Testing
import Training

/// What is trained where nothing is asked for, and training in folds.
@Suite struct RecipeTests {
    static func recipe(
        rows: Int, numbers: Int = 10, isRegression: Bool = false,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) -> Recipe {
        var configuration = TrainConfiguration(data: "d", output: "o")
        change(&configuration)
        return Recipe(
            configuration, for: .init(rows: rows, numbers: numbers, isRegression: isRegression))
    }

    @Test(arguments: [2, 50, 500, 1999, 2000, 30_000, 100_001, 1_000_000, 20_000_000])
    func sizesAreWithinReason(rows: Int) {
        let recipe = Self.recipe(rows: rows)
        #expect((32...1024).contains(recipe.batchRows))
        #expect((5...400).contains(recipe.epochs))
        #expect((3...40).contains(recipe.patience) && recipe.patience < recipe.epochs)
        #expect(recipe.folds == (rows < 2000 ? 5 : 1))
        #expect(recipe.learningRate > 0 && recipe.learningRate <= 8e-3)
        #expect(recipe.refits == ((2000...25_000).contains(rows) ? 1 : 0))
        #expect(recipe.epochs * rows <= max(400 * 5000, 60 * 100_000, 6 * rows))
    }

    @Test func wideTablesHaveNarrowNumbers() {
        #expect(Self.recipe(rows: 2000, numbers: 256).numberWidth == 8)
        #expect(Self.recipe(rows: 2000, numbers: 1000).numberWidth == 4)
        #expect(Self.recipe(rows: 2000, numbers: 256) { $0.edition = .first }.numberWidth == 16)
        #expect(
            Self.recipe(rows: 2000, numbers: 256) { $0.model.kind = .additive }.numberWidth == 16)
    }

    @Test func whatIsAskedForIsTaken() {
        let recipe = Self.recipe(rows: 500) {
            $0.model.width = 7
            $0.learning.batchRows = 9
            $0.learning.folds = 3
        }
        #expect(recipe.width == 7 && recipe.batchRows == 9 && recipe.folds == 3)
        #expect(recipe.settings.filter { $0.reason == "asked for" }.count == 3)
        #expect(recipe.text.contains("asked for"))
    }

    /// The numbers as they have been since the prototype: those who repeat a run count on them.
    @Test(arguments: RecipeEdition.allCases) func theStandardsStand(edition: RecipeEdition) {
        let isFirst = edition == .first
        let isSecond = edition == .second
        func recipe(
            rows: Int, isRegression: Bool = false,
            _ change: (inout TrainConfiguration) -> Void = { _ in }
        ) -> Recipe {
            Self.recipe(rows: rows, isRegression: isRegression) {
                $0.edition = edition
                change(&$0)
            }
        }
        let middle = recipe(rows: 5000)
        #expect(middle.kind == .ensemble && middle.folds == 1 && middle.refits == 1)
        #expect(middle.members == 4 && middle.width == (isFirst ? 256 : 128) && middle.depth == 2)
        #expect(middle.dropout == 0.1 && middle.numbers == .piecewise && middle.pairs == nil)
        #expect(middle.bins == .init(most: 128, edges: .quantile, atoms: .target))
        #expect(middle.batchRows == 64 && middle.learningRate == 4e-3 * Float(0.25).squareRoot())
        #expect(middle.weightDecay == 1e-4 && middle.averageDecay == 0.998)
        #expect(middle.epochs == 60 && middle.patience == (isFirst ? 8 : isSecond ? 6 : 4))

        let large = recipe(rows: 200_000, isRegression: true)
        #expect(large.folds == 1 && large.refits == 0 && large.members == 8)
        #expect(large.batchRows == 512 && large.learningRate == 4e-3 * Float(2))
        #expect(large.epochs == 30 && large.patience == (isFirst ? 4 : 3))

        let small = recipe(rows: 500)
        #expect(small.folds == 5 && small.refits == 0 && small.members == 4)
        #expect(small.batchRows == 32 && small.epochs == 266)
        #expect(small.patience == (isFirst ? 35 : isSecond ? 12 : 8))

        let linear = recipe(rows: 500) { $0.model.kind = .linear }
        #expect(linear.folds == 1 && linear.refits == 0 && linear.members == 1)
        #expect(linear.width == 256 && linear.depth == 0 && linear.dropout == 0.2)
        #expect(linear.numbers == .plain && linear.bins == .init(most: 0, atoms: .none))
        #expect(linear.learningRate == 1e-3 * Float(0.125).squareRoot())
        #expect(linear.weightDecay == 1e-2)

        let additive = recipe(rows: 500) { $0.model.kind = .additive }
        #expect(additive.folds == 5 && additive.pairs == 16 && additive.width == 0)
        #expect(additive.learningRate == 3e-3 * Float(0.125).squareRoot())

        let bounded = recipe(rows: 500) { $0.learning.steps = 9 }
        #expect(bounded.folds == 1 && bounded.refits == 0 && bounded.members == 8)
        #expect(bounded.settings[1].reason.hasPrefix("one split, since --budget"))
    }

    /// Runs of versions that knew no editions are trained again by the first.
    @Test func aRunKeepsItsEdition() throws {
        let made = try JSON.encode(TrainConfiguration(data: "d", output: "o"))
        let now = try JSON.decode(TrainConfiguration.self, from: made, file: "configuration.json")
        #expect(now.edition == .current)
        let text = String(decoding: made, as: UTF8.self)
            .replacing(/,?\s*"recipe"\s*:\s*"[0-9]"/, with: "")
        #expect(!text.contains("recipe"))
        let before = try JSON.decode(
            TrainConfiguration.self, from: Array(text.utf8), file: "configuration.json")
        #expect(before.edition == .first)
        #expect(Self.recipe(rows: 5000) { $0 = before }.width == 256)
    }

    @Test func everySettingHasAReason() {
        for kind in TrainConfiguration.ModelKind.allCases {
            let recipe = Self.recipe(rows: 5000) { $0.model.kind = kind }
            #expect(recipe.settings.allSatisfy { $0.reason.count > 10 || $0.reason == "asked for" })
            #expect(recipe.kind == kind)
        }
    }

    /// The averaged model has the same bits whatever the threads, and predicts from its folder.
    @Test func foldsAreAveragedAndStored() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        func configured(_ name: String) -> TrainConfiguration {
            quick(data, out: scratch.path + "/" + name) { $0.learning.folds = 3 }
        }
        let whole = try trainRun(configured("whole"), control: RunControl(threads: 2))
        let same = try trainRun(configured("same"), control: RunControl(threads: 1))
        #expect(whole.weightsSHA256 == same.weightsSHA256)
        let weights = String(
            decoding: try Files.read(scratch.path + "/whole/weights.safetensors").prefix(4000),
            as: UTF8.self)
        #expect(weights.contains("model0/") && weights.contains("model2/"))
        let predicted = try predictRows(.init(run: scratch.path + "/whole", rows: data)).bytes
        #expect(predicted.count { $0 == UInt8(ascii: "\n") } == 601)
        let one = try trainRun(
            quick(data, out: scratch.path + "/one") { $0.learning.folds = 1 },
            control: RunControl(threads: 1))
        #expect(one.weightsSHA256 != whole.weightsSHA256)
    }

    /// A refit takes all rows but the test rows, and is averaged with the first model.
    @Test func aRefitTakesAllRowsIn() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        func trained(_ name: String, threads: Int, refits: Int) throws -> RunResult {
            try trainRun(
                quick(data, out: scratch.path + "/" + name) {
                    $0.learning.folds = 1
                    $0.learning.refits = refits
                    $0.model.members = 4
                }, control: RunControl(threads: threads))
        }
        let without = try trained("without", threads: 1, refits: 0)
        let with = try trained("with", threads: 2, refits: 1)
        let same = try trained("same", threads: 1, refits: 1)
        #expect(with.weightsSHA256 == same.weightsSHA256)
        #expect(with.weightsSHA256 != without.weightsSHA256)
        // Two epochs of batches of 32: of 408 rows, then of 480.
        #expect(without.steps == 2 * (408 / 32) && with.steps == without.steps + 2 * (480 / 32))
        let histories = try ["without", "with"].map {
            try JSONDecoder().decode(
                [[EpochRecord]].self,
                from: Data(try Files.read(scratch.path + "/\($0)/history.json")))
        }
        #expect(histories.map(\.count) == [1, 2])
        #expect(histories[0][0] == histories[1][0], "the first model is the same")
        #expect(histories[1][1].allSatisfy { $0.validationLoss == nil })
        let report = String(
            decoding: try Files.read(scratch.path + "/with/report.html"), as: UTF8.self)
        #expect(report.contains("1 further model, trained on all 480 rows"))
    }

    @Test func eachFormOfNumbersTrains() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        var hashes: Set<String> = []
        for (index, change) in Self.forms.enumerated() {
            let result = try trainRun(
                quick(data, out: scratch.path + "/run\(index)") {
                    $0.learning.folds = 1
                    change(&$0.model)
                }, control: RunControl(threads: 1))
            hashes.insert(result.weightsSHA256)
            #expect(
                try predictRows(.init(run: scratch.path + "/run\(index)", rows: data)).bytes.count {
                    $0 == UInt8(ascii: "\n")
                } == 301)
        }
        #expect(hashes.count == Self.forms.count)
    }

    static let forms: [@Sendable (inout TrainConfiguration.ModelOptions) -> Void] = [
        { _ in }, { $0.numbers = .plain }, { $0.numbers = .periodic }, { $0.bins = 8 },
        { $0.binEdges = .target }, { $0.valueCodes = .all },
        {
            $0.kind = .mlp
            $0.numbers = .piecewise
        },
    ]

    @Test func foldsDoNotGoWithABudget() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(100), to: "data.csv")
        let error = #expect(throws: VouchError.self) {
            try trainRun(
                quick(data, out: scratch.path + "/run") {
                    $0.learning.folds = 3
                    $0.learning.budget = .seconds(5)
                }, control: RunControl(threads: 1))
        }
        #expect(asTyped(error).contains("--folds is 3, which does not go with --budget"))
    }
}
