import ArgumentParser
import Platform
import Reporting
import Runs
import Studies

struct TuneWorthCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "worth",
        abstract:
            "Whether a tuned recipe does better than the default on rows that the search did not use.",
        discussion: """
            The tuned recipe and the default are trained anew under paired seeds that the search did not use, and \
            compared on the run's test rows, over seeds and rows. The answer is "worth it", "leave the defaults" \
            (what is saved, if anything, is less than counts) or "cannot tell", with the saving that this \
            comparison would have found, and with the search's price. It stands in the run's report from then on, and the look \
            in its ledger.

            Examples:
              vouch tune worth runs/study
              vouch tune worth runs/study --run runs/adult --seeds 10
            """)

    @Argument(
        help:
            "A study's folder, or the file of a tuned recipe (settings, trials and seconds as JSON)."
    )
    var study: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "The run on whose test rows it is judged; the study's own if not given.",
            valueName: "run"))
    var folder: String?

    @Option(help: "Paired seeds, 5 or more; two trainings each.")
    var seeds = 5

    @Option(help: "The smallest saving that counts, as a share of the default's loss.")
    var margin = 0.01

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var output: ReportOutput

    var charge: Charge? {
        (try? TunedRecipeFile(study).run(folder)).map {
            Charge(.proof, "whether tuning was worth it", $0)
        }
    }

    mutating func carryOut() throws {
        var request = WorthRequest(study: study)
        request.arguments = ["vouch", "tune", "worth", study]
        if let folder { request.arguments += ["--run", folder] }
        if seeds != request.seeds { request.arguments += ["--seeds", "\(seeds)"] }
        if margin != request.margin { request.arguments += ["--margin", "\(margin)"] }
        request.run = folder
        request.seeds = seeds
        request.margin = margin
        request.threads = threads
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(judgeStudy(request, onEvent: progress.show))
    }
}
