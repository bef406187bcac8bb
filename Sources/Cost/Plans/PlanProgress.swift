/// A plan while it comes true: what is left, corrected by the epochs done and by the pace that was measured.
package struct PlanProgress: Sendable {
    private let trainings: [PlannedTraining]
    private let pace: TrainingPace
    private let restSeconds: Double
    /// Steps of each training where they are known beforehand.
    private let knownSteps: [Int]?
    private var forecast: EpochForecast
    private var number = 0
    private var current: Current?
    /// Measured over planned, of the trainings so far.
    private var slowness = 1.0

    /// The training at work.
    private struct Current {
        /// Where its first step was seen to end.
        var began: Double
        var firstStep: Int
        var step: Int
        var now: Double
        var epochs = 0
        var best = 0
    }

    /// - Parameters:
    ///   - restSeconds: What follows the trainings.
    ///   - knownSteps: Of each training; `nil` where the forecast says how many.
    package init(
        _ trainings: [PlannedTraining], pace: TrainingPace, forecast: EpochForecast,
        restSeconds: Double, knownSteps: [Int]? = nil
    ) {
        self.trainings = trainings
        self.pace = pace
        self.forecast = forecast
        self.restSeconds = restSeconds
        self.knownSteps = knownSteps?.count == trainings.count ? knownSteps : nil
    }

    /// A step of the training at work ended.
    package mutating func step(_ step: Int, at now: Double) {
        if current == nil {
            current = Current(began: now, firstStep: step, step: step, now: now)
        }
        current?.step = step
        current?.now = now
    }

    /// An epoch of it ended; what its validation took is in the pace from now on.
    package mutating func epoch(_ epoch: Int, isBest: Bool, at now: Double) {
        guard var training = current else { return }
        training.epochs = epoch
        if isBest { training.best = epoch }
        training.now = now
        current = training
        guard trainings.indices.contains(number), training.step > training.firstStep else { return }
        let done = training.step - training.firstStep
        let planned = trainings[number].seconds(steps: done, pace: pace)
        slowness = (now - training.began) / max(planned, 1e-9)
    }

    /// It diverged, and is begun again.
    package mutating func restarted() { current = nil }

    /// It ended, and a share of the most epochs was kept, by which further trainings of the same rows are expected to go.
    package mutating func ended(kept epoch: Int) {
        if trainings.indices.contains(number), trainings[number].patience != nil, epoch > 0 {
            let share = Double(epoch) / Double(max(trainings[number].mostEpochs, 1))
            forecast = EpochForecast([(share, 1)])
        }
        number += 1
        current = nil
    }

    /// What is left of the command, in seconds, as seen at the last event.
    package var leftSeconds: Double {
        guard number < trainings.count else { return slowness * restSeconds }
        var left = slowness * restSeconds
        for later in trainings.indices.dropFirst(number) {
            let training = trainings[later]
            var steps = steps(of: later, by: forecast)
            if later == number, let current {
                steps = max(0, self.steps(of: later, by: updated(forecast, current)) - current.step)
            }
            left += slowness * training.seconds(steps: steps, pace: pace)
        }
        return left
    }

    private func steps(of number: Int, by forecast: EpochForecast) -> Int {
        knownSteps?[number] ?? trainings[number].steps(keeping: forecast.share(at: 0.5))
    }

    private func updated(_ forecast: EpochForecast, _ current: Current) -> EpochForecast {
        let most = Double(max(trainings[number].mostEpochs, 1))
        guard current.epochs > 0 else { return forecast }
        return forecast.after(
            Double(current.epochs) / most, best: Double(current.best) / most)
    }
}
