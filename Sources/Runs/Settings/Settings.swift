package import Evidence

/// Every setting of a training.
///
/// Roles of columns, how files are read, and what is written where are no settings: they say what the
/// training is of, not how it is done.
package enum Settings {
    /// In the order in which the recipe settles them, each knowing those before it.
    package static let all: [any DeclaredSetting] = [
        kind, edition, folds, refits, members, pairs, width, depth, activation, dropout, numbers, bins,
        binEdges, valueCodes, batch, learningRate, weightDecay, labelSmoothing, averageDecay,
        epochs, patience, shards,
        loss, quantile, quantiles, balancesClasses,
        reweighsGroups, repairLevel, removedCorrelation, fairPenalty, fairPenaltyMeasure,
        optimizer, decaysEverything, momentum, schedule, warmup, clipNorm, steps, budget, seed,
        precision,
        mixup, inputNoise, categorySwap, averagedShare, sharpness, dropoutPasses, robustLoss,
        keeps,
        from, carriedRate,
        crossValidation, probeBudget, margin, validationShare, testShare, canaries, costs,
        grid, carbonIntensity, pricePerKilowattHour, pricePerHour,
    ]

    /// What a recipe's network can be tried with, in the order of trial.
    package static func knobs(_ recipe: Recipe) -> [TrainingChange.Knob] {
        all.filter { $0.turning != nil }
            .sorted { ($0.turning?.order ?? 0) < ($1.turning?.order ?? 0) }
            .flatMap { $0.knobs(recipe) }
    }

    /// Asks for a multiple of what the recipe settled on.
    package static func turn(
        _ knob: TrainingChange.Knob, from recipe: Recipe, _ configuration: inout TrainConfiguration
    ) {
        all.first { $0.id == knob.setting }?
            .turn(by: knob.factor, from: recipe, &configuration)
    }

    /// Remedies against a drawback of which a setting is the strength.
    package static func remedies(of drawback: Drawback) -> [TrainingRemedy] {
        all.flatMap(\.remedies).filter { $0.description.drawback == drawback }
    }

    /// What is on against overfitting, in words; empty for nothing.
    package static func reportText(_ configuration: TrainConfiguration) -> String {
        all.compactMap { $0.reportText(configuration) }.joined(separator: "; ")
    }

    /// - Parameter target: The column that is predicted.
    /// - Throws: where a setting is asked for that is of numbers only and it has classes, or the other way round.
    package static func check(
        _ configuration: TrainConfiguration, target: String, isRegression: Bool
    ) throws(VouchError) {
        for setting in all where setting.isAsked(in: configuration) {
            guard isRegression ? setting.isOfClassesOnly : setting.isOfNumbersOnly else { continue }
            throw VouchError(
                setting: isRegression
                    ? """
                    \(named: setting) goes with a target of classes, and \"\(target)\" is a number
                    """
                    : """
                    \(named: setting) goes with a target that is a number, and \"\(target)\" \
                    has classes
                    """
            )
        }
    }
}

extension TrainConfiguration {
    /// Checks what can be checked before any file is read.
    ///
    /// - Throws: `VouchError` naming the setting, its value and what would be accepted.
    package func validate() throws(VouchError) {
        for setting in Settings.all { try setting.check(self) }
        try rules?.check(self)
        try checkUnlabelled()
    }

    /// With everything that a remedy might disturb set to what the run settled on, so that it changes
    /// what it says and nothing else.
    package func pinned(to recipe: Recipe) -> TrainConfiguration {
        var result = self
        for setting in Settings.all { setting.pin(to: recipe, &result) }
        return result
    }

    /// Whether something else than the epochs may end the training.
    var isBounded: Bool { learning.budget != nil || learning.steps != nil }

    /// What a budget ended is repeated by the steps that it left, whatever the machine.
    mutating func repeatBudget(bySteps steps: Int) {
        guard learning.budget != nil else { return }
        learning.budget = nil
        learning.steps = steps
    }
}
