import ArgumentParser
import Platform
import Reporting
import Runs
import Studies

struct ConceptsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "concepts",
        abstract: "Ask which concepts of yours push a run's predictions, in which hidden layer.",
        discussion: """
            A concept is what rows have in common: a condition on raw columns, or a file of examples. In each hidden layer \
            its vector is the difference between the mean activations of training rows with it and of others. Said are how \
            well the layer tells held-out rows, what the prediction of test rows gains along it, and for what share of \
            them it rises (the TCAV score), each with an interval and beside random concepts of the same size; false \
            findings are controlled over concepts and layers. What goes along with a concept is part of its vector. \
            What is found stands in the run's report from then on.

            Conditions are COLUMN < NUMBER (also <=, >, >=), COLUMN = VALUE (also !=), COLUMN in VALUE, VALUE \
            (also not in), COLUMN is missing (also is not missing), several joined by "and".

            Examples:
              vouch explain concepts runs/adult --concept "degree: education in Doctorate, Prof-school"
              vouch explain concepts runs/adult --concept "young: age < 25" --concept "single: marital-status = Never-married and age > 40" --out concepts.html
              vouch explain concepts runs/adult --examples ours=our_clients.csv --layer 2 --figures drawings
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(
        help: ArgumentHelp(
            "A concept: the training rows that meet a condition; repeat for more.",
            valueName: "name: condition"))
    var concept: [String] = []

    @Option(
        help: ArgumentHelp(
            "A concept: the rows of a CSV file; repeat for more.", valueName: "name=file"))
    var examples: [String] = []

    @Option(help: "A hidden layer, from 1; repeat for more. All if not given.")
    var layer: [Int] = []

    @Option(
        name: .customLong("class"),
        help: "The class whose probability is explained; the last in order if not given.")
    var label: String?

    @Option(name: .customLong("random"), help: "Random concepts to compare with.")
    var randomConcepts = 1000

    @Option(help: "Seed of rows and random concepts, beside the run's own.")
    var seed: UInt64 = 0

    @Option(help: "A folder to write every drawing to, each an SVG file.")
    var figures: String?

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var output: ReportOutput

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    var charge: Charge? { Charge(.explanation, "concepts", folder) }

    mutating func carryOut() throws {
        InterruptFlag.install()
        let request = ConceptRequest(
            conditions: concept, examples: examples, reading: reading.options, layers: layer,
            label: label, randomConcepts: randomConcepts, seed: seed)
        let progress = TrainingProgress(quiet: false, json: false)
        var arguments = ["vouch", "explain", "concepts", folder]
        for text in concept { arguments += ["--concept", text] }
        for text in examples { arguments += ["--examples", text] }
        for number in layer { arguments += ["--layer", "\(number)"] }
        if let label { arguments += ["--class", label] }
        let report = try measureExplanations(
            .concepts(request), run: folder, threads: threads, arguments: arguments,
            onEvent: { progress.show($0) }, onProbes: { progress.show($0) })
        if let figures {
            try writeDrawings(of: report.sections.flatMap(\.figures), to: figures)
            if output.output == nil { return }
        }
        try output.write(report)
    }
}
