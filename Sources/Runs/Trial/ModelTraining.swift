import DataEfficiency
package import Evidence
import GraphIR
package import Kernels
package import Models
import NN
import Platform
package import Tables
package import Training

/// Trains the models of a run: one, one a fold, or one and its refits. A split without validation rows is
/// learned for all epochs. Where rows without labels are learned from, these models teach others; see `SelfTraining`.
package struct ModelTraining {
    package let learner: Learner
    /// Where unfinished trainings are kept; `nil` to keep none.
    package var store: CheckpointStore?
    /// Whether to go on from what is kept.
    package var resumes: Bool
    /// The number of its first model among the checkpoints, where others of the same store are not its own: then it
    /// leaves them.
    package var firstCheckpoint = 0
    /// That of a second model which a run is compared with: beyond all folds, refits and models that are taught.
    package static let firstOfSecondModel = 10_000
    /// What ends it, with what follows it in mind; `nil` where only its settings do.
    package var budget: RunBudget?
    package var onEvent: (RunEvent) -> Void

    package init(
        learner: Learner, store: CheckpointStore? = nil, resumes: Bool = false,
        budget: RunBudget? = nil,
        onEvent: @escaping (RunEvent) -> Void = { _ in }
    ) {
        self.learner = learner
        self.store = store
        self.resumes = resumes
        self.budget = budget
        self.onEvent = onEvent
    }

    private var configuration: TrainConfiguration { learner.configuration }
    private var prepared: PreparedData { learner.prepared }
    private var pool: WorkerPool { learner.pool }

    /// The model that the trainings come to, with what they took.
    package func trained(_ features: EncodedFeatures) throws -> TrainedModel {
        let meter = CostMeter()
        var trainings = try trainings(features)
        var teaching: TrainedModel.Teaching?
        if let selfTraining = SelfTraining(learner) {
            (trainings, teaching) = try taught(selfTraining, by: trainings, features)
        }
        let used = meter.used()
        var model = try learner.bundle(sets: trainings.map(\.weights))
        model.costs = configuration.costs
        model.groups = learner.groupNaming()
        return TrainedModel(model: model, trainings: trainings, used: used, teaching: teaching)
    }

    /// Trains a model a fold, or one and refits; an interruption ends with those trained so far.
    private func trainings(_ features: EncodedFeatures) throws -> [TrainedFold] {
        if !resumes, firstCheckpoint == 0 { try store?.removeCheckpoints() }
        guard !learner.cancellation.isRaised else {
            throw VouchError("interrupted before training began; nothing was written")
        }
        var trainings: [TrainedFold] = []
        for (fold, split) in prepared.folds.enumerated() {
            if case .interrupted? = trainings.last?.stop { break }
            var settings = learner.trainingSettings
            // Each model starts and shuffles in its own way.
            settings.seed &+= UInt64(fold) << 32
            let piece = TrainingPiece(
                learner: learner, features: features, rows: split.train,
                validation: split.validation.isEmpty ? nil : split.validation, settings: settings,
                number: fold, checkpoint: fold)
            let part = prepared.folds.count > 1 ? " (\(fold + 1) of \(prepared.folds.count))" : ""
            // What one found out about the rate holds for those after it.
            let trained = try carryOut(piece, rate: trainings.last?.rate) { trainer, isContinued in
                if isContinued {
                    onEvent(.stage("Continuing after step \(trainer.steps)" + part))
                } else {
                    let ruled = prepared.ruled.map { ", \($0.rows.count) labelled by rules" } ?? ""
                    onEvent(.stage("Training on \(split.train.count) rows" + ruled + part))
                }
            }
            onEvent(.stopped(trained.stop, bestEpoch: trained.bestEpoch))
            trainings.append(trained)
        }
        for number in 0..<prepared.recipe.refits where !learner.cancellation.isRaised {
            let refit = try refit(number + 1, after: trainings, features)
            guard let refit else { break }
            trainings.append(refit)
        }
        return try blended(trainings, features)
    }

    private func blended(
        _ trainings: [TrainedFold], _ features: EncodedFeatures
    ) throws -> [TrainedFold] {
        let blend = LineBlend(learner: learner, features: features)
        guard let found = try blend.applied(to: trainings) else { return trainings }
        let factors = found.factors
        onEvent(
            .stage(
                "Blending: \(factors.members) of what the members say, "
                    + "and \(factors.line) of a fitted line"))
        return found.trainings
    }

    /// Trains a further model, from another start, on the validation rows too; `nil` where something
    /// stopped it.
    private func refit(
        _ number: Int, after trainings: [TrainedFold], _ features: EncodedFeatures
    ) throws -> TrainedFold? {
        let epochs = trainings[0].bestEpoch
        let rows = (prepared.split.train + prepared.split.validation).sorted()
        var settings = learner.trainingSettings
        settings.seed &+= UInt64(number) << 32
        let learned = prepared.epochRows(beside: rows.count)
        let batch = min(settings.batchRows, learned)
        settings.maximumSteps = epochs * (learned / batch)
        let piece = TrainingPiece(
            learner: learner, features: features, rows: rows, validation: nil, settings: settings,
            number: number, checkpoint: number)
        let refit = try carryOut(piece, rate: trainings.last?.rate) { _, _ in
            onEvent(
                .stage(
                    "Training on all \(rows.count) rows, for \(epochs) epochs "
                        + "(\(number) of \(prepared.recipe.refits))"))
        }
        guard refit.steps == settings.maximumSteps else {
            onEvent(
                .warning("Refit \(number) is dropped: \(StopText.sentence(refit.stop))"))
            return nil
        }
        return refit
    }
}

