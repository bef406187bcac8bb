import Evidence
import Optim
package import Prediction
import Tables

/// A linear model of all rows that trained or validated: `--model linear` at its standard settings, for
/// all its epochs, with a learning rate that falls to 0.
package struct LinearBaseline: ComparedModel {
    let learner: Learner
    /// The rows to predict, in the order of `testTable`.
    let test: LabelledPredictions
    let testTable: Table
    let work: WorkCounter

    /// One visit of one row, as measured on Adult with two threads, several times over.
    private static let secondsPerVisit = 1e-6

    private var rows: [Int] {
        let split = learner.prepared.split
        return (split.train + split.validation).sorted()
    }

    private var configuration: TrainConfiguration { Self.configuration(of: learner.configuration) }

    /// A linear model's standard settings in place of a configuration's own.
    package static func configuration(of asked: TrainConfiguration) -> TrainConfiguration {
        var result = asked
        result.model = .init()
        result.model.kind = .linear
        result.model.loss = asked.model.loss
        result.model.quantile = asked.model.quantile
        result.model.balancesClasses = asked.model.balancesClasses
        result.model.groupRepair = asked.model.groupRepair
        result.learning = .init()
        result.learning.seed = asked.learning.seed
        result.learning.schedule = .cosine
        result.learning.folds = 1
        result.learning.refits = 0
        return result
    }

    private func recipe(rows: Int) -> Recipe {
        Recipe(configuration, for: learner.prepared.problem(rows: rows))
    }

    package var expectedSeconds: Double {
        let count = rows.count
        return Self.secondsPerVisit * Double(count * recipe(rows: count).epochs)
    }

    package func predictions() throws -> LabelledPredictions {
        let rows = rows
        let recipe = recipe(rows: rows.count)
        let visits = Double(min(recipe.batchRows, rows.count))
        let model = try learner.fixedLengthModel(
            configuration, rows: rows, recipe: recipe,
            onStep: { [work] in work.add(Self.secondsPerVisit * visits) })
        return test.with(try model.predict(testTable, pool: learner.pool))
    }
}
