import ArgumentParser
import Platform
import Reporting
import Vouch

/// The command `vouch`: parses, calls the library, prints.
struct VouchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vouch",
        abstract: "Neural networks you can vouch for: train on a table, measure, predict.",
        version: vouchVersion,
        subcommands: [
            TrainCommand.self, PredictCommand.self, EvaluateCommand.self, InspectCommand.self,
            AuditCommand.self, CompareCommand.self, ReportCommand.self, ProveCommand.self,
            GeneralizationCommand.self, FairnessCommand.self, DriftCommand.self,
            ExplainCommand.self, CheckCommand.self,
            PolicyCommand.self, CardCommand.self, CostCommand.self,
            LedgerCommand.self, RunsCommand.self,
        ])
}

@main
struct Main {
    static func main() {
        do {
            let arguments = try ConfigurationFile.expand(Array(CommandLine.arguments.dropFirst()))
            var command = try VouchCommand.parseAsRoot(arguments)
            try command.run()
        } catch let error as any PlainError {
            // What is wrong may quote data, which must not move the cursor.
            let lines = error.description.split(separator: "\n").map { visible(String($0)) }
            Terminal(.error).write("vouch: \(lines.joined(separator: "\n"))\n")
            VouchCommand.exit(withError: ExitCode(1))
        } catch {
            VouchCommand.exit(withError: error)
        }
    }
}
