import ArgumentParser
import Cost
import Documents
import Platform
import Reporting
import Runs
import Studies

struct ShrinkCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "shrink",
        abstract: "Make a smaller or faster model of a run's that is proved not to be worse.",
        discussion: """
            Remedies of the model are tried on validation rows, what takes the least to make first. The \
            first that reaches the goal within the margin is judged on the test rows, once, and timed \
            anew by turns with the run's model. Where it holds there too, the model is written as a run; \
            else nothing is, and the exit code is 1.

            A goal is latency<20us (one row at a call; us, ms, s), rate>5x or rate>100000/s (rows in \
            batches), size<100KB (of the weights; B, KB, MB) or energy<0.5x (where the processor's \
            counter can be read); x is times what the run's model has. Quote it: < and > are the shell's.

            Examples:
              vouch shrink runs/adult --to 'rate>5x' --out runs/adult-fast
              vouch shrink runs/adult --to 'rate>5x' --to 'size<0.1x' --margin 0.02 --out runs/small
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "The goal, such as 'rate>5x'; repeat for several, which are all to be reached.",
            valueName: "goal"))
    var goals: [String]

    @Option(help: "The share of its loss by which the model may be worse.")
    var margin = LossMargin.standard

    @Option(name: .customLong("out"), help: "The folder of the new run.")
    var output: String

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var form: FormArguments<ReportForm>

    var charge: Charge? { Charge(.search, "search of a smaller model", folder) }

    mutating func carryOut() throws {
        var request = ShrinkRequest(
            goals: goals, output: output,
            arguments: ["vouch", "shrink", folder] + goals.flatMap { ["--to", $0] }
                + ["--out", output])
        if margin != request.margin { request.arguments += ["--margin", "\(margin)"] }
        request.margin = margin
        request.threads = threads
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        let result = try shrinkRun(request, run: folder, onEvent: progress.show)
        let terminal = Terminal(.output)
        terminal.write(
            try result.report.bytes(
                form.chosen.format, width: terminal.width, color: terminal.allowsColor))
        if !result.isProved { throw ExitCode(1) }
    }
}

/// A report on standard output.
enum ReportForm: String, AnswerForm {
    case terminal, json, markdown, html
    static var usual: ReportForm { .terminal }

    var format: ReportFormat {
        switch self {
        case .terminal: .terminal
        case .json: .json
        case .markdown: .markdown
        case .html: .html
        }
    }
}
