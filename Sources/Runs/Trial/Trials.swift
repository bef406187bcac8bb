package import Evidence
import Kernels
package import Models
import Platform
package import Prediction
import RunStore
import Synchronization
package import Tables
package import Training

/// Carries out trainings that differ from a run's as plans say: the one place that prepares rows, trains
/// and counts for probes, proofs and studies.
///
/// A plan that was carried out before is not trained again where its result is still held: what its model
/// says of the run's test rows always is, models are while they are the latest, of 64 MB of weights. Either
/// way the bits are those of training again. One piece of work asks at a time; two threads that ask for
/// the same plan at once both train it.
package final class Trials: Sendable {
    /// The run: what plans differ from.
    package let run: Learner
    /// Where trainings with a price count what they do.
    package let work: WorkCounter
    let features: EncodedFeatures?
    private let state: Mutex<State>

    private struct State {
        var trainings = 0
        var told: [TrialPlan: ToldTrial] = [:]
        /// The oldest first.
        var held: [Trained] = []
        var testTable: Table?
    }

    private struct Trained {
        var plan: TrialPlan
        var pairs: [NamedPair]
        var made: TrainedModel

        var bytes: Int { made.trainings.reduce(0) { $0 + 4 * $1.weights.count } }
    }

    private static let mostHeldBytes = 64 << 20

    /// - Parameters:
    ///   - run: What plans differ from.
    ///   - features: Its rows, encoded; `nil` to encode them where a plan needs them.
    ///   - testTable: Its test rows with an answer; `nil` to take them from its data where needed.
    package init(
        _ run: Learner, features: EncodedFeatures? = nil, testTable: Table? = nil,
        work: WorkCounter = WorkCounter()
    ) {
        self.run = run
        rows = (run.prepared.split.train + run.prepared.split.validation).sorted()
        self.features = features
        self.work = work
        state = Mutex(State(testTable: testTable))
    }

    /// Of a finished run, whose data must stand where they stood, unchanged, and whose model a training made.
    package convenience init(
        run path: String, threads: Int, kinds: InputKinds = .shipped,
        cancellation: Cancellation = .bySignal
    ) throws {
        let run = try FinishedRun(
            path, threads: threads, kinds: kinds, cancellation: cancellation, onEvent: { _ in })
        try run.checkIsTrained()
        self.init(run.learner, features: run.features)
    }

    /// The settings of the run, as it was asked for.
    package var settings: TrainConfiguration { run.configuration }

    /// Rows of the run's table that it learned from; of folds also those that validated in their turn.
    package var trainingRows: [Int] { run.prepared.split.train }

    /// Those that validated alone.
    package var validationRows: [Int] { run.prepared.split.validation }

    /// Both, as plans take them.
    package let rows: [Int]

    /// Trainings that were really done so far, those that chose pairs of columns aside.
    package var trainings: Int { state.withLock { $0.trainings } }

    /// A plan carried out.
    ///
    /// - Parameter price: `nil` where nobody counts.
    /// - Throws: `Interruption` where it is interrupted, and then nothing of it is held; where the rows
    ///   cannot be prepared as the plan says; `TrainingFailure`.
    package func trained(_ plan: TrialPlan, price: TrialPrice? = nil) throws -> Trial {
        if let trial = try held(plan) { return trial }
        let trial = try train(plan, price)
        let trained = Trained(plan: plan, pairs: trial.learner.pairs, made: trial.made)
        state.withLock { state in
            state.held.append(trained)
            var bytes = state.held.reduce(0) { $0 + $1.bytes }
            while bytes > Self.mostHeldBytes, state.held.count > 1 {
                bytes -= state.held.removeFirst().bytes
            }
        }
        return trial
    }

    /// What a plan's model says of the run's test rows that have an answer, in their order.
    ///
    /// - Throws: as `trained`.
    package func testPredictions(
        _ plan: TrialPlan, price: TrialPrice? = nil
    ) throws -> Predictions {
        try told(plan, price: price).predictions
    }

    /// The same, with what the model cost.
    ///
    /// - Throws: as `trained`.
    package func told(_ plan: TrialPlan, price: TrialPrice? = nil) throws -> ToldTrial {
        if let told = state.withLock({ $0.told[plan] }) { return told }
        // A model that only predicts these rows is not held.
        let trial = try held(plan) ?? train(plan, price)
        let told = ToldTrial(
            predictions: try trial.model.predict(testTable(), pool: run.pool),
            cost: try ModelCost(
                of: trial.model, by: trial.learner, steps: trial.made.steps + trial.made.lostSteps,
                seconds: trial.made.used.wallSeconds,
                bytes: trial.model.encodedWeights().count))
        state.withLock { $0.told[plan] = told }
        return told
    }

    /// Whether asking for what a plan's model says of the test rows trains nothing.
    package func knows(_ plan: TrialPlan) -> Bool {
        state.withLock { state in
            state.told[plan] != nil || state.held.contains { $0.plan == plan }
        }
    }

    /// The run's test rows that have an answer.
    package func testTable() throws -> Table {
        if let known = state.withLock({ $0.testTable }) { return known }
        let table = try run.knownTestRows().table
        state.withLock { $0.testTable = table }
        return table
    }

    private func held(_ plan: TrialPlan) throws -> Trial? {
        let known = state.withLock { state in state.held.last { $0.plan == plan } }
        guard let known else { return nil }
        var (learner, features) = try run.following(plan, features)
        learner.pairs = known.pairs
        return Trial(learner: learner, features: features, made: known.made)
    }

    private func train(_ plan: TrialPlan, _ price: TrialPrice?) throws -> Trial {
        let cancellation = run.cancellation
        try cancellation.check()
        var (learner, features) = try run.following(plan, features)
        if let price { work.add(price.preparing) }
        var step = try price?.stepSeconds(learner) ?? 0
        if plan.choosesPairs {
            let before = learner.pairs
            learner = try learner.choosingPairs(
                features, onStep: { [work, step] in if price != nil { work.add(step) } })
            try cancellation.check()
            if let price, learner.pairs != before { step = try price.stepSeconds(learner) }
        }
        let made = try ModelTraining(
            learner: learner,
            onEvent: { [work, step] event in
                if price != nil, event.isStep { work.add(step) }
            }
        ).trained(features)
        try cancellation.check()
        state.withLock { $0.trainings += 1 }
        return Trial(learner: learner, features: features, made: made)
    }
}

