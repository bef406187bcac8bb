import ArgumentParser

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Settings: which matter, and whether tuning them was worth it.",
        subcommands: [
            TuneWorthCommand.self
        ])
}
