import Adoption
import Cost
import Documents
package import Evidence
import Foundation
import Models
import ONNX
import Platform
import Prediction
import Reporting
import RunStore
package import Runs
import Tables

/// What an adoption is told beside its configuration; none of it changes the result.
package struct AdoptControl {
    package var threads: Int?
    package var overwrite = false
    /// Whether the index of runs learns of the run.
    package var isIndexed = false
    /// Files of stored inputs and of what another program had the model say of them.
    package var checkInputs: [String] = []
    package var checkOutputs: [String] = []
    /// The command line's arguments, the program first, for the report; empty from a library.
    package var arguments: [String] = []
    package var card = CardAnswers()
    package var onEvent: (RunEvent) -> Void = { _ in }
    /// Told how far the probes are, perhaps often and by another thread; `nil` to tell nobody.
    package var onProbes: (@Sendable (ProbeProgress) -> Void)?

    package init() {}
}

/// A run folder of an imported model.
package struct AdoptedRun: Sendable {
    package var path: String
    package var measurements: [Evidence.Measurement]
    package var sha256: String
    package var seconds: Double
    /// The main measurements as a table for a terminal `width` characters wide.
    package var table: @Sendable (_ width: Int, _ color: Bool) -> String
}

/// Measures a model that another program trained on rows with answers, and writes a run folder with it.
///
/// - Throws: an error that says what was being done, where, and what to do next; then no run folder was written.
package func adoptRun(
    _ configuration: AdoptConfiguration, control: AdoptControl
) throws -> AdoptedRun {
    let meter = CostMeter()
    let start = Clock.monotonicSeconds()
    guard configuration.probeSeconds >= 0 else {
        throw VouchError("--probe-budget is \(configuration.probeSeconds); it must be 0 or more")
    }
    let threads = try checkedThreads(control.threads)
    try AtomicFolder.check(configuration.output, overwrite: control.overwrite)
    var adoption = try Adoption(configuration, control, threads: threads)
    let told = try adoption.told(meter)
    try told.writer.commit(
        to: configuration.output, overwrite: control.overwrite, recording: told.records)
    if control.isIndexed { recordInIndex(configuration.output, onEvent: control.onEvent) }
    let report = told.report
    return AdoptedRun(
        path: configuration.output, measurements: report.measurements, sha256: adoption.sha256,
        seconds: Clock.monotonicSeconds() - start,
        table: { report.terminal(width: $0, color: $1) })
}

/// From a model's file to what its run folder holds. Nothing is put in place yet.
private struct Adoption {
    private(set) var configuration: AdoptConfiguration
    let control: AdoptControl
    let files: ImportedFiles
    let rows: AdoptedRows
    /// What came of stored inputs and outputs.
    let check: String?
    let sha256: String

    private var model: ONNXModel { files.model }

    init(_ configuration: AdoptConfiguration, _ control: AdoptControl, threads: Int) throws {
        self.configuration = configuration
        self.control = control
        control.onEvent(.stage("Reading \(configuration.model)"))
        files = try ImportedFiles(model: configuration.model)
        sha256 = files.sha256
        let name = Files.name(of: configuration.model)
        check = try Self.check(files.model, control, name: name)
        if let check { control.onEvent(.stage("Stored inputs: \(check)")) }
        control.onEvent(.stage("Reading \(configuration.data)"))
        rows = try AdoptedRows(
            configuration, files.model, named: name, sha256: sha256, threads: threads,
            say: { control.onEvent(.warning($0)) })
        // It may have been named by rows.yaml alone.
        self.configuration.columns.target = rows.model.target.column
        for warning in rows.warnings { control.onEvent(.warning(warning)) }
    }

