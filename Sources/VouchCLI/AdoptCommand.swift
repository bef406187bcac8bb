import ArgumentParser
import Documents
import Platform
import Reporting
import Runs
import Studies

struct AdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Make a run of a model that was trained elsewhere: an ONNX file, measured on rows with answers.",
        discussion: """
            Which columns the model takes, and which output says what, stands in a file that `vouch model init` \
            writes (--rows). Without one it is guessed, the guesses are said, and the run keeps them as rows.yaml.

            The run folder is one like any other for all that asks predictions only: report, predict, evaluate, \
            explain, drift, compare, fairness mitigate, check. What trains again is refused.

            Examples:
              vouch adopt model.onnx --data labelled.csv --target y --out runs/model
              vouch adopt model.onnx --rows rows.yaml --data labelled.csv --train train.csv \\
                --validation more.csv --protected sex --out runs/model
            """)

    @Argument(help: ArgumentHelp("The model: an ONNX file.", valueName: "model"))
    var model: String

    @Option(help: "Rows with answers to measure on: a CSV file with a header.")
    var data: String

    @Option(help: "The column of answers; the one that --rows names if not given.")
    var target: String?

    @Option(help: "The rows that the model learned from, with their answers, where they are at hand.")
    var train: String?

    @Option(
        help: """
            Rows with answers on which thresholds and remedies are fitted: neither learned from by the model nor \
            measured on.
            """)
    var validation: String?

    @Option(
        name: .customLong("rows"),
        help: ArgumentHelp(
            "What rows the model takes, as `vouch model init` writes it; guessed if not given.",
            valueName: "file"))
    var rows: String?

    @Option(
        name: .customLong("out"),
        help: """
            The run folder to write. (default: runs/ and the name of the model, numbered where that stands already)
            """)
    var output: String?

    @OptionGroup var protected: ProtectedArguments

    @Option(help: "A column that tells which rows belong together, such as a patient.")
    var group: String?

    @Option(help: "A column of row weights.")
    var weight: String?

    @Option(help: "A column that names the row and is passed through to predictions; repeatable.")
    var id: [String] = []

    @Option(help: "A column that is not guessed to be taken by the model; repeat for several.")
    var exclude: [String] = []

    @Option(help: "The class whose probability is reported. The last of the model's if not given.")
    var positive: String?

    @Option(textOf: Settings.costs) var cost

    @Option(
        name: .customLong("check-inputs"),
        help: ArgumentHelp(
            "Stored inputs, one file each in the model's order (TensorProto), with commas between.",
            valueName: "files"))
    var checkInputs: String?

    @Option(
        name: .customLong("check-outputs"),
        help: ArgumentHelp(
            "What the model said of them elsewhere; where it says something else here, it is not adopted.",
            valueName: "files"))
    var checkOutputs: String?

    @Option(textOf: Settings.probeBudget) var probeBudget

    @Option(help: "Of every random choice that a probe makes.")
    var seed: UInt64 = 0

    @Option(
        help: """
            A YAML file with what only a person can say of the model and its data, for the report; \
            `vouch card init` writes one to fill in.
            """)
    var card: String?

    @Option(help: "Worker threads for reading; all cores if not given. They do not change the result.")
    var threads: Int?

    @Flag(help: "Replace the run folder if it exists.")
    var overwrite = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    func adoptConfiguration() throws -> AdoptConfiguration {
        var configuration = AdoptConfiguration(
            model: model, data: data,
            output: output ?? RunName.standard(for: model, isContinued: overwrite))
        configuration.training = train
        configuration.validation = validation
        configuration.rows = rows
        configuration.columns.target = target ?? ""
        configuration.columns.protected = protected.columns
        configuration.columns.group = group
        configuration.columns.weight = weight
        configuration.columns.id = id
        configuration.columns.exclude = exclude
        configuration.columns.positive = positive
        configuration.columns.groupBins = try protected.groupBins
        configuration.columns.groupLabels = try protected.groupLabels
        configuration.reading = reading.options
        configuration.costs = try cost.map(parseCosts)
        configuration.seed = seed
        if let probeBudget {
            configuration.probeSeconds = try parseDuration(
                probeBudget, option: "--probe-budget", allowsZero: true)
        }
        return configuration
    }

    mutating func run() throws {
        var control = AdoptControl()
        control.threads = threads
        control.overwrite = overwrite
        control.isIndexed = true
        control.checkInputs = checkInputs?.split(separator: ",").map(String.init) ?? []
        control.checkOutputs = checkOutputs?.split(separator: ",").map(String.init) ?? []
        control.arguments = ["vouch"] + CommandLine.arguments.dropFirst()
        control.card = try card.map(CardAnswers.init(file:)) ?? CardAnswers()
        let progress = TrainingProgress(quiet: quiet, json: false)
        control.onEvent = { progress.show($0) }
        control.onProbes = { progress.show($0) }
        let configuration = try adoptConfiguration()
        if output == nil {
            progress.show(.stage("The run goes to \(configuration.output) (--out)"))
        }
        progress.finish(try adoptRun(configuration, control: control))
    }
}

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Models that were trained elsewhere: which rows they take.",
        subcommands: [MappingStartCommand.self])
}

struct MappingStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write rows.yaml: which columns feed an ONNX model, and what it says.",
        discussion: """
            It is guessed from the names, shapes and types of the model's inputs and outputs and from the table's \
            columns, each guess with its reason behind it. What cannot be told has `# choose` behind it; `vouch adopt \
            --rows` names its line until it is chosen.

            Example:
              vouch model init model.onnx rows.csv --target y --out rows.yaml
            """)

    @Argument(help: ArgumentHelp("The model: an ONNX file.", valueName: "model"))
    var model: String

    @Argument(help: "Rows with the columns that the model takes: a CSV file with a header.")
    var rows: String

    @Option(help: "The column of answers; guessed if not given.")
    var target: String?

    @Option(help: "A column that the model does not take; repeat for several.")
    var exclude: [String] = []

    @Option(name: .customLong("out"), help: "The file to write; standard output if not given.")
    var output: String?

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    mutating func run() throws {
        let start = try MappingStart(
            model: model, rows: rows, target: target, except: exclude, reading: reading.options)
        if let output {
            // It may hold somebody's choices.
            guard !Files.exists(output) else {
                throw VouchError("\(output) exists already; name another file, or move it away")
            }
            try writeFile(Array(start.text.utf8), to: output)
        } else {
            Terminal(.output).write(start.text)
        }
        for line in start.open { Terminal(.error).write("! to be chosen: \(visible(line))\n") }
    }
}
