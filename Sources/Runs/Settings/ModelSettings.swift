package import NN
package import Tables
import Training

/// What the model is.
extension Settings {
    package static let kind: Setting<TrainConfiguration.ModelKind?> = Setting(
        "model", \.model.kind,
        help:
            "The model: \(ModelForms.text). What is not given here is settled by a recipe."
    ).settled(\.kind, carried: { $0.kind }) { _ in ModelForms.standard }

    package static let edition: Setting<RecipeEdition> = Setting(
        "recipe", \.edition,
        help: """
            The edition of the rules that settle what is not given here. Earlier ones make earlier versions' runs anew; \
            ensembles of 1 take three times the time.
            """, valueName: "edition")

    package static let members: Setting<Int?> = Setting(
        "members", \.model.members, .from(1, to: 1024), help: "Members of an ensemble."
    ).settledByForm(\.members, carried: { $0.members }, \.members)

    package static let width: Setting<Int?> = Setting(
        "width", \.model.width, .from(1, to: 65_536), help: "Units of each hidden layer."
    ).settledByForm(\.width, carried: { $0.width }, \.layers?.width).turned(
        order: 2, as: "width", by: [0.5], where: { $0.depth > 0 })

    package static let depth: Setting<Int?> = Setting(
        "depth", \.model.depth, .from(0, to: 100), help: "Hidden layers."
    ).settledByForm(\.depth, carried: { $0.depth }, \.layers?.depth)

    package static let activation: Setting<Activation?> = Setting(
        "activation", \.model.activation,
        help: "The activation: relu, gelu, silu, tanh or sigmoid."
    ).settledByForm(\.activation, carried: { $0.activation }, \.layers?.activation)

    package static let dropout: Setting<Float?> = Setting(
        "dropout", \.model.dropout, .share(),
        help: "The share of hidden units dropped at each training step."
    ).settledByForm(\.dropout, \.layers?.dropout).turned(
        order: 4, as: "dropout", by: [0], where: { $0.dropout > 0 }
    ).remedy(
        "dropout", "Dropout", [0.1, 0.3, 0.5], source: "Srivastava et al. 2014, JMLR 15:1929")

    package static let pairs: Setting<Int?> = Setting(
        "pairs", \.model.pairs, .from(0, to: 1000),
        help: "The most pairs of columns of an additive model."
    ).ofSomeForms().settledByForm(\.mostPairs, \.pairs)

    package static let numbers: Setting<TrainConfiguration.NumberForm?> = Setting(
        "numbers", \.model.numbers,
        help: "How numbers enter: plain, piecewise (curves over bins) or periodic (waves)."
    ).settled(\.numbers, carried: { $0.numbers }) { $0.recipe.kind.form.settings.numbers }

    /// Bins are of curves.
    @Sendable private static func binsWithoutCurves(
        _ configuration: TrainConfiguration
    ) -> SettingText? {
        let form = configuration.model.settledNumbers
        return form == .piecewise
            ? nil
            : """
            \(named: bins) and \(named: binEdges) go with \(named: numbers) piecewise, but \
            numbers are \(form.rawValue)
            """
    }

    package static let bins: Setting<Int?> = Setting(
        "bins", \.model.bins, .from(1, to: 1024),
        help: """
            The most bins of each number that the model sees; or, as COLUMN=EDGE,EDGE, the edges that cut a \
            protected column of numbers into groups, such as age=40,62. Repeat for several.
            """, valueName: "number, or column=edges"
    ).checkedIfAsked(binsWithoutCurves).settled(
        \.bins.most, where: { $0.numbers == .piecewise }
    ) {
        Standard(
            min(128, max(8, 16_384 / max($0.problem.numbers, 1))),
            "128 of each number, fewer above 128 numbers")
    }

    package static let binEdges: Setting<NumberBins.Edges?> = Setting(
        "bin-edges", \.model.binEdges,
        help: "Where bins end: quantile, or target, where a regression tree would cut."
    ).checkedIfAsked(binsWithoutCurves).settled(
        \.bins.edges, where: { $0.numbers == .piecewise }
    ) { _ in
        Standard(
            .quantile, "as good as a tree's on most tables; see Benchmarks/tables/ablation.md")
    }

    package static let valueCodes: Setting<ValueAtoms.Rule?> = Setting(
        "value-codes", \.model.valueCodes,
        help: "Numbers' values with a code of their own: target (those it sets apart), all, none."
    ).checkedIfAsked {
        $0.model.settledNumbers == .plain
            ? """
            \(named: valueCodes) goes with \(named: numbers) piecewise or periodic, but \
            numbers are plain
            """
            : nil
    }.settled(\.bins.atoms, where: { $0.numbers != .plain }) { _ in
        Standard(.target, "a code of its own for each value that the target sets apart")
    }

    package static let labelSmoothing: Setting<Float> = Setting(
        "label-smoothing", \.model.labelSmoothing, .share(),
        help: "The share of certainty taken from the labels."
    ).remedy(
        "label-smoothing", "Label smoothing", [0.05, 0.1, 0.2],
        source: "Szegedy et al. 2016, arXiv:1512.00567", isOfClassesOnly: true)

    package static let loss: Setting<TrainConfiguration.RegressionLoss> = Setting(
        "loss", \.model.loss, help: "The loss of a regression: squared, huber or pinball.")

    package static let quantile: Setting<Float> = Setting(
        "quantile", \.model.quantile, Allowed("in (0, 1)") { $0 > 0 && $0 < 1 },
        help: "The quantile of the pinball loss.")

    package static let quantiles: Setting<[Float]?> = Setting(
        "quantiles", \.model.quantiles,
        Allowed { quantiles in
            let isGood =
                quantiles.count == 2 && quantiles[0] > 0 && quantiles[0] < quantiles[1]
                && quantiles[1] < 1
            return isGood
                ? nil
                : " takes two numbers between 0 and 1, the lower first, such as 0.05,0.95"
        },
        help: """
            Two quantiles that a regression predicts too, such as 0.05,0.95: for intervals that are wider where the \
            target varies more.
            """
    ).ofNumbersOnly()

    package static let balancesClasses: Setting<Bool> = Setting(
        "balance-classes", \.model.balancesClasses,
        help: "Weigh rows so that classes weigh the same.")
}
