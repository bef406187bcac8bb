import ArgumentParser
import Platform
import Runs

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Show or verify what a run recorded: its training, and every look at test rows.",
        subcommands: [Show.self, Verify.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the records of a run's ledger.")

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @OptionGroup var form: FormArguments<TextForm>

        mutating func run() throws {
            Terminal(.output).write(
                try form.bytes(ledgerText(run: folder), ledgerJSON(run: folder)))
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that no record was changed, moved or removed.",
            discussion: """
                Exit code 0 if all is as it was recorded, else 1 with the line and what is wrong. \
                Records that were cut off the end, and a ledger that was written anew, are found \
                with the head that a report printed earlier.
                """)

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @Option(
            help: ArgumentHelp(
                "A head that was printed earlier; the ledger must hold it.", valueName: "hash"))
        var head: String?

        @OptionGroup var form: FormArguments<TextForm>

        mutating func run() throws {
            Terminal(.output).write(
                try form.bytes(
                    verifyLedger(run: folder, head: head), ledgerJSON(run: folder, head: head)))
        }
    }
}
