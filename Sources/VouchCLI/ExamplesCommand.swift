import ArgumentParser
import Platform
import Runs
import Studies

struct ExamplesCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "examples",
        abstract: "Show training rows that stand for many, and rows that those do not stand for.",
        discussion: """
            Chosen by what the model makes of the rows: prototypes and criticisms of its hidden features. The rows are \
            shown as they stand in the data; no report holds them.

            Example:
              vouch explain examples runs/adult --count 5
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "Rows of each kind.")
    var count = 5

    @Option(help: "Seed of the rows that are looked at, where there are more than 2,000.")
    var seed: UInt64 = 0

    @OptionGroup var form: FormArguments<TextForm>

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    var charge: Charge? { Charge(.explanation, "example rows", folder) }

    mutating func carryOut() throws {
        let found = try exampleRows(run: folder, count: count, seed: seed, threads: threads)
        Terminal(.output).write(try form.bytes(found.text, found.json()))
    }
}

struct InfluentialRowsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "influential",
        abstract: "Show the training rows that pushed a row's prediction up and down most.",
        discussion: """
            By the gradient of each training row at the last layer, as the model stands. The rows are shown as they \
            stand in the data; no report holds them.

            Example:
              vouch explain influential runs/adult new.csv --row 3
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows: a CSV file with a header.")
    var rows: String

    @Option(help: "A row of the file, from 1.")
    var row = 1

    @Option(help: "Training rows of each kind.")
    var count = 5

    @OptionGroup var form: FormArguments<TextForm>

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    var charge: Charge? { Charge(.explanation, "influential rows", folder) }

    mutating func carryOut() throws {
        let found = try influentialRows(
            run: folder, rows: rows, row: row, count: count, reading: reading.options,
            threads: threads)
        Terminal(.output).write(try form.bytes(found.text, found.json()))
    }
}
