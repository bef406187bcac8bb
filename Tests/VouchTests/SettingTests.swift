import Evidence
import Fairness
import Prediction
import Runs
import Studies
import Tables
import Testing
import VouchCLI

/// What is declared of settings, beside what the command and the recipe make of it.
@Suite struct SettingTests {
    /// Options of `train` that say what is trained on, and what is written or shown.
    static let others: Set<String> = [
        "target", "test", "rules", "unlabelled", "out", "explain-defaults", "config", "labels", "card", "threads",
        "overwrite", "resume", "quiet", "json", "version", "help",
        "protected", "group", "time", "weight", "id", "exclude", "schema", "use-protected", "task",
        "positive", "delimiter", "decimal-comma", "no-decimal-comma", "encoding", "missing", "image", "skip-broken",
        "backbone", "cut", "pixels", "backbone-side",
    ]

    @Test func everyOptionIsDeclaredAndEveryDeclarationIsAnOption() throws {
        let ids = Settings.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        let help = try CommandTests.run("help", "train").output
        let lines = help.split(separator: "\n").filter { $0.hasPrefix("  -") }
        let options = lines.flatMap { line in
            line.prefix { $0 != "<" }.matches(of: /--([a-z-]+)/).map { String($0.1) }
        }
        #expect(Set(options).union(["help", "version"]) == Set(ids).union(Self.others))
        #expect(Set(ids).isDisjoint(with: Self.others))
    }

    /// Something for a setting of any kind.
    static let values = [
        "1", "3", "0.25", "linear", "silu", "plain", "target", "all", "huber", "sgd", "cosine", "bf16",
        "last", "hsic", "0.2,0.8", "demographic-parity=3", "45s", "3x2", "fp=2,fn=3", "0.30EUR",
    ]

    @Test(arguments: Settings.all.map(\.id)) func anOptionChangesItsSettingAlone(id: String) throws
    {
        let setting = try #require(Settings.all.first { $0.id == id })
        let base =
            ["data.csv", "--target=y", "--out=run"]
            + (id == "fair-penalty-measure" ? ["--fair-penalty=equalized-odds=2"] : [])
        let plain = try trainConfiguration(of: base)
        #expect(!setting.isAsked(in: plain))
        // Edges of a column's groups are no number of bins.
        let values = Self.values.filter { id != "bins" || !$0.contains("=") }
        let changed = (["--\(id)"] + values.map { "--\(id)=\($0)" })
            .compactMap { try? trainConfiguration(of: base + [$0]) }.filter { $0 != plain }
        #expect(!changed.isEmpty)
        for var configuration in changed {
            #expect(setting.isAsked(in: configuration))
            setting.reset(in: &configuration)
            #expect(configuration == plain)
        }
    }

    /// What the library reads of a text is what the command reads of it.
    @Test(arguments: Settings.all.map(\.id)) func aTextSaysWhatTheOptionSays(id: String) throws {
        let setting = try #require(Settings.all.first { $0.id == id })
        let base =
            ["data.csv", "--target=y", "--out=run"]
            + (id == "fair-penalty-measure" ? ["--fair-penalty=equalized-odds=2"] : [])
        let plain = try trainConfiguration(of: base)
        var told = 0
        // What may be any text may be "true", too, but not without a value.
        let flags = ["grid", "from"].contains(id) ? [] : ["true"]
        for text in Self.values + flags where id != "bins" || !text.contains("=") {
            let option = text == "true" ? "--\(id)" : "--\(id)=\(text)"
            var configuration = plain
            do throws(VouchError) {
                try setting.set(text, in: &configuration)
                #expect(setting.holds(text, in: configuration))
                told += 1
            } catch {
                #expect(error.settings == [id] && configuration == plain)
                #expect((try? trainConfiguration(of: base + [option])) == nil, "\(text)")
                continue
            }
            #expect(try trainConfiguration(of: base + [option]) == configuration, "\(text)")
        }
        #expect(told > 0)
    }

