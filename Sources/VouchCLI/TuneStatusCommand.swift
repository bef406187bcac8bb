import ArgumentParser
import Platform
import Studies
import Tables

struct TuneStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell how a study stands: trials, rungs, processes, incumbent, time left.",
        discussion: """
            The frontier is of whole trainings, on the rows that validate: those of which no other is as good in both \
            metrics and better in one.

            Example:
              vouch tune status studies/adult --frontier 'rocAUC; modelSize'
            """)

    @Argument(help: ArgumentHelp("The study's folder.", valueName: "study"))
    var folder: String

    @Option(
        help: ArgumentHelp(
            """
            Two metrics of its trials, with a semicolon between them. The objective and what is required first, or the \
            size, if not given.
            """, valueName: "metric; metric"))
    var frontier: String?

    @OptionGroup var form: FormArguments<TextForm>

    mutating func run() throws {
        let axes = frontier.map { text in
            text.split(separator: ";").map { String(trimmed($0)) }
        }
        let status = try studyStatus(folder, axes: axes)
        Terminal(.output).write(try form.bytes(status.text, status.json()))
    }
}
