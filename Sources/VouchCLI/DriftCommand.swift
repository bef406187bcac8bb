import ArgumentParser
import Documents
import Platform
import Runs
import Studies

struct DriftCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Compare new rows with those that a run learned from.",
        discussion: """
            A drift is called one where chance does not explain it and it is at least as large as \
            --least-effect; else the answer is that there is none so large, or that these rows cannot \
            tell. Columns are compared with the training rows, predictions with those of the test rows. \
            If the file has the target, the change of the loss is measured too.

            Examples:
              vouch drift runs/adult new.csv
              vouch drift runs/adult new.csv --fail-on-drift --json
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The new rows: a CSV file with a header.")
    var rows: String

    @Option(help: "A CSV file to compare with instead of the training rows.")
    var reference: String?

    @Option(help: "The share of false findings that is allowed among the findings.")
    var falseDiscovery = 0.05

    @Option(help: "The least effect that counts as drift, from 0 to 1.")
    var leastEffect = 0.1

    @Flag(help: "End with exit code 2 if a drift was found.")
    var failOnDrift = false

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup(title: "Output") var output: ReportOutput

    var charge: Charge? { Charge(.evaluation, "drift", folder) }

    mutating func carryOut() throws {
        var request = DriftRequest(run: folder, rows: rows)
        request.reference = reference
        request.falseDiscovery = falseDiscovery
        request.leastEffect = leastEffect
        request.reading = reading.options
        request.threads = threads
        request.arguments = ["vouch"] + CommandLine.arguments.dropFirst()
        let check = try checkDrift(request)
        if output.chosen == .terminal {
            try output.write(Array(check.text.utf8))
        } else {
            try output.write(check.report)
        }
        if failOnDrift, check.drifts > 0 { throw ExitCode(2) }
    }
}
