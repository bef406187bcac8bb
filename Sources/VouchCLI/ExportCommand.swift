import ArgumentParser
import Documents
import Platform
import Runs
import Studies

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a run's model as one ONNX file that takes raw rows.",
        discussion: """
            Encoders, bins, codes, all networks that are averaged and the decision are in the graph: one input a \
            column, [N, 1], texts as strings and numbers as doubles, and out come the decision with each class's \
            probability, or the number. ONNX Runtime then says what `vouch predict` says.

            What the graph cannot read is said of each input, here and in the file: numbers and dates are handed over \
            as numbers (dates in seconds since 1970), missing ones as NaN, missing texts as "". The file's metadata hold \
            the short form of the model card (with --card the answers of a person, too) and the SHA-256 of \
            the run's manifest.

            Examples:
              vouch export runs/adult --onnx adult.onnx
              vouch export runs/adult --onnx adult.onnx --card card.yaml --json
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var onnx: String

    @Option(help: "A file with a person's answers to the model card, as `vouch card init` writes it.")
    var card: String?

    @OptionGroup var form: FormArguments<TextForm>

    mutating func run() throws {
        let answers = try card.map(CardAnswers.init(file:)) ?? CardAnswers()
        let exported = try exportRun(folder, onnx: onnx, card: answers)
        Terminal(.output).write(try form.bytes(exported.text, JSONLine.text(exported)))
    }
}
