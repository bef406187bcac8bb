import Evidence
import GraphIR
import Models

extension Trials {
    /// Whether a plan's model has the network and the inputs of the run's, so that the weights of both may stand in one model.
    ///
    /// - Throws: where its settings are refused.
    package func sharesNetwork(_ plan: TrialPlan) throws -> Bool {
        let (learner, _) = try run.following(plan, features)
        return try learner.prepared.encoder == run.prepared.encoder
            && learner.predictionGraph() == run.predictionGraph()
    }
}

extension Trial {
    /// One model that is the mean of several: their sets of weights stand side by side, each as often as it counts.
    ///
    /// All trainings are part of what it took, of those too that count 0.
    ///
    /// - Parameters:
    ///   - trials: Of the same rows; one or more.
    ///   - counts: One each, 0 or more, and not all 0.
    /// - Throws: `ModelError` where they are of different networks or inputs, so that no one model holds them.
    package static func averaging(_ trials: [Trial], counts: [Int]) throws -> Trial {
        precondition(
            trials.count == counts.count && counts.contains { $0 > 0 }, "a mean of something")
        let first = trials[0]
        for other in trials.dropFirst()
        where other.model.graph != first.model.graph || other.model.encoder != first.model.encoder {
            throw ModelError(
                "the trainings made different networks or read their columns differently, and one model holds "
                    + "several sets of weights of one network alone. Leave out settings such as width, depth, "
                    + "members, bins or model")
        }
        let sets = zip(trials, counts).flatMap { trial, count in
            (0..<count).flatMap { _ in trial.model.parameters.sets }
        }
        var made = first.made
        made.model = first.model.with(sets: sets)
        made.trainings = trials.flatMap(\.made.trainings)
        for other in trials.dropFirst() {
            made.used += other.made.used
            made.teaching?.steps += other.made.teaching?.steps ?? 0
            made.teaching?.lostSteps += other.made.teaching?.lostSteps ?? 0
        }
        return Trial(learner: first.learner, features: first.features, made: made)
    }
}
