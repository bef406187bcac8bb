import Explanation
import Kernels
import NN
import Platform
import Prediction
import Tables
import TensorCore
import Training

/// Two columns of an additive model, by name, so that they hold for an encoder that was fitted on other rows.
struct NamedPair: Hashable, Sendable {
    var first: String
    var second: String
}

extension AdditiveForm {
    var namedPairs: [NamedPair] {
        pairs.map {
            NamedPair(first: columns[$0.first].name, second: columns[$0.second].name)
        }
    }
}

extension Learner {
    /// The raw columns of the encoded features, in the schema's order, with the learner's pairs of them.
    func additiveForm(_ input: TabularInput) -> AdditiveForm {
        let encoder = prepared.encoder
        let ranges = input.featureRanges
        var features: [String: [Range<Int>]] = [:]
        for (parent, range) in zip(encoder.numericParents, ranges.numeric) {
            features[parent.column, default: []].append(range)
        }
        for (category, range) in zip(encoder.categories, ranges.categories) {
            features[category.column, default: []].append(range)
        }
        let columns = prepared.schema.features.compactMap { entry in
            features[entry.name].map { AdditiveForm.Column(name: entry.name, features: $0) }
        }
        let places = Dictionary(
            uniqueKeysWithValues: columns.enumerated().map { ($1.name, $0) })
        return AdditiveForm(
            columns: columns,
            pairs: pairs.compactMap { pair in
                guard let first = places[pair.first], let second = places[pair.second] else {
                    return nil
                }
                return .init(min(first, second), max(first, second))
            })
    }

    /// With the pairs of columns that an additive model is to have.
    ///
    /// They are searched in what a model of single columns leaves over of the training rows of the first split, by
    /// `PairSearch`. No test row is looked at.
    func choosingPairs(
        _ features: EncodedFeatures, onEvent: (RunEvent) -> Void = { _ in }
    ) throws -> Learner {
        let recipe = prepared.recipe
        guard recipe.kind == .additive, let most = recipe.pairs, most > 0 else { return self }
        onEvent(.stage("Choosing pairs of columns"))
        var alone = self
        alone.pairs = []
        alone.prepared.folds = [prepared.folds[0]]
        alone.prepared.recipe.refits = 0
        // Its training need not be seen: what follows says which pairs were chosen.
        let made = try ModelTraining(learner: alone, startedAt: Clock.monotonicSeconds())
            .trained(features)
        let search = try alone.pairSearch(made.model, features)
        let names = prepared.schema.features.map(\.name)
        var result = self
        result.pairs = search.strongest(most).map {
            NamedPair(first: names[$0.first], second: names[$0.second])
        }
        return result
    }

    /// Rows that the search looks at.
    private static let mostRows = 50_000
    private static let cells = 12

    private func pairSearch(_ model: StoredModel, _ features: EncodedFeatures) throws -> PairSearch
    {
        var rows = prepared.folds[0].train
        if rows.count > Self.mostRows {
            let random = CounterRandom(seed: configuration.learning.seed, name: "pair search")
            rows = random.permutation(of: rows.count).prefix(Self.mostRows).map { rows[$0] }
                .sorted()
        }
        let chosen = features.selecting(rows: rows)
        let predictions = model.predict(chosen, pool: pool)
        let (labels, weights) = try answers(rows, balanced: true)
        guard case .numbers(let answers) = labels else {
            preconditionFailure("an additive model has one output")
        }
        let target = prepared.target
        let isRegression = target.task == .regression
        let expected = (0..<rows.count).map { row in
            isRegression
                ? (predictions.values[row] - target.center) / target.scale
                : predictions.values[2 * row + 1]
        }
        let residuals = zip(answers, expected).map { Double($0) - $1 }
        let variance =
            residuals.reduce(0) { $0 + $1 * $1 } / Double(max(residuals.count, 1))
        var gradients: [Double] = []
        var curvatures: [Double] = []
        for (row, residual) in residuals.enumerated() {
            let weight = Double(weights?[row] ?? 1)
            let p = min(max(expected[row], 1e-6), 1 - 1e-6)
            gradients.append(weight * (isRegression ? residual / max(variance, 1e-12) : residual))
            curvatures.append(weight * (isRegression ? 1 / max(variance, 1e-12) : p * (1 - p)))
        }
        let columns = prepared.schema.features.compactMap { entry in
            prepared.table.column(named: entry.name)?.selecting(rows: rows)
        }
        return PairSearch(
            columns.map { column in
                let bins = CellBins(column, most: Self.cells)
                return .init(bins.codes(column), count: bins.count)
            }, gradients: gradients, curvatures: curvatures)
    }
}
