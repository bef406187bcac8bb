package import Evidence
import Optim
package import Prediction
import Tables

/// A linear model of all rows that trained or validated: `--model linear` at its standard settings, for
/// all its epochs, with a learning rate that falls to 0.
package struct LinearBaseline: RivalModel {
    package let trials: Trials
    /// The run's test rows.
    package let test: LabelledPredictions

    /// One visit of one row, as measured on Adult with two threads, several times over.
    private static let secondsPerVisit = 1e-6

    /// With what each number of a picture takes besides.
    private var secondsPerVisit: Double {
        let numbers = trials.run.prepared.encoder.blocks.reduce(0) { $0 + $1.output.width }
        return Self.secondsPerVisit + 1e-8 * Double(numbers)
    }

    private var plan: TrialPlan {
        var plan = TrialPlan(Self.configuration(of: trials.settings))
        plan.rows = .learned(trials.rows)
        return plan
    }

    /// A linear model's standard settings in place of a configuration's own.
    package static func configuration(of asked: TrainConfiguration) -> TrainConfiguration {
        var result = asked.standard(of: ModelForms.baseline)
        result.learning.schedule = .cosine
        result.learning.folds = 1
        result.learning.refits = 0
        return result
    }

    package var kind: String { ModelForms.baseline.rawValue }

    package var expectedSeconds: Double {
        guard !trials.knows(plan) else { return 0 }
        let count = trials.trainingRows.count + trials.validationRows.count
        let recipe = Recipe(
            Self.configuration(of: trials.settings),
            for: trials.run.prepared.problem(rows: count))
        let rows = trials.run.prepared.epochRows(beside: count)
        return secondsPerVisit * Double(rows * recipe.epochs)
    }

    package func told() throws -> (predictions: LabelledPredictions, cost: ModelCost) {
        let told = try trials.told(plan, price: TrialPrice(visit: secondsPerVisit))
        return (test.with(told.predictions), told.cost)
    }
}

extension TrainConfiguration {
    /// The standard settings of a kind of model for what this configuration is to learn: loss, weights of rows and
    /// repair of numbers stay, and so does the seed.
    package func standard(of kind: ModelKind) -> TrainConfiguration {
        var result = self
        result.model = .init()
        result.model.kind = kind
        result.model.loss = model.loss
        result.model.quantile = model.quantile
        result.model.balancesClasses = model.balancesClasses
        result.model.groupRepair = model.groupRepair
        result.learning = .init()
        result.learning.seed = learning.seed
        result.carry = .init()
        return result
    }
}
