import ArgumentParser
import Runs
import Tables

extension TrainConfiguration.Task: ExpressibleByArgument {}

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

    @Option(
        help: """
            A column of paths of pictures, relative to the table's folder, which are learned from; repeat for several.
            """)
    var image: [String] = []

    @Flag(help: "Leave out rows whose picture cannot be read, and say how many.")
    var skipBroken = false

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
        roles.images = image.isEmpty ? nil : image
        roles.skipsBroken = skipBroken ? true : nil
        roles.schemaFile = schemaFile
        roles.usesProtected = usesProtected
        roles.task = task
        roles.positive = positive
        return roles
    }
}

/// Columns of protected groups, of predictions that a model from elsewhere made; shared by `adopt` and `audit`.
struct ProtectedArguments: ParsableArguments {
    @Option(
        name: .customLong("protected"),
        help: "A column of protected groups; repeat for several.")
    var columns: [String] = []

    @Option(
        help: ArgumentHelp(
            "Edges that cut a protected column of numbers into groups, such as age=40,62; quartiles if not given.",
            valueName: "column=edges"))
    var bins: [String] = []

    @Option(
        help: ArgumentHelp(
            "Names of a protected column's groups by their text, such as sex:1=male,2=female, or a YAML file.",
            valueName: "column:text=name,… or file"))
    var labels: [String] = []

    var groupBins: [String: [Double]]? {
        get throws { try parseGroupBins(bins) }
    }

    var groupLabels: [String: [String: String]]? {
        get throws { try parseGroupLabels(labels) }
    }
}
