import ArgumentParser
import Documents
import Platform
import Reporting
import Runs
import Studies

struct DataLabelsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels",
        abstract: "Which labels are probably wrong, how many, from which class to which, and why.",
        discussion: """
            Every row that trains or validates is predicted by models of the run's recipe that did not learn from \
            it, twice: the second time without the rows that the first suspects. Listed are the most doubted rows, as \
            many as keep the expected share of wrong labels at --share-right. The list is checked by labels that are \
            planted in a copy. It takes ten trainings or so, fifteen with the check; at Ctrl-C after the first pass, \
            that is told.

            With columns of several annotators it tells their agreement and what they come to together.

            Examples:
              vouch data labels runs/adult --out suspects.csv
              vouch data labels runs/adult --share-right 0.8 --json
              vouch data labels runs/scans --annotator first_reader --annotator second_reader

            What dropping or mending them is worth: vouch prove RUN --remedy drop-suspects --trusted all.
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(
        name: .customLong("out"),
        help: ArgumentHelp("A CSV file for the listed rows.", valueName: "suspects.csv"))
    var suspects: String?

    @Option(help: ArgumentHelp("A CSV file for all rows, most doubted first.", valueName: "file"))
    var scores: String?

    @Option(help: "The share of the listed rows that is expected to be wrong.")
    var shareRight = 0.5

    @Option(help: "Parts that the rows are cut into; each is predicted by a model of the others.")
    var folds = 5

    @Option(help: "How often each pass draws the folds anew.")
    var repeats = 1

    @Option(help: "The share of labels that is planted for the check; 0 for none.")
    var planted = 0.05

    @Option(
        name: .customLong("annotator"),
        help: ArgumentHelp(
            "A column with one annotator's labels; repeat for each.", valueName: "column"))
    var annotators: [String] = []

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var form: FormArguments<ReportForm>

    var charge: Charge? { Charge(.evaluation, "suspected labels", folder) }

    mutating func carryOut() throws {
        var request = LabelRequest(run: folder)
        request.output = suspects
        request.scores = scores
        request.shareRight = shareRight
        request.folds = folds
        request.repeats = repeats
        request.planted = planted
        request.annotators = annotators
        request.threads = threads
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        let terminal = Terminal(.output)
        terminal.write(
            try wrongLabels(request, onEvent: progress.show).bytes(
                form.chosen.format, width: terminal.width))
        try InterruptFlag.endIfRaised()
    }
}
