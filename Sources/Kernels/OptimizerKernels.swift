package import CVouchKernels

/// Settings of one AdamW step; see `Optim.AdamW` for their meaning.
package typealias AdamWStep = vk_adamw
/// Settings of one step of stochastic gradient descent.
package typealias SGDStep = vk_sgd

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

/// One AdamW step over a range of the flat parameters.
package func updateAdamW(
    parameters: Buffer, first: Buffer, second: Buffer, average: Buffer?, gradient: Buffer,
    gradientOffset: Int? = nil, _ range: Range<Int>, _ step: AdamWStep
) {
    let from = gradientOffset ?? range.lowerBound
    for buffer in [parameters, first, second, average].compactMap(\.self) {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
    }
    precondition(from >= 0 && from + range.count <= gradient.count)
    var step = step
    let start = range.lowerBound
    unsafe vk_adamw_update(
        parameters.base + start, first.base + start, second.base + start,
        average.map { unsafe $0.base + start }, gradient.base + from, Int64(range.count), &step)
}

/// One step of gradient descent over a range of the flat parameters.
package func updateSGD(
    parameters: Buffer, momentum: Buffer, average: Buffer?, gradient: Buffer,
    gradientOffset: Int? = nil, _ range: Range<Int>, _ step: SGDStep
) {
    let from = gradientOffset ?? range.lowerBound
    for buffer in [parameters, momentum, average].compactMap(\.self) {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
    }
    precondition(from >= 0 && from + range.count <= gradient.count)
    var step = step
    let start = range.lowerBound
    unsafe vk_sgd_update(
        parameters.base + start, momentum.base + start, average.map { unsafe $0.base + start },
        gradient.base + from, Int64(range.count), &step)
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
