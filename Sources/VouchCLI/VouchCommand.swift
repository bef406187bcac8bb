import ArgumentParser
import Platform
import Reporting
import Runs

/// The command `vouch`: parses, calls the library, prints.
struct VouchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vouch",
        abstract: "Neural networks you can vouch for: train on a table, measure, predict.",
        discussion: """
            Every command that prints takes --json, short for --format json. With it an error is one JSON \
            object on standard output, too: {"error": {"message", "what", "where", "advice"}, "exitCode"}.
            """,
        version: vouchVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "First:",
                subcommands: [InspectCommand.self, TrainCommand.self, PredictCommand.self]),
            CommandGroup(name: "Use it elsewhere:", subcommands: [ExportCommand.self]),
            CommandGroup(
                name: "Measure:",
                subcommands: [
                    AdoptCommand.self, ModelCommand.self, EvaluateCommand.self, AuditCommand.self,
                    CompareCommand.self, DriftCommand.self, GeneralizationCommand.self,
                    CostCommand.self, DataCommand.self, TuneCommand.self,
                ]),
            CommandGroup(name: "Explain:", subcommands: [ExplainCommand.self]),
            CommandGroup(
                name: "Remedy:",
                subcommands: [
                    ProveCommand.self, ShrinkCommand.self, FairnessCommand.self,
                ]),
            CommandGroup(
                name: "Account for it:",
                subcommands: [
                    ReportCommand.self, CardCommand.self, PolicyCommand.self, CheckCommand.self,
                    LedgerCommand.self, RunsCommand.self,
                ]),
        ])

    static let firstDay = """
        Vouch trains a model on a table, measures it on rows it has not seen, and writes a report.

        Three commands for the first day:

          vouch inspect data.csv --target COLUMN     what the columns are, and what may leak
          vouch train data.csv --target COLUMN       trains, measures, names the report to open
          vouch predict RUN new.csv                  predicts new rows with the run that train wrote

        `vouch help` lists all commands by what they answer; `vouch help train` every option of one.

        """

    mutating func run() throws { Terminal(.output).write(Self.firstDay) }
}

@main
struct Main {
    static func main() {
        let given = Array(CommandLine.arguments.dropFirst())
        do {
            try CommandNames.check(given)
            let arguments = try ConfigurationFile.expand(given)
            var command = try VouchCommand.parseAsRoot(arguments)
            try RowNotices.listening({ Terminal(.error).write("! \(visible($0))\n") }) {
                try command.run()
            }
        } catch {
            Failure.exit(error, arguments: given)
        }
    }
}
