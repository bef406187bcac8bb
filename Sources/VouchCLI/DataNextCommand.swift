import ArgumentParser
import Platform
import Runs
import Studies

struct DataNextCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Choose which rows of a pool to label next.",
        discussion: """
            A share of each batch is drawn at random, before anything is chosen: its answers tell how good the \
            model is on the pool, and whether choosing beats drawing at random. Where it does not, it is said, \
            and the batch is drawn at random unless a strategy was asked for. No two rows of a batch are \
            nearly the same.

            The batch is a CSV to fill in: the last column is for the answer. What was asked is remembered in \
            RUN.labels, so that no row is asked twice.

            Strategies for classes: margin (taken if none is asked for), soft-margin, entropy, badge, groups; for \
            numbers: disagreement, distance; for both: typical, random.

            Examples:
              vouch data next runs/adult pool.csv --budget 100 --out batch.csv
              vouch data next runs/adult pool.csv --budget 500 --cost-column minutes --out batch.csv
              vouch data next runs/adult pool.csv --budget 100 --out batch.csv --label-studio tasks.json
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows without labels: a CSV file with a header.")
    var pool: String

    @Option(help: "How many rows; with --cost-column, what they may cost together.")
    var budget: Double

    @Option(name: .customLong("out"), help: "The CSV file to write.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "A JSON file of tasks for Label Studio, with its labelling interface beside it (.xml).",
            valueName: "file"))
    var labelStudio: String?

    @Option(
        help:
            "auto, \(NextRequest.strategyNames). auto gives way to random where that is not beaten."
    )
    var strategy = NextRequest.automatic

    @Option(
        help: ArgumentHelp(
            "A column of the pool with what labelling each row costs; gain per cost decides.",
            valueName: "column"))
    var costColumn: String?

    @Option(help: "The share of the budget for rows that are drawn at random.")
    var randomShare = 0.2

    @Option(help: "The seed of every random choice.")
    var seed: UInt64 = 0

    @Flag(help: "Rows that were asked and have no answer may be asked again.")
    var askAgain = false

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup var form: FormArguments<TextForm>

    var charge: Charge? { Charge(.search, "choice of rows to label", folder) }

    mutating func carryOut() throws {
        var request = NextRequest(run: folder, pool: pool, budget: budget, output: output)
        request.strategy = try NextRequest.strategy(named: strategy)
        request.labelStudio = labelStudio
        request.costColumn = costColumn
        request.randomShare = randomShare
        request.seed = seed
        request.asksAgain = askAgain
        request.reading = reading.options
        request.threads = threads
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        let batch = try nextRows(request, onEvent: progress.show)
        Terminal(.output).write(try form.bytes(batch.text, batch.json()))
    }
}
