import RealModule

/// What a learning-rate range test found: a training whose rate rises from batch to batch.
///
/// The rates grow geometrically; each is used for one step after the loss of its batch is known. The mean of the losses'
/// logarithms, `m ← β·m + (1 − β)·log(loss)` with β = 0.8 and m divided by `1 − βᵏ` after k steps, says how the loss moves.
/// The test ends where it is `log 4` above its least, or a number is not finite.
///
/// - **Turning point**: the rate at which that mean was least. Larger rates make the loss rise.
/// - **Choice**: a tenth of it. On six tables, an MLP with AdamW and with momentum, it lay within the rates of lowest
///   validation loss each time, whereas a tenth of the rate at which the loss had blown up was up to fifteen times, and the
///   rate of steepest descent ten times, beyond them: an ascent takes several steps to be seen, and on flat stretches the
///   steepest descent is noise.
///
/// - Errors: neighbouring rates differ by a factor of about 1.18, the mean follows with a lag of about four of them, and an instability of
///   few directions takes steps to be seen: on quadratics the turning point was 2 to 4.5 times the limit 2/L. So rates up to a fifth of
///   it are taken for stable, and the choice, a tenth, was 0.2 to 0.45 of the limit.
/// - Source: Smith 2017, arXiv:1506.01186; the geometric growth, the smoothing and the end at four times the least loss are
///   those of fastai's `lr_find`, Howard & Gugger 2020, arXiv:2002.04688. Ours are the logarithm, under which a loss that
///   fell to a thousandth is seen to rise again at once, and that nothing is drawn at random.
package struct RateRange: Sendable, Hashable {
    /// That were tried, rising.
    package var rates: [Float]
    /// Of the batch before each rate's step: one a rate, and perhaps one more.
    package var losses: [Double]
    /// The first rate after which the loss was far above its least; `nil` where none was.
    package var blowUp: Float?
    /// `nil` where the loss never fell below that of the first batches.
    package var turning: Float?

    package static let share: Float = 0.1
    /// Of the turning point, up to which rates are taken for stable.
    package static let stable: Float = 0.2
    package static let steps = 100
    private static let decay = 0.8
    private static let rise = Double.log(4)
    /// Batches whose mean is the loss at the start.
    private static let first = 5

    /// A rate that is stable with room to spare; `nil` where none is known.
    package var choice: Float? { turning.map { $0 * Self.share } }

    /// The rates of a test: `steps` in equal ratios.
    ///
    /// - Precondition: `0 < lowest < highest`.
    package static func rates(from lowest: Float, to highest: Float, steps: Int = steps) -> [Float]
    {
        precondition(lowest > 0 && lowest < highest && steps > 1, "no range of rates")
        let (low, high) = (Double.log(Double(lowest)), Double.log(Double(highest)))
        return (0..<steps).map {
            Float(Double.exp(low + (high - low) * Double($0) / Double(steps - 1)))
        }
    }

    /// - Parameter loss: Of the next batch, after which its step is taken with the rate; not finite where that failed. It is
    ///   asked no more once the test has ended.
    package init(_ rates: [Float], loss: (Float) throws -> Double) rethrows {
        self.rates = []
        losses = []
        var (sum, weight) = (0.0, 0.0)
        var (least, leastAt) = (Double.infinity, 0)
        var start = 0.0
        for (place, rate) in rates.enumerated() {
            let value = try loss(rate)
            self.rates.append(rate)
            losses.append(value)
            guard value.isFinite else {
                blowUp = rates[max(0, place - 1)]
                break
            }
            sum = Self.decay * sum + (1 - Self.decay) * Double.log(max(value, 1e-30))
            weight = Self.decay * weight + 1 - Self.decay
            let mean = sum / weight
            if place < Self.first { start = mean }
            if mean < least { (least, leastAt) = (mean, place) }
            if mean > least + Self.rise {
                blowUp = rate
                break
            }
        }
        // The batch's loss came of the rates before.
        // A sum's rounding is no fall.
        if leastAt >= Self.first, least < start - 1e-9 { turning = rates[leastAt] }
    }
}

extension Trainer {
    /// A range test of a training that has taken no step. Its weights are worth nothing afterwards.
    ///
    /// - Parameter stop: Asked after every step; whether to give up.
    /// - Returns: `nil` where it was given up.
    /// - Throws: where rows cannot be read.
    package func rateRange(
        _ rates: [Float], stop: () -> Bool = { false }
    ) throws(TrainingFailure) -> RateRange? {
        precondition(steps == 0, "a range test begins with the starting weights")
        var epoch: (number: Int, order: [Int])?
        var step = 0
        var isGivenUp = false
        var problem: TrainingFailure?
        let range = RateRange(rates) { rate in
            guard !isGivenUp, problem == nil else { return .nan }
            let number = step / stepsPerEpoch
            let known = epoch.flatMap { $0.number == number ? $0.order : nil }
            let order = known ?? order(ofEpoch: number)
            epoch = (number, order)
            let (loss, failure) = takeStep(rows(ofBatch: step % stepsPerEpoch, order), rate: rate)
            step += 1
            do throws(TrainingFailure) { try data.check() } catch { problem = error }
            isGivenUp = stop()
            return failure == nil ? loss : .nan
        }
        if let problem { throw problem }
        return isGivenUp ? nil : range
    }
}
