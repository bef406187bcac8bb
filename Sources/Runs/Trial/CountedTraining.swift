import Autodiff
import Evidence
import GraphIR
import Models
import NN
import Tables
import Training

extension Learner {
    /// Seconds of the nominal machine that one step of a training takes, counted from its graph.
    package func stepSeconds() throws -> Double {
        NominalMachine.seconds(operations: try passedOperations(), steps: stepPasses)
    }

    /// Of a step forward and backward, over all its passes, without what a penalty adds.
    func passedOperations() throws -> Double { stepPasses * (try operations(nil)) }

    /// Floating-point operations of a step, forward and backward.
    func stepOperations() throws -> Double {
        try operations(try fairPenalty(training: prepared.split.train, validation: nil))
    }

    private func operations(_ penalty: (any GroupPenalty)?) throws -> Double {
        try trainingGraph(penalty).differentiated(output: .loss).graph
            .operationCount(rows: prepared.recipe.batchRows)
    }

    private var stepPasses: Double { configuration.regularising.sharpness > 0 ? 2 : 1 }
}

extension ModelBundle {
    private static let countedRows = 256

    /// Seconds of the nominal machine that predicting rows takes, once they are encoded.
    func predictionSeconds(rows: Int) -> Double {
        let batch = Self.countedRows
        let passes = Double(count * (dropoutPasses ?? 1))
        let batches = (Double(rows) / Double(batch)).rounded(.up)
        return passes * batches
            * NominalMachine.seconds(operations: graph.operationCount(rows: batch), steps: 1)
            + Double(rows * schema.features.count) / NominalMachine.mixedCellsPerSecond
    }
}

extension ModelCost {
    /// Of a model that was trained just now, or of a finished run.
    ///
    /// - Parameters:
    ///   - learner: What trained it.
    ///   - steps: Over all of its trainings.
    ///   - seconds: Of a clock, for these; `nil` where that is known no more.
    ///   - bytes: Of the weights as stored.
    init(
        of model: ModelBundle, by learner: Learner, steps: Int, seconds: Double?, bytes: Int
    ) throws {
        self.init(
            trainingOperations: Double(steps) * (try learner.stepOperations()),
            trainingSeconds: seconds, operationsPerRow: model.operationsPerRow,
            parameters: model.parameters.learnedCount, bytes: bytes)
    }
}

extension ModelBundle {
    /// Floating-point operations of a row's prediction, once it is encoded, in batches.
    var operationsPerRow: Double {
        Double(count * (dropoutPasses ?? 1))
            * graph.operationCount(rows: Self.countedRows) / Double(Self.countedRows)
    }
}
