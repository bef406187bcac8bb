/// One training of a run as its settings allow it: the counts that a plan multiplies.
package struct PlannedTraining: Codable, Sendable, Hashable {
    package var stepsPerEpoch: Int
    package var mostEpochs: Int
    /// Epochs without a better loss before it stops; `nil` where nothing stops it early.
    package var patience: Int?
    /// Ends it wherever that is in an epoch.
    package var mostSteps: Int?
    /// Rows that are predicted after each epoch.
    package var validationRows: Int
    /// Whether it takes just the epochs that were best in the first training.
    package var isRefit: Bool

    package init(
        stepsPerEpoch: Int, mostEpochs: Int, patience: Int?, mostSteps: Int? = nil,
        validationRows: Int, isRefit: Bool = false
    ) {
        self.stepsPerEpoch = stepsPerEpoch
        self.mostEpochs = mostEpochs
        self.patience = patience
        self.mostSteps = mostSteps
        self.validationRows = validationRows
        self.isRefit = isRefit
    }

    /// Steps where a share of the most epochs is the one that is kept.
    package func steps(keeping share: Double) -> Int {
        min(epochs(keeping: share) * stepsPerEpoch, mostSteps ?? .max)
    }

    /// `min(most, kept + patience)`; of a refit those kept.
    package func epochs(keeping share: Double) -> Int {
        let kept = min(mostEpochs, max(1, Int((share * Double(mostEpochs)).rounded())))
        if isRefit { return kept }
        guard let patience else { return mostEpochs }
        return min(mostEpochs, kept + patience)
    }

    /// Of a clock, where a step and the prediction of a row take so long.
    package func seconds(steps: Int, pace: TrainingPace) -> Double {
        let epochs = (Double(steps) / Double(max(stepsPerEpoch, 1))).rounded(.up)
        return Double(steps) * pace.step + epochs * Double(validationRows) * pace.row
    }
}

/// What one piece of a training takes on this machine, in seconds.
package struct TrainingPace: Codable, Sendable, Hashable {
    package var step: Double
    /// Of predicting an encoded row of the validation.
    package var row: Double
    /// Threads that were busy, on average.
    package var busyCores: Double
    /// Steps that were timed; 0 where the pace is from counts and the machine's calibration alone.
    package var timedSteps: Int

    package init(step: Double, row: Double, busyCores: Double, timedSteps: Int) {
        self.step = step
        self.row = row
        self.busyCores = busyCores
        self.timedSteps = timedSteps
    }

    /// So many times slower.
    package func slowed(_ factor: Double) -> TrainingPace {
        TrainingPace(
            step: factor * step, row: factor * row, busyCores: busyCores, timedSteps: timedSteps)
    }
}
