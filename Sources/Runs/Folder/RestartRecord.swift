package import Training

/// Where trainings of a run diverged: the learning rate that was asked for or settled, and those that were used.
package struct RestartRecord: Codable, Sendable, Hashable {
    /// Peak, of the settings.
    package var askedRate: Float
    /// One a model that was restarted, used another rate than was asked for, or is taken to diverge itself.
    package var models: [Model]

    package struct Model: Codable, Sendable, Hashable {
        /// Among the run's models, from 1.
        package var model: Int
        /// Peak, of the training whose weights were kept.
        package var usedRate: Float
        /// Trainings that diverged before it.
        package var restarts: [TrainingRestart]
        /// Why it is taken to diverge too; `nil` for no.
        package var divergence: Divergence?
    }

    package static let fileName = "restarts.json"

    /// - Returns: `nil` where no training diverged.
    package init?(_ trainings: [TrainedFold], askedRate: Float) {
        self.askedRate = askedRate
        models = trainings.enumerated().compactMap { place, training in
            guard training.rate != nil || training.divergence != nil else { return nil }
            return Model(
                model: place + 1, usedRate: training.rate ?? askedRate, restarts: training.restarts,
                divergence: training.divergence)
        }
        if models.isEmpty { return nil }
    }

    /// Of the last model.
    package var usedRate: Float { models[models.count - 1].usedRate }

    /// Whether a model that was kept is taken to diverge.
    package var hasDiverged: Bool { models.contains { $0.divergence != nil } }

    /// What happened, in order.
    package var sentences: [String] {
        models.flatMap { model in
            model.restarts.map { "Model \(model.model): \(RestartText.sentence($0))" }
                + (model.divergence.map {
                    [
                        "Model \(model.model) diverged at a learning rate of "
                            + "\(RestartText.rate(model.usedRate)), and was not begun again: "
                            + "\(RestartText.cause($0))"
                    ]
                } ?? [])
        }
    }
}
