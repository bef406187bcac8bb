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
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows: a CSV file with a header.")
    var rows: String

    @Option(name: .customLong("out"), help: "The file to write; standard output if not given.")
    var output: String?

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    mutating func run() throws {
        let bytes = try predictRows(
            run: folder, rows: rows, reading: reading.options, threads: threads)
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
        abstract: "Show a table's columns: kinds, roles, missing cells, values, warnings.",
        discussion: """
            With --target it also looks for leaks: what would not be known in use. With --test it \
            looks for rows, near copies and groups that stand in both files.
            """)

    @Argument(help: "The table: a CSV file with a header.")
    var data: String

    @Option(help: "The column to predict; with it, leaks are looked for.")
    var target: String?

    @Option(help: "The test rows: a CSV file with the same columns.")
    var test: String?

    @Flag(help: "Print as JSON.")
    var json = false

    @OptionGroup(title: "Columns") var columns: ColumnArguments
    @OptionGroup(title: "Reading") var reading: ReadingArguments

    func validate() throws {
        guard test == nil || target != nil else {
            throw ValidationError("With --test, name the --target too.")
        }
    }

    mutating func run() throws {
        let inspection = try inspectTable(
            data, test: test, columns: columns.roles(target: target), reading: reading.options)
        let output = Terminal(.output)
        if json {
            output.write(try inspection.json())
        } else {
            output.write(inspection.text)
        }
    }
}
