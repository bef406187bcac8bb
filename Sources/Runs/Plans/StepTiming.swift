package import Cost
import Kernels
import Platform
import Prediction
package import Tables
import Training

/// Times steps and validations of a training that it ends after a moment.
final class StepClock {
    private let seconds: Double
    private let fewest: Int
    private let most: Int
    private let began = Clock.monotonicSeconds()
    private let processorBegan = Clock.processCPUSeconds()
    private var last = Clock.monotonicSeconds()
    private var steps: [Double] = []
    private var validations: [Double] = []

    init(seconds: Double, fewest: Int, most: Int) {
        self.seconds = seconds
        self.fewest = fewest
        self.most = most
    }

    func hear(_ event: TrainingEvent) {
        let now = Clock.monotonicSeconds()
        switch event {
        case .step: steps.append(now - last)
        case .epoch: validations.append(now - last)
        }
        last = now
    }

    func stop(_ step: Int) -> StopReason? {
        let isOver = last - began >= seconds && steps.count >= fewest
        return isOver || steps.count >= most ? .maximumSteps(step) : nil
    }

    var count: Int { steps.count }

    /// The median; the first step, which finds cold caches, counts only where it is the one.
    var step: Double? { Self.median(steps.count > 1 ? Array(steps.dropFirst()) : steps) }
    /// Of one pass over the validation rows.
    var validation: Double? { Self.median(validations) }

    /// Threads that computed, on average.
    var busyCores: Double {
        (Clock.processCPUSeconds() - processorBegan)
            / max(Clock.monotonicSeconds() - began, 1e-9)
    }

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}

extension Learner {
    private static let timedSeconds = 0.2
    private static let timedBatches = 8
    private static let timedValidationRows = 2048

    /// What a step of this training and a row of its validation take, from real steps on some of its rows with weights
    /// that are thrown away.
    ///
    /// - Returns: `nil` where such steps cannot be taken: the first numbers were not finite, or the few rows lack a group
    ///   that a penalty compares.
    package func timedPace(_ features: EncodedFeatures) -> TrainingPace? {
        let split = prepared.folds[0]
        let batch = min(
            prepared.recipe.batchRows, prepared.epochRows(beside: split.train.count))
        let rows = spread(split.train, over: Self.timedBatches * batch)
        let validation = spread(split.validation, over: Self.timedValidationRows)
        var settings = trainingSettings
        settings.maximumSteps = nil
        do {
            let trainer = try trainer(
                features, training: rows, validation: validation.isEmpty ? nil : validation,
                settings: settings)
            let clock = StepClock(seconds: Self.timedSeconds, fewest: 3, most: 50)
            let isRaised = { [cancellation] in cancellation.isRaised }
            _ = try trainer.run(
                stop: { isRaised() ? .interrupted : clock.stop($0) },
                onEvent: { clock.hear($0) })
            guard let step = clock.step else { return nil }
            let row = validation.isEmpty
                ? step / Double(3 * batch)
                : (clock.validation ?? 0) / Double(validation.count)
            return TrainingPace(
                step: step, row: row, busyCores: clock.busyCores, timedSteps: clock.count)
        } catch {
            return nil
        }
    }

    /// That of a calibrated machine, from counts: a row is a third of its share of a step.
    package func countedPace(_ machine: MachineCalibration) throws -> TrainingPace {
        let step = machine.seconds(operations: try passedOperations())
        return TrainingPace(
            step: step, row: step / Double(3 * max(prepared.recipe.batchRows, 1)),
            busyCores: Double(pool.threads), timedSteps: 0)
    }

    /// So many of some rows, evenly spread among them.
    private func spread(_ rows: [Int], over most: Int) -> [Int] {
        evenlySpread(most, of: rows.count).map { rows[$0] }
    }
}
