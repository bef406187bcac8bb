import Documents
import Platform
import Reporting
import Runs
import Studies
import Testing

/// A perceptron with one narrow hidden layer: the example of Documentation/AddingAModelKind.md.
struct SmallModelForm: ModelForm {
    let id = "small"
    let gloss = "one narrow layer"

    var settings: FormSettings {
        var layers = FormSettings.Layers()
        layers.width = { _ in Standard(16, "so narrow that it is small") }
        layers.depth = { _ in Standard(1, "one layer is the least that bends") }
        var settings = FormSettings(layers: layers)
        settings.weightDecay = { _ in Standard(1e-3, "few weights learn little by heart") }
        settings.refusals = [.init([Settings.depth], "which has one hidden layer")]
        return settings
    }
}

extension TrainConfiguration.ModelKind {
    static let small = Self(SmallModelForm())
}

/// A kind of model is one file, and nobody asks after one elsewhere.
@Suite struct FurtherModelFormTests {
    /// What Documentation/AddingAModelKind.md shows goes from the request to the report.
    @Test func aFormIsOneFile() throws {
        let recipe = RecipeTests.recipe(rows: 500) { $0.model.kind = .small }
        #expect(recipe.width == 16 && recipe.depth == 1 && recipe.weightDecay == 1e-3)
        #expect(recipe.dropout == 0.2 && recipe.folds == 1 && recipe.members == 1)
        let width = recipe.settings.first { $0.option == "width" }
        #expect(width?.reason == "so narrow that it is small")
        SettingTests.expect("--depth does not go with --model small, which has one hidden layer") {
            $0.model.kind = .small
            $0.model.depth = 3
        }
        SettingTests.expect("--pairs goes with --model additive") {
            $0.model.kind = .small
            $0.model.pairs = 3
        }
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.kind = .small
                $0.model.width = nil
            }, control: RunControl(threads: 1))
        func text(_ file: String) throws -> String {
            String(decoding: try Files.read(run + "/" + file), as: UTF8.self)
        }
        let told = try storedReport(run: run).facts.first { $0.label == "Model" }?.value
        #expect(told == "multilayer perceptron (1 × 16, relu)")
        #expect(try text("configuration.json").contains(#/"kind" ?: ?"small"/#))
        let predicted = try predictRows(.init(run: run, rows: data)).bytes
        #expect(predicted.count { $0 == UInt8(ascii: "\n") } == 301)
    }

    // MARK: - Nobody else asks

    /// All that sees `ModelKind`.
    private static let folders = ["Vouch/", "Runs/", "Documents/", "Studies/", "VouchCLI/"]

    /// Not looked for are calls (`.linear(10)`, a layer of the library's networks),
    /// `TabularNetwork.additive` and its like, which say what a network puts out, whatever it was
    /// asked for as, and texts that name a kind for a reader ("--model additive").
    @Test func noFileButTheFormsAsksAfterAKind() throws {
        let member = #/(?:^|[^A-Za-z0-9_\)\]?])\.(?:linear|mlp|ensemble|additive)\b(?!\()/#
        let named =
            #/ModelKind\.(?:linear|mlp|ensemble|additive)|"(?:linear|mlp|ensemble|additive)"/#
        for (path, text) in try SourceText.files(below: "Sources")
        where Self.folders.contains(where: path.hasPrefix) && !path.contains("Runs/Forms/") {
            for line in text.split(separator: "\n") {
                let code = line.trimmingPrefix { $0 == " " }
                guard !code.hasPrefix("//") else { continue }
                #expect(!code.contains(member) && !code.contains(named), "\(path): \(line)")
            }
        }
    }
}
