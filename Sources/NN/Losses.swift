package import GraphIR
import TensorCore

/// Losses, a number per row: `[rows, 1]`, or `[members, rows, 1]` where the prediction has members.
///
/// How rows are weighed and added up is the caller's: `Σ weight · loss`.
extension GraphBuilder {
    /// Binary cross-entropy of a logit: `log(1 + exp z) − y·z`, exact for large |z|.
    package mutating func binaryCrossEntropy(logits: Value, labels: Value) -> Value {
        subtract(unary(.softplus, logits), multiply(labels, logits))
    }

    /// Cross-entropy of logits `[…, rows, classes]` with integer labels `[rows]`.
    ///
    /// With smoothing `s` the target is `(1 − s)·oneHot + s/classes`.
    ///
    /// - Source: smoothing: Szegedy et al. 2016, arXiv:1512.00567.
    package mutating func softmaxCrossEntropy(
        logits: Value, labels: Value, smoothing: Float = 0
    ) -> Value {
        let classes = shape(logits)[shape(logits).rank - 1].count(rows: 1)
        return softmaxCrossEntropy(
            logits: logits, targets: apply(.oneHot(classes: classes), [labels]),
            smoothing: smoothing)
    }

    /// Cross-entropy of logits `[…, rows, classes]` with shares of the classes `[rows, classes]`.
    package mutating func softmaxCrossEntropy(
        logits: Value, targets: Value, smoothing: Float = 0
    ) -> Value {
        let rank = shape(logits).rank
        let classes = shape(logits)[rank - 1].count(rows: 1)
        var target = targets
        if smoothing > 0 {
            target = offset(
                scale(target, by: 1 - smoothing), by: smoothing / Float(classes))
        }
        let logarithms = apply(.logSoftmax, [logits])
        return unary(.negate, sum(multiply(target, logarithms), axes: [rank - 1]))
    }

    /// The generalised cross-entropy of a cross-entropy `c = −log p`: `(1 − pᵠ)/q`.
    ///
    /// Its gradient is `pᵠ` times that of `c`, so that a row whose answer the model does not believe, as a wrong one, pulls
    /// less. Near 0 it is `c`, at 1 the mean absolute error `1 − p`. Of answers that are shares of classes `p` is the
    /// geometric mean that `c` is the logarithm of.
    ///
    /// - Parameter q: In (0, 1].
    /// - Source: Zhang & Sabuncu 2018, arXiv:1805.07836, equation 6; without its truncation, which takes a pass over all
    ///   rows between epochs.
    package mutating func generalized(crossEntropy c: Value, exponent q: Float) -> Value {
        scale(offset(unary(.exp, scale(c, by: -q)), by: -1), by: -1 / q)
    }

    /// `(prediction − target)²`.
    package mutating func squaredError(prediction: Value, target: Value) -> Value {
        unary(.square, subtract(prediction, target))
    }

    /// `e²/2` up to `|e| = delta`, `delta·(|e| − delta/2)` beyond, for the error `e`.
    ///
    /// Written as `m·(|e| − m/2)` with `m = min(|e|, delta)`.
    ///
    /// - Source: Huber 1964, DOI 10.1214/aoms/1177703732.
    package mutating func huber(prediction: Value, target: Value, delta: Float) -> Value {
        let error = unary(.abs, subtract(prediction, target))
        let inner = binary(.minimum, error, constant(delta))
        return multiply(inner, subtract(error, scale(inner, by: 0.5)))
    }

    /// The quantile loss: `max(q·e, (q − 1)·e)` for `e = target − prediction`.
    ///
    /// - Parameter quantile: In (0, 1).
    /// - Source: Koenker & Bassett 1978, DOI 10.2307/1913643.
    package mutating func pinball(prediction: Value, target: Value, quantile: Float) -> Value {
        let error = subtract(target, prediction)
        return binary(.maximum, scale(error, by: quantile), scale(error, by: quantile - 1))
    }

    /// `Σ weight · loss` over rows, averaged over members, as a scalar.
    ///
    /// - Parameters:
    ///   - losses: `[rows, 1]` or `[members, rows, 1]`.
    ///   - weights: `[rows, 1]`; the caller makes them sum to one over the batch for a mean.
    package mutating func weightedSum(losses: Value, weights: Value) -> Value {
        let weighted = multiply(losses, weights)
        let rank = shape(weighted).rank
        let members = rank == 3 ? shape(weighted)[0].count(rows: 1) : 1
        let total = reshape(sum(weighted, axes: Array(0..<rank)), .scalar)
        return members > 1 ? scale(total, by: 1 / Float(members)) : total
    }
}
