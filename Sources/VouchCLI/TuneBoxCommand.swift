import ArgumentParser
import Platform
import Runs
import Studies

struct TuneBoxCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "box",
        abstract: "Say how far settings may be from the default before a training is worse.",
        discussion: """
            The largest box that was found around the default, or around the best that was tried, in which at most \
            5 % of trainings are foretold to be worse than stated, whatever their seed. A setting whose whole range is \
            in it can be left alone. "cannot tell", with a guess at the trials that are lacking, and "unreachable", \
            where the seed alone moves a training by more, are answers.

            Examples:
              vouch tune box studies/adult --worse-by 0.5%
              vouch tune box studies/adult --worse-by 0.01 --around best --figures figures
            """)

    @Argument(help: ArgumentHelp("The folder of the study.", valueName: "study"))
    var study: String

    @Option(
        help: ArgumentHelp(
            "By how much a training may be worse: a share such as 0.5%, or a number in the loss's unit.",
            valueName: "amount"))
    var worseBy: String

    @Option(help: "What the box is around: default or best.")
    var around = BoxRequest.Center.standard

    @Option(help: "A run whose report shows what was found from then on.")
    var run: String?

    @Option(help: "A folder to write the figure to, an SVG file.")
    var figures: String?

    @OptionGroup var form: FormArguments<TextForm>

    var charge: Charge? { run.map { Charge(.search, "a box of safe settings", $0) } }

    mutating func carryOut() throws {
        var request = BoxRequest(study, worseBy: worseBy)
        request.center = around
        request.run = run
        let progress = TrainingProgress(quiet: false, json: false)
        let answer = try tuneBox(request, onEvent: { progress.show($0) })
        Terminal(.output).write(try form.bytes(answer.text, answer.json()))
        if let figures {
            try writeDrawings(of: answer.figures, to: figures, saysSo: form.chosen != .json)
        }
    }
}

extension BoxRequest.Center: ExpressibleByArgument {}
