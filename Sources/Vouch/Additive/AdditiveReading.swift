import CPURuntime
import Evidence
import Explanation
import GraphIR
import Kernels
import NN
import Platform
import RunStore
import Tables
import TensorCore

/// What a run of an additive model keeps beside its weights, so that the model can be read.
struct AdditiveReading: Codable {
    static let fileName = "terms.json"

    var terms: AdditiveTerms
    var shapes: ShapeFunctions

    /// Over training rows; more than these move the functions' centers by less than their intervals.
    private static let mostRows = 50_000

    /// - Returns: `nil` of a model of another kind.
    init?(_ learner: Learner, _ model: StoredModel, _ features: EncodedFeatures) throws {
        guard let form = model.description.network.additive else { return nil }
        var rows = learner.prepared.split.train
        if rows.count > Self.mostRows {
            let random = CounterRandom(
                seed: learner.configuration.learning.seed, name: "additive reading")
            rows = random.permutation(of: rows.count).prefix(Self.mostRows).map { rows[$0] }
                .sorted()
        }
        let chosen = features.selecting(rows: rows)
        let raw = AdditiveTerms.Raw(
            values: try model.weights.indices.map {
                try model.terms(chosen, model: $0, pool: learner.pool)
            }, intercepts: model.weights.map { model.intercept(of: $0) })
        let target = model.description.target
        let quantity =
            target.task == .regression ? target.column : "log-odds of \(target.classes[1])"
        (terms, shapes) = AdditiveTerms.read(
            raw, of: try model.read(learner.prepared.table.selecting(rows: rows)),
            columns: form.columns.map(\.name), pairs: form.pairs.map { ($0.first, $0.second) },
            quantity: model.encoder.repair == nil ? quantity : quantity + ", of repaired numbers")
    }

    /// - Returns: `nil` where the run has none.
    static func of(run: String) throws -> AdditiveReading? {
        guard Files.exists(run + "/" + fileName) else { return nil }
        return try JSON.decode(
            AdditiveReading.self, from: RunFolder.open(run).read(fileName),
            file: run + "/" + fileName)
    }
}

extension StoredModel {
    /// Rows as the model's functions get them: a function is one of repaired numbers, if they are repaired.
    func read(_ table: Table) throws(TableError) -> Table {
        guard let repair = encoder.repair else { return table }
        return try repair.repaired(table)
    }

    fileprivate func intercept(of weights: Buffer) -> Double {
        let entry = layout.entries.first { $0.spec.name == "intercept" }
        let target = description.target
        return entry.map { Double(weights.floats($0.range)[0]) * target.scale + target.center } ?? 0
    }

    /// The values of one model's functions, `[rows, terms]`: log-odds, or the target's unit.
    func terms(_ features: EncodedFeatures, model: Int, pool: WorkerPool) throws -> [Float] {
        let scale = Float(description.target.scale)
        return try values(of: "terms", features, model: model, pool: pool).numbers
            .map { $0 * scale }
    }

    /// The mean over models of the output of raw rows: log-odds, or the target's unit.
    func meanOutputs(_ table: Table, pool: WorkerPool) throws -> [Double] {
        let features = try encoder.encode(table)
        let target = description.target
        var sum = [Double](repeating: 0, count: table.rowCount)
        for model in weights.indices {
            let more = try values(of: "logits", features, model: model, pool: pool).numbers
            for row in sum.indices { sum[row] += Double(more[row]) }
        }
        return sum.map { $0 / Double(weights.count) * target.scale + target.center }
    }

    /// The mean over models of what each function says of raw rows, `[rows, terms]`.
    func meanTerms(_ table: Table, pool: WorkerPool) throws -> [Float] {
        let features = try encoder.encode(table)
        var sum: [Float] = []
        for model in weights.indices {
            let more = try terms(features, model: model, pool: pool)
            if sum.isEmpty {
                sum = more
            } else {
                for place in sum.indices { sum[place] += more[place] }
            }
        }
        return sum.map { $0 / Float(weights.count) }
    }
}
