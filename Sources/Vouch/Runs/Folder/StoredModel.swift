import CPURuntime
import GraphIR
import Kernels
import NN
import Prediction
import RealModule
import RunStore
import Statistics
import Tables
import TensorCore
import Training

/// A trained model with all that is needed to predict raw rows.
///
/// In the run folder: `model.json` (this, with the graph), `encoder.json`, `schema.json` and
/// `weights.safetensors` (a tensor a parameter).
struct StoredModel {
    static let format = 1

    var description: Description
    var encoder: Encoder
    var schema: Schema
    let layout: ParameterLayout
    /// Of each model; their predictions are averaged.
    let weights: [Buffer]

    struct Description: Codable {
        var format = StoredModel.format
        var version: String
        var network: TabularNetwork
        /// Sets of weights, of one network; more than one from folds or a refit.
        var models: Int
        /// The graph that predicts.
        var graph: Graph
        /// Passes with dropout that a prediction is the mean of; `nil` for one without.
        var dropoutPasses: Int?
        var target: TargetEncoder
        var costs: LabelledPredictions.Costs?
        /// Edges that cut a protected column of numbers into groups.
        var groupEdges: [String: [Double]]
        /// Names that groups of protected columns were given, by their text.
        var groupLabels: [String: [String: String]]?

        /// How protected columns become groups.
        var groups: GroupNaming { GroupNaming(edges: groupEdges, labels: groupLabels ?? [:]) }

        /// Probability from which the positive class is decided; two classes only.
        var threshold: Double { costs?.threshold ?? 0.5 }

        func tensorName(_ parameter: String, model: Int) -> String {
            models == 1 ? parameter : "model\(model)/\(parameter)"
        }
    }

    init(description: Description, encoder: Encoder, schema: Schema, weights: [Buffer]) {
        self.description = description
        self.encoder = encoder
        self.schema = schema
        self.weights = weights
        layout = ParameterLayout(description.graph)
    }

    /// - Parameter weights: `encodedWeights()`, which others need too.
    func add(to writer: inout RunFolder.Writer, weights: [UInt8]) throws {
        try writer.add("model.json", JSON.encode(description))
        try writer.add("encoder.json", JSON.encode(encoder))
        try writer.add("schema.json", JSON.encode(schema))
        try writer.add("weights.safetensors", weights)
    }

    func encodedWeights() -> [UInt8] {
        var tensors = Safetensors(metadata: ["format": "vouch \(Self.format)"])
        for (model, weights) in weights.enumerated() {
            for entry in layout.entries {
                tensors.add(
                    description.tensorName(entry.spec.name, model: model),
                    shape: entry.spec.shape.bound(rows: 0), weights.floats(entry.range))
            }
        }
        return tensors.encoded()
    }

    /// - Throws: an error naming the file that is damaged or of another version.
    static func open(_ path: String) throws -> StoredModel {
        try open(RunFolder.open(path))
    }

