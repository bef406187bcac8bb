package import Cost
import Tables
import Training

extension Learner {
    /// The trainings that a run of this learner does, as counts; see `ModelTraining`.
    package func plannedTrainings() -> [PlannedTraining] {
        let settings = trainingSettings
        let mostEpochs = settings.maximumEpochs
        var trainings = prepared.folds.map { fold in
            let rows = prepared.epochRows(beside: fold.train.count)
            let stopsEarly =
                !fold.validation.isEmpty && !settings.keepsLast
                && settings.patience < mostEpochs
            return PlannedTraining(
                stepsPerEpoch: Swift.max(1, rows / Swift.max(1, min(settings.batchRows, rows))),
                mostEpochs: mostEpochs, patience: stopsEarly ? settings.patience : nil,
                mostSteps: settings.maximumSteps, validationRows: fold.validation.count)
        }
        let all = prepared.epochRows(
            beside: prepared.split.train.count + prepared.split.validation.count)
        let refit = PlannedTraining(
            stepsPerEpoch: Swift.max(1, all / Swift.max(1, min(settings.batchRows, all))),
            mostEpochs: mostEpochs, patience: nil, validationRows: 0, isRefit: true)
        trainings += Array(repeating: refit, count: prepared.recipe.refits)
        return trainings
    }

    /// The one that an additive model's pairs of columns are searched in; `nil` without a search.
    package func plannedPairSearch() -> PlannedTraining? {
        prepared.recipe.pairs ?? 0 > 0 ? plannedTrainings().first : nil
    }

    /// With as many pairs as the model may have, whichever: what a step takes hardly depends on which.
    package func withSomePairs() -> Learner {
        guard let most = prepared.recipe.pairs, most > 0, pairs.isEmpty else { return self }
        let names = prepared.schema.features.map(\.name)
        var result = self
        search: for (place, first) in names.enumerated() {
            for second in names.dropFirst(place + 1) {
                if result.pairs.count == most { break search }
                result.pairs.append(NamedPair(first: first, second: second))
            }
        }
        return result
    }
}
