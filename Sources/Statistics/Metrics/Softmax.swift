import RealModule

/// Probabilities of logits: `pₖ = exp(zₖ − max z) / Σⱼ exp(zⱼ − max z)`, without overflow.
///
/// - Parameter logits: One a class; logarithms of probabilities, up to a number that all share.
/// - Returns: One a class, of sum 1.
package func softmax(_ logits: [Double]) -> [Double] {
    let top = logits.max() ?? 0
    let powers = logits.map { Double.exp($0 - top) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
}
