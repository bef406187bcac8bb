import Evidence
import Optim
import Prediction
import Synchronization
import Tables
import TensorCore

/// Trains a run's model again on its training and validation rows, or a share of them: by all of the run's
/// recipe, or by a reduced one, with early stopping on validation rows of its own in both.
///
/// A reduced training takes at most 4,000 rows and 4 members, one split in place of folds and no refits; its
/// schedule, epochs and patience are what the recipe settles for so many rows. Probes that ask for the same
/// training share it, and the run's own is not repeated. Shares are of whole groups and equal rows, each
/// class in its share, drawn by the training's seed; smaller ones are part of larger ones.
final class RunRetrainer: Retrainer {
    let rows: Int
    let reduction: String
    private let trials: Trials
    private let test: LabelledPredictions
    /// Steps of the run's own training, over all its models.
    private let steps: Int
    /// What a step of the run's recipe and of a reduced one counts for.
    private let stepSeconds: (delivered: Double, reduced: Double)
    private let reducedSteps: Double
    private let reducedRows: Int
    private let partCount: Int
    /// The run's own training.
    private let delivered: TrainingChange
    private let state: Mutex<State>

    private struct State {
        /// Trained already.
        var known: Set<TrainingChange>
        /// Rows of the run's table, in parts of which shares take the first ones.
        var parts: [[Int]]?
    }

    private static let mostRows = 4000
    private static let mostMembers = 4

    /// - Parameters:
    ///   - test: What the run's model says of its test rows.
    ///   - steps: Of the run's own training.
    init(_ trials: Trials, test: LabelledPredictions, steps: Int) throws {
        self.trials = trials
        self.test = test
        self.steps = steps
        let learner = trials.run
        delivered = TrainingChange(.delivered, seed: learner.configuration.learning.seed)
        let prepared = learner.prepared
        let planted = prepared.canaries?.planted.count ?? 0
        rows = prepared.split.train.count + prepared.split.validation.count - planted
        partCount = 8 * max(1, (rows + Self.mostRows - 1) / Self.mostRows)
        reducedRows = min(rows, rows * Self.reducedParts(rows, partCount) / partCount)
        let reduced = Self.reduced(learner.configuration, prepared.recipe)
        var smaller = learner
        smaller.configuration = reduced
        smaller.prepared.recipe = Recipe(reduced, for: prepared.problem(rows: reducedRows))
        let recipe = smaller.prepared.recipe
        stepSeconds = (try learner.stepSeconds(), try smaller.stepSeconds())
        // As many epochs as the run's models took on average, and half as many again: fewer rows are learned
        // slower.
        let own = prepared.recipe
        let epochs = prepared.meanEpochs(steps: steps, rows: rows)
        reducedSteps =
            min(1.5 * epochs, Double(recipe.epochs))
            * Double(max(1, prepared.epochRows(beside: reducedRows) / recipe.batchRows))
        var changes: [String] = []
        if reducedRows < rows { changes.append("\(reducedRows) of \(rows) rows") }
        if prepared.folds.count > 1 { changes.append("one split in place of folds") }
        if own.refits > 0 { changes.append("no refits") }
        if own.members > 1 {
            changes.append("\(recipe.members) members")
        }
        reduction = changes.isEmpty ? "another split" : changes.joined(separator: ", ")
        state = Mutex(State(known: [delivered]))
    }

    private static func reducedParts(_ rows: Int, _ parts: Int) -> Int {
        min(parts, max(1, mostRows * parts / max(rows, 1)))
    }

    var knobs: [TrainingChange.Knob] { Settings.knobs(prepared.recipe) }

    private var prepared: PreparedData { trials.run.prepared }

    func expectedSeconds(of changes: [TrainingChange]) -> Double {
        let known = state.withLock { $0.known }
        return Set(changes).subtracting(known).reduce(0) { $0 + expectedSeconds(of: $1) }
    }

    private func expectedSeconds(of change: TrainingChange) -> Double {
        switch change.recipe {
        case .delivered:
            return epochShare(change) * stepSeconds.delivered * Double(steps) * pairFactor
                + preparing(change.shareOfRows * Double(rows))
        case .reduced:
            return change.shareOfRows * stepSeconds.reduced * reducedSteps
                + preparing(change.shareOfRows * Double(reducedRows))
        }
    }

    /// Of the rows of an epoch; those that rules label are in each.
    private func epochShare(_ change: TrainingChange) -> Double {
        guard prepared.ruled != nil else { return change.shareOfRows }
        let part = Int((change.shareOfRows * Double(rows)).rounded())
        return Double(prepared.epochRows(beside: part)) / Double(prepared.epochRows(beside: rows))
    }

    /// Reading, fitting encoders, encoding: each cell a few times.
    private func preparing(_ rows: Double) -> Double {
        4 * rows * Double(prepared.schema.features.count) / NominalMachine.encodedCellsPerSecond
    }

    /// An additive model's pairs are chosen by one more training of a fold.
    private var pairFactor: Double {
        let recipe = prepared.recipe
        guard recipe.pairs ?? 0 > 0 else { return 1 }
        return 1 + 1 / Double(prepared.folds.count)
    }

    func predictions(after change: TrainingChange) throws -> LabelledPredictions {
        if change == delivered { return test }
        let rows = try chosenRows(change)
        var plan = TrialPlan(configuration(change, rows: rows.count))
        plan.rows = .redrawn(rows)
        plan.choosesPairs = change.recipe == .delivered
        let predicted = try trials.testPredictions(
            plan, price: TrialPrice(preparing: preparing(Double(rows.count))))
        state.withLock { _ = $0.known.insert(change) }
        return test.with(predicted)
    }

    private func chosenRows(_ change: TrainingChange) throws -> [Int] {
        let parts = try state.withLock { state in
            if let parts = state.parts { return parts }
            let parts = try prepared.parts(
                partCount, seed: trials.settings.learning.seed)
            state.parts = parts
            return parts
        }
        let all =
            change.recipe == .delivered ? parts.count : Self.reducedParts(rows, parts.count)
        let count = max(1, Int((change.shareOfRows * Double(all)).rounded()))
        // Another seed, other rows: which rows a half has is part of what varies.
        let order = CounterRandom(seed: change.seed, name: "rows learned again")
            .permutation(of: parts.count)
        return order.prefix(count).flatMap { parts[$0] }.sorted()
    }

    // MARK: - Configurations

    /// The run's own settings, reduced where asked, with one changed.
    private func configuration(_ change: TrainingChange, rows: Int) -> TrainConfiguration {
        var result =
            change.recipe == .delivered
            ? trials.settings : Self.reduced(trials.settings, prepared.recipe)
        result.learning.seed = change.seed
        result.splits.canaries = 0
        if result.test == nil {
            // The share of what is left when the test rows are gone.
            result.splits.validation = min(
                0.9, result.splits.validation / (1 - result.splits.test))
        }
        result.repeatBudget(bySteps: steps)
        guard let knob = change.knob else { return result }
        let settled = Recipe(result, for: prepared.problem(rows: rows))
        Settings.turn(knob, from: settled, &result)
        return result
    }

    private static func reduced(
        _ configuration: TrainConfiguration, _ recipe: Recipe
    ) -> TrainConfiguration {
        var result = configuration
        result.model.members = recipe.members(atMost: mostMembers)
        result.learning.folds = 1
        result.learning.refits = 0
        return result
    }
}
