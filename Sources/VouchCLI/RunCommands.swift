import ArgumentParser
import Platform
import Vouch

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predict raw rows with a trained run.",
        discussion: """
            Columns may come in any order; extra ones are ignored, missing cells and new categories
            are allowed. Identifier columns are passed through. Writes CSV.

            With --out-of-distribution each row also has two scores of how unlike the training rows it
            is, large where it is strange: neighbor_distance, among the features of the last hidden
            layer, and energy, of the logits. The p-value beside each is the share of validation rows
            that score at least as high: of ordinary rows, 5 % have one of 0.05 or less.
            features_outside_training counts numbers beyond the range of the training rows and
            categories that none of them had.
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows: a CSV file with a header.")
    var rows: String

    @Option(name: .customLong("out"), help: "The file to write; standard output if not given.")
    var output: String?

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @Flag(help: "Say of every row how unlike the training rows it is.")
    var outOfDistribution = false

    @Flag(help: "With it, also give the hidden features and logits that are judged.")
    var hiddenFeatures = false

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    mutating func run() throws {
        let bytes = try predictRows(
            run: folder, rows: rows, reading: reading.options, threads: threads,
            outOfDistribution: outOfDistribution, hiddenFeatures: hiddenFeatures)
        if let output {
            try AtomicFile.write(bytes, to: output)
        } else {
            Terminal(.output).write(bytes)
        }
    }
}

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a trained run on new rows with known answers.")

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows, the target among them: a CSV file with a header.")
    var rows: String

    @Flag(help: "Print the measurements as JSON.")
    var json = false

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    mutating func run() throws {
        let report = try evaluateRun(
            run: folder, rows: rows, reading: reading.options, threads: threads)
        let output = Terminal(.output)
        if json {
            output.write(try report.json())
        } else {
            output.write(report.terminal(width: output.width, color: output.allowsColor))
        }
    }
}

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a table's columns: kinds, roles, missing cells, values, warnings.")

    @Argument(help: "The table: a CSV file with a header.")
    var data: String

    @Option(help: "The column to predict.")
    var target: String?

    @Flag(help: "Print as JSON.")
    var json = false

    @OptionGroup(title: "Columns") var columns: ColumnArguments
    @OptionGroup(title: "Reading") var reading: ReadingArguments

    mutating func run() throws {
        let inspection = try inspectTable(
            data, columns: columns.roles(target: target), reading: reading.options)
        let output = Terminal(.output)
        if json {
            output.write(try inspection.json())
        } else {
            output.write(inspection.text)
        }
    }
}
