import ArgumentParser
import Documents
import Platform
package import Runs
import Studies

/// What the arguments after `vouch train` ask for.
///
/// - Throws: what the parser says of them, or `VouchError`.
package func trainConfiguration(of arguments: [String]) throws -> TrainConfiguration {
    try TrainCommand.parse(arguments).trainConfiguration()
}

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model on a table and measure it on rows it has not seen.",
        discussion: """
            Example:
              vouch train adult.csv --target income --protected sex --out runs/adult

            Ctrl-C keeps the best model so far, measures and writes it, and exits with 130; \
            a second one ends at once.
            """)

    @Argument(
        help: """
            The table to train on: a CSV file with a header. Or pictures: a folder with a folder a class, or an archive \
            of arrays (.npz).
            """)
    var data: String

    @Option(help: "The column to predict; of a folder of pictures it is their class.")
    var target: String?

    @Option(
        help: ArgumentHelp(
            """
            A table of rows without the target, to learn from where that helps: whether it does is tried on labelled \
            rows before.
            """, valueName: "file"))
    var unlabelled: String?

    @Option(
        name: .customLong("out"),
        help: """
            The run folder to write. (default: runs/ and the name of the data, numbered where that stands \
            already)
            """)
    var output: String?

    @Flag(help: "Print each setting of the training with its reason, and train nothing.")
    var explainDefaults = false

    @Option(help: "A YAML file with any of these options, such as `target: income`.")
    var config: String?

    @OptionGroup var training: TrainingArguments

    @Option(Settings.canaries) var canaries
    @Option(textOf: Settings.probeBudget) var probeBudget
    @Option(Settings.margin) var margin
    @Option(textOf: Settings.crossValidation) var crossValidation

    @Option(
        help: """
            A YAML file with what only a person can say of the model and its data, for the report; \
            `vouch card init` writes one to fill in.
            """)
    var card: String?

    @Option(help: "Worker threads; all cores if not given. They do not change the result.")
    var threads: Int?

    @Flag(help: "Replace the run folder if it exists.")
    var overwrite = false

    @Flag(help: "Continue a training that was interrupted, from its last checkpoint.")
    var resume = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    @Flag(help: "Print events and the result as JSON, one object a line.")
    var json = false

    func trainConfiguration() throws -> TrainConfiguration {
        let place = output ?? RunName.standard(for: data, isContinued: overwrite || resume)
        var configuration = try training.configuration(
            data: data, target: target, output: place)
        configuration.unlabelled = unlabelled
        configuration[Settings.canaries] = canaries
        configuration[Settings.margin] = margin
        if let probeBudget {
            configuration[Settings.probeBudget] = try parseDuration(
                probeBudget, option: "--probe-budget", allowsZero: true)
        }
        configuration[Settings.crossValidation] = try crossValidation.map(parseCrossValidation)
        return configuration
    }

    mutating func run() throws {
        if explainDefaults {
            Terminal(.output).write(try explainedRecipe(trainConfiguration()))
            return
        }
        let answers = try card.map(CardAnswers.init(file:)) ?? CardAnswers()
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: quiet, json: json)
        let configuration = try trainConfiguration()
        if output == nil {
            progress.show(.stage("The run goes to \(configuration.output) (--out)"))
        }
        let result = try trainRun(
            configuration,
            control: RunControl(
                threads: threads, overwrite: overwrite, resume: resume, isIndexed: true,
                isPlanned: true,
                arguments: ["vouch"] + CommandLine.arguments.dropFirst(),
                cancellation: .bySignal, card: answers,
                onEvent: { progress.show($0) }, onProbes: { progress.show($0) }))
        progress.finish(result)
        try InterruptFlag.endIfRaised()
    }
}