    /// Compares stored outputs with what the model says here.
    private static func check(
        _ model: ONNXModel, _ control: AdoptControl, name: String
    ) throws -> String? {
        guard !control.checkInputs.isEmpty || !control.checkOutputs.isEmpty else { return nil }
        guard !control.checkInputs.isEmpty, !control.checkOutputs.isEmpty else {
            throw VouchError(
                "--check-inputs and --check-outputs go together: files of the model's inputs, and of what it said of "
                    + "them")
        }
        func read(_ paths: [String], _ ports: [ONNXPort]) throws -> [ONNXValue] {
            try paths.enumerated().map { place, path in
                let bytes = Data(try Files.read(path))
                do throws(ONNXError) {
                    return try ONNXReader.readValue(
                        bytes, as: place < ports.count ? ports[place].kind : .unknown, source: path)
                } catch {
                    throw ModelError(error, of: path)
                }
            }
        }
        let check = try StoredCheck(
            model, inputs: try read(control.checkInputs, model.graph.requiredInputs),
            outputs: try read(control.checkOutputs, model.graph.outputs), name: name)
        return "\(check.count) values are as stored, the largest difference is \(check.largestDifference)"
    }

    struct Told {
        var report: RunReport
        var writer: RunFolder.Writer
        var records: [Ledger.Record]
    }

    mutating func told(_ meter: CostMeter) throws -> Told {
        let replaced = ReplacedRun(configuration.output, onEvent: control.onEvent)
        let facts = ModelFacts(model)
        let made = try AdoptedSubject(
            rows, configuration, numbers: facts.numbers, bytes: files.byteCount,
            modelsBefore: replaced.modelsBefore(
                onDataSHA256: control.isIndexed ? rows.hashes.last : nil, except: sha256))
        let subject = made.subject
        control.onEvent(.stage("Measuring on \(subject.test.rows) test rows"))
        var schedule = ProbeSchedule(
            budgetSeconds: configuration.probeSeconds, now: { Clock.monotonicSeconds() })
        schedule.absences = AdoptedSubject.absences
        let outcomes = schedule.run(allProbes, on: subject, onProgress: control.onProbes)
        let proofs = proofs(subject, fittedOn: made.validation)
        let name = Files.name(of: configuration.model)
        let ledger = try LedgerEntries(
            adopting: configuration, rows, after: replaced.records, outcomes: outcomes, proofs: proofs,
            subject: subject, charge: RunCharge(.probes, "adoption of \(name)", meter.used()),
            sha256: sha256)
        let assembly = AdoptedReport(
            configuration, rows, outcomes: outcomes, proofs: proofs, subject: subject,
            ledger: ledger.summary(models: subject.test.models),
            facts: .init(
                sha256: sha256, bytes: files.byteCount, producer: model.producer,
                opsets: model.opsetsText, nodes: model.graph.nodes.count, check: check),
            arguments: control.arguments, card: control.card)
        if let reversal = assembly.reversal { control.onEvent(.warning(reversal)) }
        let report = assembly.report()
        var writer = RunFolder.Writer()
        try files.add(to: &writer, rows.model, mapping: rows.mapping)
        try writer.add("configuration.json", JSON.encode(configuration))
        try writer.add("measurements.json", report.json())
        try writer.addView(reportPage, text: report.html())
        for predictions in [subject.test, made.validation].compactMap({ $0 }) {
            try writer.add(PredictionFile.name(predictions.split), PredictionFile.encode(predictions))
        }
        return Told(report: report, writer: writer, records: ledger.records)
    }

    /// Of every remedy that changes outputs alone, fitted on the validation rows where there are some.
    private func proofs(
        _ subject: Subject, fittedOn validation: LabelledPredictions?
    ) -> [Proof] {
        guard let validation, validation.rows > 0, rows.model.target.task != .regression else { return [] }
        control.onEvent(.stage("Proving remedies on \(subject.test.rows) test rows"))
        let before = MeasuredSubject(Subject(test: subject.test))
        return allOutputRemedies.compactMap { remedy in
            try? Proof(remedy, fittedOn: validation, provedOn: before)
        }
    }
}

extension ONNXModel {
    fileprivate var opsetsText: String {
        opsets.sorted { $0.key < $1.key }
            .map { "\($0.key.isEmpty ? "ai.onnx" : $0.key) \($0.value)" }.joined(separator: ", ")
    }
}
