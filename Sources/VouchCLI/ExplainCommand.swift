import ArgumentParser
import Platform
import Vouch

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say how a model comes to its predictions.",
        subcommands: [
            ExplainRowsCommand.self, EvaluateExplanationsCommand.self,
            ProveExplanationsCommand.self, GlobalEffectsCommand.self, ExamplesCommand.self,
        ], defaultSubcommand: ExplainRowsCommand.self)
}

struct ExplainRowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rows",
        abstract: "Say how the columns of a row made its prediction.",
        discussion: """
            Shapley values: what each raw column adds to the prediction, on average over the orders in \
            which columns are made known, against training rows that stand for what it could have been. \
            They sum to the prediction less the background's mean. Each has the error of the random orders, \
            and how far the columns' order can be trusted is said.

            An additive model (train --model additive) explains itself: its own functions are shown, exactly, unless \
            --pairs or --exact asks for Shapley values.

            Examples:
              vouch explain runs/adult new.csv --row 3 --row 17
              vouch explain runs/adult new.csv --row 3 --pairs 10 --json
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows: a CSV file with a header.")
    var rows: String

    @Option(name: .customLong("row"), help: "A row of the file, from 1; repeat for several.")
    var chosen: [Int] = []

    @Option(help: "Training rows that stand for what the columns could have been instead.")
    var background = 100

    @Option(help: "A CSV file of rows that do, in place of training rows.")
    var backgroundFile: String?

    @Option(help: "Random orders for each background row, each with its opposite; 1 if not given.")
    var pairs: Int?

    @Flag(help: "Try all subsets of the columns; up to 12 columns.")
    var exact = false

    @Option(
        name: .customLong("class"),
        help: "The class whose probability is explained; the last in order if not given.")
    var label: String?

    @Option(help: "Seed of the orders and the background.")
    var seed: UInt64 = 0

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    mutating func run() throws {
        var request = ExplanationRequest(run: folder, rows: rows)
        if !chosen.isEmpty { request.chosen = chosen }
        request.background = background
        request.backgroundFile = backgroundFile
        request.pairs = exact ? nil : pairs ?? 1
        request.asksShapley = exact || pairs != nil
        request.label = label
        request.seed = seed
        request.reading = reading.options
        request.threads = threads
        let found = try explainRows(request)
        let output = Terminal(.output)
        if json {
            output.write(try found.json())
        } else {
            output.write(found.text)
        }
    }
}
