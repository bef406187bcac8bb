package import Adoption
import Foundation
import Models
import ONNX
import Platform
import Prediction
package import RunStore
import Tables

/// An imported model as a run folder holds it: `model.onnx` with its files of external data, `rows.yaml` (which rows it
/// takes), `schema.json`, and `model.json` (what it predicts, how it decides, where it came from).
package struct ImportedFiles: Sendable {
    package static let model = "model.onnx"
    package static let rows = "rows.yaml"
    private static let description = "model.json"

    /// Of the model's file, as it stands.
    package let bytes: [UInt8]
    /// By their path from the model's folder.
    package let external: [(name: String, bytes: [UInt8])]

    /// Whether a run's model was imported.
    package static func are(in folder: RunFolder) -> Bool { folder.contains(rows) }

    /// Reads a model's file and those of its external data.
    ///
    /// - Throws: where one cannot be read, or lies outside the model's folder.
    package init(model path: String) throws {
        bytes = try Files.read(path)
        let folder = Files.folder(of: path)
        var names: [String]
        do throws(ONNXError) {
            names = try ONNXReader.externalFiles(of: Data(bytes), source: Files.name(of: path))
        } catch {
            throw ModelError(error, of: Files.name(of: path))
        }
        names = names.map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 }
        // What is written into a run folder must lie in it.
        if let wrong = names.first(where: { Manifest.objection(to: $0) != nil }) {
            throw VouchError(
                "\(path) keeps data in \"\(wrong)\", and only files in the model's own folder are read. Save the model "
                    + "with its external data beside it")
        }
        let size = names.reduce(bytes.count) { sum, name in
            let values = try? URL(filePath: folder + "/" + name).resourceValues(forKeys: [.fileSizeKey])
            return sum + (values?.fileSize ?? 0)
        }
        let most = ONNXLimits().fileBytes
        guard size <= most else {
            throw VouchError(
                "\(path) and its external data are \(size) bytes, and at most \(most) are taken. Save the model without "
                    + "what it does not need")
        }
        external = try names.map { ($0, try Files.read(folder + "/" + $0)) }
    }

    /// Of the model and its external data; of the file alone where that is all.
    package var sha256: String {
        guard !external.isEmpty else { return ContentHash.sha256(bytes) }
        let all = [bytes] + external.map(\.bytes)
        return ContentHash.sha256(Array(all.map { ContentHash.sha256($0) }.joined(separator: "\n").utf8))
    }

    package var byteCount: Int { external.reduce(bytes.count) { $0 + $1.bytes.count } }

    /// - Parameter mapping: The text of `rows.yaml`.
    package func add(
        to writer: inout RunFolder.Writer, _ model: ImportedModel, mapping: String
    ) throws {
        try writer.add(Self.model, bytes)
        for file in external { try writer.add(file.name, file.bytes) }
        try writer.add(Self.rows, text: mapping)
        try writer.add("schema.json", JSON.encode(model.schema))
        try writer.add(Self.description, JSON.encode(DescriptionFile(model)))
    }

    /// `model.json` of an imported model.
    fileprivate struct DescriptionFile: Codable {
        static let format = 1

        var format = DescriptionFile.format
        /// Of the vouch that wrote it.
        var version: String
        /// What errors call the model.
        var name: String
        var target: TargetEncoder
        var costs: LabelledPredictions.Costs?
        var groups: GroupNaming
        var provenance: Provenance

        init(_ model: ImportedModel) {
            version = model.provenance.version
            name = model.name
            target = model.target
            costs = model.costs
            groups = model.groups
            provenance = model.provenance
        }
    }
}

extension ImportedModel {
    /// The model of a run folder whose files were checked already.
    init(reading folder: RunFolder) throws {
        let path = folder.path
        func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
            try JSON.decode(type, from: try folder.read(name), file: path + "/" + name)
        }
        let file = try read(ImportedFiles.DescriptionFile.self, "model.json")
        guard file.format == ImportedFiles.DescriptionFile.format else {
            throw VouchError(
                "\(path) is of format \(file.format), which this vouch does not know. "
                    + "Use the version that wrote it: \(file.version)")
        }
        let rows = String(decoding: try folder.read(ImportedFiles.rows), as: UTF8.self)
        let model: ONNXModel
        do throws(ONNXError) {
            // External data lies beside it.
            model = try ONNXReader.read(file: URL(filePath: path + "/" + ImportedFiles.model))
        } catch {
            throw ModelError(error, of: path + "/" + ImportedFiles.model)
        }
        try self.init(
            model, try RowMapping(yaml: rows, as: path + "/" + ImportedFiles.rows),
            Description(
                name: file.name, target: file.target, schema: try read(Schema.self, "schema.json"),
                costs: file.costs, groups: file.groups, provenance: file.provenance))
    }
}
