import ArgumentParser
import Kernels
import NN
import Optim
import Platform
import Tables
import Training
import Vouch

extension TrainConfiguration.Task: ExpressibleByArgument {}
extension TrainConfiguration.ModelKind: ExpressibleByArgument {}
extension TrainConfiguration.NumberForm: ExpressibleByArgument {}
extension NumberBins.Edges: ExpressibleByArgument {}
extension ValueAtoms.Rule: ExpressibleByArgument {}
extension TrainConfiguration.OptimizerKind: ExpressibleByArgument {}
extension TrainConfiguration.RegressionLoss: ExpressibleByArgument {}
extension PenaltyMeasure: ExpressibleByArgument {}
extension Activation: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension Schedule.Shape: ExpressibleByArgument {}
extension TrainConfiguration.KeptWeights: ExpressibleByArgument {}

/// How a file is read; shared by the commands that read one.
struct ReadingArguments: ParsableArguments {
    @Option(help: "The character between cells: one of , ; | or tab. Detected if not given.")
    var delimiter: String?

    @Flag(
        inversion: .prefixedNo,
        help: """
            Numbers are written 3,14 rather than 3.14, and 1.020 is 1020. Decided for each column by its cells if not \
            given; where they leave both open this says it.
            """)
    var decimalComma: Bool?

    @Option(help: "The file's encoding: utf-8 or windows-1252.")
    var encoding = "utf-8"

    @Option(
        name: .customLong("missing"),
        help: ArgumentHelp(
            "A text that means a missing cell, as an empty cell always does; repeat for several. Replaces the usual "
                + "ones: \(CSVOptions.usualMissingTokens.joined(separator: " ")).",
            valueName: "text"))
    var missingTokens: [String] = []

    var options: TrainConfiguration.ReadingOptions {
        var options = TrainConfiguration.ReadingOptions()
        options.delimiter = delimiter
        options.decimalComma = decimalComma
        options.encoding = encoding
        options.missing = missingTokens.isEmpty ? nil : missingTokens
        return options
    }
}

/// What the columns are; shared by `train` and `inspect`.
struct ColumnArguments: ParsableArguments {
    @Option(help: "A column with a legally or ethically protected property; repeat for several.")
    var protected: [String] = []

    @Option(help: "A column that tells which rows belong together, such as a patient.")
    var group: String?

    @Option(help: "A column of times; the latest rows become the test rows.")
    var time: String?

    @Option(help: "A column of row weights.")
    var weight: String?

    @Option(help: "A column that names the row and is passed through to predictions; repeatable.")
    var id: [String] = []

    @Option(help: "A column to leave out; repeat for several.")
    var exclude: [String] = []

    @Option(name: .customLong("schema"), help: "A YAML file with kinds and roles of columns.")
    var schemaFile: String?

    @Flag(name: .customLong("use-protected"), help: "Let the model see the protected columns.")
    var usesProtected = false

    @Option(help: "What to predict: binary, multiclass or regression. Inferred if not given.")
    var task: TrainConfiguration.Task?

    @Option(help: "The class whose probability is reported. The last in order if not given.")
    var positive: String?

