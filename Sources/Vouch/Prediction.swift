import Evidence
import Kernels
import Platform
import Prediction
import Reporting
import RunStore
import Tables

/// Predicts raw rows of a file with a trained run.
///
/// - Parameters:
///   - outOfDistribution: Whether to say of every row how unlike the training rows it is.
///   - hiddenFeatures: Whether to give the features and logits that are judged for it, too.
/// - Returns: CSV, one line a row in the file's order: the identifier columns as they were, then
///   `probability[CLASS]` for every class and `decision`, or `prediction` for a regression; then, where
///   asked for, the columns of `OutOfDistributionReference`.
/// - Throws: an error listing the columns that the model needs and the file lacks, or naming the
///   first cell that cannot be read as its column's kind.
package func predictRows(
    run: String, rows: String, reading: TrainConfiguration.ReadingOptions, threads: Int?,
    outOfDistribution: Bool = false, hiddenFeatures: Bool = false
) throws -> [UInt8] {
    guard outOfDistribution || !hiddenFeatures else {
        throw VouchError("--hidden-features goes with --out-of-distribution only; give both")
    }
    let model = try StoredModel.open(run)
    let reference = outOfDistribution ? try OutOfDistributionReference(run: run) : nil
    let (table, predictions) = try model.predict(
        CSVReader.bytes(path: rows), name: rows, reading: reading, threads: threads)
    let ids = model.schema.names(.id).compactMap { table.column(named: $0) }
    var bytes: [UInt8] = []
    var header = ids.map(\.name)
    if predictions.classes.isEmpty {
        header.append("prediction")
    } else {
        header += predictions.classes.map { "probability[\($0)]" } + ["decision"]
    }
    let unlikeness =
        try reference?.columns(
            table, model, withFeatures: hiddenFeatures,
            pool: WorkerPool(threads: checkedThreads(threads))) ?? []
    header += unlikeness.map(\.name)
    CSVWriter.append(header, to: &bytes)
    let width = max(predictions.classes.count, 1)
    for row in 0..<predictions.rows {
        var cells = ids.map { $0.text(row) ?? "" }
        cells += predictions.values[row * width..<(row + 1) * width].map(\.description)
        if !predictions.classes.isEmpty {
            cells.append(predictions.classes[model.decision(predictions, row: row)])
        }
        cells += unlikeness.map { $0.cells[row] }
        CSVWriter.append(cells, to: &bytes)
    }
    return bytes
}

/// A run measured on new rows with known answers.
package struct RunEvaluation {
    private let report: RunReport

    fileprivate init(_ report: RunReport) { self.report = report }

    /// The measurements for machines.
    package func json() throws -> [UInt8] { try report.json() }

    /// The measurements as a table.
    package func terminal(width: Int, color: Bool) -> String {
        report.terminal(width: width, color: color)
    }
}

/// Measures a trained run on a file of rows that have the target; the look is recorded in the run's
/// ledger.
package func evaluateRun(
    run: String, rows: String, reading: TrainConfiguration.ReadingOptions, threads: Int?
) throws -> RunEvaluation {
    let model = try StoredModel.open(run)
    let bytes = try CSVReader.bytes(path: rows)
    let (table, predictions) = try model.predict(
        bytes, name: rows, reading: reading, threads: threads)
    let name = Files.name(of: rows)
    var test = try LabelledPredictions(
        table, rows: nil, model: model, predictions: predictions, split: name)
    let data = ContentHash.sha256(bytes)
    let own = try Ledger.read(run).lastRun?.details[Ledger.DetailKey.weightsSHA256] ?? ""
    test.models = modelsMeasuredBefore(onDataSHA256: data, except: own) + 1
    let subject = Subject(test: test)
    let evidence = EvidenceView(
        ProbeSchedule(budgetSeconds: nil, now: { Clock.monotonicSeconds() })
            .run(allProbes, on: subject), subject)
    try Look(split: name, rows: test.rows, purpose: "vouch evaluate", dataSHA256: data)
        .record(in: run)
    return RunEvaluation(
        RunReport(
            title: "\(Files.name(of: run)), measured on \(name)", summary: "",
            headlines: headlines(model.description.target.task),
            measurements: evidence.measurements, definitions: evidence.definitions,
            sections: evidence.sections, groupTables: evidence.groups,
            command: ["vouch", "evaluate", run, rows].map(shellQuoted).joined(separator: " ")))
}

extension StoredModel {
    /// Reads a file's bytes as the training data were read, and predicts its rows.
    fileprivate func predict(
        _ bytes: [UInt8], name: String, reading: TrainConfiguration.ReadingOptions, threads: Int?
    ) throws -> (Table, Predictions) {
        let threads = try checkedThreads(threads)
        let options = try csvOptions(reading, threads: threads).keepingTexts(of: schema)
        let table = try CSVReader.read(bytes: bytes, name: name, options: options)
        return (table, try predict(table, pool: WorkerPool(threads: threads)))
    }
}

/// The number of worker threads asked for, or all cores.
func checkedThreads(_ threads: Int?) throws(VouchError) -> Int {
    let threads = threads ?? Machine.cores
    guard (1...1024).contains(threads) else {
        throw VouchError("--threads is \(threads); it must be from 1 to 1024")
    }
    return threads
}
