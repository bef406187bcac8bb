import Explanation
import Kernels
import Models
import NN
import Platform
import Prediction
package import Tables
import TensorCore
import Training

/// Two columns of an additive model, by name, so that they hold for an encoder that was fitted on other rows.
package struct NamedPair: Hashable, Sendable {
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
        for (parent, range) in zip(encoder.indexParents, ranges.categories) {
            features[parent.column, default: []].append(range)
        }
        for (place, range) in zip(encoder.blocks, ranges.blocks) {
            features[place.column, default: []].append(range)
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
    ///
    /// - Parameter onStep: Called after each step of that model's training.
    package func choosingPairs(
        _ features: EncodedFeatures, onEvent: (RunEvent) -> Void = { _ in },
        onStep: @escaping () -> Void = {}
    ) throws -> Learner {
        let recipe = prepared.recipe
        guard let most = recipe.pairs, most > 0 else { return self }
        onEvent(.stage("Choosing pairs of columns"))
        var alone = self
        alone.pairs = []
        alone.prepared.folds = [prepared.folds[0]]
        alone.prepared.recipe.refits = 0
        // A budget does not cut the search, and so the steps that repeat its run do not either.
        alone.configuration.learning.steps = nil
        // Its training need not be seen: what follows says which pairs were chosen.
        let made = try ModelTraining(
            learner: alone,
            onEvent: { if $0.isStep { onStep() } }
        ).trained(features)
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

    private func pairSearch(_ model: ModelBundle, _ features: EncodedFeatures) throws -> PairSearch
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
        let target = prepared.target
        func values(_ place: Int) -> [Double] {
            rows.indices.map { predictions.values[$0 * predictions.width + place] }
        }
        /// With the precision of a number's error, `nil` of a class's probability.
        func rest(_ answers: [Double], _ expected: [Double], precision: Double?) -> PairSearch.Rest
        {
            var rest = PairSearch.Rest(gradients: [], curvatures: [])
            for (row, (answer, value)) in zip(answers, expected).enumerated() {
                let weight = Double(weights?[row] ?? 1)
                let p = min(max(value, 1e-6), 1 - 1e-6)
                rest.gradients.append(weight * (answer - value) * (precision ?? 1))
                rest.curvatures.append(weight * (precision ?? p * (1 - p)))
            }
            return rest
        }
        let rests: [PairSearch.Rest]
        switch labels {
        case .classes(let classes):
            rests = target.classes.indices.map { place in
                rest(
                    classes.map { Int($0) == place ? 1 : 0 }, values(place), precision: nil)
            }
        case .numbers(let numbers) where target.task == .binary:
            rests = [rest(numbers.map(Double.init), values(1), precision: nil)]
        case .numbers(let numbers):
            let answers = numbers.map(Double.init)
            let expected = values(0).map { ($0 - target.center) / target.scale }
            let squares = zip(answers, expected).map { ($0 - $1) * ($0 - $1) }
            let variance = squares.reduce(0, +) / Double(max(squares.count, 1))
            rests = [rest(answers, expected, precision: 1 / max(variance, 1e-12))]
        case .none, .shares: preconditionFailure("these rows have the answers of the table")
        }
        let columns = prepared.schema.features.compactMap { entry in
            prepared.table.column(named: entry.name)?.selecting(rows: rows)
        }
        return PairSearch(
            columns.map { column in
                let bins = CellBins(column, most: Self.cells)
                return .init(bins.codes(column), count: bins.count)
            }, rests: rests)
    }
}
