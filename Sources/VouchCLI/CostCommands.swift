import ArgumentParser
import Cost
import Documents
import Platform
import Runs

struct CostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Show what a training will cost, what a run's model cost, and what it costs to use.",
        subcommands: [
            CostPlanCommand.self, Bill.self, CodeCarbon.self, Frontier.self, Graph.self,
        ])

    struct Bill: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell what a run's model cost so far: seconds, energy, CO2e and money.",
            discussion: """
                All that was computed for the run is in it: trainings, probes, proofs, searches, explanations and \
                predictions, as its ledger says; and what 1,000 predictions cost. Options that are not given are \
                those of the training.

                Examples:
                  vouch cost bill runs/adult --grid DE --price-per-kwh 0.30EUR
                  vouch cost bill runs/adult --json
                """)

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @OptionGroup(title: "What it is told in") var tariff: TariffArguments
        @OptionGroup var form: FormArguments<TextForm>

        mutating func run() throws {
            let bill = try RunBill(run: folder, tariff: tariff.tariff(of: folder))
            Terminal(.output).write(try form.bytes(bill.text, bill.json()))
        }
    }

    struct CodeCarbon: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "codecarbon",
            abstract: "Write a run's costs as CodeCarbon's emissions.csv, a line for each.",
            discussion: """
                Dashboards for CodeCarbon read it. What is not known is empty. Energy is in kWh, emissions in kg.
                """)

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @Option(
            name: [.customLong("output"), .customLong("out")],
            help: ArgumentHelp(
                "The file to write; standard output if not given.", valueName: "file"))
        var output: String?

        @OptionGroup(title: "What it is told in") var tariff: TariffArguments

        mutating func run() throws {
            let bytes = try CodeCarbonFile.bytes(run: folder, tariff: tariff.tariff(of: folder))
            if let output {
                try writeFile(bytes, to: output)
            } else {
                Terminal(.output).write(bytes)
            }
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