    /// A study's trainings are asked for as those of `vouch train`.
    @Test func aSearchReadsWhatATrainingReads() throws {
        let scratch = try Scratch()
        let rules = try scratch.write("- name: a\n  if: b > 1\n  vote: c\n", to: "rules.yaml")
        let asked = [
            "data.csv", "--target=y", "--test=t.csv", "--rules=\(rules)", "--protected=sex",
            "--labels=sex:1=male,2=female", "--missing=?", "--bins=16", "--bins=age=40",
            "--seed=3", "--mixup=0.2", "--test-share=0.3", "--cost=fp=2,fn=3", "--grid=DE",
        ]
        let searched = try searchedConfiguration(of: asked)
        var trained = try trainConfiguration(of: asked + ["--out=run"])
        trained.output = ""
        #expect(trained == searched)
        #expect(searched.rules != nil && searched.columns.groupLabels?["sex"]?["1"] == "male")
        let study = ["tune", "none.csv", "--target", "y", "--trials", "1"]
        let pool = try CommandTests.run(study + ["--unlabelled", "more.csv"])
        #expect(pool.status == 1 && pool.error.contains("does not go with a study"))
        let space = try scratch.write("width: [8, 16]\nfolds: [2, 3]\n", to: "space.yaml")
        let folds = try CommandTests.run(study + ["--space", space])
        #expect(folds.status == 1 && folds.error.contains("space.yaml, line 2, \"folds\""))
        let lone = try CommandTests.run("tune", "--resume", scratch.path, "--no-last")
        #expect(lone.status == 64 && lone.error.contains("--budget or --trials"))
    }

    @Test func nothingAskedForIsTheStandard() throws {
        let asked = try trainConfiguration(of: ["data.csv", "--target=y", "--out=run"])
        var standard = TrainConfiguration(data: "data.csv", output: "run")
        standard.columns.target = "y"
        #expect(asked == standard)
        try standard.validate()
    }

    @Test func anErrorNamesItsSettings() throws {
        var configuration = TrainConfiguration(data: "d", output: "o")
        configuration.model.width = 0
        let range = #expect(throws: VouchError.self) { try configuration.validate() }
        #expect(range?.settings == ["width"])
        #expect(range?.description == "width is 0; it must be from 1 to 65536")
        #expect(asTyped(range) == "--width is 0; it must be from 1 to 65536")
        configuration.model.width = 8
        configuration.model.kind = .additive
        let kind = #expect(throws: VouchError.self) { try configuration.validate() }
        #expect(kind?.settings == ["width", "model"])
    }

    @Test func theCommandAddsDashes() throws {
        let arguments = ["train", "none.csv", "--target", "y", "--out", "none", "--width", "0"]
        let said = try CommandTests.run(arguments)
        #expect(said.status == 1)
        #expect(said.error == "vouch: --width is 0; it must be from 1 to 65536\n")
        let lines = try CommandTests.run(arguments + ["--json"])
        #expect(lines.output.contains("\"what\":\"--width is 0; it must be from 1 to 65536\""))
    }

    /// Every complaint of a range, as it has always been worded.
    @Test func rangesAreWordedAsBefore() {
        let cases: [(String, (inout TrainConfiguration) -> Void)] = [
            ("--members is 0; it must be from 1 to 1024", { $0.model.members = 0 }),
            ("--depth is 101; it must be from 0 to 100", { $0.model.depth = 101 }),
            ("--bins is 0; it must be from 1 to 1024", { $0.model.bins = 0 }),
            ("--dropout is 1.0; it must be in [0, 1)", { $0.model.dropout = 1 }),
            ("--label-smoothing is -0.5; it must be in [0, 1)", { $0.model.labelSmoothing = -0.5 }),
            ("--quantile is 1.0; it must be in (0, 1)", { $0.model.quantile = 1 }),
            ("--learning-rate is 0.0; it must be positive", { $0.learning.learningRate = 0 }),
            (
                "--learning-rate is inf; it must be positive",
                { $0.learning.learningRate = .infinity }
            ),
            (
                "--weight-decay is -1.0; it must be zero or positive",
                { $0.learning.weightDecay = -1 }
            ),
            (
                "--ema is 1.0; it must be in [0, 1), 0 meaning none",
                { $0.learning.averageDecay = 1 }
            ),
            ("--warmup is -1; it must be zero or positive", { $0.learning.warmupSteps = -1 }),
            ("--clip-norm is 0.0; it must be positive", { $0.learning.clipNorm = 0 }),
            ("--steps is 0; it must be positive", { $0.learning.steps = 0 }),
            ("--folds is 0; it must be from 1 to 100", { $0.learning.folds = 0 }),
            ("--validation-share is 1.0; it must be between 0 and 1", { $0.splits.validation = 1 }),
            (
                "--test-share is 0.2; it must be between 0 and 1, with room for training rows",
                { $0.splits.validation = 0.9 }
            ),
            (
                "--canaries is 1; it must be from 2 to 10000, or 0 for none",
                { $0.splits.canaries = 1 }
            ),
            (
                "--cost fn is 0.0; it must be a positive number",
                { $0.costs = .init(falsePositive: 1, falseNegative: 0) }
            ),
            (
                "--cv is 1x2; it takes 2 to 100 folds and 1 to 100 repetitions",
                { $0.evidence.crossValidation = .init(folds: 1, repetitions: 2) }
            ),
            (
                "--quantiles takes two numbers between 0 and 1, the lower first, such as 0.05,0.95",
                { $0.model.quantiles = [0.9, 0.1] }
            ),
        ]
        for (says, change) in cases { Self.expect(says, change) }
    }

