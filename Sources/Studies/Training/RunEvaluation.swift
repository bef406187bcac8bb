import Documents
import Evidence
import Kernels
package import Models
import Platform
package import Prediction
package import Reporting
import RunStore
package import Runs
package import Tables

/// A run measured on new rows with known answers.
package struct RunEvaluation {
    package let report: RunReport

    fileprivate init(_ report: RunReport) { self.report = report }

    /// The measurements for machines.
    package func json() throws -> [UInt8] { try report.json() }

    /// The measurements as a table.
    package func terminal(width: Int, color: Bool) -> String {
        report.terminal(width: width, color: color)
    }
}

/// Measures a trained run on a file of rows that have the target.
///
/// The looks at these rows, and at the validation rows that thresholds are fitted on, are recorded
/// in the run's ledger.
///
/// - Parameter kinds: Those of the run's columns among them.
package func evaluateRun(
    run: String, rows: String, reading: TrainConfiguration.ReadingOptions, threads: Int?,
    kinds: InputKinds = .shipped
) throws -> RunEvaluation {
    let model = try RunModel(run: run, kinds: kinds)
    let bytes = try rowBytes(rows, of: .measured)
    let (table, predictions) = try model.predict(
        bytes, name: rows, reading: reading, threads: threads)
    let name = Files.name(of: rows)
    let data = ContentHash.sha256(bytes)
    let own = try Ledger.read(run).lastRun?.details[Ledger.DetailKey.weightsSHA256] ?? ""
    let before = modelsMeasuredBefore(onDataSHA256: data, except: own)
    var door = HeldOutRows(of: run, for: "vouch evaluate", kinds: kinds)
    var test = try door.open(file: rows, bytes, table, predictions, model: model)
    test.models = before + 1
    let validation = try door.open(.validation)
    let subject = Subject(test: test, calibration: validation.rows > 0 ? validation : nil)
    let evidence = EvidenceView(
        ProbeSchedule(budgetSeconds: nil, now: { Clock.monotonicSeconds() })
            .run(allProbes, on: subject))
    return RunEvaluation(
        RunReport(
            title: "\(Files.name(of: run)), measured on \(name)", summary: "",
            headlines: headlines(model.target.task),
            measurements: evidence.measurements, definitions: evidence.definitions,
            sections: evidence.sections, groupTables: evidence.groups,
            command: ["vouch", "evaluate", run, rows].map(shellQuoted).joined(separator: " "),
            about: .init(
                model.target, testFile: name,
                protectedColumns: test.protected.map(\.name), isTrainedHere: false)
        ).inPlainWords())
}

extension RunModel {
    /// Reads a file's bytes as the training data were read, and predicts its rows.
    package func predict(
        _ bytes: [UInt8], name: String, reading: TrainConfiguration.ReadingOptions, threads: Int?
    ) throws -> (Table, Predictions) {
        let threads = try checkedThreads(threads)
        let table = try rows(bytes, name: name, reading: reading, threads: threads)
        return (table, try predict(table, pool: WorkerPool(threads: threads)))
    }
}
