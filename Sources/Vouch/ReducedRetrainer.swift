import Evidence
import Optim
import Prediction
import Synchronization
import Tables
import TensorCore

/// Trains a run's model again at a reduced budget: fewer rows, epochs and members, no early stopping.
///
/// Probes that ask for the same training share it. The rows are drawn once by the run's seed, and
/// smaller shares are part of larger ones, so that trainings differ only in what was changed.
final class ReducedRetrainer: Retrainer {
    let reduction: String
    private let secondsPerRow: Double
    private let learner: Learner
    private let test: LabelledPredictions
    private let testTable: Table
    private let epochs: Int
    /// The training rows in the order in which shares take them.
    private let order: [Int]
    private let known = Mutex<[TrainingChange: LabelledPredictions]>([:])

    private static let mostRows = 8000
    private static let mostMembers = 4
    private static let leastSteps = 600

    /// - Parameters:
    ///   - test: The rows to predict, in the order of `testTable`.
    ///   - secondsPerVisit: What one row's visit by one member took in the run's own training.
    init(
        learner: Learner, test: LabelledPredictions, testTable: Table, secondsPerVisit: Double
    ) throws {
        self.learner = learner
        self.test = test
        self.testTable = testTable
        let prepared = learner.prepared
        let rows = (prepared.split.train + prepared.split.validation).sorted()
        order = CounterRandom(seed: learner.configuration.learning.seed, name: "reduced rows")
            .permutation(of: rows.count).prefix(Self.mostRows).map { rows[$0] }
        let configuration = Self.configuration(learner, change: nil, epochs: 1)
        let recipe = Recipe(configuration, for: prepared.problem(rows: order.count))
        let stepsPerEpoch = max(1, order.count / recipe.batchRows)
        epochs = min(40, max(10, (Self.leastSteps + stepsPerEpoch - 1) / stepsPerEpoch))
        secondsPerRow = secondsPerVisit * Double(epochs * recipe.members)
        reduction =
            "\(order.count) of \(rows.count) rows, \(epochs) epochs"
            + (recipe.members > 1 ? ", \(recipe.members) members" : "") + ", no early stopping"
    }

    func expectedSeconds(of changes: [TrainingChange]) -> Double {
        let done = known.withLock { Set($0.keys) }
        return changes.reduce(0) { sum, change in
            let rows = change.shareOfRows * Double(order.count)
            return done.contains(change) ? sum : sum + 0.2 + secondsPerRow * rows
        }
    }

    func predictions(after change: TrainingChange) throws -> LabelledPredictions {
        if let done = known.withLock({ $0[change] }) { return done }
        let count = max(2, Int((change.shareOfRows * Double(order.count)).rounded()))
        let rows = order.prefix(count).sorted()
        let problem = learner.prepared.problem(rows: rows.count)
        let configuration = Self.configuration(
            learner, change: change, epochs: epochs, problem: problem)
        let model = try learner.fixedLengthModel(
            configuration, rows: rows, recipe: Recipe(configuration, for: problem))
        let predicted = test.with(try model.predict(testTable, pool: learner.pool))
        known.withLock { $0[change] = predicted }
        return predicted
    }

    /// The run's own settings, reduced, with one changed.
    ///
    /// - Parameter problem: With a change: of the rows that are trained on.
    private static func configuration(
        _ learner: Learner, change: TrainingChange?, epochs: Int,
        problem: Recipe.Problem? = nil
    ) -> TrainConfiguration {
        let recipe = learner.prepared.recipe
        var result = learner.configuration
        result.model.members = recipe.kind == .ensemble ? min(recipe.members, mostMembers) : nil
        result.learning.epochs = epochs
        result.learning.schedule = .cosine
        result.learning.folds = nil
        result.learning.refits = nil
        result.learning.budgetSeconds = nil
        // One model of fixed length: as where a step count is asked for.
        result.learning.steps = .max
        guard let change, let problem else { return result }
        result.learning.seed = change.seed
        guard let knob = change.knob else { return result }
        let settled = Recipe(result, for: problem)
        func scaled(_ number: Int) -> Int {
            max(1, Int((Float(number) * knob.factor).rounded()))
        }
        switch knob.setting {
        case .learningRate:
            result.learning.learningRate = settled.learningRate * knob.factor
        case .width: result.model.width = scaled(settled.width)
        case .batchRows:
            result.learning.batchRows = scaled(settled.batchRows)
            result.learning.learningRate = settled.learningRate
        case .dropout: result.model.dropout = settled.dropout * knob.factor
        }
        return result
    }
}
