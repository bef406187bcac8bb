import ArgumentParser
import Platform
import Runs
import Studies

struct DataPlanCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say how many labels a goal takes, or what more labels would give.",
        discussion: """
            Trains the run's recipe on shares of its rows, several times each, and follows the learning \
            curve beyond them, with an interval that holds seeds, rows and the choice of the curve's \
            form. "Reached already", "unreachable with this model" and "cannot tell" are answers. The \
            run's data must stand where they stood. What is found stands in the run's report from then \
            on; the look at the test rows is recorded in its ledger. Ctrl-C ends the trainings and tells \
            what those that were done say.

            A goal is METRIC=VALUE of a metric of the run's test rows, such as auc, accuracy, logLoss or \
            rmse; without one it is half of the remaining loss.

            Examples:
              vouch data plan runs/adult --goal auc=0.93
              vouch data plan runs/adult --labels 500 --label-cost 2EUR --label-minutes 1.5
              vouch data plan --curve trainings.csv --goal loss=0.2     (columns rows, loss)
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String?

    @Option(
        help: ArgumentHelp(
            "A curve that was trained elsewhere in place of a run: a CSV file with a line a training, of "
                + "columns rows and a loss (or a metric by its name).", valueName: "file"))
    var curve: String?

    @Option(
        help: ArgumentHelp(
            "What is to be reached; half of the remaining loss if not given.",
            valueName: "metric=value"))
    var goal: String?

    @Option(help: "How many more labels: says what they would give; repeat for several.")
    var labels: [Int] = []

    @Option(help: "The most trainings, from 3 to 60.")
    var trainings = LabelPlanRequest().trainings

    @Option(help: ArgumentHelp("What a label costs, such as 2EUR.", valueName: "amount"))
    var labelCost: String?

    @Option(help: ArgumentHelp("A person's minutes for a label.", valueName: "minutes"))
    var labelMinutes: Double?

    @Option(
        help: ArgumentHelp(
            "What a metric better by 0.01 is worth, such as 500EUR: says where labels stop paying.",
            valueName: "amount"))
    var worth: String?

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    /// Of `--curve`: what more rows came to, in a file of the same columns; tells what the whole curve says of shapes.
    @Option(help: .hidden)
    var later: String?

    /// Of `--curve`: what shapes weigh, in place of what the program knows.
    @Option(help: .hidden)
    var prior: String?

    @OptionGroup var form: FormArguments<TextForm>

    var charge: Charge? { folder.map { Charge(.probes, "plan of labels", $0) } }

    func validate() throws {
        guard (folder == nil) != (curve == nil) else {
            throw ValidationError(
                folder == nil
                    ? "Name the run folder, or give a file of trainings (--curve)."
                    : "A run folder and --curve were given, which are two sources of one curve. Leave one out."
            )
        }
        guard curve != nil || (later == nil && prior == nil) else {
            throw ValidationError(
                "--later and --prior are of --curve. Give a file of trainings, or leave them out.")
        }
    }

    mutating func carryOut() throws {
        var request = LabelPlanRequest()
        request.goal = goal
        request.labels = labels
        request.trainings = trainings
        request.threads = threads
        request.later = later
        request.prior = prior
        request.price.minutes = labelMinutes
        request.price.cost = try labelCost.map {
            try request.price.money($0, option: "--label-cost")
        }
        request.price.worth = try worth.map { try request.price.money($0, option: "--worth") }
        let report: LabelPlanReport
        if let curve {
            report = try planLabels(request, curve: curve)
        } else if let folder {
            InterruptFlag.install()
            let progress = TrainingProgress(quiet: false, json: false)
            report = try planLabels(request, run: folder, onEvent: { progress.show($0) })
        } else {
            return
        }
        Terminal(.output).write(try form.bytes(report.text, report.json()))
        try InterruptFlag.endIfRaised()
    }
}
