import ArgumentParser
import Platform
import Runs
import Studies

struct DataAnswersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answers",
        abstract: "Take labelled rows back, and train on with them.",
        discussion: """
            The file is the batch that vouch data next wrote, filled in, or the JSON that Label Studio exports. \
            Rows that were never asked, answers that are no class, and contradictions are errors, and then nothing \
            of the file is added. Several people may give answers at once.

            With --out a new run is trained by the settings of RUN, on its training rows and all rows that have \
            an answer; validation and test rows stay as they are. Ask for the next batch of that run.

            Examples:
              vouch data answers runs/adult batch.csv
              vouch data answers runs/adult batch.csv --out runs/adult-2
              vouch data answers runs/adult export.json --who anna --out runs/adult-2
            """)

    @Argument(help: ArgumentHelp("The run whose batch it was.", valueName: "run"))
    var folder: String

    @Argument(help: "The answers: a CSV or JSON file.")
    var answers: String

    @Option(name: .customLong("out"), help: "The folder of the run that is trained on.")
    var output: String?

    @Option(help: "Who answered, where the file does not say it.")
    var who: String?

    @Flag(help: "Answers take the place of other ones that are there already.")
    var overrule = false

    @Flag(help: "Answers may be classes that the run does not know.")
    var newClasses = false

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup var form: FormArguments<TextForm>

    mutating func run() throws {
        var request = AnswersRequest(run: folder, answers: answers)
        request.output = output
        request.who = who
        request.overrules = overrule
        request.allowsNewClasses = newClasses
        request.reading = reading.options
        request.threads = threads
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        let taken = try takeAnswers(request, onEvent: progress.show) { configuration in
            _ = try trainRun(
                configuration,
                control: RunControl(
                    threads: threads, isIndexed: true, isPlanned: true,
                    arguments: ["vouch"] + CommandLine.arguments.dropFirst(),
                    cancellation: .bySignal, onEvent: { progress.show($0) },
                    onProbes: { progress.show($0) }))
        }
        Terminal(.output).write(try form.bytes(taken.text, taken.json()))
        try InterruptFlag.endIfRaised()
    }
}
