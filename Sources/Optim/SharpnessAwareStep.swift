package import CPURuntime
package import Kernels

/// Where the loss rises fastest near some parameters: the first half of a sharpness-aware step.
///
/// `p + ρ · g / ‖g‖`; the gradient that is taken there moves the parameters themselves, so that training
/// prefers flat valleys to sharp ones. Sparse tables stay where they are, and their gradient does not count in the norm.
///
/// - Source: Foret et al. 2021, arXiv:2010.01412, equation (2).
package final class SharpnessAwareStep {
    /// ρ
    private let radius: Float
    private let layout: ParameterLayout
    /// The parameters at the higher place, valid until the next call of `ascend`.
    package let parameters: Buffer
    private let moved: Buffer
    private let dense: [ParameterLayout.Entry]

    /// - Parameter radius: ρ, finite and > 0.
    package init(radius: Float, layout: ParameterLayout) {
        precondition(radius > 0 && radius.isFinite, "no radius")
        self.radius = radius
        self.layout = layout
        parameters = Buffer(count: layout.count)
        moved = Buffer(count: layout.count)
        dense = layout.entries.filter { $0.offset < layout.denseCount }
    }

    /// Adds the shards' gradients, in their order, and goes ρ along them.
    ///
    /// - Parameters:
    ///   - start: The parameters at which the gradients were taken.
    ///   - batch: What its shards left of the batch.
    /// - Returns: The norm of the dense gradient; where it is 0 or not finite, nothing moves.
    package func ascend(from start: Buffer, along batch: ShardedStep) -> Double {
        let shards = batch.gradients()
        parameters.copy(from: start, at: 0, to: 0, count: layout.count)
        let norm = dense.reduce(0) { $0 + sumShards(shards, $1.range) }.squareRoot()
        guard norm > 0, norm.isFinite else { return norm }
        let step = SGDStep(
            learningRate: -radius / Float(norm), momentum: 0, nesterov: false, decay: 0,
            gradientScale: 1, averageDecay: 0)
        for entry in dense {
            updateSGD(
                parameters: parameters, momentum: moved, average: nil, gradient: shards[0],
                gradientOffset: entry.offset, entry.range, step)
        }
        return norm
    }
}