// MARK: - Rows without labels

extension ModelTraining {
    /// Those of the checkpoints of models that are taught.
    private static let firstOfTaught = 1000

    /// Models that learn the labelled rows, and what those that were trained on them and a forest say of the others.
    ///
    /// - Throws: `Interruption`: what was trained before is then a model of labelled rows alone, which nobody asked for.
    private func taught(
        _ selfTraining: SelfTraining, by teachers: [TrainedFold], _ features: EncodedFeatures
    ) throws -> ([TrainedFold], TrainedModel.Teaching) {
        try learner.cancellation.check()
        let others = try prepared.encoder.encode(selfTraining.pool.table)
        var first: (answers: CommitteeAnswers, features: EncodedFeatures)?
        var teaching = TrainedModel.Teaching(
            steps: teachers.reduce(0) { $0 + $1.steps },
            lostSteps: teachers.reduce(0) { $0 + $1.lostSteps })
        var trainings: [TrainedFold] = []
        let all = (prepared.split.train + prepared.split.validation).sorted()
        for (number, teacher) in teachers.enumerated() {
            let isRefit = number >= prepared.folds.count
            let split =
                isRefit
                ? Split(train: all, validation: [], test: []) : prepared.folds[number]
            let known = isRefit ? first?.answers : nil
            let answers =
                try known
                ?? selfTraining.answers(
                    fold: min(number, prepared.folds.count - 1), weights: teacher.weights, features,
                    others)
            let student = try selfTraining.student(
                learning: split.train, validation: split.validation, answers)
            // The same cells for every student.
            let encoded =
                try first?.features ?? prepared.encoder.encode(student.prepared.table)
            first = first ?? (answers, encoded)
            if !isRefit, let confidence = answers.confidence {
                teaching.confidences.append(confidence)
            }
            let rows = student.prepared.folds[0].train
            let piece = TrainingPiece(
                learner: student, features: encoded, rows: rows,
                validation: split.validation.isEmpty ? nil : split.validation,
                settings: selfTraining.settings(
                    student, rows: rows.count, steps: teacher.steps, number: number),
                number: number, checkpoint: Self.firstOfTaught + number)
            let trained = try carryOut(piece, rate: trainings.last?.rate ?? teacher.rate) { _, _ in
                onEvent(
                    .stage(
                        "Training on \(split.train.count) rows and \(others.rows) without labels "
                            + "(\(number + 1) of \(teachers.count))"))
            }
            try learner.cancellation.check()
            onEvent(.stopped(trained.stop, bestEpoch: trained.bestEpoch))
            trainings.append(trained)
        }
        return (trainings, teaching)
    }
}

/// A model and how it came to be.
package struct TrainedModel {
    package var model: ModelBundle
    package var trainings: [TrainedFold]
    package var used: Usage
    /// Where it learned rows without labels.
    package var teaching: Teaching?

    /// Over all trainings, of those that taught them too.
    package var steps: Int { trainings.reduce(teaching?.steps ?? 0) { $0 + $1.steps } }

    /// Beside them, of trainings that diverged and of searches for another rate.
    package var lostSteps: Int {
        trainings.reduce(teaching?.lostSteps ?? 0) { $0 + $1.lostSteps }
    }

    /// What taught it.
    package struct Teaching: Sendable {
        /// Of the models that taught.
        var steps: Int
        var lostSteps = 0
        /// Of each fold's committee.
        var confidences: [Double] = []

        /// The mean; `nil` of numbers.
        package var confidence: Double? {
            confidences.isEmpty
                ? nil : confidences.reduce(0, +) / Double(confidences.count)
        }
    }
}

/// What one model's training came to.
package struct TrainedFold {
    package var history: [EpochRecord]
    package var stop: StopReason
    package var steps: Int
    /// The weights of the lowest validation loss; of a refit, the last.
    package var weights: Buffer
    /// Trainings that diverged before this one, the first first.
    package var restarts: [TrainingRestart] = []
    /// The peak learning rate where it is another than was asked for or settled, since a training diverged.
    package var rate: Float?
    /// Why this one is taken to diverge too, where nothing followed it.
    package var divergence: Divergence?

    package var lostSteps: Int { restarts.reduce(0) { $0 + $1.lostSteps } }

    package var bestEpoch: Int { history.last { $0.isBest }?.epoch ?? 0 }
}
