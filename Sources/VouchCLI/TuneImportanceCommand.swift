import ArgumentParser
import Platform
import Runs
import Studies

struct TuneImportanceCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "importance",
        abstract: "Say which settings of a study matter, alone and in pairs.",
        discussion: """
            Of the loss's variance over the search space, the part of each setting and of each pair, with a 95 % \
            interval. How far trainings of the same settings differ under other seeds is measured from those that the \
            study trained again, and taken out. "cannot tell" is what chance explains; where there are too few \
            trials or repeats, it is said how many are lacking. Parts are estimates over the whole space: far from the \
            best a setting may matter that does not matter near it (vouch tune box).

            Examples:
              vouch tune importance studies/adult
              vouch tune importance studies/adult --figures figures --run runs/adult
            """)

    @Argument(help: ArgumentHelp("The folder of the study.", valueName: "study"))
    var study: String

    @Option(help: "A run whose report shows what was found from then on.")
    var run: String?

    @Option(
        help:
            "A folder to write figures to, each an SVG file: the parts, and slices with the trials as points."
    )
    var figures: String?

    @OptionGroup var form: FormArguments<TextForm>

    var charge: Charge? { run.map { Charge(.search, "which settings matter", $0) } }

    mutating func carryOut() throws {
        let progress = TrainingProgress(quiet: false, json: false)
        let answer = try tuneImportance(study, run: run, onEvent: { progress.show($0) })
        Terminal(.output).write(try form.bytes(answer.text, answer.json()))
        if let figures {
            try writeDrawings(of: answer.figures, to: figures, saysSo: form.chosen != .json)
        }
    }
}
