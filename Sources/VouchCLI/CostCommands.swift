import ArgumentParser
import Platform
import Runs

struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost", abstract: "Show what a run's model costs to use.",
        subcommands: [Graph.self, Frontier.self])

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
