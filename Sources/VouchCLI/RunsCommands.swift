import ArgumentParser
import Platform
import Reporting
import Runs

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List, show, tag and delete runs.",
        discussion: """
            The index lies in $VOUCH_HOME, else in $XDG_DATA_HOME/vouch, else in \
            ~/.local/share/vouch. The run folders are the truth: if it is lost, rebuild it.
            """,
        subcommands: [List.self, Show.self, Tag.self, Delete.self, Rebuild.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the runs that the index knows, the latest first.")

        @OptionGroup var form: FormArguments<TextForm>

        @Option(help: "Only runs with this tag.")
        var tag: String?

        mutating func run() throws {
            let list = try listRuns(tag: tag)
            Terminal(.output).write(try form.bytes(list.text, list.json()))
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a run: model, hashes, tags, how often its rows were looked at.")

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @OptionGroup var form: FormArguments<TextForm>

        mutating func run() throws {
            Terminal(.output).write(try form.bytes(runText(folder), runJSON(folder)))
        }
    }

    struct Tag: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tag a run.")

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @Argument(help: "The tag.")
        var tag: String

        @Flag(help: "Remove the tag instead.")
        var remove = false

        mutating func run() throws {
            Terminal(.output).write(try tagRun(folder, tag, removing: remove))
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a run folder, and what the index knows of it.",
            discussion: "Asks first. Its ledger goes too: its looks at test rows count no more.")

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @Flag(help: "Do not ask.")
        var yes = false

        mutating func run() throws {
            if !yes {
                Terminal(.error).write("Delete \(visible(folder)) and all it holds? [y/N] ")
                guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
                    throw VouchError("nothing was deleted. Answer y, or add --yes")
                }
            }
            Terminal(.output).write(try deleteRun(folder))
        }
    }

    struct Rebuild: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the index equal to the run folders.",
            discussion: """
                Searches the roots at any depth, but not hidden folders and links. Runs that the \
                index knows elsewhere are read again, and forgotten where they are gone.
                """)

        @Argument(help: ArgumentHelp("Folders that hold runs.", valueName: "root"))
        var roots: [String]

        mutating func run() throws { Terminal(.output).write(try rebuildIndex(from: roots)) }
    }
}
