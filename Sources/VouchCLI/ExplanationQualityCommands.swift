import ArgumentParser
import Platform
import Runs
import Studies

struct EvaluateExplanationsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure whether explanations of a run's predictions can be trusted.",
        discussion: """
            Of each method, on 60 test rows: faithfulness (columns replaced in its order and in the opposite one), \
            sensitivity to small moves, likeness to explanations of a model with a random last layer, columns it \
            leans on, what it leaves over, and how far methods agree; each with an interval, and faithfulness \
            beside random numbers, a guess without a model, and explanations of a random model. What is found \
            stands in the run's report from then on.

            Examples:
              vouch explain evaluate runs/adult
              vouch explain evaluate runs/adult --out quality.html
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var output: ReportOutput

    var charge: Charge? { Charge(.explanation, "quality of explanations", folder) }

    mutating func carryOut() throws {
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(
            measureExplanations(
                .quality, run: folder, threads: threads,
                arguments: ["vouch", "explain", "evaluate", folder], onEvent: { progress.show($0) }, onProbes: { progress.show($0) }))
    }
}

struct ProveExplanationsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Plant known rules into a run's own rows, and see which explanations find them.",
        discussion: """
            Five rules (linear, threshold, interaction, switch, correlated) give the run's training rows new answers; \
            a model like the run's is trained on each, and each method is asked which columns mattered. The method \
            that finds most of the rules' columns is the one to use on these data. No test row is looked at.

            Example:
              vouch explain prove runs/adult
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "Seed of the rules, the rows and the trainings, beside the run's own.")
    var seed: UInt64 = 0

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var output: ReportOutput

    var charge: Charge? { Charge(.explanation, "recovery of planted rules", folder) }

    mutating func carryOut() throws {
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        let arguments = ["vouch", "explain", "prove", folder, "--seed", "\(seed)"]
        try output.write(
            measureExplanations(
                .recovery(seed: seed), run: folder, threads: threads, arguments: arguments,
                onEvent: { progress.show($0) }, onProbes: { progress.show($0) }))
    }
}

struct GlobalEffectsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "global",
        abstract: "Show what a run's model does over all rows.",
        discussion: """
            How much each column tells that the others do not (shuffled among like rows), the effect of each column (accumulated local effects, partial dependence and single rows' lines, with \
            intervals), which columns work together (the H-statistic), and a small tree that imitates the model, with \
            how faithful it is on test rows. What is found stands in the run's report from then on.

            Examples:
              vouch explain global runs/adult --out effects.html
              vouch explain global runs/adult --together education,education-num
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(
        help:
            "Columns, with commas between, whose importance together is measured; repeat for several."
    )
    var together: [String] = []

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var output: ReportOutput

    var charge: Charge? { Charge(.explanation, "effects over all rows", folder) }

    mutating func carryOut() throws {
        InterruptFlag.install()
        let columns = together.map { list in
            list.split(separator: ",").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
        }
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(
            measureExplanations(
                .effects(together: columns), run: folder, threads: threads,
                arguments: ["vouch", "explain", "global", folder]
                    + together.flatMap { ["--together", $0] }, onEvent: { progress.show($0) }, onProbes: { progress.show($0) }))
    }
}
