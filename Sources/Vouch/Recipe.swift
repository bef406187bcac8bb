package import NN
package import Tables

/// Every number of a training, settled: what was asked for, and for the rest a rule with its reason.
///
/// A pure function of the options and of the table's size, so that the same command on the same
/// data always means the same training.
package struct Recipe: Codable, Sendable, Hashable {
    package var kind: TrainConfiguration.ModelKind
    package var members: Int
    package var width: Int
    package var depth: Int
    package var activation: Activation
    package var dropout: Float
    /// The most pairs of columns of an additive model; `nil` in runs of earlier versions.
    package var pairs: Int?
    package var numbers: TrainConfiguration.NumberForm
    /// The width of a number's embedding.
    package var numberWidth: Int
    /// Waves of each number; 0 for none.
    package var frequencies: Int
    package var bins: NumberBins.Rule
    /// `nil` where numbers are taken as they are.
    var fittedBins: NumberBins.Rule? { numbers == .plain ? nil : bins }
    package var learningRate: Float
    package var weightDecay: Float
    package var averageDecay: Float
    package var batchRows: Int
    package var epochs: Int
    package var patience: Int
    /// Models trained on all rows but one part each, which validates; 1 for one split.
    package var folds: Int
    /// Further models trained on validation rows too, for as many epochs as were best.
    package var refits: Int
    /// One line a setting, in order.
    package var settings: [Setting]

    package struct Setting: Codable, Sendable, Hashable {
        package var option: String
        package var value: String
        package var reason: String
    }

    /// What is to be learned, as far as settings depend on it.
    package struct Problem: Sendable, Hashable {
        /// Rows that train or validate.
        package var rows: Int
        package var numbers: Int
        package var isRegression: Bool

        package init(rows: Int, numbers: Int, isRegression: Bool) {
            self.rows = rows
            self.numbers = numbers
            self.isRegression = isRegression
        }
    }

    package init(_ configuration: TrainConfiguration, for problem: Problem) {
        let model = configuration.model
        let learning = configuration.learning
        var settings: [Setting] = []
        func settle<Value>(
            _ option: String, _ asked: Value?, _ standard: Value, _ reason: String
        ) -> Value {
            settings.append(
                Setting(
                    option: option, value: "\(asked ?? standard)",
                    reason: asked == nil ? reason : "asked for"))
            return asked ?? standard
        }
        let kind = settle(
            "model", model.kind, .ensemble,
            "members that share their layers cost one network and predict like several")
        let isEnsemble = kind == .ensemble
        self.kind = kind
        let isAdditive = kind == .additive
        let isBounded = learning.budgetSeconds != nil || learning.steps != nil
        let wantsFolds = isEnsemble && problem.rows < Self.foldedRows && learning.refits ?? 0 == 0
        folds =
            isBounded || configuration.columns.time != nil
            ? settle(
                "folds", nil, 1, "one split, since --budget, --steps or --time allow no other")
            : settle(
                "folds", learning.folds, wantsFolds || isAdditive ? 5 : 1,
                isAdditive
                    ? "5 models, whose spread gives each curve its interval"
                    : "5 below 2,000 rows, where one validation part would be too thin to stop on")
        refits =
            isBounded || folds > 1
            ? settle("refits", nil, 0, "none with --budget, --steps or several folds")
            : settle(
                "refits", learning.refits,
                isEnsemble && problem.rows <= Self.refittedRows ? 1 : 0,
                "one more model that learns from validation rows too, up to 25,000 rows")
        let averages = folds > 1 || refits > 0
        members =
            isEnsemble
            ? settle(
                "members", model.members, averages ? 4 : 8,
                "8 in one model, 4 in each of several that are averaged, for the same time")
            : 1
        if isAdditive {
            (width, depth, activation, dropout) = (0, 0, .relu, 0)
            pairs = settle(
                "pairs", model.pairs, 16,
                "the strongest, at most so many, of those that chance does not explain")
        } else {
            width = settle(
                "width", model.width, 256, "as in the prototype; see Documentation/Decisions/0005")
            depth = settle(
                "depth", model.depth, kind == .linear ? 0 : 2,
                kind == .linear
                    ? "a linear model has no hidden layer"
                    : "as in the prototype; see Documentation/Decisions/0005")
            activation = settle("activation", model.activation, .relu, "the cheapest to compute")
            dropout = settle(
                "dropout", model.dropout, isEnsemble ? 0.1 : 0.2,
                isEnsemble ? "little, as averaging members regularises too" : "against overfitting")
        }
        numbers = settle(
            "numbers", model.numbers, model.settledNumbers,
            isEnsemble || isAdditive
                ? "curves bend where the target does; see Documentation/Decisions/0005"
                : "scaled, and otherwise as they are")
        numberWidth = min(16, max(4, 4096 / max(problem.numbers, 1)))
        frequencies = numbers == .periodic ? 32 : 0
        bins = .init(most: 0, atoms: .none)
        if numbers == .piecewise {
            bins.most = settle(
                "bins", model.bins, min(128, max(8, 16_384 / max(problem.numbers, 1))),
                "128 of each number, fewer above 128 numbers")
            bins.edges = settle(
                "bin-edges", model.binEdges, .quantile,
                "as good as a tree's on most tables; see Benchmarks/tables/ablation.md")
        }
        if numbers != .plain {
            bins.atoms = settle(
                "value-codes", model.valueCodes, .target,
                "a code of its own for each value that the target sets apart")
        }

        let batch = settle(
            "batch", learning.batchRows, Self.batch(rows: problem.rows),
            "about 1/128 of \(problem.rows) rows, from 32 to 256; larger above 100,000 rows")
        batchRows = batch
        let part = Float(batch) / 256
        let rate: (value: Float, rule: String) =
            if isAdditive {
                (
                    3e-3 * part.squareRoot(),
                    "3e-3 · √(batch/256): as good as 1e-3 on Adult, better on smaller tables"
                )
            } else if !isEnsemble {
                (1e-3 * part.squareRoot(), "1e-3 · √(batch/256)")
            } else if problem.isRegression {
                (4e-3 * part, "4e-3 · batch/256 for numbers, as validation preferred")
            } else {
                (
                    4e-3 * part.squareRoot(),
                    "4e-3 · √(batch/256) for classes, as validation preferred"
                )
            }
        learningRate = settle("learning-rate", learning.learningRate, rate.value, rate.rule)
        weightDecay = settle(
            "weight-decay", learning.weightDecay, isEnsemble ? 1e-4 : 1e-2,
            isEnsemble ? "early stopping and averaging regularise" : "against overfitting")
        let isAveraged = configuration.regularising.averagedShare > 0
        averageDecay = settle(
            "ema", learning.averageDecay, isAveraged ? 0 : 0.998,
            isAveraged
                ? "none, since --swa averages over epochs"
                : "averaged weights validate and predict, as in the prototype")
        let stepsPerEpoch = max(1, problem.rows / batch)
        epochs = settle(
            "epochs", learning.epochs,
            max(
                5,
                min(
                    max(60, 4000 / stepsPerEpoch), 400, max(6, 6_000_000 / max(problem.rows, 1)))),
            "60, more on small tables so that there are 4,000 steps, fewer above 100,000 rows")
        patience = settle(
            "patience", learning.patience, max(3, min(8 * epochs / 60, 40)),
            "2/15 of the epochs, at least 3")
        self.settings = settings
    }

    private static let foldedRows = 2000
    private static let refittedRows = 25_000

    private static func batch(rows: Int) -> Int {
        if rows > 100_000 { return rows > 400_000 ? 1024 : 512 }
        var batch = 32
        while batch < 256, batch * 128 < rows { batch *= 2 }
        return batch
    }

    /// The settings with their reasons, as an aligned table.
    package var text: String {
        alignedTable(
            [["setting", "value", "reason"]]
                + settings.map { [$0.option, $0.value, $0.reason] }, rightAligned: [])
    }
}