    /// The model of a run folder whose files were checked already, which opening by a path does each time.
    static func open(_ folder: RunFolder) throws -> StoredModel {
        let path = folder.path
        func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
            try JSON.decode(type, from: try folder.read(name), file: path + "/" + name)
        }
        let description = try read(Description.self, "model.json")
        guard description.format == format else {
            throw VouchError(
                "\(path) is of format \(description.format), which this vouch does not know. "
                    + "Use the version that wrote it: \(description.version)")
        }
        try description.graph.verify()
        let layout = ParameterLayout(description.graph)
        let tensors = try folder.tensors("weights.safetensors")
        let weights = try (0..<description.models).map { model in
            let buffer = Buffer(count: layout.count)
            for entry in layout.entries {
                let numbers = try tensors.floats(
                    description.tensorName(entry.spec.name, model: model),
                    shape: entry.spec.shape.bound(rows: 0))
                buffer.copy(from: Buffer(numbers), at: 0, to: entry.offset, count: entry.count)
            }
            return buffer
        }
        return StoredModel(
            description: description, encoder: try read(Encoder.self, "encoder.json"),
            schema: try read(Schema.self, "schema.json"), weights: weights)
    }

    /// What each model says alone, where the models are folds.
    func valuesByModel(_ table: Table, pool: WorkerPool) throws -> [[Double]] {
        let features = try encoder.encode(table)
        return weights.map { own in
            StoredModel(
                description: description, encoder: encoder, schema: schema, weights: [own]
            ).predict(features, pool: pool).values
        }
    }

    /// Predicts raw rows.
    func predict(_ table: Table, pool: WorkerPool) throws(TableError) -> Predictions {
        predict(try encoder.encode(table), pool: pool)
    }

    /// With dropout, units are dropped by the row's place and the pass alone, so that the same rows in the
    /// same order give the same bits.
    func predict(_ features: EncodedFeatures, pool: WorkerPool) -> Predictions {
        predict(features, evaluator: evaluator(pool: pool), pool: pool)
    }

    /// What runs the network; one that is kept makes many small calls quick.
    func evaluator(pool: WorkerPool) -> NetworkEvaluator {
        evaluator(of: meansLogits ? .logits : .prediction, pool: pool)
    }

    private func evaluator(of output: OutputPort, pool: WorkerPool) -> NetworkEvaluator {
        NetworkEvaluator(description.graph, output: output, layout: layout, pool: pool)
    }

    /// A mean of sums of functions is one too; that of their probabilities is none.
    private var meansLogits: Bool { description.network.additive != nil }

    /// - Parameter evaluator: Of this model.
    func predict(
        _ features: EncodedFeatures, evaluator: NetworkEvaluator, pool: WorkerPool
    ) -> Predictions {
        var raw = mean(of: evaluator, features)
        let target = description.target
        guard target.task != .regression else {
            func unscaled(_ value: Float) -> Double { Double(value) * target.scale + target.center }
            let bounds = description.network.quantiles.map { _ in
                let both = mean(of: self.evaluator(of: .quantiles, pool: pool), features).map(
                    unscaled)
                // Two models of two quantiles may cross; the smaller is the lower one.
                return (0..<features.rows).map { row in
                    Bounds(
                        lower: min(both[2 * row], both[2 * row + 1]),
                        upper: max(both[2 * row], both[2 * row + 1]))
                }
            }
            return Predictions(
                rows: features.rows, classes: [], values: raw.map(unscaled), bounds: bounds)
        }
        if meansLogits { raw = probabilities(ofLogits: raw) }
        guard target.task == .binary else {
            return Predictions(
                rows: features.rows, classes: target.classes, values: raw.map(Double.init))
        }
        var both: [Double] = []
        both.reserveCapacity(2 * raw.count)
        for positive in raw { both += [1 - Double(positive), Double(positive)] }
        return Predictions(rows: features.rows, classes: target.classes, values: both)
    }

    /// - Parameter logits: `[rows, outputs]`.
    private func probabilities(ofLogits logits: [Float]) -> [Float] {
        let width = description.network.task.outputs
        guard width > 1 else { return logits.map { 1 / (1 + Float(Double.exp(-Double($0)))) } }
        return stride(from: 0, to: logits.count, by: width).flatMap { start in
            let own = logits[start..<(start + width)].map(Double.init)
            let top = own.max() ?? 0
            let powers = own.map { Double.exp($0 - top) }
            let sum = powers.reduce(0, +)
            return powers.map { Float($0 / sum) }
        }
    }

    /// The mean of an output over models and passes with dropout.
    private func mean(of evaluator: NetworkEvaluator, _ features: EncodedFeatures) -> [Float] {
        let data = EncodedData(features, labels: .none)
        let passes = description.dropoutPasses ?? 1
        var sum = [Float](repeating: 0, count: data.rows * evaluator.width)
        for weights in weights {
            for pass in 0..<passes {
                let more = evaluator.values(of: data, weights: weights, pass: pass)
                for index in sum.indices { sum[index] += more[index] }
            }
        }
        let count = Float(weights.count * passes)
        if count > 1 { for index in sum.indices { sum[index] /= count } }
        return sum
    }

    /// An output of one model's graph, such as `hiddenFeatures`: `[rows, width]`.
    ///
    /// - Throws: where an earlier version wrote the run, whose graph has no such output.
    func values(
        of output: OutputPort, _ features: EncodedFeatures, model: Int = 0, pool: WorkerPool
    ) throws -> (numbers: [Float], width: Int) {
        guard description.graph.outputs[output] != nil else {
            throw VouchError(
                "this run was trained by vouch \(description.version), whose models do not give "
                    + "\(output). Train again")
        }
        let evaluator = evaluator(of: output, pool: pool)
        let data = EncodedData(features, labels: .none)
        return (evaluator.values(of: data, weights: weights[model]), evaluator.width)
    }
}

extension EncodedData {
    init(_ features: EncodedFeatures, labels: Labels, weights: [Float]? = nil) {
        self.init(
            rows: features.rows, numeric: features.numeric, numericWidth: features.numericWidth,
            categories: features.categories, categoryWidth: features.categoryWidth,
            labels: labels, weights: weights)
    }
}
