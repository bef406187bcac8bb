import Figures
import Prediction
package import Statistics

/// Five trainings of a run that differ by their seed alone: by the run's own recipe where the probes'
/// budget allows it, else by a reduced one.
package struct SeedTrainings: Sendable {
    package let recipe: TrainingChange.Recipe
    package let trained: RetrainedLosses
    /// Of a reduced recipe: whether it stands for the delivered model.
    package let standIn: StandIn?

    /// The spread of five seeds is known to about a third.
    package static let count = 5
    /// Of the probes' budget, for trainings of the run's own recipe.
    package static let share = 1.0 / 3

    /// Whether the delivered model may be spoken of.
    package var standsForTheRun: Bool { standIn?.isShown ?? true }
}

extension Subject {
    /// Of the run's own training first.
    package var retrainingSeeds: [UInt64] { (0..<SeedTrainings.count).map { seed &+ UInt64($0) } }

    private func seedChanges(_ recipe: TrainingChange.Recipe) -> [TrainingChange] {
        retrainingSeeds.map { TrainingChange(recipe, seed: $0) }
    }

    /// By which recipe the seeds are varied within the budget: counted, so that whoever asks gets the same
    /// answer, before and after they were trained.
    package var seedRecipe: TrainingChange.Recipe {
        guard let retrainer, let total = allowance.total else { return .delivered }
        // As if none of them were trained yet.
        let price =
            Double(SeedTrainings.count - 1)
            * retrainer.expectedSeconds(of: [
                TrainingChange(.delivered, seed: seed &+ UInt64(SeedTrainings.count))
            ])
        return price <= SeedTrainings.share * total ? .delivered : .reduced
    }

    /// What `seedTrainings` is expected to take.
    package var seedSeconds: Double {
        retrainer?.expectedSeconds(of: seedChanges(seedRecipe)) ?? 0
    }

    /// Trains what is not trained yet.
    package func seedTrainings() throws -> SeedTrainings? {
        guard let retrainer else { return nil }
        let recipe = seedRecipe
        let trained = try RetrainedLosses(retrainer, seedChanges(recipe))
        return SeedTrainings(
            recipe: recipe, trained: trained,
            standIn: recipe == .delivered
                ? nil
                : try StandIn(trained, of: self, reduction: retrainer.reduction))
    }
}

/// Whether reduced trainings stand for the delivered model: their mean loss on the test rows lies within a
/// quarter of what the delivered model gains over the trivial answer, as the whole interval shows.
package struct StandIn: Sendable {
    /// Mean loss of the reduced trainings − that of the delivered model, over seeds and rows.
    package let distance: Estimate
    /// Mean loss of the trivial answer − that of the delivered model.
    package let gain: Estimate
    package let reduction: String

    /// Of the gain.
    package static let mostOfGain = 0.25

    init(_ trained: RetrainedLosses, of subject: Subject, reduction: String) throws {
        let test = subject.test
        let design = try test.design
        let own = test.rowLosses
        self.reduction = reduction
        distance = design.mean(zip(trained.meanLosses, own).map { $0 - $1 }, scale: .plain)
            .addingSeeds(
                variance: trained.variance / Double(trained.means.count), degrees: trained.degrees)
        if let training = subject.training {
            let trivial = test.with(training.typicalAnswer(rows: test.rows)).rowLosses
            gain = design.mean(zip(trivial, own).map { $0 - $1 }, scale: .plain)
        } else {
            gain = Estimate(
                value: nil, method: "", count: test.rows,
                note: "there are no predictions of training rows")
        }
    }

    package var isShown: Bool {
        guard let lower = distance.lower, let upper = distance.upper, let gained = gain.value,
            let least = gain.lower, least > 0
        else { return false }
        return max(abs(lower), abs(upper)) <= Self.mostOfGain * gained
    }

    /// After "reduced trainings (…)".
    package var text: String {
        guard let value = distance.value, let lower = distance.lower, let upper = distance.upper,
            let gained = gain.value
        else {
            return "Reduced trainings (\(reduction)) cannot be compared with the delivered model: "
                + (gain.note ?? distance.note ?? "these rows give no interval")
        }
        let numbers =
            "their loss is \(NumberText.plain(value)) [\(NumberText.plain(lower)), "
            + "\(NumberText.plain(upper))] above the delivered model's, which gains "
            + "\(NumberText.plain(gained)) over the trivial answer"
        return isShown
            ? "reduced trainings (\(reduction)) stand for the delivered model within a quarter of its gain: \(numbers)"
            : "reduced trainings (\(reduction)) are not shown to stand for the delivered model within a quarter of its gain: \(numbers)"
    }
}
