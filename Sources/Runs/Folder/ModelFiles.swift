import GraphIR
import ImageColumns
package import Models
import NN
import Prediction
package import RunStore
import Tables
import TensorCore

/// A model as a run folder holds it: `model.json` (the network, its prediction graph, the target, where it came from),
/// `encoder.json`, `schema.json` and `weights.safetensors` (a tensor a parameter); with a backbone of pictures also its
/// files (see `BackboneFiles`).
extension ModelBundle {
    /// - Parameter kinds: Those of its columns among them.
    /// - Throws: an error naming the file that is damaged or of another version, or the kind of a column that is not
    ///   known.
    package init(run path: String, kinds: InputKinds = .shipped) throws {
        try self.init(reading: RunFolder.open(path), kinds: kinds)
    }

    /// The model of a run folder whose files were checked already, which opening by a path does each time.
    ///
    /// - Parameter kinds: Those of its columns among them.
    /// - Throws: an error naming the file that is damaged or of another version, or the kind of a column that is not
    ///   known.
    package init(reading folder: RunFolder, kinds: InputKinds = .shipped) throws {
        let path = folder.path
        let kinds = try kinds.opening(folder)
        guard !ImportedFiles.are(in: folder) else { throw VouchError.imported(path, lacks: .network) }
        func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
            try JSON.decode(
                type, from: try folder.read(name), file: path + "/" + name, kinds: kinds)
        }
        let schema = try read(Schema.self, "schema.json")
        try kinds.check(schema, of: path)
        let file = try read(ModelFile.self, "model.json")
        try checkFormat(file.format, is: ModelFile.format, of: path, by: file.version)
        try file.graph.verify()
        let tensors = try folder.tensors("weights.safetensors")
        let parameters = try ModelParameters(file.graph, count: file.models) { tensor, model in
            let name = ModelFile.tensorName(tensor.name, model: model, of: file.models)
            guard tensor.dtype == .int8 else {
                return try tensors.floats(name, shape: tensor.shape)
            }
            return try Self.wholeWeights(tensors.int8s(name, shape: tensor.shape), name, of: path)
        }
        self.init(
            network: file.network, graph: file.graph, parameters: parameters, target: file.target,
            encoder: try read(Encoder.self, "encoder.json"),
            schema: schema,
            provenance: file.provenance ?? .trained(version: file.version),
            dropoutPasses: file.dropoutPasses, costs: file.costs,
            groups: GroupNaming(edges: file.groupEdges, labels: file.groupLabels ?? [:]))
        try verify()
    }

    /// - Throws: where a processor's sums of such weights could saturate, and so not be exact.
    private static func wholeWeights(
        _ weights: [Int8], _ name: String, of run: String
    ) throws(VouchError) -> [Float] {
        let most = Graph.greatestWholeWeight
        if let wrong = weights.first(where: { !(-most...most).contains(Int($0)) }) {
            throw VouchError(
                "\(run)/weights.safetensors has \(wrong) in \(name), whose numbers are from "
                    + "-\(most) to \(most): it is damaged or of another program. Make the run anew")
        }
        return weights.map(Float.init)
    }

    /// - Parameter weights: `encodedWeights()`, which others need too.
    package func add(to writer: inout RunFolder.Writer, weights: [UInt8]) throws {
        try writer.add("model.json", JSON.encode(ModelFile(self)))
        try writer.add("encoder.json", JSON.encode(encoder))
        try writer.add("schema.json", JSON.encode(schema))
        try writer.add("weights.safetensors", weights)
        if let own = encoder.columns.lazy.compactMap({ $0 as? BackboneEncoder }).first {
            try BackboneFiles.add(own.backbone, to: &writer)
        }
    }

    package func encodedWeights() -> [UInt8] {
        var file = Safetensors(metadata: ["format": "vouch \(ModelFile.format)"])
        for model in 0..<count {
            for tensor in parameters.tensors {
                let name = ModelFile.tensorName(tensor.name, model: model, of: count)
                let values = parameters.values(of: tensor, model: model)
                if tensor.dtype == .int8 {
                    file.add(name, shape: tensor.shape, values.map { Int8($0) })
                } else {
                    file.add(name, shape: tensor.shape, values)
                }
            }
        }
        return file.encoded()
    }
}

extension InputKinds {
    /// - Throws: an error naming the column of a run that cannot be read.
    fileprivate func check(_ schema: Schema, of run: String) throws(VouchError) {
        guard let column = schema.features.first(where: { !names.contains($0.kind) }) else {
            return
        }
        throw VouchError(
            "\(run) learned from the column \"\(column.name)\" of kind \(column.kind.rawValue), "
                + "which nothing here reads. Open it with a program that knows this kind; here are "
                + names.map(\.rawValue).joined(separator: ", "))
    }
}

/// - Parameter version: Of the vouch that wrote the run.
/// - Throws: where its `model.json` is of another format than the known one.
func checkFormat(_ format: Int, is known: Int, of run: String, by version: String) throws(VouchError) {
    guard format == known else {
        throw VouchError(
            "\(run) is of format \(format), which this vouch does not know. "
                + "Use the version that wrote it: \(version)")
    }
}

/// `model.json`
private struct ModelFile: Codable {
    static let format = 1

    var format = ModelFile.format
    /// Of the vouch that wrote it.
    var version: String
    var network: TabularNetwork
    /// Sets of weights, of one network; more than one from folds or a refit.
    var models: Int
    /// The graph that predicts.
    var graph: Graph
    var dropoutPasses: Int?
    var target: TargetEncoder
    var costs: LabelledPredictions.Costs?
    var groupEdges: [String: [Double]]
    /// `nil` for none.
    var groupLabels: [String: [String: String]]?
    /// `nil` where a training of that version made the model of nothing else, and nothing changed it since.
    var provenance: Provenance?

    init(_ model: ModelBundle) {
        version = model.provenance.version
        network = model.network
        models = model.count
        graph = model.graph
        dropoutPasses = model.dropoutPasses
        target = model.target
        costs = model.costs
        groupEdges = model.groups.edges
        groupLabels = model.groups.labels.isEmpty ? nil : model.groups.labels
        let own = model.provenance
        provenance = own.isTrained && own.carried == nil ? nil : own
    }

    /// Of several models each tensor bears the model's number.
    static func tensorName(_ parameter: String, model: Int, of models: Int) -> String {
        models == 1 ? parameter : "model\(model)/\(parameter)"
    }
}
