import ArgumentParser

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Search for better settings of a training, within a budget.",
        subcommands: [
            TuneSearchCommand.self, TuneStatusCommand.self, TuneImportanceCommand.self,
            TuneBoxCommand.self, TuneWorthCommand.self, TuneRateCommand.self,
        ],
        defaultSubcommand: TuneSearchCommand.self)
}
