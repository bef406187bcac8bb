import Generalization
import Kernels
package import Models
import Platform
package import Prediction
import RunStore
package import Runs
import Statistics
import Tables

/// What is asked of `vouch predict`.
package struct PredictionRequest: Sendable {
    package var run: String
    /// A file with a header.
    package var rows: String
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?
    /// Those of the run's columns among them.
    package var kinds = InputKinds.shipped
    /// The share of rows whose answer a set or an interval is to hold; `nil` for none.
    package var coverage: Double?
    /// `lac`, `aps`, `raps`, `absolute` or `normalized`; the usual one of the task where `nil`.
    package var conformal: String?
    /// A protected column in each of whose groups the coverage is to hold.
    package var groupColumn: String?
    /// Whether the coverage is to hold within each true class.
    package var isByClass = false
    /// The largest share of wrong decisions among those that are made; `nil` decides every row.
    package var abstainRisk: Double?
    /// Rows with answers, from which thresholds are taken; the run's validation rows where `nil`.
    package var calibration: String?
    /// Whether to say of every row how unlike the training rows it is.
    package var outOfDistribution = false
    /// Whether to give the features and logits that are judged for it, too.
    package var hiddenFeatures = false
    /// A mitigation of the run by its id, whose decisions are wanted too.
    package var mitigation: String?
    /// Whether JSON is wanted, not CSV.
    package var asksJSON = false

    package init(run: String, rows: String) {
        self.run = run
        self.rows = rows
    }
}

/// The names of the ways to make sets and intervals.
package let conformalMethods = ConformalMethod.allCases.map(\.rawValue)

/// Predicts raw rows of a file with a trained run.
///
/// What fits thresholds looks at rows with answers, those of the run or of a file; the look is
/// recorded in the run's ledger.
///
/// - Returns: CSV, one line a row in the file's order (or JSON, a list of such rows): the identifier columns as they were, then
///   `probability[CLASS]` for every class and `decision`, or `prediction` for a regression; with a
///   coverage also `set`, the classes with `|` between them, or `lower` and `upper`; with a limit on
///   the risk `decision_or_abstain`; where asked for, the columns of `OutOfDistributionReference`. Notes on what a reader of these must know. And how many rows there were.
/// - Throws: an error listing the columns that the model needs and the file lacks, naming the first
///   cell that cannot be read as its column's kind, or saying why there is no coverage.
package func predictRows(
    _ request: PredictionRequest
) throws -> (bytes: [UInt8], notes: [String], rows: Int) {
    guard request.outOfDistribution || !request.hiddenFeatures else {
        throw VouchError("--hidden-features goes with --out-of-distribution only; give both")
    }
    let model = try ModelBundle(run: request.run, kinds: request.kinds)
    let reference =
        request.outOfDistribution ? try OutOfDistributionReference(run: request.run) : nil
    let thresholds = try FittedThresholds(request, model)
    let fair = try request.mitigation.map { try FittedMitigation.named($0, run: request.run) }
    var (table, predictions) = try model.predict(
        CSVReader.bytes(path: request.rows), name: request.rows, reading: request.reading,
        threads: request.threads)
    if thresholds.conformal?.request.method.isCrossed ?? false {
        predictions.byModel = try model.valuesByModel(
            table, pool: WorkerPool(threads: checkedThreads(request.threads)))
    }
    var columns = model.schema.names(.id).compactMap { table.column(named: $0) }.map { column in
        (name: column.name, cells: (0..<table.rowCount).map { column.text($0) ?? "" })
    }
    let width = predictions.width
    let names =
        predictions.classes.isEmpty
        ? ["prediction"] : predictions.classes.map { "probability[\($0)]" }
    for (place, name) in names.enumerated() {
        columns.append(
            (
                name,
                (0..<predictions.rows).map { predictions.values[$0 * width + place].description }
            ))
    }
    if !predictions.classes.isEmpty {
        columns.append(("decision", model.decisions(predictions)))
    }
    if let fair {
        columns.append(("fair_decision", try fair.decisions(predictions, table, model)))
    }
    let added = try thresholds.columns(of: predictions, table, model)
    columns += added.columns
    if let reference {
        columns += try reference.columns(
            table, model, withFeatures: request.hiddenFeatures,
            pool: WorkerPool(threads: checkedThreads(request.threads))
        ).map { ($0.name, $0.cells) }
    }
    let bytes =
        request.asksJSON
        ? predictionJSON(columns, texts: Set(model.schema.names(.id)), rows: predictions.rows)
        : predictionCSV(columns, rows: predictions.rows)
    let unknown = try model.encoder.repair?.note(on: table)
    return (bytes, added.notes + [unknown].compactMap { $0 }, predictions.rows)
}

/// The thresholds of a request, fitted before any new row is read.
private struct FittedThresholds {
    let request: PredictionRequest
    /// `nil` where no coverage was asked for.
    let conformal: ConformalPredictor?
    /// `nil` where no limit on the risk was asked for.
    let abstention: Abstention?

