import ArgumentParser
import Platform
import Runs
import Studies

struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Show what a training will cost, and what a run's model costs to use.",
        subcommands: [Plan.self, Graph.self])

    struct Plan: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a training will take before it is paid.",
            usage: "vouch cost plan <data> --target <target> [any option of vouch train]",
            discussion: """
                Example:
                  vouch cost plan adult.csv --target income --protected sex

                Seconds, energy, money and CO2e of the training and of the probes, with a 90 % interval. \
                Options are those of `vouch train`, `--config` and `--json` among them. The table is read and \
                encoded, and a few steps are timed; nothing is trained or written but the machine's \
                calibration. `vouch train` says the same in its first line.
                """)

        @OptionGroup(visibility: .hidden) var training: TrainCommand

        mutating func run() throws {
            let progress = TrainingProgress(quiet: training.quiet || training.json, json: false)
            let report = try planRun(
                training.trainConfiguration(), threads: training.threads,
                onEvent: { progress.show($0) })
            Terminal(.output).write(
                training.json ? try report.json() : Array(report.text.utf8))
        }
    }

    struct Graph: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count operations, bytes, parameters and memory of every node.",
            discussion: """
                A product of [m, k] and [k, n] counts 2·m·n·k operations. Bytes are those of operands \
                and result, each read or written once: fused nodes move fewer.
                """)

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @Option(help: "Rows that are predicted at once.")
        var rows = 1

        @OptionGroup var form: FormArguments<TextForm>

        mutating func run() throws {
            let cost = try RunCost(run: folder, rows: rows)
            Terminal(.output).write(try form.bytes(cost.text, cost.json()))
        }
    }
}
