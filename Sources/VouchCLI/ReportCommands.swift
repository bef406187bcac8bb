import ArgumentParser
import Documents
import Evidence
import Fairness
import Platform
import Reporting
import Runs
import Studies

extension ReportFormat: ExpressibleByArgument {}
extension GapConvention: ExpressibleByArgument {}
extension ImpactRule.Basis: ExpressibleByArgument {}
extension Drawback: ExpressibleByArgument {}

/// Where a report goes and in which form.
struct ReportOutput: ParsableArguments {
    @Option(help: "The form: html, json, markdown or terminal; by the file's ending if not given.")
    var format: ReportFormat?

    @Flag(name: .customLong("json"), help: "The same as --format json.")
    var asksJSON = false

    @Option(name: .customLong("out"), help: "The file to write; standard output if not given.")
    var output: String?

    /// The form that a file's ending says; `nil` of an ending that says none.
    static func format(ofFile path: String) -> ReportFormat? {
        let endings: [String: ReportFormat] = [
            "html": .html, "json": .json, "md": .markdown, "txt": .terminal,
        ]
        return path.split(separator: ".").last.flatMap { endings[String($0)] }
    }

    /// The form that was asked for, or that the file's ending says.
    var chosen: ReportFormat {
        asksJSON ? .json : format ?? output.flatMap(Self.format(ofFile:)) ?? .terminal
    }

    func validate() throws {
        if asksJSON, let format, format != .json {
            throw ValidationError(
                "--json is --format json, and --format \(format.rawValue) was given, too. Leave one out")
        }
    }

    private var width: Int { output == nil ? Terminal(.output).width : 100 }

    func write(_ report: RunReport, pictures: [PictureExample] = []) throws {
        let allowsColor = output == nil && Terminal(.output).allowsColor
        try write(report.bytes(chosen, width: width, color: allowsColor, pictures: pictures))
    }

    func write(_ document: TableDocument) throws {
        try write(document.bytes(chosen, width: width))
    }

