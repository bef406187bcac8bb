import Autodiff
import Evidence
import GraphIR
import Models
import NN
import Tables

extension Learner {
    /// Seconds of the nominal machine that one step of a training takes, counted from its graph.
    package func stepSeconds() throws -> Double {
        let graph = try network().trainingGraph(
            mixesPairs: configuration.regularising.mixup > 0)
        let differentiated = try graph.differentiated(output: .loss).graph
        let passes = configuration.regularising.sharpness > 0 ? 2.0 : 1
        return NominalMachine.seconds(
            operations: passes
                * differentiated.operationCount(rows: prepared.recipe.batchRows), steps: passes)
    }
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
