import ArgumentParser
import Documents
import Platform
import Reporting
import Runs
import Studies

struct GeneralizationCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "generalization",
        abstract: "Measure a finished run's overfitting further, by probes that take long.",
        discussion: """
            Without --probe it lists what can be measured, with what each would cost. The run's data \
            must stand where they stood, unchanged. What is found stands in the run's report from then \
            on (vouch report); each look at the test rows is recorded in its ledger.

            Examples:
              vouch generalization runs/adult
              vouch generalization runs/adult --probe likelihoodRatioMembership
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "A probe to run; repeat for several. Without it, their prices are listed.")
    var probe: [String] = []

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var output: ReportOutput

    var charge: Charge? {
        probe.isEmpty ? nil : Charge(.probes, probe.joined(separator: ", "), folder)
    }

    mutating func carryOut() throws {
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: probe.isEmpty, json: false)
        guard !probe.isEmpty else {
            let list = try onDemandPrices(run: folder, threads: threads, onEvent: progress.show)
            try output.write(output.chosen == .json ? list.json() : Array(list.text.utf8))
            return
        }
        let arguments = ["vouch", "generalization", folder] + probe.flatMap { ["--probe", $0] }
        try output.write(
            measureOnDemand(
                ProbeRequest(probes: probe, threads: threads, arguments: arguments), run: folder,
                onEvent: { progress.show($0) }, onProbes: { progress.show($0) }))
    }
}
