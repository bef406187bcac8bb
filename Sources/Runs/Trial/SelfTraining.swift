import DataEfficiency
import Kernels
import Models
import NN
import Optim
import Prediction
import Tables
import Training

/// What rows without labels are taught as, to each model of a run.
///
/// Each fold's first network and a forest of the same labelled rows answer the rows without labels together
/// (`CommitteeAnswers`). A second network of the same kind then learns the fold's labelled rows with their answers and the
/// others with these, to its last epoch, as the learning rate falls to 0. Rows that validate a fold took no part in what
/// its committee says but for having stopped its network, so that they remain rows that the fold's model did not learn
/// from. A refit's rows are answered by the first fold's committee.
struct SelfTraining {
    /// Of the labelled rows, with an encoder that was fitted to the others too.
    let learner: Learner
    let pool: PoolRows

    /// Visits of rows by a network, at least.
    private static let visits = 30_000
    private static let fewestEpochs = 10
    private static let mostEpochs = 400

    init?(_ learner: Learner) {
        guard learner.prepared.usesPool, let pool = learner.prepared.pool else { return nil }
        self.learner = learner
        self.pool = pool
    }

    private var prepared: PreparedData { learner.prepared }

    /// What the committee of a fold says of the rows without labels.
    ///
    /// - Parameters:
    ///   - weights: Of the fold's network.
    ///   - features: Of the labelled rows, and of the others.
    func answers(
        fold: Int, weights: Buffer, _ features: EncodedFeatures, _ others: EncodedFeatures
    ) throws -> CommitteeAnswers {
        let encoder = prepared.encoder
        let target = prepared.target
        let told = try learner.bundle(sets: [weights]).predict(others, pool: learner.pool)
        let network =
            target.task == .regression
            ? told.values.map { Float(($0 - target.center) / target.scale) }
            : told.values.map { Float($0) }
        let forest = try prepared.forest(prepared.folds[fold].train, features, encoder)
        let second = forest?.predictions(encoder.forestCells(others)) ?? network
        return target.task == .regression
            ? CommitteeAnswers(numbers: network, second)
            : CommitteeAnswers(classes: target.classes.count, network, second)
    }

    /// What trains a student.
    ///
    /// - Parameters:
    ///   - rows: Labelled ones to learn from.
    ///   - validation: Labelled ones that are watched.
    func student(
        learning rows: [Int], validation: [Int], _ answers: CommitteeAnswers
    ) throws -> Learner {
        var result = learner
        let table = try joined(answers, by: rows)
        let more = Array(prepared.table.rowCount..<table.rowCount)
        result.prepared.table = table
        result.prepared.folds = [
            Split(train: rows + more, validation: validation, test: prepared.split.test)
        ]
        result.taughtRows = TaughtRows(
            rows: rows + more, outputs: try ownOutputs(rows) + outputs(answers),
            width: learner.network().task.outputs)
        // Shares of classes are not mixed again.
        result.configuration.regularising.mixup = 0
        return result
    }

    /// The settings of a student's training.
    ///
    /// - Parameters:
    ///   - rows: That it learns from.
    ///   - steps: Of the network that taught it.
    func settings(_ learner: Learner, rows: Int, steps: Int, number: Int) -> TrainingSettings {
        var settings = learner.trainingSettings
        let visits = max(Self.visits, steps * settings.batchRows)
        let epochs = (visits + rows - 1) / max(rows, 1)
        settings.maximumEpochs = min(max(epochs, Self.fewestEpochs), Self.mostEpochs)
        settings.patience = settings.maximumEpochs
        settings.optimizer.schedule.shape = .cosine
        // A rate that falls to 0 averages by itself, and the steps are few.
        settings.optimizer.averageDecay = nil
        settings.keepsLast = true
        settings.seed &+= (UInt64(number) << 32) &+ Self.studentSeeds
        return settings
    }

    /// They start and shuffle in another way than those that taught them.
    private static let studentSeeds: UInt64 = 1 << 48

    /// The labelled rows and behind them the others, each with the answer of a labelled row of its likeliest class, by
    /// which it is weighed; it is learned as `TaughtRows` say.
    private func joined(_ answers: CommitteeAnswers, by rows: [Int]) throws -> Table {
        let table = prepared.table
        let target = prepared.target
        guard let column = table.column(named: target.column) else {
            throw VouchError("there is no column \"\(target.column)\"")
        }
        var examples = [Int](repeating: rows[0], count: prepared.outputCount)
        if case .classes(let labels) = try prepared.answers(of: rows) {
            var known = [Int?](repeating: nil, count: target.classes.count)
            for (row, label) in zip(rows, labels) where known[Int(label)] == nil {
                known[Int(label)] = row
            }
            examples = known.map { $0 ?? rows[0] }
        }
        let count = pool.table.rowCount
        let likeliest = (0..<count).map { row in
            let own = row * answers.outputs..<(row + 1) * answers.outputs
            let most = own.max { answers.values[$0] < answers.values[$1] } ?? own.lowerBound
            return examples[most - own.lowerBound]
        }
        let answered = Table(
            name: pool.table.name, rowCount: count,
            columns: pool.table.columns + [column.selecting(rows: likeliest)])
        return try table.appending(answered, columns: answered.columns.map(\.name))
    }

    /// Of labelled rows, as a network's loss wants them.
    private func ownOutputs(_ rows: [Int]) throws -> [Float] {
        let (labels, _) = try learner.answers(rows, balanced: false)
        switch labels {
        case .numbers(let numbers): return numbers
        case .shares(let shares, _): return shares
        case .none: return []
        case .classes(let classes):
            let width = prepared.target.classes.count
            var shares = [Float](repeating: 0, count: rows.count * width)
            for (place, label) in classes.enumerated() { shares[place * width + Int(label)] = 1 }
            return shares
        }
    }

    private func outputs(_ answers: CommitteeAnswers) -> [Float] {
        guard prepared.target.task == .binary else { return answers.values }
        return stride(from: 1, to: answers.values.count, by: 2).map { answers.values[$0] }
    }
}