    func write(_ bytes: [UInt8]) throws {
        if let output {
            try writeFile(bytes, to: output)
        } else {
            Terminal(.output).write(bytes)
        }
    }
}

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Show a run's report again, in any form.",
        discussion: """
            Examples:
              vouch report runs/adult --out report.md
              vouch report runs/adult --card card.yaml --out report.html
              vouch report runs/hiring --law nyc-ll144 --out ll144.html
              vouch report runs/hiring --law four-fifths
              vouch report runs/adult --figures figures
              vouch report --schema
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String?

    @Option(
        help: """
            A YAML file with what only a person can say of the model and its data; the run stays as \
            it is.
            """)
    var card: String?

    @Option(
        help: ArgumentHelp(
            """
            The tables that a rule asks for, on the test rows, instead: \
            \(ruleNames.joined(separator: ", ")).
            """, valueName: "rule"))
    var law: String?

    @Option(
        help: "With --law: rates of decisions (selection) or of scores above the median (scoring).")
    var rate = ImpactRule.Basis.selection

    @Option(
        help: "With --law: which column a category is, such as \"Sex=gender\"; repeat for several.")
    var category: [String] = []

    @Option(help: "A folder to write every figure of the run's report to, each an SVG file.")
    var figures: String?

    @Flag(
        help: """
            Show some test pictures of a run that learned from pictures, with maps of what decided, in an HTML report; \
            pixels are in no report otherwise.
            """)
    var withPictures = false

    @Flag(help: "Print the JSON Schema of a report's JSON form instead.")
    var schema = false

    @OptionGroup var output: ReportOutput

    func validate() throws {
        guard folder != nil || schema else {
            throw ValidationError("Name the run folder, or ask for --schema.")
        }
        guard law == nil || card == nil else {
            throw ValidationError("--card is about the run's own report; leave it out with --law.")
        }
        guard !withPictures || (law == nil && !schema && output.chosen == .html) else {
            throw ValidationError(
                "--with-pictures is for the run's own report as HTML: give --out FILE.html, or --format html.")
        }
        guard figures == nil || (law == nil && !schema) else {
            throw ValidationError(
                "--figures are those of the run's own report, without --law or --schema.")
        }
    }

    mutating func run() throws {
        guard let folder, !schema else {
            try output.write(RunReport.jsonSchema)
            return
        }
        if let law {
            var request = RuleRequest(rule: law)
            request.basis = rate
            for text in category {
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw ValidationError("--category is CATEGORY=COLUMN, not \(text)")
                }
                request.columns[parts[0]] = parts[1]
            }
            try output.write(ruleReport(request, run: folder))
            return
        }
        let answers = try card.map(CardAnswers.init(file:)) ?? CardAnswers()
        let report = try storedReport(run: folder, card: answers)
        if let figures {
            try writeDrawings(of: report.sections.flatMap(\.figures), to: figures)
            if output.output == nil { return }
        }
        try output.write(report, pictures: withPictures ? pictureExamples(of: folder) : [])
    }
}

struct CompareCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two runs that were measured on the same rows.",
        discussion: "Each difference is the second run's number minus the first's, paired by row.")

    @Argument(help: "The first run folder.")
    var first: String

    @Argument(help: "The second run folder.")
    var second: String

    @OptionGroup var output: ReportOutput

    var charge: Charge? { Charge(.comparison, "comparison of two runs, half of it", first, second) }

    mutating func carryOut() throws {
        try output.write(
            compareRuns(first, second, arguments: ["vouch", "compare", first, second]))
    }
}

struct ProveCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Try a remedy on a run and prove it on the test rows, or not.",
        discussion: """
            \(remedyKindsText) \
            another-seed and unchanged are the controls that should find nothing. The run's model stays as it is; the \
            proof stands in its report from then on.

            Examples:
              vouch prove runs/adult --remedy temperature-scaling
              vouch prove runs/adult --remedy fewer-members=4
              vouch prove runs/adult --remedy distillation=32 --save runs/adult-small
              vouch prove runs/adult --remedy dropout=0.3 --seeds 7
              vouch prove runs/adult --remedy drop-suspects --trusted 'checked = yes'
              vouch prove runs/adult --remedy tuned-recipe --settings learning-rate=0.002,dropout=0.2
              vouch prove runs/adult --remedy settings-ensemble
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(
        help: ArgumentHelp(
            "The remedy: \(remedyIDs.joined(separator: ", ")); dropout=0.3 gives a strength."))
    var remedy: String

    @Option(help: "Paired seeds of a remedy that trains anew, 5 or more.")
    var seeds = 5

    @Option(
        help: ArgumentHelp(
            "Of a remedy of labels: the test rows whose labels are trusted, as a condition on their columns, or all.",
            valueName: "condition"))
    var trusted: String?

    @Option(
        help: ArgumentHelp(
            "Of tuned-recipe and settings-ensemble: settings of `vouch train`, such as learning-rate=0.002,width=256; of an ensemble repeat it for several.",
            valueName: "settings"))
    var settings: [String] = []

    @Option(help: "The same from a search: a study's folder, or the file of a tuned recipe.")
    var study: String?

    @Option(
        help: ArgumentHelp(
            "A folder for the model that a remedy of the model made, as a run of its own.",
            valueName: "run"))
    var save: String?

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup var output: ReportOutput

    var charge: Charge? { Charge(.proof, "proof of \(remedy)", folder) }

    mutating func carryOut() throws {
        var request = ProofRequest(
            remedy: remedy, arguments: ["vouch", "prove", folder, "--remedy", remedy])
        if let save { request.arguments += ["--save", save] }
        request.output = save
        if let trusted { request.arguments += ["--trusted", trusted] }
        request.trusted = trusted
        for text in settings { request.arguments += ["--settings", text] }
        request.settings = settings
        if let study { request.arguments += ["--study", study] }
        request.study = study
        if seeds != request.seeds { request.arguments += ["--seeds", "\(seeds)"] }
        request.seeds = seeds
        request.threads = threads
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        try output.write(proveRemedy(request, run: folder, onEvent: progress.show))
    }
}

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Measure anybody's predictions: every probe that needs nothing else.",
        discussion: """
            Examples:
              vouch audit predictions.csv --target y --score p --protected sex
              vouch audit predictions.csv --target y --score p --protected sex \\
                --protected race --intersect --definition aif360 \\
                --privileged sex=Male --privileged race=White
              vouch audit predictions.csv --target price --prediction estimate
            """)

    @Argument(help: "Predictions with their answers: a CSV file with a header.")
    var file: String

    @Option(help: "The column of answers.")
    var target: String

    @Option(
        help: """
            The column of the positive class's probability; with several classes CLASS=COLUMN, \
            repeated.
            """)
    var score: [String] = []

    @Option(help: "The column of predicted numbers, for a regression.")
    var prediction: String?

    @OptionGroup var protected: ProtectedArguments

    @Flag(help: "Combinations of protected columns are groups too.")
    var intersect = false

    @Option(
        help: """
            Whose definitions of a gap are meant (\(GapConvention.allCases.map(\.rawValue).joined(separator: ", "))).
            """)
    var definition = GapConvention.fairlearn

    @Option(help: "The privileged group, COLUMN=GROUP; repeat for several columns.")
    var privileged: [String] = []

    @Option(help: "The size up to which a gap does not matter, for the verdict.")
    var tolerance = 0.05

    @Option(
        help: """
            Resamples within group and class for the intervals of groups' rates, in place of Wilson's; \
            gaps keep theirs.
            """)
    var resamples: Int?

    @Option(
        help: ArgumentHelp(
            "Measure this drawback only: \(Drawback.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "drawback"))
    var only: [Drawback] = []

    @Option(help: "A column of row weights.")
    var weight: String?

    @Option(help: "A column that tells which rows belong together.")
    var group: String?

    @Option(help: "The positive class; the last in order if not given.")
    var positive: String?

    @Option(help: "The probability from which the positive class is decided.")
    var threshold = 0.5

    @Option(help: "Worker threads for reading; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup(title: "Output") var output: ReportOutput

    mutating func run() throws {
        var configuration = AuditConfiguration(
            file: file, predicted: try AuditedColumns(scores: score, prediction: prediction))
        configuration.target = target
        configuration.protected = protected.columns
        configuration.groupBins = try protected.groupBins
        configuration.groupLabels = try protected.groupLabels
        configuration.intersects = intersect
        configuration.gaps.convention = definition
        configuration.gaps.tolerance = tolerance
        configuration.gaps.resamples = resamples
        configuration.only = Set(only)
        for text in privileged {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("--privileged is COLUMN=GROUP, such as sex=Male, not \(text)")
            }
            // A group may be called by its text or by its name.
            configuration.gaps.privileged[parts[0]] =
                configuration.groupLabels?[parts[0]]?[parts[1]] ?? parts[1]
        }
        guard (0...1).contains(tolerance) else {
            throw ValidationError("--tolerance is \(tolerance); it must be from 0 to 1")
        }
        configuration.weight = weight
        configuration.group = group
        configuration.positive = positive
        configuration.threshold = threshold
        configuration.threads = threads
        configuration.reading = reading.options
        try output.write(
            auditPredictions(configuration, arguments: Array(CommandLine.arguments)))
    }
}
