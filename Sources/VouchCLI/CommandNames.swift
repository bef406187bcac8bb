import ArgumentParser
import Platform
import Runs
import Tables

/// Names of commands as they were typed.
enum CommandNames {
    /// - Throws: an error that names the nearest command, where a name is none.
    static func check(_ arguments: [String]) throws(VouchError) {
        var command: any ParsableCommand.Type = VouchCommand.self
        var path = "vouch"
        for argument in arguments {
            let known = subcommands(of: command)
            guard !known.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return }
            if let next = known.first(where: { $0._commandName == argument }) {
                command = next
                path += " " + argument
                continue
            }
            let near = nearestName(to: argument, among: known.map { $0._commandName })
            // A command with a usual subcommand may be given a file here.
            if command.configuration.defaultSubcommand != nil {
                guard near != nil, !Files.exists(argument), !argument.contains("/") else { return }
            }
            throw VouchError(
                "there is no command \"\(path) \(argument)\"."
                    + (near.map { " Did you mean `\(path) \($0)`?" } ?? "")
                    + " `vouch help\(path.dropFirst("vouch".count))` lists them")
        }
    }

    private static func subcommands(
        of command: any ParsableCommand.Type
    ) -> [any ParsableCommand.Type] {
        let configuration = command.configuration
        return configuration.subcommands
    }
}
