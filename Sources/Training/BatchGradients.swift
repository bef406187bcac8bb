import CPURuntime
import Kernels
import Optim

/// How long the gradients of a batch and of the shards that it is cut into are.
package struct BatchGradient: Sendable, Hashable {
    /// A mean over rows.
    package struct Part: Sendable, Hashable {
        /// `Σ w² / (Σ w)²` of its rows' weights: 1 over the rows where all weigh the same.
        package var inverseRows: Double
        /// The squared norm of the rows' weighted mean gradient.
        package var square: Double
    }

    package var shards: [Part]
    package var batch: Part
}

extension Trainer {
    /// How long the gradients of batches are at the current weights, one batch after the other, without a step between
    /// them; an epoch begins where the rows end.
    ///
    /// - Parameter stop: Asked after every batch; whether to give up.
    /// - Returns: `nil` where it was given up.
    /// - Throws: where rows cannot be read.
    package func batchGradients(
        _ count: Int, stop: () -> Bool = { false }
    ) throws(TrainingFailure) -> [BatchGradient]? {
        var found: [BatchGradient] = []
        for number in 0..<count {
            let order = order(ofEpoch: number / stepsPerEpoch)
            let rows = rows(ofBatch: number % stepsPerEpoch, order)
            take(rows, step: number)
            _ = runBatch(step: number)
            try data.check()
            let squares = stepper.gradientSquares()
            let whole = weights(rows)
            let starts = stride(from: rows.startIndex, to: rows.endIndex, by: stepper.shardRows)
            let shards = zip(starts, squares.shards).compactMap { start, square in
                let own = weights(rows[start..<min(start + stepper.shardRows, rows.endIndex)])
                // A shard leaves its part of the batch's mean.
                return own.sum > 0
                    ? BatchGradient.Part(
                        inverseRows: own.squares / (own.sum * own.sum),
                        square: square * (whole.sum / own.sum) * (whole.sum / own.sum)) : nil
            }
            if whole.sum > 0 {
                found.append(
                    BatchGradient(
                        shards: shards,
                        batch: .init(
                            inverseRows: whole.squares / (whole.sum * whole.sum),
                            square: squares.batch)))
            }
            if stop() { return nil }
        }
        return found
    }

    private func weights(_ rows: ArraySlice<Int>) -> (sum: Double, squares: Double) {
        rows.reduce(into: (0, 0)) { result, row in
            let weight = Double(rowWeights[row])
            result = (result.0 + weight, result.1 + weight * weight)
        }
    }
}
