import ArgumentParser

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Settings: which matter, and which can be left alone.",
        subcommands: [TuneImportanceCommand.self, TuneBoxCommand.self])
}
