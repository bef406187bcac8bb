import ArgumentParser
import Explanation
import Platform
import Runs
import Studies

struct ExplainCounterfactualsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "counterfactuals",
        abstract: "Say which smallest changes of a row would change its prediction.",
        discussion: """
            Fewest columns first, then the least change. Every changed cell is one that a training row has; \
            protected columns are never changed. Rows unlike the training rows are given only where no \
            other was found, and are marked. None found is an answer.

            Examples:
              vouch explain counterfactuals runs/adult new.csv --row 3 --immutable age --only-increase education-num
              vouch explain counterfactuals runs/adult new.csv --row 3 --range hours-per-week=20:50 --count 1 --json
            """)

    @OptionGroup var asked: AskedRows

    @Option(help: "A column that stays as it is; repeat for several.")
    var immutable: [String] = []

    @Option(help: "A column that may change; if given, no other may. Repeat for several.")
    var actionable: [String] = []

    @Option(help: "A column of numbers or dates that may only rise; repeat for several.")
    var onlyIncrease: [String] = []

    @Option(help: "A column of numbers or dates that may only fall; repeat for several.")
    var onlyDecrease: [String] = []

    @Option(
        name: .customLong("range"),
        help: ArgumentHelp(
            "What a column may be changed to, such as age=18:65; repeat for several.",
            valueName: "column=low:high"))
    var ranges: [String] = []

    @Option(help: "How many answers, which change different columns.")
    var count = 3

    @Option(help: "The most columns that an answer may change.")
    var mostColumns = 6

    @Option(help: "Rows unlike the training rows: preferred not, required not, or ignored.")
    var plausibility = CounterfactualSearch.Plausibility.preferred

    @Flag(help: "Try all pairs of the cells that are tried alone: slow, and misses no such pair.")
    var allPairs = false

    @Option(
        help: "The longest that one row may take, such as 200ms or 1s; the best so far is given.")
    var timeBudget: String?

    @Flag(help: "Say how long each row took.")
    var timed = false

    var charge: Charge? { Charge(.explanation, "counterfactuals", asked.file.folder) }

    mutating func carryOut() throws {
        var request = CounterfactualRequest(run: asked.file.folder, rows: asked.file.rows)
        if let chosen = asked.file.chosen { request.chosen = chosen }
        request.changes.immutable = immutable
        request.changes.actionable = actionable
        request.changes.onlyIncrease = onlyIncrease
        request.changes.onlyDecrease = onlyDecrease
        request.changes.ranges = ranges
        request.wanted = asked.wanted
        request.options.count = count
        request.options.mostColumns = mostColumns
        request.options.plausibility = plausibility
        request.options.triesAllPairs = allPairs
        request.secondsPerRow = try timeBudget.map {
            try parseDuration($0, option: "--time-budget")
        }
        request.isTimed = timed
        request.seed = asked.seed
        request.reading = asked.reading.options
        request.threads = asked.threads
        let found = try findCounterfactuals(request)
        Terminal(.output).write(try asked.form.bytes(found.text, found.json()))
    }
}

struct ExplainReasonsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "reasons",
        abstract: "Say for which factors a row did not get an outcome, at most four.",
        discussion: """
            Each factor is compared with what is typical of the training rows most like the row that the model \
            gives the outcome. Its size is a Shapley value; it is given only if the model, asked about the row \
            with the typical value, moves in the stated direction by at least half that size. Protected \
            columns are never a reason. Columns that tell the same are one factor.

            Without --class the class that is decided is explained. With --favourable a row is told why it was \
            declined, or granted.

            Examples:
              vouch explain reasons runs/adult new.csv --row 3
              vouch explain reasons runs/adult new.csv --row 3 --favourable ">50K"
            """)

    @OptionGroup var asked: AskedRows

    @Option(
        help: ArgumentHelp(
            "The class that people hope for: says of each row why it was granted or declined.",
            valueName: "class"))
    var favourable: String?

    var charge: Charge? { Charge(.explanation, "reasons", asked.file.folder) }

    mutating func carryOut() throws {
        var request = ReasonRequest(run: asked.file.folder, rows: asked.file.rows)
        if let chosen = asked.file.chosen { request.chosen = chosen }
        request.wanted = asked.wanted
        request.favourable = favourable
        request.seed = asked.seed
        request.reading = asked.reading.options
        request.threads = asked.threads
        let found = try findReasons(request)
        Terminal(.output).write(try asked.form.bytes(found.text, found.json()))
    }
}

/// Rows whose outcome is not the wanted one.
struct AskedRows: ParsableArguments {
    @OptionGroup var file: RowsOfFile

    @Option(
        name: .customLong("class"),
        help: "The wanted class; of two, the other than the decided one if not given.")
    var label: String?

    @Option(help: "From which probability the second class is decided; the run's own if not given.")
    var threshold: Double?

    @Option(help: ArgumentHelp("The wanted range of a number.", valueName: "low:high"))
    var outcome: String?

    @Option(help: "Seed of which training rows are compared with.")
    var seed: UInt64 = 0

    @OptionGroup var form: FormArguments<TextForm>

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    var wanted: WantedOutcome {
        var wanted = WantedOutcome()
        wanted.label = label
        wanted.threshold = threshold
        wanted.bounds = outcome
        return wanted
    }
}

extension CounterfactualSearch.Plausibility: ExpressibleByArgument {}
