import ArgumentParser
import Platform
import Reporting
import Runs
import Studies

struct FairnessDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract:
            "Who is in the data, what their labels are, what is missing, what predicts the group.",
        discussion: """
            All with intervals, and with false discoveries controlled over all of it. Of a run also which rows would \
            settle the gaps of which its test rows cannot tell.

            The reference is a CSV file with the columns group (a protected column), value (one of its groups) \
            and share (from 0 to 1). An intersection is named with a cross: group "sex × race", value "Female × Black".

            Examples:
              vouch fairness data runs/adult --reference population.csv
              vouch fairness data adult.csv --target class --protected sex --protected race --intersect
            """)

    @Argument(help: ArgumentHelp("A run folder, or a CSV file with a header.", valueName: "run"))
    var subject: String

    @Option(help: "Of a file: the column to predict.")
    var target: String?

    @Option(help: "A protected column; those of the run if not given.")
    var protected: [String] = []

    @Flag(help: "Combinations of the protected columns too.")
    var intersect = false

    @Option(help: "A CSV file with the shares of groups in the population that the model is for.")
    var reference: String?

    @Option(help: "A difference within which nothing is the matter.")
    var tolerance = 0.05

    @Option(help: "The share of false findings that is allowed among the findings.")
    var falseDiscovery = 0.05

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Output") var output: ReportOutput

    mutating func run() throws {
        var request = FairnessDataRequest(subject)
        request.target = target
        request.protected = protected
        request.intersects = intersect
        request.reference = reference
        request.tolerance = tolerance
        request.falseDiscovery = falseDiscovery
        request.threads = threads
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(fairnessData(request, onEvent: progress.show))
    }
}

struct IndividualCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "individual",
        abstract:
            "Are rows that are alike decided alike, and do decisions change with the protected column alone?",
        discussion: """
            Of the test rows of a run that decides between two classes. A protected column can be changed where \
            the model sees it (train --use-protected).

            Example:
              vouch fairness individual runs/adult
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "Nearest rows that a row is compared with, itself among them.")
    var neighbors = 5

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Output") var output: ReportOutput

    var charge: Charge? { Charge(.evaluation, "individual fairness", folder) }

    mutating func carryOut() throws {
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(
            individualFairness(
                run: folder, neighbors: neighbors, threads: threads,
                arguments: ["vouch"] + CommandLine.arguments.dropFirst(), onEvent: progress.show))
    }
}
