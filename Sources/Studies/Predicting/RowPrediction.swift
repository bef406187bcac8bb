import Generalization
import Kernels
import Models
import Platform
import Prediction
import Runs
import Synchronization
import Tables

/// Predicts raw rows of a file with a trained run.
///
/// What fits thresholds looks at rows with answers, those of the run or of a file; the look is
/// recorded in the run's ledger. Rows are read and predicted block by block where that says the same
/// (`PredictionStream`), else all at once.
///
/// - Parameters:
///   - path: The file to write; `nil` to be handed the text.
///   - notes: Is told what a reader of the rows must know, before any of them is put out.
///   - take: Takes the text piece by piece, where no file is written, when all of it is known: CSV, one line a row in
///     the file's order (or JSON, a list of such rows): the identifier columns as they were, then
///     `probability[CLASS]` for every class and `decision`, or `prediction` for a regression; with a
///     coverage also `set`, the classes with `|` between them, or `lower` and `upper`; with a limit on
///     the risk `decision_or_abstain`; where asked for, the columns of `OutOfDistributionReference`.
/// - Returns: How many rows there were.
/// - Throws: an error listing the columns that the model needs and the file lacks, naming the first
///   cell that cannot be read as its column's kind, or saying why there is no coverage. Nothing is put out then.
@discardableResult
package func predictRows(
    _ request: PredictionRequest, to path: String? = nil, notes tell: ([String]) -> Void,
    _ take: ([UInt8]) -> Void
) throws -> PredictedRows {
    guard request.outOfDistribution || !request.hiddenFeatures else {
        throw VouchError("--hidden-features goes with --out-of-distribution only; give both")
    }
    let model = try RunModel(run: request.run, kinds: request.kinds)
    if request.outOfDistribution { _ = try model.requireNetwork() }
    if let path {
        try OutputFiles(
            ofRun: request.run,
            reads: ["the file of rows": request.rows, "--calibrate": request.calibration]
        ).check(["--out": path])
    }
    let whole = TablePrediction(
        request: request, model: model,
        reference: request.outOfDistribution
            ? try OutOfDistributionReference(run: request.run) : nil,
        thresholds: try FittedThresholds(request, model),
        fair: try request.mitigation.map { try FittedMitigation.named($0, run: request.run) },
        text: PredictionText(
            asksJSON: request.asksJSON, texts: Set(model.schema.namesOfRows)),
        threads: try checkedThreads(request.threads))
    let output = Mutex(PendingOutput(path: path))
    let input = try RowInput(request.rows)
    var told: RowNotes?
    if let file = input.file {
        told = try PredictionStream(
            request: request, model: model, thresholds: whole.thresholds, text: whole.text,
            threads: whole.threads
        ).run(file, name: input.name, into: output)
    }
    let isByBlocks = told != nil
    let (notes, rows) = try told ?? whole.run(input, into: output)
    tell(notes)
    try output.withLock { try $0.finish(take) }
    return PredictedRows(count: rows, isByBlocks: isByBlocks)
}

/// What a reader of predicted rows must know, and how many there were.
typealias RowNotes = (notes: [String], rows: Int)

/// Rows that were predicted.
package struct PredictedRows: Sendable {
    package var count: Int
    /// Whether the whole table was never held.
    package var isByBlocks: Bool
}

/// The text of all predicted rows; see `predictRows(_:to:notes:_:)`.
package func predictRows(_ request: PredictionRequest) throws -> (bytes: [UInt8], notes: [String]) {
    var (bytes, notes): ([UInt8], [String]) = ([], [])
    try predictRows(request, notes: { notes = $0 }, { bytes += $0 })
    return (bytes, notes)
}

/// The file of new rows, or a copy of standard input.
struct RowInput {
    let name: String
    /// `nil` of what cannot be read by its place, such as a pipe, or not at all.
    let file: PositionedFile?
    private let isCopy: Bool

    /// - Parameter path: `-` for standard input.
    init(_ path: String) throws {
        isCopy = path == "-"
        if isCopy {
            file = try PositionedFile.standardInput()
        } else {
            file = Files.kind(of: path) == .file ? try? PositionedFile(path) : nil
        }
        name = isCopy ? "standard input" : path
    }

    /// All bytes at once.
    func bytes() throws -> [UInt8] {
        guard isCopy, let file else { return try rowBytes(name) }
        return try file.bytes(0..<file.count)
    }
}

/// Predicts all rows of a file at once.
struct TablePrediction {
    let request: PredictionRequest
    let model: RunModel
    /// `nil` where it is not asked how unlike the training rows a row is.
    let reference: OutOfDistributionReference?
    let thresholds: FittedThresholds
    let fair: FittedMitigation?
    let text: PredictionText
    let threads: Int

    func run(
        _ input: RowInput, into output: borrowing Mutex<PendingOutput>
    ) throws -> RowNotes {
        var (table, predictions) = try model.predict(
            input.bytes(), name: input.name, reading: request.reading, threads: threads)
        if thresholds.conformal?.request.method.isCrossed ?? false {
            predictions.byModel = try model.network?.valuesByModel(
                table, pool: WorkerPool(threads: threads))
        }
        var columns = model.columns(table, predictions)
        if let fair {
            columns.append(
                PredictedColumn(
                    "fair_decision", .texts(try fair.decisions(predictions, table, model))))
        }
        var unknown: Set<String> = []
        columns += try thresholds.columns(
            of: predictions, table, model, firstRow: 0, unknown: &unknown)
        if let reference {
            columns += try reference.columns(
                table, model.requireNetwork(), withFeatures: request.hiddenFeatures,
                pool: WorkerPool(threads: threads)
            ).map { PredictedColumn($0.name, .texts($0.cells)) }
        }
        let notes =
            thresholds.notes(unknown: unknown)
            + [try model.network?.encoder.repair?.note(on: table)].compactMap { $0 }
        for first in stride(from: 0, to: table.rowCount, by: Self.rowsAtOnce) {
            let rows = first..<min(first + Self.rowsAtOnce, table.rowCount)
            let bytes = text.bytes(columns, rows: rows, isFirst: first == 0)
            try output.withLock { try $0.append(bytes) }
        }
        try output.withLock { try $0.append(text.end) }
        return (notes, table.rowCount)
    }

    /// Rows whose text is made at once.
    private static let rowsAtOnce = 4096
}
