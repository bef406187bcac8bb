import Evidence
import Models
import Platform
import Prediction
import Tables
import Training

/// The other kind of model, at its standard settings, on the rows that the run's model learned from: an ensemble for a
/// run of an additive model, an additive model for any other.
struct CounterpartModel: ComparedModel {
    let learner: Learner
    /// The rows to predict, in the order of `testTable`.
    let test: LabelledPredictions
    let testTable: Table
    /// What the run's own training counts for.
    let trainingSeconds: Double
    let work: WorkCounter

    private var isAdditive: Bool { learner.prepared.recipe.kind != .additive }

    /// As measured on Adult and California an additive model takes a fraction of an ensemble's time; on letter and satimage,
    /// where each class has functions of its own, about twice as much.
    var expectedSeconds: Double {
        let isOfClasses = learner.prepared.target.task == .multiclass
        return trainingSeconds * (isAdditive ? (isOfClasses ? 2 : 0.5) : (isOfClasses ? 1 : 4))
    }

    /// `nil` of a run that a clock ended, which says nothing of what a training takes.
    init?(
        _ learner: Learner, test: LabelledPredictions, testTable: Table, trainingSeconds: Double,
        work: WorkCounter
    ) {
        let isBounded =
            learner.configuration.learning.budgetSeconds != nil
            || learner.configuration.learning.steps != nil
        guard !isBounded else { return nil }
        self.learner = learner
        self.test = test
        self.testTable = testTable
        self.trainingSeconds = trainingSeconds
        self.work = work
    }

    private var configuration: TrainConfiguration {
        let asked = learner.configuration
        var result = asked
        result.model = .init()
        result.model.kind = isAdditive ? .additive : .ensemble
        result.model.loss = asked.model.loss
        result.model.quantile = asked.model.quantile
        result.model.balancesClasses = asked.model.balancesClasses
        result.model.groupRepair = asked.model.groupRepair
        result.model.reweighsGroups = asked.model.reweighsGroups
        result.learning = .init()
        result.learning.seed = asked.learning.seed
        result.regularising = .init()
        return result
    }

    func predictions() throws -> LabelledPredictions {
        let configuration = configuration
        let own = learner.prepared
        // The run's rows that train or validate, and no other.
        let rows = (own.split.train + own.split.validation).sorted()
        let prepared = try PreparedData.prepare(
            own.table.selecting(rows: rows), testTable: own.testTable, schema: own.schema,
            configuration, onEvent: { _ in })
        let features = try prepared.encoder.encode(prepared.table)
        let plain = Learner(
            configuration: configuration, prepared: prepared, pool: learner.pool)
        let single = try plain.stepSeconds()
        let other = try plain.choosingPairs(features, onStep: { [work] in work.add(single) })
        let step = try other.stepSeconds()
        let made = try ModelTraining(
            learner: other, startedAt: Clock.monotonicSeconds(),
            onEvent: { [work] event in
                if case .training(.step) = event { work.add(step) }
            }
        ).trained(features)
        guard !InterruptFlag.isRaised else { throw VouchError("it was interrupted") }
        return test.with(try made.model.predict(testTable, pool: learner.pool))
    }
}
