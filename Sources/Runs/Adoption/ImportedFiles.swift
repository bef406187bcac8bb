package import Adoption
package import Foundation
import ImageColumns
package import Models
package import ONNX
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

    private let whole: ONNXReader.Whole

    /// What the bytes that are kept say.
    package var model: ONNXModel { whole.model }

    /// Whether a run's model was imported.
    package static func are(in folder: RunFolder) -> Bool { folder.contains(rows) }

    /// Reads a model's file and those of its external data.
    ///
    /// - Throws: where one cannot be read, or lies outside the model's folder.
    package init(model path: String) throws {
        whole = try readONNX(path, as: Files.name(of: path), ONNXReader.readWhole(file:limits:))
        // What is written into a run folder must lie in it.
        if let wrong = whole.external.first(where: { Manifest.objection(to: $0.name) != nil }) {
            throw VouchError(
                "\(path) keeps data in \"\(wrong.name)\", and only files in the model's own folder are read. Save the "
                    + "model with its external data beside it")
        }
        let most = ONNXLimits().fileBytes
        guard byteCount <= most else {
            throw VouchError(
                "\(path) and its external data are \(byteCount) bytes, and at most \(most) are taken. Save the model "
                    + "without what it does not need")
        }
    }

    /// Of the model and its external data; of the file alone where that is all.
    package var sha256: String {
        guard !whole.external.isEmpty else { return ContentHash.sha256(whole.bytes) }
        let all = [whole.bytes] + whole.external.map(\.bytes)
        return ContentHash.sha256(Array(all.map { ContentHash.sha256($0) }.joined(separator: "\n").utf8))
    }

    package var byteCount: Int { whole.external.reduce(whole.bytes.count) { $0 + $1.bytes.count } }

    /// The model with its external data, by the names that a run folder has for them.
    var stored: [PictureBackbone.StoredFile] {
        [PictureBackbone.StoredFile(name: Self.model, bytes: whole.bytes)]
            + whole.external.map { PictureBackbone.StoredFile(name: $0.name, bytes: $0.bytes) }
    }

    /// - Parameter mapping: The text of `rows.yaml`.
    package func add(
        to writer: inout RunFolder.Writer, _ model: ImportedModel, mapping: String
    ) throws {
        for file in stored { try writer.add(file.name, file.bytes) }
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
        try checkFormat(file.format, is: ImportedFiles.DescriptionFile.format, of: path, by: file.version)
        let rows = String(decoding: try folder.read(ImportedFiles.rows), as: UTF8.self)
        let model = path + "/" + ImportedFiles.model
        try self.init(
            // External data lies beside it.
            try readONNX(model, as: model, ONNXReader.read(file:limits:)),
            try RowMapping(yaml: rows, as: path + "/" + ImportedFiles.rows),
            Description(
                name: file.name, target: file.target, schema: try read(Schema.self, "schema.json"),
                costs: file.costs, groups: file.groups, provenance: file.provenance))
    }
}

/// An ONNX file, read whole; nothing of it is run.
///
/// - Parameters:
///   - name: What errors call it.
///   - read: What is wanted of it.
/// - Throws: a plain error with the file, the place in it and what to do.
package func readONNX<Found>(
    _ path: String, as name: String, _ read: (URL, ONNXLimits) throws(ONNXError) -> Found
) throws(ModelError) -> Found {
    do throws(ONNXError) {
        return try read(URL(filePath: path), ONNXLimits())
    } catch {
        throw ModelError(error, of: name)
    }
}