    static func expect(_ says: String, _ change: (inout TrainConfiguration) -> Void) {
        var configuration = TrainConfiguration(data: "d", output: "o")
        change(&configuration)
        let error = #expect(throws: VouchError.self) { try configuration.validate() }
        #expect(asTyped(error) == says)
    }

    /// Every complaint about two settings, as it has always been worded.
    @Test func whatDoesNotGoTogetherIsWordedAsBefore() {
        Self.expect(
            "--bins and --bin-edges go with --numbers piecewise, but numbers are plain"
        ) {
            $0.model.numbers = .plain
            $0.model.binEdges = .target
        }
        Self.expect(
            "--value-codes goes with --numbers piecewise or periodic, but numbers are plain"
        ) {
            $0.model.kind = .linear
            $0.model.valueCodes = .all
        }
        Self.expect("--pairs goes with --model additive") { $0.model.pairs = 3 }
        Self.expect(
            "--members does not go with --model additive, which is a sum of functions of columns"
        ) {
            $0.model.kind = .additive
            $0.model.members = 3
        }
        Self.expect("--quantiles does not go with --model additive, which has one output") {
            $0.model.kind = .additive
            $0.model.quantiles = [0.1, 0.9]
        }
        Self.expect(
            "--fair-penalty is on gaps between protected groups, and there are none. Name a column: "
                + "--protected COLUMN"
        ) { $0.model.fairPenalty = .init(.demographicParity, strength: 1) }
        Self.expect(
            "--fair-penalty does not go with --mixup: a mixed row is of two groups. Leave one of "
                + "them out"
        ) {
            $0.columns.protected = ["sex"]
            $0.regularising.mixup = 0.5
            $0.model.fairPenalty = .init(.demographicParity, strength: 1)
        }
        Self.expect(
            "--repair-groups changes numbers by protected groups, and there are none. Name a column: "
                + "--protected COLUMN"
        ) { $0.model.groupRepair = .init(.quantiles, strength: 1) }
        Self.expect(
            "--folds is 3, which does not go with --budget, --steps or --time; leave one of them out"
        ) {
            $0.learning.folds = 3
            $0.columns.time = "when"
        }
        Self.expect(
            "--refits does not go with --budget, --steps or --folds; leave one of them out"
        ) {
            $0.learning.folds = 3
            $0.learning.refits = 1
        }
        Self.expect(
            "--cv does not go with --time, as it trains on rows that are later than those it "
                + "measures on; leave one of them out"
        ) {
            $0.columns.time = "when"
            $0.evidence.crossValidation = .init(folds: 5, repetitions: 1)
        }
        Self.expect("--swa and --ema both average the weights; leave one of them out") {
            $0.regularising.averagedShare = 0.5
            $0.learning.averageDecay = 0.9
        }
        Self.expect(
            "--mc-dropout is 5, but --dropout is 0, so that all passes are the same; leave one of "
                + "them out"
        ) {
            $0.regularising.dropoutPasses = 5
            $0.model.dropout = 0
        }
    }

    // MARK: - The recipe

    static let problems: [Recipe.Problem] = [
        .init(rows: 500, numbers: 3, isRegression: false),
        .init(rows: 9000, numbers: 300, isRegression: true),
        .init(rows: 200_000, numbers: 8, isRegression: false),
    ]

    static let changes: [@Sendable (inout TrainConfiguration) -> Void] = [
        { _ in }, { $0.learning.steps = 9 }, { $0.columns.time = "when" },
        { $0.learning.refits = 2 },
        { $0.learning.batchRows = 48 }, { $0.model.numbers = .plain },
        { $0.model.numbers = .periodic }, { $0.regularising.averagedShare = 0.5 },
    ]

