import ArgumentParser
import Platform
import Runs
import Studies

/// `vouch cost plan`: takes what `vouch train` takes.
struct CostPlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what a training will take before it is paid.",
        usage: "vouch cost plan <data> --target <target> [any option of vouch train]",
        discussion: """
            Example:
              vouch cost plan adult.csv --target income --protected sex

            Seconds, energy, CO2e and money of the training and of the probes, with a 90 % interval. \
            Options are those of `vouch train`, --config and --json among them. The table is read and \
            encoded, and a few steps are timed; nothing is trained, and nothing is written but the machine's \
            calibration. `vouch train` says the same before it trains.
            """)

    @OptionGroup(visibility: .hidden) var training: TrainCommand

    mutating func run() throws {
        let progress = TrainingProgress(quiet: training.quiet || training.json, json: false)
        let report = try planRun(
            training.trainConfiguration(), threads: training.threads,
            onEvent: { progress.show($0) })
        Terminal(.output).write(training.json ? try report.json() : Array(report.text.utf8))
    }
}
