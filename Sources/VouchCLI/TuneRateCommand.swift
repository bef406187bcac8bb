import ArgumentParser
import Documents
import Platform
import Reporting
import Runs
import Studies

/// `vouch tune rate RUN`: which learning rates and batches a table bears, in seconds.
struct TuneRateCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate",
        abstract: "Look whether a finished run's learning rate and batch suit its table, by a few steps.",
        discussion: """
            A training whose rate rises from batch to batch shows at which rate the loss turns, and the \
            gradients of batches how much they scatter (the gradient noise scale, in rows). It takes \
            seconds and looks at no held-out row. What another setting does to the loss is not \
            measured by it. What is found stands in the run's report from then on (vouch report). The \
            run's data must stand where they stood, unchanged.

            Example:
              vouch tune rate runs/adult
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var output: ReportOutput

    var charge: Charge? { Charge(.probes, "firstSteps", folder) }

    mutating func carryOut() throws {
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(
            measureFirstSteps(
                run: folder, threads: threads, arguments: ["vouch", "tune", "rate", folder],
                onEvent: { progress.show($0) }, onProbes: { progress.show($0) }))
    }
}