    func roles(target: String?) -> TrainConfiguration.ColumnRoles {
        var roles = TrainConfiguration.ColumnRoles()
        roles.target = target ?? ""
        roles.protected = protected
        roles.group = group
        roles.time = time
        roles.weight = weight
        roles.id = id
        roles.exclude = exclude
        roles.schemaFile = schemaFile
        roles.usesProtected = usesProtected
        roles.task = task
        roles.positive = positive
        return roles
    }
}

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model on a table and measure it on rows it has not seen.",
        discussion: """
            Example:
              vouch train adult.csv --target income --protected sex --out runs/adult

            Ctrl-C keeps the best model so far, measures and writes it, and exits with 130; \
            a second one ends at once.
            """)

    @Argument(help: "The table to train on: a CSV file with a header.")
    var data: String

    @Option(help: "The column to predict.")
    var target: String

    @Option(help: "A table to measure on. Without it, rows of the data are held back.")
    var test: String?

    @Option(
        name: .customLong("out"),
        help: """
            The run folder to write. (default: runs/ and the name of the data, numbered where that stands \
            already)
            """)
    var output: String?

    @Flag(help: "Print each setting of the training with its reason, and train nothing.")
    var explainDefaults = false

    @Option(help: "A YAML file with any of these options, such as `target: income`.")
    var config: String?

    @OptionGroup(title: "Columns") var columns: ColumnArguments
    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Learning") var learning: LearningArguments
    @OptionGroup(title: "Against overfitting") var regularising: RegularisingArguments

    @Option(help: "The share of rows used for choices during training.")
    var validationShare = TrainConfiguration.SplitOptions().validation

    @Option(help: "The share of rows held back to measure on, where no --test is given.")
    var testShare = TrainConfiguration.SplitOptions().test

    @Option(
        help: """
            Rows with random answers to plant among the training rows, to see whether they are learned \
            by heart.
            """)
    var canaries = TrainConfiguration.SplitOptions().canaries

    @Option(
        help: """
            What probes that train again or predict often may take, in seconds of counted work, whatever \
            the machine's speed and load; 0s trains nothing for them. (default: 50s)
            """)
    var probeBudget: String?

    @Option(
        name: .customLong("cv"),
        help: ArgumentHelp(
            "Also repeat the whole training on parts of the rows, such as 5x2: five folds, twice.",
            valueName: "folds-x-repetitions"))
    var crossValidation: String?

    @Option(
        help: ArgumentHelp(
            """
            Names of a protected column's groups by their text, such as "sex:1=male,2=female", or a YAML file of \
            them. Rows are grouped by the text all the same. Repeat for several.
            """, valueName: "column:text=name,… or file"))
    var labels: [String] = []

    @Option(help: "Costs of wrong decisions, such as fp=1,fn=5; the threshold follows from them.")
    var cost: String?

    @Option(
        help: """
            A YAML file with what only a person can say of the model and its data, for the report; \
            `vouch card init` writes one to fill in.
            """)
    var card: String?

    @Option(help: "Worker threads; all cores if not given. They do not change the result.")
    var threads: Int?

    @Flag(help: "Replace the run folder if it exists.")
    var overwrite = false

    @Flag(help: "Continue a training that was interrupted, from its last checkpoint.")
    var resume = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    @Flag(help: "Print events and the result as JSON, one object a line.")
    var json = false

    func trainConfiguration() throws -> TrainConfiguration {
        let place = output ?? RunName.standard(for: data, isContinued: overwrite || resume)
        var configuration = TrainConfiguration(data: data, output: place)
        configuration.test = test
        configuration.columns = columns.roles(target: target)
        configuration.columns.groupBins = try model.groupBins()
        configuration.columns.groupLabels = try parseGroupLabels(labels)
        configuration.reading = reading.options
        configuration.model = try model.options()
        configuration.learning = try learning.options()
        configuration.regularising = regularising.options
        configuration.splits.canaries = canaries
        configuration.splits.validation = validationShare
        configuration.splits.test = testShare
        configuration.costs = try cost.map(parseCosts)
        if let probeBudget {
            configuration.evidence.probeSeconds = try parseDuration(
                probeBudget, option: "--probe-budget", allowsZero: true)
        }
        configuration.evidence.crossValidation = try crossValidation.map(parseCrossValidation)
        return configuration
    }

    mutating func run() throws {
        if explainDefaults {
            Terminal(.output).write(try explainedRecipe(trainConfiguration()))
            return
        }
        let answers = try card.map(CardAnswers.init(file:)) ?? CardAnswers()
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: quiet, json: json)
        let configuration = try trainConfiguration()
        if output == nil { progress.show(.stage("The run goes to \(configuration.output) (--out)")) }
        let result = try trainRun(
            configuration,
            control: RunControl(
                threads: threads, overwrite: overwrite, resume: resume, isIndexed: true,
                arguments: ["vouch"] + CommandLine.arguments.dropFirst(), card: answers,
                onEvent: { progress.show($0) }, onProbes: { progress.show($0) }))
        progress.finish(result)
        if let signal = InterruptFlag.signalNumber { throw ExitCode(128 + signal) }
    }
}

struct ModelArguments: ParsableArguments {
    private static let defaults = TrainConfiguration.ModelOptions()