/// What is kept of a plan that was carried out.
package struct ToldTrial: Sendable {
    /// Of the run's test rows that have an answer, in their order.
    package var predictions: Predictions
    package var cost: ModelCost
}

/// What a training counts for, in seconds of the nominal machine.
///
/// Whoever expects a training to take so much gives its price too, so that both agree.
package struct TrialPrice: Sendable {
    /// Of its rows, before the first step.
    package var preparing = 0.0
    /// Of a row that a member sees once; `nil` for what a step's graph counts for.
    package var visit: Double?

    /// As its graphs count for.
    package static let counted = TrialPrice()

    fileprivate func stepSeconds(_ learner: Learner) throws -> Double {
        guard let visit else { return try learner.stepSeconds() }
        let recipe = learner.prepared.recipe
        let rows = learner.prepared.epochRows(beside: learner.prepared.folds[0].train.count)
        return visit * Double(min(recipe.batchRows, rows) * recipe.members)
    }
}

/// A plan that was carried out.
package struct Trial: Sendable {
    /// Settings, rows and pairs that were learned by.
    package let learner: Learner
    /// Those rows, encoded.
    package let features: EncodedFeatures
    package let made: TrainedModel

    package var model: ModelBundle { made.model }

    /// Of the weights as a run folder would hold them.
    package var weightsSHA256: String { ContentHash.sha256(model.encodedWeights()) }

    /// The learning curves, one a model.
    package var histories: [[EpochRecord]] { made.trainings.map(\.history) }

    /// What of the run's table its models learned from; of rows that were drawn anew, places among those.
    package var learnedRows: Set<Int> { learner.prepared.learnedRows }

    /// What the model says of rows.
    package func predictions(of table: Table) throws -> Predictions {
        try model.predict(table, pool: learner.pool)
    }

    /// What probes may see of the model, with the run's test rows.
    ///
    /// - Throws: of a plan with answers in place of the target's, which test rows do not have.
    package func subject() throws -> Sealed<Subject> {
        let assembly = SubjectAssembly(
            learner: learner, model: model, steps: made.steps, used: made.used,
            features: features, modelBytes: model.encodedWeights().count, modelsBefore: 0)
        return Sealed(try assembly.subject())
    }

    /// What its models say of the rows that stopped them.
    package func validation() throws -> Sealed<LabelledPredictions> {
        Sealed(try learner.validationPredictions(model, features))
    }
}