    init(_ request: PredictionRequest, _ model: ModelBundle) throws {
        self.request = request
        try Self.check(request)
        guard request.coverage != nil || request.abstainRisk != nil else {
            (conformal, abstention) = (nil, nil)
            return
        }
        let rows = try Self.calibrationRows(request, model)
        abstention = try request.abstainRisk.map {
            try Abstention(RiskControl(risk: $0), fittedOn: rows)
        }
        conformal = try request.coverage.map { coverage in
            let usual = ConformalMethod.usual(of: rows.predictions)
            return try ConformalPredictor(
                ConformalRequest(
                    request.conformal.flatMap(ConformalMethod.init(rawValue:)) ?? usual,
                    coverage: coverage,
                    within: request.groupColumn.map { .groups(column: $0) }
                        ?? (request.isByClass ? .classes : .all),
                    seed: try FinishedRun.configuration(of: request.run).learning.seed),
                fittedOn: rows)
        }
    }

    private static func check(_ request: PredictionRequest) throws(VouchError) {
        if request.coverage == nil {
            let alone = [
                ("--conformal", request.conformal != nil), ("--by", request.groupColumn != nil),
                ("--by-class", request.isByClass),
                ("--calibrate", request.calibration != nil && request.abstainRisk == nil),
            ].filter(\.1).map(\.0)
            guard alone.isEmpty else {
                throw VouchError(
                    "\(alone.joined(separator: ", ")) says how sets or intervals are made; ask for them "
                        + "with --coverage, such as --coverage 0.9")
            }
        }
        if let name = request.conformal, ConformalMethod(rawValue: name) == nil {
            throw VouchError(
                "--conformal is \"\(name)\"; there is \(conformalMethods.joined(separator: ", "))")
        }
        guard request.groupColumn == nil || !request.isByClass else {
            throw VouchError("give --by or --by-class, not both")
        }
    }

    private static func calibrationRows(
        _ request: PredictionRequest, _ model: ModelBundle
    ) throws -> LabelledPredictions {
        let fitted = [
            ("--coverage", request.coverage != nil), ("--abstain-risk", request.abstainRisk != nil),
        ].filter(\.1).map(\.0).joined(separator: " ")
        var door = HeldOutRows(
            of: request.run, for: "vouch predict \(fitted)", kinds: request.kinds)
        guard let file = request.calibration else {
            let rows = try door.open(.validation)
            guard rows.rows > 0 else {
                throw VouchError(
                    "\(request.run) kept no validation rows to calibrate on; give rows with answers "
                        + "that the model did not learn from (--calibrate FILE)")
            }
            return rows
        }
        let bytes = try CSVReader.bytes(path: file)
        let (table, predictions) = try model.predict(
            bytes, name: file, reading: request.reading, threads: request.threads)
        return try door.open(
            file: file, bytes, table, predictions, model: model, as: .calibration)
    }

    typealias Columns = [(name: String, cells: [String])]

    /// What was asked for of new rows, and notes on it.
    func columns(
        of predictions: Predictions, _ table: Table, _ model: ModelBundle
    ) throws -> (columns: Columns, notes: [String]) {
        var columns: Columns = []
        var notes: [String] = []
        if let conformal {
            var groups: [String]?
            notes += conformal.notes
            if let name = request.groupColumn {
                let names = try Self.groups(name, table, model)
                notes += conformal.unknown(names).map {
                    "\(name) = \($0): no calibration row is of this group; there every answer is "
                        + "allowed"
                }
                groups = names
            }
            columns += regions(conformal, predictions, groups)
        }
        if let abstention {
            let accepted = abstention.accepts(predictions)
            let decisions = zip(accepted, model.decisions(predictions))
                .map { $0 ? $1 : "abstain" }
            columns.append(("decision_or_abstain", decisions))
            if abstention.acceptance == nil {
                notes.append(
                    "the calibration rows show a risk of \(abstention.control.risk) for no share of "
                        + "rows: none is decided")
            }
        }
        if request.calibration == nil, !columns.isEmpty {
            notes.append(
                "thresholds are from the run's validation rows, which also chose when training stopped: "
                    + "what was asked for holds closely; it is guaranteed only with rows of your own "
                    + "(--calibrate FILE)")
        }
        return (columns, notes)
    }

    private static func groups(
        _ name: String, _ table: Table, _ model: ModelBundle
    ) throws(VouchError) -> [String] {
        guard let column = table.column(named: name) else {
            throw VouchError(
                "\(table.name) has no column \"\(name)\", whose groups --by asks for")
        }
        return column.groupNames(model.groups)
    }

    /// `set`, or `lower` and `upper`.
    private func regions(
        _ conformal: ConformalPredictor, _ predictions: Predictions, _ groups: [String]?
    ) -> Columns {
        guard conformal.request.method.isOfClasses else {
            let bounds = conformal.intervals(predictions, groups: groups)
            return [
                ("lower", bounds.map(\.lower.description)),
                ("upper", bounds.map(\.upper.description)),
            ]
        }
        let inside = conformal.sets(predictions, groups: groups)
        let names = predictions.classes.map { $0.replacing("|", with: "\\|") }
        let sets = (0..<predictions.rows).map { row in
            names.indices.filter { inside[row * names.count + $0] }.map { names[$0] }
                .joined(separator: "|")
        }
        return [("set", sets)]
    }
}

extension ModelBundle {
    /// The name of the class decided for each row.
    package func decisions(_ predictions: Predictions) -> [String] {
        predictions.decisions(threshold: threshold).classes
            .map { predictions.classes[$0] }
    }
}
