import ArgumentParser
import Documents
import Figures
import Platform
import Reporting
import Runs
import Studies

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say how a model comes to its predictions.",
        subcommands: [
            ExplainRowsCommand.self, ExplainMapCommand.self, EvaluateExplanationsCommand.self,
            ProveExplanationsCommand.self, GlobalEffectsCommand.self, ConceptsCommand.self,
            ExamplesCommand.self, InfluentialRowsCommand.self,
            ExplainCounterfactualsCommand.self, ExplainReasonsCommand.self,
        ], defaultSubcommand: ExplainRowsCommand.self)
}

extension ExplanationMethod: ExpressibleByArgument {}

struct ExplainRowsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "rows",
        abstract: "Say how the columns of a row made its prediction.",
        discussion: """
            Shapley values: what each raw column adds to the prediction, on average over the orders in \
            which columns are made known, against training rows that stand for what it could have been. \
            They sum to the prediction less the background's mean. Each has the error of the random orders, \
            and how far the columns' order can be trusted is said.

            An additive model (train --model additive) explains itself: its own functions are shown, exactly, unless \
            --method, --pairs or --exact is given.

            With --method, one of:
              integrated-gradients   gradients along the line from each background row to the row
              expected-gradients     the same at places and background rows that are drawn
              deeplift               differences of activations from each background row's
              relevance-propagation  the score before its last curve, divided backwards through the layers
              occlusion              what is lost when a column is a background row's
              saliency               the size of the gradient
              input-x-gradient       the gradient times the encoded input
              smoothgrad, vargrad    mean and variance of gradients under noise
            The first three sum to the prediction less the background's mean; the residual is always said. \
            Gradients are those of the encoded row, and all that encodes a raw column is summed: a number \
            as it was scaled and its position among the bins, a category by the vector that is looked up for it.

            Examples:
              vouch explain runs/adult new.csv --row 3 --row 17
              vouch explain runs/adult new.csv --row 3 --favourable ">50K"
              vouch explain runs/adult new.csv --row 1-60 --method deeplift --out why.html --figures drawings
              vouch explain runs/adult new.csv --row 3 --pairs 10 --json
              vouch explain rows runs/adult new.csv --method integrated-gradients --csv --memory-limit 512MB
            """)

    @OptionGroup var file: RowsOfFile

    @Option(help: "Training rows that stand for what the columns could have been instead.")
    var background = 100

    @Option(help: "A CSV file of rows that do, in place of training rows.")
    var backgroundFile: String?

    @Option(help: "How the prediction is divided among the columns; shapley if not given.")
    var method: ExplanationMethod?

    @Option(help: "Steps of integrated gradients; as many as completeness needs if not given.")
    var steps: Int?

    @Option(
        help:
            "Random draws: 1,000 of expected gradients, 100 of smoothgrad and vargrad, 256 or more sets of kernel-shap and lime."
    )
    var draws: Int?

    @Option(help: "Bytes that the process may take, such as 512MB; methods by gradients hold it.")
    var memoryLimit: String?

    @Option(help: "Random orders for each background row, each with its opposite; 1 if not given.")
    var pairs: Int?

    @Flag(help: "Try all subsets of the columns; up to 12 columns.")
    var exact = false

    @Option(
        name: .customLong("class"),
        help: """
            The class whose probability is explained; the class that is decided for each row if not given (of ten \
            rows or more, which are shown together, and with --format csv, the last in order).
            """)
    var label: String?

    @Option(
        help: ArgumentHelp(
            "The class that people hope for: says of each row why it was granted or declined.",
            valueName: "class"))
    var favourable: String?

    @Option(help: "Seed of the orders and the background.")
    var seed: UInt64 = 0

    @OptionGroup var form: FormArguments<ExplanationForm>

    @Flag(help: "The same as --format csv: a line a row; of all rows if no --row is given.")
    var csv = false

    @Option(
        help:
            "Draw so many other backgrounds and orders, such as 20, and say whether the explanation stays."
    )
    var certify: Int?

    @Option(
        name: .customLong("out"),
        help:
            "A file to write: an HTML page (or .json, .md) with a waterfall of each row and, of ten rows or more, what columns do over all; .svg for the drawing of one."
    )
    var pageFile: String?

    @Option(help: "A folder to write every drawing to, each an SVG file.")
    var figures: String?

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    var charge: Charge? { Charge(.explanation, "explanation of rows", file.folder) }

    mutating func carryOut() throws {
        var request = ExplanationRequest(run: file.folder, rows: file.rows)
        if let chosen = file.chosen { request.chosen = chosen }
        request.background = background
        request.backgroundFile = backgroundFile
        request.pairs = exact ? nil : pairs ?? 1
        request.asksMethod = exact || pairs != nil || method != nil
        request.method = method ?? .shapley
        request.steps = steps
        request.draws = draws
        request.memoryLimit = try memoryLimit.map { try byteCount($0, option: "--memory-limit") }
        request.certificateDraws = certify ?? 0
        if let certify, certify < 1 {
            throw ValidationError("--certify is \(certify); it must be 1 or more")
        }
        request.label = label
        request.favourable = favourable
        request.seed = seed
        request.reading = reading.options
        request.threads = threads
        let output = Terminal(.output)
        guard !csv, form.chosen != .csv else {
            request.label = label ?? favourable
            return try explainRowsAsCSV(request, chosen: file.chosen) { output.write($0) }
        }
        let found = try explainRows(request)
        if let figures { try writeDrawings(of: found.figures, to: figures) }
        if let pageFile { return try write(found, to: pageFile) }
        if figures != nil { return }
        switch form.chosen {
        case .json: output.write(try found.json())
        case .html: output.write(try page(found).bytes(.html, width: 100, color: false))
        case .markdown: output.write(try page(found).bytes(.markdown, width: 100, color: false))
        case .terminal, .csv: output.write(found.text)
        }
    }

    private func page(_ found: RowExplanations) -> RunReport {
        found.report(run: file.folder, arguments: Array(CommandLine.arguments))
    }

    private func write(_ found: RowExplanations, to path: String) throws {
        guard path.hasSuffix(".svg") else {
            let asked: ReportFormat? =
                switch form.chosen {
                case .json: .json
                case .html: .html
                case .markdown: .markdown
                case .terminal, .csv: nil
                }
            let format = asked ?? ReportOutput.format(ofFile: path) ?? .html
            return try writeFile(
                page(found).bytes(format, width: 100, color: false), to: path)
        }
        let figures = found.figures
        guard figures.count == 1, let svg = figures.first?.svgFile else {
            throw ValidationError(
                "--out is \(path), an SVG file, which holds one row's drawing, and \(found.rows.count) rows were "
                    + "asked for. Give one --row, a name that ends in .html, or a folder with --figures"
            )
        }
        try writeFile(Array(svg.utf8), to: path)
    }
}
