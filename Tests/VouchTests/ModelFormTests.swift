import Documents
import Foundation
import Platform
import Reporting
import Runs
import Studies
import Testing

/// Kinds of model: what each settles on where nothing is asked for, what it has, and what a report calls it.
@Suite struct ModelFormTests {
    private typealias Kind = TrainConfiguration.ModelKind

    @Test func theListStands() {
        #expect(Kind.allCases.map(\.rawValue) == ["linear", "mlp", "ensemble", "additive"])
        #expect(Kind.allCases.map { "\($0)" } == Kind.allCases.map(\.rawValue))
        #expect(Kind(rawValue: "additive") == .additive && Kind(rawValue: "tree") == nil)
        #expect(
            Settings.kind.help
                == "The model: linear, mlp, ensemble or additive (a sum of curves that "
                + "can be read whole). What is not given here is settled by a recipe.")
    }

    /// Run folders hold the ids.
    @Test func aKindIsWrittenAsItsID() throws {
        for kind in Kind.allCases {
            var options = TrainConfiguration.ModelOptions()
            options.kind = kind
            let bytes = try JSONEncoder().encode(options)
            #expect(
                String(decoding: bytes, as: UTF8.self).contains("\"kind\":\"\(kind.rawValue)\""))
            let read = try JSONDecoder().decode(TrainConfiguration.ModelOptions.self, from: bytes)
            #expect(read == options)
        }
        let none = Data("{\"kind\":\"tree\"}".utf8)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([String: TrainConfiguration.ModelKind].self, from: none)
        }
    }

    // MARK: - Recipes

    /// What `--explain-defaults` said before forms were declared.
    private static let problems: [(Recipe.Problem, [String])] = [
        (
            .init(rows: 500, numbers: 3, isRegression: false),
            [
                """
                model linear, folds 1, refits 0, width 256, depth 0, activation relu, dropout 0.2, \
                numbers plain, batch 32, learning-rate 0.0003535534, weight-decay 0.01, ema 0.998, \
                epochs 266, patience 35
                """,
                """
                model mlp, folds 1, refits 0, width 256, depth 2, activation relu, dropout 0.2, \
                numbers plain, batch 32, learning-rate 0.0003535534, weight-decay 0.01, ema 0.998, \
                epochs 266, patience 35
                """,
                """
                model ensemble, folds 5, refits 0, members 4, width 256, depth 2, activation relu, \
                dropout 0.1, numbers piecewise, bins 128, bin-edges quantile, value-codes target, \
                batch 32, learning-rate 0.0014142136, weight-decay 0.0001, ema 0.998, epochs 266, \
                patience 35
                """,
                """
                model additive, folds 5, refits 0, pairs 16, numbers piecewise, bins 128, \
                bin-edges quantile, value-codes target, batch 32, learning-rate 0.0010606601, \
                weight-decay 0.01, ema 0.998, epochs 266, patience 35
                """,
            ]
        ),
        (
            .init(rows: 5000, numbers: 10, isRegression: false),
            [
                """
                model linear, folds 1, refits 0, width 256, depth 0, activation relu, dropout 0.2, \
                numbers plain, batch 64, learning-rate 0.0005, weight-decay 0.01, ema 0.998, \
                epochs 60, patience 8
                """,
                """
                model mlp, folds 1, refits 0, width 256, depth 2, activation relu, dropout 0.2, \
                numbers plain, batch 64, learning-rate 0.0005, weight-decay 0.01, ema 0.998, \
                epochs 60, patience 8
                """,
                """
                model ensemble, folds 1, refits 1, members 4, width 256, depth 2, activation relu, \
                dropout 0.1, numbers piecewise, bins 128, bin-edges quantile, value-codes target, \
                batch 64, learning-rate 0.002, weight-decay 0.0001, ema 0.998, epochs 60, \
                patience 8
                """,
                """
                model additive, folds 5, refits 0, pairs 16, numbers piecewise, bins 128, \
                bin-edges quantile, value-codes target, batch 64, learning-rate 0.0015, \
                weight-decay 0.01, ema 0.998, epochs 60, patience 8
                """,
            ]
        ),
        (
            .init(rows: 30_000, numbers: 10, isRegression: false),
            [
                """
                model linear, folds 1, refits 0, width 256, depth 0, activation relu, dropout 0.2, \
                numbers plain, batch 256, learning-rate 0.001, weight-decay 0.01, ema 0.998, \
                epochs 60, patience 8
                """,
                """
                model mlp, folds 1, refits 0, width 256, depth 2, activation relu, dropout 0.2, \
                numbers plain, batch 256, learning-rate 0.001, weight-decay 0.01, ema 0.998, \
                epochs 60, patience 8
                """,
                """
                model ensemble, folds 1, refits 0, members 8, width 256, depth 2, activation relu, \
                dropout 0.1, numbers piecewise, bins 128, bin-edges quantile, value-codes target, \
                batch 256, learning-rate 0.004, weight-decay 0.0001, ema 0.998, epochs 60, \
                patience 8
                """,
                """
                model additive, folds 5, refits 0, pairs 16, numbers piecewise, bins 128, \
                bin-edges quantile, value-codes target, batch 256, learning-rate 0.003, \
                weight-decay 0.01, ema 0.998, epochs 60, patience 8
                """,
            ]
        ),
        (
            .init(rows: 9000, numbers: 300, isRegression: true),
            [
                """
                model linear, folds 1, refits 0, width 256, depth 0, activation relu, dropout 0.2, \
                numbers plain, batch 128, learning-rate 0.0007071068, weight-decay 0.01, \
                ema 0.998, epochs 60, patience 8
                """,
                """
                model mlp, folds 1, refits 0, width 256, depth 2, activation relu, dropout 0.2, \
                numbers plain, batch 128, learning-rate 0.0007071068, weight-decay 0.01, \
                ema 0.998, epochs 60, patience 8
                """,
                """
                model ensemble, folds 1, refits 1, members 4, width 256, depth 2, activation relu, \
                dropout 0.1, numbers piecewise, bins 54, bin-edges quantile, value-codes target, \
                batch 128, learning-rate 0.002, weight-decay 0.0001, ema 0.998, epochs 60, \
                patience 8
                """,
                """
                model additive, folds 5, refits 0, pairs 16, numbers piecewise, bins 54, \
                bin-edges quantile, value-codes target, batch 128, learning-rate 0.0021213202, \
                weight-decay 0.01, ema 0.998, epochs 60, patience 8
                """,
            ]
        ),
        (
            .init(rows: 200_001, numbers: 8, isRegression: true),
            [
                """
                model linear, folds 1, refits 0, width 256, depth 0, activation relu, dropout 0.2, \
                numbers plain, batch 512, learning-rate 0.0014142136, weight-decay 0.01, \
                ema 0.998, epochs 29, patience 3
                """,
                """
                model mlp, folds 1, refits 0, width 256, depth 2, activation relu, dropout 0.2, \
                numbers plain, batch 512, learning-rate 0.0014142136, weight-decay 0.01, \
                ema 0.998, epochs 29, patience 3
                """,
                """
                model ensemble, folds 1, refits 0, members 8, width 256, depth 2, activation relu, \
                dropout 0.1, numbers piecewise, bins 128, bin-edges quantile, value-codes target, \
                batch 512, learning-rate 0.008, weight-decay 0.0001, ema 0.998, epochs 29, \
                patience 3
                """,
                """
                model additive, folds 5, refits 0, pairs 16, numbers piecewise, bins 128, \
                bin-edges quantile, value-codes target, batch 512, learning-rate 0.0042426405, \
                weight-decay 0.01, ema 0.998, epochs 29, patience 3
                """,
            ]
        ),
    ]

    private static func recipe(
        _ kind: Kind?, _ problem: Recipe.Problem,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) -> Recipe {
        var configuration = TrainConfiguration(data: "d", output: "o")
        configuration.model.kind = kind
        // What these tests hold is the first edition, which runs were made by.
        configuration.edition = .first
        change(&configuration)
        return Recipe(configuration, for: problem)
    }

    @Test func recipesAreAsBefore() {
        for (problem, expected) in Self.problems {
            for (kind, text) in zip(Kind.allCases, expected) {
                let lines = Self.recipe(kind, problem).settings
                #expect(lines.map { "\($0.option) \($0.value)" }.joined(separator: ", ") == text)
            }
            let own = Self.recipe(.ensemble, problem)
            var standard = Self.recipe(nil, problem)
            #expect(
                standard.settings[0].reason
                    == "members that share their layers cost one network and predict like several")
            standard.settings[0].reason = "asked for"
            #expect(standard == own)
        }
    }

    /// What depends on the form, for 500 rows of classes.
    private static let reasons: [Kind: [String: String]] = {
        let prototype = "as in the prototype; see Documentation/Decisions/0005"
        let curves = "curves bend where the target does; see Documentation/Decisions/0005"
        let thin = "5 below 2,000 rows, where one validation part would be too thin to stop on"
        let none = "none with --budget, --steps or several folds"
        let perceptron = [
            "folds": thin,
            "refits": "one more model that learns from validation rows too, up to 25,000 rows",
            "width": prototype, "depth": prototype, "activation": "the cheapest to compute",
            "dropout": "against overfitting", "numbers": "scaled, and otherwise as they are",
            "learning-rate": "1e-3 · √(batch/256)", "weight-decay": "against overfitting",
        ]
        return [
            .linear: perceptron.merging(
                ["depth": "a linear model has no hidden layer"], uniquingKeysWith: { $1 }),
            .mlp: perceptron,
            .ensemble: [
                "folds": thin, "refits": none,
                "members":
                    "8 in one model, 4 in each of several that are averaged, for the same time",
                "width": prototype, "depth": prototype, "activation": "the cheapest to compute",
                "dropout": "little, as averaging members regularises too", "numbers": curves,
                "learning-rate": "4e-3 · √(batch/256) for classes, as validation preferred",
                "weight-decay": "early stopping and averaging regularise",
            ],
            .additive: [
                "folds": "5 models, whose spread gives each curve its interval", "refits": none,
                "pairs": "the strongest, at most so many, of those that chance does not explain",
                "numbers": curves,
                "learning-rate":
                    "3e-3 · √(batch/256): as good as 1e-3 on Adult, better on smaller tables",
                "weight-decay": "against overfitting",
            ],
        ]
    }()

    @Test func reasonsAreAsBefore() {
        let others: Set = [
            "model", "bins", "bin-edges", "value-codes", "batch", "ema", "epochs", "patience",
        ]
        for kind in Kind.allCases {
            let lines = Self.recipe(kind, Self.problems[0].0).settings
            let told = lines.filter { !others.contains($0.option) }.map { ($0.option, $0.reason) }
            #expect(Dictionary(uniqueKeysWithValues: told) == Self.reasons[kind])
        }
        let numbers = Self.recipe(.ensemble, Self.problems[3].0).settings
        #expect(
            numbers.first { $0.option == "learning-rate" }?.reason
                == "4e-3 · batch/256 for numbers, as validation preferred")
    }

    /// The forms' rules give way to what is asked for, and to what nothing else goes with.
    @Test func whatIsAskedForComesFirst() {
        let small = Self.problems[0].0
        let refitted = Self.recipe(.ensemble, small) { $0.learning.refits = 2 }
        #expect(refitted.folds == 1 && refitted.refits == 2 && refitted.members == 4)
        let one = Self.recipe(.additive, small) { $0.learning.folds = 1 }
        #expect(one.folds == 1 && one.refits == 0)
        #expect(one.settings[2].reason.hasPrefix("one more model that learns from validation rows"))
        for kind in Kind.allCases {
            let bounded = Self.recipe(kind, small) { $0.learning.steps = 9 }
            #expect(bounded.folds == 1 && bounded.refits == 0)
            #expect(bounded.settings[1].reason.hasPrefix("one split, since --budget"))
        }
        let without = Self.recipe(.mlp, small) { $0.model.members = 3 }
        #expect(without.members == 1 && !without.settings.contains { $0.option == "members" })
    }

    @Test func settingsOfOtherFormsAreRefusedOrLeftAside() throws {
        for kind in [nil, Kind.linear, .mlp, .ensemble] {
            SettingTests.expect("--pairs goes with --model additive") {
                $0.model.kind = kind
                $0.model.pairs = 3
            }
            var configuration = TrainConfiguration(data: "d", output: "o")
            configuration.model.kind = kind
            configuration.model.members = 3
            try configuration.validate()
        }
        let refused = [
            ("members", "2"), ("width", "2"), ("depth", "2"), ("activation", "silu"),
            ("dropout", "0.5"),
        ]
        for (id, text) in refused {
            var configuration = TrainConfiguration(data: "d", output: "o")
            configuration.model.kind = .additive
            try Settings.all.first { $0.id == id }?.set(text, in: &configuration)
            let error = #expect(throws: VouchError.self) { try configuration.validate() }
            #expect(
                asTyped(error) == "--\(id) does not go with --model additive, which is a sum of "
                    + "functions of columns")
        }
    }

    @Test func formsAreComparedWithOneAnother() {
        #expect(Kind.allCases.filter(\.form.isReadable) == [.additive])
        for kind in Kind.allCases {
            let other = kind.form.counterpart
            #expect(other.kind == (kind == .additive ? .ensemble : .additive))
            let seconds = [false, true].map { other.seconds(beside: 10, isOfClasses: $0) }
            #expect(seconds == (kind == .additive ? [40, 10] : [5, 20]))
        }
    }

    /// As reports called models before.
    @Test(arguments: TrainConfiguration.ModelKind.allCases)
    func aReportNamesTheModel(kind: TrainConfiguration.ModelKind) throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.kind = kind
                $0.learning.folds = 1
                $0.learning.refits = 0
                if kind == .additive {
                    $0.model.width = nil
                    $0.model.pairs = 0
                }
            }, control: RunControl(threads: 1))
        let name: [Kind: Regex<Substring>] = [
            .linear: #/linear model/#, .mlp: #/multilayer perceptron \(2 × 32, relu\)/#,
            .ensemble:
                #/ensemble of 8 perceptrons with shared layers \(2 × 32, relu\), blended with a line/#,
            .additive:
                #/additive model: a sum of functions of \d+ columns and of 0 pairs of them/#,
        ]
        let told = try #require(
            try storedReport(run: run).facts.first { $0.label == "Model" }?.value)
        #expect(try #require(name[kind]).wholeMatch(in: told) != nil, "\(told)")
    }
}
