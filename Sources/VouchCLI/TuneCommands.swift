import ArgumentParser

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Settings: which matter, and whether others are worth it.",
        subcommands: [
            TuneRateCommand.self
        ])
}
