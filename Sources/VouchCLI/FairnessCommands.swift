import ArgumentParser
import Fairness
import Platform
import Runs
import Studies

extension FairnessConstraint: ExpressibleByArgument {}
extension MitigationMethod: ExpressibleByArgument {}

struct FairnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairness",
        abstract:
            "What data say of groups; remedies against gaps, proved on untouched rows, and their price.",
        subcommands: [
            FairnessDataCommand.self, MitigateCommand.self, FrontierCommand.self,
            AlternativesCommand.self, IndividualCommand.self,
        ])
}

/// What both commands need.
struct MitigationArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "A protected column; of several, the combinations of their groups are meant.")
    var protected: [String] = []

    @Option(
        help: """
            What must be about equal in all groups \
            (\(FairnessConstraint.allCases.map(\.rawValue).joined(separator: ", "))).
            """)
    var constraint = FairnessConstraint.equalizedOdds

    @Option(
        help: """
            How (\(MitigationMethod.allCases.map(\.rawValue).joined(separator: ", "))); the second is not \
            told the group of a new row.
            """)
    var method = MitigationMethod.threshold

    @Option(
        help: ArgumentHelp(
            """
            Fit on all training rows, each scored by one of so many further models that did not learn from \
            it; the run's validation rows if not given.
            """))
    var folds: Int?

    @Option(
        help: """
            Rows of each kind that a group needs; smaller ones are pooled: cells of a combination with their \
            like, else with a larger group.
            """)
    var fewestRows = GroupPooling.fewestRows

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    var request: MitigationRequest {
        var request = MitigationRequest(protected: protected)
        request.constraint = constraint
        request.method = method
        request.folds = folds
        request.fewestRows = fewestRows
        request.threads = threads
        request.arguments = ["vouch"] + CommandLine.arguments.dropFirst()
        return request
    }
}

struct MitigateCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "mitigate",
        abstract: "Decide so that a gap between groups keeps a tolerance, and prove it.",
        discussion: """
            Fits on the run's validation rows the decisions that cost the least accuracy, and judges them on its \
            test rows: "mitigated" is said only where the gap's interval lies below what it was, and \
            that of the accuracy lost within --most-accuracy-lost. The proof stands in the run's report from \
            then on; vouch predict --fair decides new rows the same way.

            Examples:
              vouch fairness mitigate runs/adult --protected sex --constraint equalized-odds
              vouch fairness mitigate runs/adult --protected sex --protected race \\
                --constraint demographic-parity --tolerance 0.05 --folds 5
            """)

    @OptionGroup var arguments: MitigationArguments

    @Option(help: "The largest gap on the fitting rows.")
    var tolerance = 0.02

    @Flag(help: "One threshold a group, and no lots.")
    var deterministic = false

    @Flag(
        help: """
            Decide the rows of a file together: of each group the share that its threshold gave, from the \
            highest score down (demographic parity only).
            """)
    var byRank = false

    @Option(help: "The accuracy that a gap removed may cost.")
    var mostAccuracyLost = 0.02

    @OptionGroup(title: "Output") var output: ReportOutput

    var charge: Charge? { Charge(.mitigation, "mitigation", arguments.folder) }

    mutating func carryOut() throws {
        var request = arguments.request
        request.tolerance = tolerance
        request.isDeterministic = deterministic
        request.isRanked = byRank
        request.mostAccuracyLost = mostAccuracyLost
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(mitigateRun(request, run: arguments.folder, onEvent: progress.show))
    }
}

struct FrontierCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "frontier",
        abstract: "Accuracy against gap over tolerances, each method beside thresholds by lot.",
        discussion: """
            Examples:
              vouch fairness frontier runs/adult --protected race --constraint demographic-parity
              vouch fairness frontier runs/adult --protected sex --method threshold-without-attribute
            """)

    @OptionGroup var arguments: MitigationArguments

    @Option(
        help:
            "Train with a penalty of this strength on the gap, and show it too; repeat for several."
    )
    var penalty: [Double] = []

    @Option(
        help: ArgumentHelp(
            """
            Train with a remedy of gaps, as vouch prove takes it, such as reweighing or repair-groups=1, and show it too; \
            repeat for several.
            """, valueName: "remedy"))
    var remedy: [String] = []

    @OptionGroup(title: "Output") var output: ReportOutput

    var charge: Charge? { Charge(.search, "frontier of accuracy against gap", arguments.folder) }

    mutating func carryOut() throws {
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        var request = arguments.request
        request.penalties = penalty
        request.remedies = remedy
        try output.write(
            fairnessFrontier(
                request, run: arguments.folder, onEvent: progress.show))
    }
}

struct AlternativesCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "alternatives",
        abstract:
            "Look for a model as accurate with a smaller gap, among seeds, weights and penalties.",
        discussion: """
            Trains the run's model anew under other seeds, with reweighed rows and with penalties on the gap; \
            chooses on validation rows, and judges the chosen one on the test rows.

            Examples:
              vouch fairness alternatives runs/adult --protected sex
              vouch fairness alternatives runs/adult --protected race --seeds 8 --penalty 10
              vouch fairness alternatives runs/adult --protected sex --remedy remove-correlation=1
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "A protected column; of several, the combinations of their groups are meant.")
    var protected: [String] = []

    @Option(
        help: """
            The gap (\(FairnessConstraint.allCases.map(\.rawValue).joined(separator: ", "))).
            """)
    var constraint = FairnessConstraint.demographicParity

    @Option(help: "Trainings under other seeds.")
    var seeds = 4

    @Option(help: "The strength of a penalty on the gap; repeat for several.")
    var penalty: [Double] = [1, 5]

    @Option(
        help: ArgumentHelp(
            """
            A further remedy of gaps to train with, as vouch prove takes it, such as repair-groups=1 or \
            fair-adversary-demographic-parity=1; repeat for several.
            """, valueName: "remedy"))
    var remedy: [String] = []

    @Option(help: "The accuracy that an alternative may cost.")
    var mostAccuracyLost = 0.005

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Output") var output: ReportOutput

    var charge: Charge? { Charge(.search, "alternatives with a smaller gap", folder) }

    mutating func carryOut() throws {
        var request = AlternativesRequest(protected: protected)
        request.constraint = constraint
        request.seeds = seeds
        request.penalties = penalty
        request.remedies = remedy
        request.mostAccuracyLost = mostAccuracyLost
        request.threads = threads
        request.arguments = ["vouch"] + CommandLine.arguments.dropFirst()
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(fairAlternatives(request, run: folder, onEvent: progress.show))
    }
}
