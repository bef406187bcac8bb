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

    /// One; of several classes one a class.
    var outputs: [Output]

    struct Output: Codable {
        var terms: AdditiveTerms
        var shapes: ShapeFunctions
    }

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
        let table = try model.read(learner.prepared.table.selecting(rows: rows))
        let values = try model.weights.indices.map {
            try model.terms(chosen, model: $0, pool: learner.pool)
        }
        let intercepts = model.weights.map { model.intercepts(of: $0) }
        let classes = model.description.target.classes
        outputs = model.outputs.map { output in
            let (terms, shapes) = AdditiveTerms.read(
                .init(
                    values: values.map { $0.output(output) },
                    intercepts: intercepts.map { $0[output] }),
                of: table, columns: form.columns.map(\.name),
                pairs: form.pairs.map { ($0.first, $0.second) },
                quantity: model.additiveQuantity(of: max(output, classes.count == 2 ? 1 : 0)),
                output: classes.count > 2 ? classes[output] : nil)
            return Output(terms: terms, shapes: shapes)
        }
    }

    /// - Returns: `nil` where the run has none.
    static func of(run: String) throws -> AdditiveReading? {
        guard Files.exists(run + "/" + fileName) else { return nil }
        return try JSON.decode(
            AdditiveReading.self, from: RunFolder.open(run).read(fileName),
            file: run + "/" + fileName)
    }
}

/// Values of an additive model's functions, `[rows, outputs, terms]`.
struct TermValues {
    var numbers: [Float]
    let outputs: Int
    let terms: Int

    /// Of one output, `[rows, terms]`.
    func output(_ place: Int) -> [Float] {
        guard outputs > 1 else { return numbers }
        let width = outputs * terms
        return stride(from: place * terms, to: numbers.count, by: width).flatMap { start in
            numbers[start..<(start + terms)]
        }
    }
}

extension StoredModel {
    /// Places of a network's outputs for a row.
    fileprivate var outputs: Range<Int> { 0..<description.network.task.outputs }

    /// What the functions of a class add up to, in words.
    ///
    /// Scores of several classes are known up to a number that all of them share, which their mean is taken for.
    func additiveQuantity(of place: Int) -> String {
        let target = description.target
        let quantity =
            switch target.classes.count {
            case 0: target.column
            case 2: "log-odds of \(target.classes[place])"
            default: "log-probability of \(target.classes[place]) above all classes' mean"
            }
        return encoder.repair == nil ? quantity : quantity + ", of repaired numbers"
    }

    /// Rows as the model's functions get them: a function is one of repaired numbers, if they are repaired.
    func read(_ table: Table) throws(TableError) -> Table {
        guard let repair = encoder.repair else { return table }
        return try repair.repaired(table)
    }

    /// Of each output; of several classes less their mean.
    fileprivate func intercepts(of weights: Buffer) -> [Double] {
        let entry = layout.entries.first { $0.spec.name == "intercept" }
        let target = description.target
        guard let entry else { return outputs.map { _ in 0 } }
        let own = weights.floats(entry.range).map {
            Double($0) * target.scale + target.center
        }
        let mean = own.count > 1 ? own.reduce(0, +) / Double(own.count) : 0
        return own.map { $0 - mean }
    }

    /// The values of one model's functions: log-odds, or the target's unit; of several classes less the classes' mean.
    fileprivate func terms(
        _ features: EncodedFeatures, model: Int, pool: WorkerPool
    ) throws -> TermValues {
        let scale = Float(description.target.scale)
        let raw = try values(of: .terms, features, model: model, pool: pool).numbers
        let terms = description.network.additive?.terms ?? 1
        var result = TermValues(
            numbers: raw.map { $0 * scale }, outputs: outputs.count, terms: terms)
        guard outputs.count > 1 else { return result }
        for row in 0..<features.rows {
            for term in 0..<terms {
                let places = outputs.map { (row * outputs.count + $0) * terms + term }
                let mean = places.reduce(0) { $0 + result.numbers[$1] } / Float(places.count)
                for place in places { result.numbers[place] -= mean }
            }
        }
        return result
    }

    /// The mean over models of an output of raw rows: log-odds, or the target's unit; of several classes above their mean.
    func meanOutput(_ output: Int, _ table: Table, pool: WorkerPool) throws -> [Double] {
        let features = try encoder.encode(table)
        let target = description.target
        let width = outputs.count
        var sum = [Double](repeating: 0, count: table.rowCount)
        for model in weights.indices {
            let more = try values(of: .logits, features, model: model, pool: pool).numbers
            for row in sum.indices {
                let own = more[(row * width)..<((row + 1) * width)].map(Double.init)
                sum[row] += own[output] - (width > 1 ? own.reduce(0, +) / Double(width) : 0)
            }
        }
        return sum.map { $0 / Double(weights.count) * target.scale + target.center }
    }

    /// The mean over models of what each function says of raw rows.
    func meanTerms(_ table: Table, pool: WorkerPool) throws -> TermValues {
        let features = try encoder.encode(table)
        var result = try terms(features, model: 0, pool: pool)
        for model in weights.indices.dropFirst() {
            let more = try terms(features, model: model, pool: pool).numbers
            for place in more.indices { result.numbers[place] += more[place] }
        }
        result.numbers = result.numbers.map { $0 / Float(weights.count) }
        return result
    }
}
