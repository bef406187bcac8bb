import ArgumentParser

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Labels: how many are enough, which next, which are wrong.",
        subcommands: [
            DataPlanCommand.self,
            DataNextCommand.self,
            DataAnswersCommand.self,
            DataLabelsCommand.self,
            DataRulesCommand.self,
            DataRegionsCommand.self,
        ])
}
