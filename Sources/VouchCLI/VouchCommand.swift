import ArgumentParser
import Platform
import Vouch

/// The command `vouch`: parses, calls the library, prints.
struct VouchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vouch",
        abstract: "Neural networks you can vouch for: train on a table, measure, predict.",
        version: vouchVersion,
        subcommands: [
            TrainCommand.self, PredictCommand.self, EvaluateCommand.self, InspectCommand.self,
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
            Output.error(error.description)
            VouchCommand.exit(withError: ExitCode(1))
        } catch {
            VouchCommand.exit(withError: error)
        }
    }
}

/// What is printed, and where: results to standard output, everything else to standard error.
enum Output {
    static func error(_ text: String) { Terminal(.error).write("vouch: \(text)\n") }
    static func note(_ text: String) { Terminal(.error).write(text + "\n") }
    static func result(_ text: String) { Terminal(.output).write(text + "\n") }
}
