import ArgumentParser
import Platform
import Runs
import Studies

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predict raw rows with a trained run.",
        discussion: """
            Columns may come in any order; extra ones are ignored, missing cells and new categories
            are allowed. Identifier columns are passed through. Writes CSV, or with --json a list of rows,
            when all rows are predicted; until then they wait on the disk, so that a file may be of any length.

            With --coverage 0.9 each row also has the set of classes (column set, "|" between them) or
            the interval (columns lower and upper) that holds the answer of 90 % of the rows: split
            conformal prediction. Thresholds come from the run's validation rows, which also chose
            when training stopped; with rows of your own (--calibrate) the coverage is guaranteed, on
            average over such files. --by sex holds it within each group of a protected column,
            --by-class within each true class.

            With --abstain-risk 0.05 the column decision_or_abstain has a decision only where it is sure
            enough: with 95 % confidence at most 5 % of the decisions made are wrong.

            With --out-of-distribution each row also has two scores of how unlike the training rows it
            is, large where it is strange: neighbor_distance, among the features of the last hidden
            layer, and energy, of the logits. The p-value beside each is the share of validation rows
            that score at least as high: of ordinary rows, 5 % have one of 0.05 or less.
            features_outside_training counts numbers beyond the range of the training rows and
            categories that none of them had.

            Examples:
              vouch predict runs/adult new.csv --coverage 0.9 --by sex
              vouch predict runs/letter new.csv --coverage 0.95 --conformal raps
              vouch predict runs/houses new.csv --coverage 0.9 --calibrate last_year.csv
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows: a CSV file with a header; - for standard input.")
    var rows: String

    @Option(name: .customLong("out"), help: "The file to write; standard output if not given.")
    var output: String?

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @Option(help: "The share of rows whose answer a set or an interval is to hold, such as 0.9.")
    var coverage: Double?

    @Option(
        help: ArgumentHelp(
            """
            How sets (lac, aps, raps) or intervals (absolute, normalized) are made; lac or absolute if \
            not given.
            """))
    var conformal: String?

    @Option(
        name: .customLong("by"),
        help: ArgumentHelp(
            "A protected column in each of whose groups the coverage is to hold.",
            valueName: "column"))
    var groupColumn: String?

    @Flag(name: .customLong("by-class"), help: "The coverage is to hold within each true class.")
    var isByClass = false

    @Option(
        help: """
            The largest share of wrong decisions among those that are made, such as 0.05; less sure rows \
            abstain.
            """)
    var abstainRisk: Double?

    @Option(
        name: .customLong("calibrate"),
        help: ArgumentHelp(
            "Rows with answers that the model did not learn from, for the thresholds.",
            valueName: "file"))
    var calibration: String?

    @Option(
        help: ArgumentHelp(
            """
            Also decide (column fair_decision) by thresholds of groups that vouch fairness mitigate fitted; \
            the rows need the protected columns.
            """, valueName: "mitigation"))
    var fair: String?

    @Flag(help: "Say of every row how unlike the training rows it is.")
    var outOfDistribution = false

    @Flag(help: "With it, also give the hidden features and logits that are judged.")
    var hiddenFeatures = false

    @OptionGroup var form: FormArguments<RowsForm>
    @OptionGroup(title: "Reading") var reading: ReadingArguments

    mutating func run() throws {
        let meter = CostMeter()
        var request = PredictionRequest(run: folder, rows: rows)
        request.reading = reading.options
        request.threads = threads
        request.coverage = coverage
        request.conformal = conformal
        request.groupColumn = groupColumn
        request.isByClass = isByClass
        request.calibration = calibration
        request.abstainRisk = abstainRisk
        request.outOfDistribution = outOfDistribution
        request.hiddenFeatures = hiddenFeatures
        request.mitigation = fair
        request.asksJSON = form.chosen == .json
        let (errors, standard) = (Terminal(.error), Terminal(.output))
        let predicted = try predictRows(
            request, to: output,
            notes: { for note in $0 { errors.write("note: \(note)\n") } },
            { standard.write($0) })
        Charge(.prediction, "prediction of \(Files.name(of: rows))", folder)
            .add(meter, rows: predicted.count)
    }
}

struct EvaluateCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a trained run on new rows with known answers.")

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows, the target among them: a CSV file with a header.")
    var rows: String

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup(title: "Output") var output: ReportOutput

    var charge: Charge? { Charge(.evaluation, "evaluation on \(Files.name(of: rows))", folder) }

    mutating func carryOut() throws {
        try output.write(
            evaluateRun(run: folder, rows: rows, reading: reading.options, threads: threads).report)
    }
}

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a table's columns, or what a folder of pictures holds, with warnings.",
        discussion: """
            Of a table: kinds, roles, missing cells, values. With --target it also looks for leaks: \
            what would not be known in use. With --test it looks for rows, near copies and groups that \
            stand in both files.

            Of a folder with a folder a class, or of an .npz archive: classes, formats, sizes, broken \
            files, exact and near copies (also with other labels, and across train, val and test), and \
            what gives the label away without the picture: marks in corners, borders, sizes, formats. \
            All of it is found without --target and --test.
            """)

    @Argument(help: "The table, a CSV file with a header; or a folder or archive of pictures.")
    var data: String

    @Option(help: "The column to predict; with it, leaks are looked for.")
    var target: String?

    @Option(help: "The test rows: a CSV file with the same columns.")
    var test: String?

    @OptionGroup var form: FormArguments<TextForm>
    @OptionGroup(title: "Columns") var columns: ColumnArguments
    @OptionGroup(title: "Reading") var reading: ReadingArguments

    func validate() throws {
        guard test == nil || target != nil else {
            throw ValidationError("With --test, name the --target too.")
        }
    }

    mutating func run() throws {
        if PictureRows.areMany(data) {
            guard target == nil else {
                throw ValidationError("Pictures have their labels by their folders: leave out --target and --test.")
            }
            let inspection = try inspectPictures(data, threads: Machine.cores)
            return Terminal(.output).write(try form.bytes(inspection.text, inspection.json()))
        }
        let inspection = try inspectTable(
            data, test: test, columns: columns.roles(target: target), reading: reading.options)
        Terminal(.output).write(try form.bytes(inspection.text, inspection.json()))
    }
}
