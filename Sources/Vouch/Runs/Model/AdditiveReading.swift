import Evidence
import Explanation
import Models
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
    init?(_ learner: Learner, _ model: ModelBundle, _ features: EncodedFeatures) throws {
        guard let form = model.network.additive else { return nil }
        var rows = learner.prepared.split.train
        if rows.count > Self.mostRows {
            let random = CounterRandom(
                seed: learner.configuration.learning.seed, name: "additive reading")
            rows = random.permutation(of: rows.count).prefix(Self.mostRows).map { rows[$0] }
                .sorted()
        }
        let chosen = features.selecting(rows: rows)
        let table = try model.read(learner.prepared.table.selecting(rows: rows))
        let values = try (0..<model.count).map {
            try model.terms(chosen, model: $0, pool: learner.pool)
        }
        let intercepts = (0..<model.count).map { model.intercepts(model: $0) }
        let classes = model.target.classes
        outputs = model.outputPlaces.map { output in
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