    @Option(
        name: .customLong("model"),
        help:
            "The model: linear, mlp, ensemble or additive (a sum of curves that can be read whole). What is not given here is settled by a recipe."
    )
    var kind: TrainConfiguration.ModelKind?

    @Option(help: "Members of an ensemble.")
    var members: Int?

    @Option(help: "Units of each hidden layer.")
    var width: Int?

    @Option(help: "Hidden layers.")
    var depth: Int?

    @Option(help: "The activation: relu, gelu, silu, tanh or sigmoid.")
    var activation: Activation?

    @Option(help: "The share of hidden units dropped at each training step.")
    var dropout: Float?

    @Option(help: "The most pairs of columns of an additive model.")
    var pairs: Int?

    @Option(help: "How numbers enter: plain, piecewise (curves over bins) or periodic (waves).")
    var numbers: TrainConfiguration.NumberForm?

    @Option(
        help: ArgumentHelp(
            """
            The most bins of each number that the model sees; or, as COLUMN=EDGE,EDGE, the edges that cut a \
            protected column of numbers into groups, such as age=40,62. Repeat for several.
            """, valueName: "number, or column=edges"))
    var bins: [String] = []

    @Option(help: "Where bins end: quantile, or target, where a regression tree would cut.")
    var binEdges: NumberBins.Edges?

    @Option(
        help: "Numbers' values with a code of their own: target (those it sets apart), all, none.")
    var valueCodes: ValueAtoms.Rule?

    @Option(help: "The share of certainty taken from the labels.")
    var labelSmoothing = Self.defaults.labelSmoothing

    @Option(help: "The loss of a regression: squared, huber or pinball.")
    var loss = Self.defaults.loss

    @Option(help: "The quantile of the pinball loss.")
    var quantile = Self.defaults.quantile

    @Option(
        help: """
            Two quantiles that a regression predicts too, such as 0.05,0.95: for intervals that are wider where the \
            target varies more.
            """,
        transform: parseQuantiles)
    var quantiles: [Float]?

    @Flag(name: .customLong("balance-classes"), help: "Weigh rows so that classes weigh the same.")
    var balancesClasses = false

    @Flag(
        name: .customLong("reweigh-groups"),
        help: "Weigh rows so that the label does not depend on the protected groups.")
    var reweighsGroups = false

    @Option(
        help: ArgumentHelp(
            """
            A penalty on a gap between the protected groups in the training loss, with its strength, such as \
            demographic-parity=5 (or equal-opportunity, equalized-odds).
            """, valueName: "gap=strength"))
    var fairPenalty: String?

    @Option(
        name: .customLong("fair-penalty-measure"),
        help: """
            What of the groups' scores the penalty compares: means; mmd (whole distributions, MinDiff); hsic (dependence \
            of score and group); adversary (what a network that learns beside the model can tell of the group).
            """)
    var fairPenaltyMeasure: PenaltyMeasure?

    @Option(
        name: .customLong("repair-groups"),
        help: ArgumentHelp(
            """
            Move each protected group's numbers to the median of all groups' distributions, from 0 to 1, the whole. New \
            rows need the protected columns, too.
            """, valueName: "level"))
    var repairLevel: Double?

    @Option(
        name: .customLong("remove-correlation"),
        help: ArgumentHelp(
            """
            Take off each number what a linear function of the protected groups says of it, from 0 to 1, the whole. New \
            rows need the protected columns, too.
            """, valueName: "share"))
    var removedCorrelation: Double?

    /// `--bins` with an equals sign: edges of groups.
    func groupBins() throws -> [String: [Double]]? {
        try parseGroupBins(bins.filter { Int($0) == nil })
    }

    private func mostBins() throws -> Int? {
        let numbers = bins.compactMap { Int($0) }
        guard numbers.count < 2 else {
            throw ValidationError("--bins gives two numbers, \(numbers[0]) and \(numbers[1]); give one")
        }
        return numbers.first
    }

    private func groupRepair() throws -> GroupRepair.Rule? {
        switch (repairLevel, removedCorrelation) {
        case (nil, nil): nil
        case (let level?, nil): .init(.quantiles, strength: level)
        case (nil, let share?): .init(.correlation, strength: share)
        case (_?, _?):
            throw ValidationError(
                "--repair-groups and --remove-correlation both change the numbers; give one of them"
            )
        }
    }

