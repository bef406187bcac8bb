import ArgumentParser
import Platform
import Vouch

struct ExamplesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "examples",
        abstract: "Show training rows that stand for many, and rows that those do not stand for.",
        discussion: """
            Chosen by what the model makes of the rows: prototypes and criticisms of its hidden features. The rows are \
            shown as they stand in the data; no report holds them.

            Example:
              vouch explain examples runs/adult --count 5
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: "Rows of each kind.")
    var count = 5

    @Option(help: "Seed of the rows that are looked at, where there are more than 2,000.")
    var seed: UInt64 = 0

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    mutating func run() throws {
        let found = try exampleRows(run: folder, count: count, seed: seed, threads: threads)
        let output = Terminal(.output)
        if json {
            output.write(try found.json())
        } else {
            output.write(found.text)
        }
    }
}
