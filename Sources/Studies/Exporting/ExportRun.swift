import Documents
import ModelExport
import Models
import ONNXExport
import Platform
import Reporting
import RunStore
package import Runs
import Tables

/// What `vouch export` wrote.
package struct ExportedRun: Sendable, Encodable {
    package var file: String
    package var bytes: Int
    /// Of the run's `manifest.json`, as the file has it, too.
    package var manifestSHA256: String
    package var inputs: [Port]
    package var outputs: [Port]
    /// What inputs of texts take for a missing cell, beside the empty text.
    package var missingTexts: [String]

    package struct Port: Sendable, Encodable {
        package var name: String
        /// As ONNX Runtime names it.
        package var type: String
        package var shape: String
        /// What is handed over, or what comes out.
        package var text: String

        init(_ port: ExportedPort) {
            name = port.name
            type = "tensor(\(port.type.title))"
            shape = "[" + port.shape.map { $0.map(String.init) ?? "N" }.joined(separator: ", ") + "]"
            text = port.text
        }
    }

    /// For a person.
    package var text: String {
        // What is said of several ports stands once, behind the last of them.
        func lines(_ ports: [Port]) -> String {
            var lines = ""
            for (place, port) in ports.enumerated() {
                lines += "  \(visible(port.name)): \(port.type) \(port.shape)\n"
                guard place + 1 == ports.count || ports[place + 1].text != port.text else { continue }
                lines += "      \(visible(port.text))\n"
            }
            return lines
        }
        return """
            \(file) holds the model: \(bytes) bytes, ONNX opset \(ONNXDomain.standard.version) and \
            \(ONNXDomain.learning.rawValue) \(ONNXDomain.learning.version).

            Inputs, one a column:
            \(lines(inputs))
            Words for missing: \(missingTexts.map(visible).joined(separator: "  "))

            Outputs:
            \(lines(outputs))
            """
    }
}

/// Writes a run's model as one ONNX file that takes raw rows.
///
/// No rows are read, and none that the run held out.
///
/// - Parameters:
///   - path: The file to write; one that is there is written over, unless the run was made of it.
///   - card: What a person says of the model; the file's metadata carry it.
/// - Throws: where the run's model was imported, or has a part that no operator computes; then nothing is written.
package func exportRun(
    _ run: String, onnx path: String, card: CardAnswers = CardAnswers()
) throws -> ExportedRun {
    let folder = try RunFolder.open(run)
    let model = try RunModel(reading: folder)
    guard let network = model.network else {
        throw VouchError(
            "\(run) holds an imported model, which is an ONNX file already: take \(run)/\(ImportedFiles.model), "
                + "and \(run)/rows.yaml says which columns feed it. Only a model that was trained here is exported")
    }
    try OutputFiles(ofRun: run).check(["--onnx": path])
    let manifest = ContentHash.sha256(try Files.read(run + "/" + Manifest.fileName))
    let report = try storedReport(run: run, card: card)
    let made: ExportedModel
    do {
        made = try network.exported(
            version: vouchVersion,
            metadata: try ExportCard(network, report, manifestSHA256: manifest).metadata)
    } catch let error as ONNXExportError {
        throw VouchError("\(run) cannot be exported: \(error)")
    }
    try AtomicFile.write(made.bytes, to: path)
    return ExportedRun(
        file: path, bytes: made.bytes.count, manifestSHA256: manifest, inputs: made.inputs.map(ExportedRun.Port.init),
        outputs: made.outputs.map(ExportedRun.Port.init), missingTexts: made.missingTexts)
}

/// What a file says of its model beside the model itself.
struct ExportCard {
    let metadata: [(key: String, value: String)]

    init(_ model: ModelBundle, _ report: RunReport, manifestSHA256: String) throws {
        var lines = [report.summary]
        lines += (report.brief?.answers ?? []).map { "\($0.question) \($0.text)" }
        lines += (report.brief?.drawbacks ?? []).map { "\($0.answer.question) \($0.answer.text)" }
        lines += (report.concerns ?? []).map { "Worry: \($0.title). \($0.text)" }
        for item in report.modelCard?.items ?? [] {
            if case .given(let text, _) = item.answer { lines.append("\(item.prompt): \(text)") }
        }
        var entries = [
            ("vouch.version", vouchVersion), ("vouch.manifest_sha256", manifestSHA256),
            ("vouch.target", model.target.column), ("vouch.task", model.target.task.rawValue),
            ("vouch.card", lines.filter { !$0.isEmpty }.joined(separator: "\n")),
        ]
        if !model.target.classes.isEmpty {
            entries.append(
                ("vouch.classes", String(decoding: try JSON.encode(model.target.classes), as: UTF8.self)))
        }
        if model.target.task == .binary { entries.append(("vouch.threshold", "\(model.threshold)")) }
        metadata = entries.map { (key: $0.0, value: $0.1) }
    }
}