    static func eachRecipe(_ body: (TrainConfiguration, Recipe.Problem) -> Void) {
        for kind in TrainConfiguration.ModelKind.allCases {
            for change in changes {
                for problem in problems {
                    var configuration = TrainConfiguration(data: "d", output: "o")
                    configuration.model.kind = kind
                    change(&configuration)
                    body(configuration, problem)
                }
            }
        }
    }

    /// A line for what a kind has, in the settings' order.
    @Test func linesAreOfSettings() {
        let ids = Settings.all.map(\.id)
        Self.eachRecipe { configuration, problem in
            let options = Recipe(configuration, for: problem).settings.map(\.option)
            #expect(options == ids.filter(options.contains))
            let kind = configuration.model.kind
            #expect(options.contains("members") == (kind == .ensemble))
            #expect(options.contains("pairs") == (kind == .additive))
            #expect(options.contains("width") == (kind != .additive))
        }
        #expect(
            RecipeTests.recipe(rows: 5000).settings.map(\.option) == [
                "model", "folds", "refits", "members", "width", "depth", "activation", "dropout",
                "numbers", "bins", "bin-edges", "value-codes", "batch", "learning-rate",
                "weight-decay", "ema", "epochs", "patience",
            ])
    }

    /// A pinned configuration asks for what the recipe would settle on, and may be asked for.
    @Test func aPinnedConfigurationSettlesToTheSame() throws {
        Self.eachRecipe { configuration, problem in
            let recipe = Recipe(configuration, for: problem)
            let pinned = configuration.pinned(to: recipe)
            var again = Recipe(pinned, for: problem)
            #expect(throws: Never.self) { try pinned.validate() }
            again.settings = recipe.settings
            #expect(again == recipe)
        }
    }

    // MARK: - Changes and remedies

    static func tried(_ kind: TrainConfiguration.ModelKind, dropout: Float? = nil) -> [String] {
        Settings.knobs(
            RecipeTests.recipe(rows: 5000) {
                $0.model.kind = kind
                $0.model.dropout = dropout
            }
        ).map { "\($0.name) \($0.factor)" }
    }

    @Test func whatIsTriedFollowsFromTheNetwork() {
        let rates = ["learning rate 0.5", "learning rate 2.0"]
        #expect(Self.tried(.ensemble) == rates + ["width 0.5", "batch 2.0", "dropout 0.0"])
        #expect(Self.tried(.ensemble, dropout: 0) == rates + ["width 0.5", "batch 2.0"])
        #expect(Self.tried(.linear, dropout: 0) == rates + ["batch 2.0"])
        #expect(Self.tried(.additive) == rates + ["batch 2.0"])
    }

    @Test func aChangeIsOfOneSetting() throws {
        let recipe = RecipeTests.recipe(rows: 5000)
        for knob in Settings.knobs(recipe) {
            var configuration = TrainConfiguration(data: "d", output: "o")
            Settings.turn(knob, from: recipe, &configuration)
            let after = Recipe(
                configuration, for: .init(rows: 5000, numbers: 10, isRegression: false))
            #expect((after.width == recipe.width) == (knob.setting != "width"))
            #expect((after.dropout == recipe.dropout) == (knob.setting != "dropout"))
            #expect((after.batchRows == recipe.batchRows) == (knob.setting != "batch"))
            // It would follow the batch.
            #expect(
                (after.learningRate == recipe.learningRate) == (knob.setting != "learning-rate"))
        }
    }

    @Test func remediesKeepTheirOrder() {
        let gaps = ["demographic-parity", "equal-opportunity", "equalized-odds"]
        let penalties = ["fair-penalty", "mmd-penalty", "hsic-penalty", "fair-adversary"]
        var ids = [
            "dropout", "weight-decay", "label-smoothing", "averaged-weights", "early-stopping",
            "mixup", "input-noise", "category-swap", "swa", "sam", "mc-dropout", "ensemble",
            "reweighing", "repair-groups", "remove-correlation",
        ]
        for penalty in penalties { ids += gaps.map { "\(penalty)-\($0)" } }
        ids.append("another-seed")
        #expect(Array(remedyIDs.suffix(ids.count)) == ids)
    }
}
