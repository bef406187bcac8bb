import ArgumentParser
import Documents
import Platform
import Runs

struct CardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Write the file of what only a person can say of a model.",
        subcommands: [Template.self])

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Write a commented card.yaml with every open question.")

        @Option(name: .customLong("out"), help: "The file to write; standard output if not given.")
        var output: String?

        mutating func run() throws {
            guard let output else {
                Terminal(.output).write(cardTemplate())
                return
            }
            // It may hold somebody's answers.
            guard !Files.exists(output) else {
                throw VouchError("\(output) exists already; name another file, or move it away")
            }
            try writeFile(Array(cardTemplate().utf8), to: output)
        }
    }
}
