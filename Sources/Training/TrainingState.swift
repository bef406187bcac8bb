import Kernels
import Optim

/// A training between two epochs, as numbers.
package struct TrainingState: Sendable {
    /// What a checkpoint holds beside tensors.
    package struct Header: Sendable, Hashable, Codable {
        package var step: Int
        package var bestLoss: Double
        package var epochsSinceBest: Int
        package var history: [EpochRecord]
        /// The loss of the first step; `nil` in checkpoints of earlier versions.
        package var firstLoss: Double?
        /// Trainings that diverged before this one was begun; `nil` for none.
        package var restarts: [TrainingRestart]?
    }

    package var header: Header
    /// Flat buffers by name: `parameters`, `first`, `second`, `average`, `epochAverage`, `best`.
    package var tensors: [String: [Float]]

    package init(header: Header, tensors: [String: [Float]]) {
        self.header = header
        self.tensors = tensors
    }
}

extension Trainer {
    private var buffers: [(name: String, buffer: Buffer)] {
        [
            ("parameters", optimizer.parameters), ("first", optimizer.first),
            ("second", optimizer.second), ("best", best),
        ] + (optimizer.average.map { [("average", $0)] } ?? [])
            + (epochAverage.map { [("epochAverage", $0)] } ?? [])
    }

    /// Everything needed to go on; meaningful at the moment of an `.epoch` event.
    package func state() -> TrainingState {
        TrainingState(
            header: .init(
                step: optimizer.step, bestLoss: bestLoss, epochsSinceBest: epochsSinceBest,
                history: history, firstLoss: firstLoss),
            tensors: Dictionary(
                uniqueKeysWithValues: buffers.map {
                    ($0.name, $0.buffer.floats(0..<$0.buffer.count))
                }))
    }

    /// Goes on from a state of a training with the same settings and data.
    ///
    /// - Throws: `TrainingFailure` when the state is of another network.
    package func restore(_ state: TrainingState) throws(TrainingFailure) {
        for (name, buffer) in buffers {
            guard let saved = state.tensors[name], saved.count == buffer.count else {
                throw TrainingFailure(
                    description: "the checkpoint's \(name) do not fit this network. "
                        + "Train anew with --overwrite, or repeat the options of the first run")
            }
            buffer.copy(from: Buffer(saved), at: 0, to: 0, count: saved.count)
        }
        bestLoss = state.header.bestLoss
        epochsSinceBest = state.header.epochsSinceBest
        history = state.header.history
        firstLoss = state.header.firstLoss
        optimizer.resume(atStep: state.header.step)
    }
}
