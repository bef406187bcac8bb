import ArgumentParser

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Labels: how many are enough, which next, which are wrong.",
        subcommands: [DataLabelsCommand.self])
}
