import CVouchKernels
import RealModule

/// The numbers of one AdamW step; see `Optim.OptimizerSettings` for their meaning.
package struct AdamWStep: Sendable {
    package var learningRate: Float
    package var beta1: Float
    package var beta2: Float
    package var epsilon: Float
    /// Learning rate times weight decay.
    package var decay: Float
    /// `1 − beta1ᵗ` and `1 − beta2ᵗ` at step t, from 1.
    package var correction1: Float
    package var correction2: Float
    package var gradientScale: Float
    package var averageDecay: Float

    package init(
        learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float,
        correction1: Float, correction2: Float, gradientScale: Float, averageDecay: Float
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
        self.correction1 = correction1
        self.correction2 = correction2
        self.gradientScale = gradientScale
        self.averageDecay = averageDecay
    }

    /// `1 − betaᵗ`, in Double because the difference cancels at the first steps.
    package static func correction(_ beta: Float, _ t: Int) -> Float {
        Float(1 - Double.pow(Double(beta), t))
    }

    var raw: vk_adamw {
        vk_adamw(
            learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay,
            correction1: correction1, correction2: correction2, gradient_scale: gradientScale,
            average_decay: averageDecay)
    }
}

/// The numbers of one step of stochastic gradient descent.
package struct SGDStep: Sendable {
    package var learningRate: Float
    package var momentum: Float
    package var nesterov: Bool
    package var decay: Float
    package var gradientScale: Float
    package var averageDecay: Float

    package init(
        learningRate: Float, momentum: Float, nesterov: Bool, decay: Float, gradientScale: Float,
        averageDecay: Float
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.decay = decay
        self.gradientScale = gradientScale
        self.averageDecay = averageDecay
    }

    var raw: vk_sgd {
        vk_sgd(
            learning_rate: learningRate, momentum: momentum, decay: decay,
            gradient_scale: gradientScale, average_decay: averageDecay, nesterov: nesterov)
    }
}

/// Adds the shards' words of `range` in order into the first; returns the sum of squares.
package func sumShards(_ shards: [Buffer], _ range: Range<Int>) -> Double {
    for shard in shards { precondition(range.lowerBound >= 0 && range.upperBound <= shard.count) }
    return unsafe withUnsafeTemporaryAllocation(
        of: UnsafeMutablePointer<Float>?.self, capacity: shards.count
    ) { pointers in
        for (position, shard) in shards.enumerated() { unsafe pointers[position] = shard.base }
        return unsafe vk_sum_shards(
            pointers.baseAddress, Int64(shards.count), Int64(range.lowerBound), Int64(range.count))
    }
}

/// The sum of squares of a range.
package func sumOfSquares(_ buffer: Buffer, _ range: Range<Int>) -> Double {
    precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
    var words: UnsafeMutablePointer<Float>? = unsafe buffer.base
    return unsafe vk_sum_shards(&words, 1, Int64(range.lowerBound), Int64(range.count))
}

/// One AdamW step over a range of the flat parameters.
package func updateAdamW(
    parameters: Buffer, first: Buffer, second: Buffer, average: Buffer?, gradient: Buffer,
    gradientOffset: Int, _ range: Range<Int>, _ step: AdamWStep
) {
    precondition(
        range.lowerBound >= 0
            && range.upperBound <= min(parameters.count, first.count, second.count)
            && range.upperBound <= average?.count ?? .max)
    precondition(gradientOffset >= 0 && gradientOffset + range.count <= gradient.count)
    var raw = step.raw
    let start = range.lowerBound
    unsafe vk_adamw_update(
        parameters.base + start, first.base + start, second.base + start,
        average.map { unsafe $0.base + start }, gradient.base + gradientOffset, Int64(range.count),
        &raw)
}

/// One step of gradient descent over a range of the flat parameters.
package func updateSGD(
    parameters: Buffer, momentum: Buffer, average: Buffer?, gradient: Buffer,
    gradientOffset: Int, _ range: Range<Int>, _ step: SGDStep
) {
    precondition(
        range.lowerBound >= 0 && range.upperBound <= min(parameters.count, momentum.count)
            && range.upperBound <= average?.count ?? .max)
    precondition(gradientOffset >= 0 && gradientOffset + range.count <= gradient.count)
    var raw = step.raw
    let start = range.lowerBound
    unsafe vk_sgd_update(
        parameters.base + start, momentum.base + start, average.map { unsafe $0.base + start },
        gradient.base + gradientOffset, Int64(range.count), &raw)
}

/// `average ← parameters + factor · (average − parameters)` over a range.
package func averageToward(
    _ average: Buffer, parameters: Buffer, _ range: Range<Int>, factor: Float
) {
    precondition(
        range.lowerBound >= 0 && range.upperBound <= min(average.count, parameters.count))
    let start = range.lowerBound
    unsafe vk_average_toward(
        average.base + start, parameters.base + start, Int64(range.count), factor)
}