    func options() throws -> TrainConfiguration.ModelOptions {
        var options = Self.defaults
        options.groupRepair = try groupRepair()
        if let fairPenaltyMeasure, fairPenalty == nil {
            throw ValidationError(
                "--fair-penalty-measure \(fairPenaltyMeasure.rawValue) says what a penalty compares; give "
                    + "--fair-penalty GAP=STRENGTH, too")
        }
        options.fairPenalty = try fairPenalty.map { try .init($0, measure: fairPenaltyMeasure) }
        options.kind = kind
        options.members = members
        options.width = width
        options.depth = depth
        options.activation = activation
        options.dropout = dropout
        options.pairs = pairs
        options.numbers = numbers
        options.bins = try mostBins()
        options.binEdges = binEdges
        options.valueCodes = valueCodes
        options.labelSmoothing = labelSmoothing
        options.loss = loss
        options.quantile = quantile
        options.quantiles = quantiles
        options.balancesClasses = balancesClasses
        options.reweighsGroups = reweighsGroups ? true : nil
        return options
    }
}

struct LearningArguments: ParsableArguments {
    private static let defaults = TrainConfiguration.LearningOptions()

    @Option(help: "The update rule: adamw or sgd.")
    var optimizer = Self.defaults.optimizer

    @Option(help: "The peak learning rate.")
    var learningRate: Float?

    @Option(help: "Decoupled weight decay.")
    var weightDecay: Float?

    @Flag(name: .customLong("decay-all"), help: "Let biases, norms and embeddings decay too.")
    var decaysEverything = false

    @Option(help: "Momentum of sgd.")
    var momentum = Self.defaults.momentum

    @Option(help: "The learning rate's way: constant, cosine or one-cycle.")
    var schedule = Self.defaults.schedule

    @Option(help: "Steps over which the learning rate rises at first.")
    var warmup = Self.defaults.warmupSteps

    @Option(help: "The largest norm of a step's gradient; no limit if not given.")
    var clipNorm: Float?

    @Option(help: "Decay of the averaged weights (EMA), 0 for none.")
    var ema: Float?

    @Option(help: "Rows of a training step.")
    var batch: Int?

    @Option(help: "The most passes over the training rows.")
    var epochs: Int?

    @Option(help: "Passes without a better validation loss before training stops.")
    var patience: Int?

    @Option(help: "Models that each validate on another part of the rows, and are averaged.")
    var folds: Int?

    @Option(
        help: "Further models that learn from validation rows too, for as many epochs as were best."
    )
    var refits: Int?

    @Option(
        help: "Stop after so many steps, as a budget would; the schedule still spans all epochs.")
    var steps: Int?

    @Option(help: "The longest time for the whole run, such as 60s or 2m.")
    var budget: String?

    @Option(help: "The seed of every random choice.")
    var seed = Self.defaults.seed

    @Option(
        help: "What training multiplies: f32, or bf16 where the processor has AVX-512 BF16 or AMX.")
    var precision = Self.defaults.precision

    func options() throws -> TrainConfiguration.LearningOptions {
        var options = Self.defaults
        options.optimizer = optimizer
        options.learningRate = learningRate
        options.weightDecay = weightDecay
        options.decaysEverything = decaysEverything
        options.momentum = momentum
        options.schedule = schedule
        options.warmupSteps = warmup
        options.clipNorm = clipNorm
        options.averageDecay = ema
        options.batchRows = batch
        options.epochs = epochs
        options.patience = patience
        options.folds = folds
        options.refits = refits
        options.steps = steps
        options.budgetSeconds = try budget.map { try parseDuration($0) }
        options.seed = seed
        options.precision = precision
        return options
    }
}

/// `0.05,0.95` as numbers.
@Sendable private func parseQuantiles(_ text: String) throws -> [Float] {
    try text.split(separator: ",").map { part in
        guard let number = Float(part.trimmingPrefix(while: \.isWhitespace)) else {
            throw ValidationError(
                "--quantiles is \"\(text)\"; write two numbers between 0 and 1, such as 0.05,0.95")
        }
        return number
    }
}
