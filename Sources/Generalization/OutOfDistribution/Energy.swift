import RealModule

/// The energy of logits, averaged over an ensemble's members: high is unlike training rows.
///
/// `E(x) = −mean over members of log Σ_c exp(l_c)`, at a temperature of 1. A network of two classes has
/// one logit z, which fixes the two only up to a shift; they are taken as `(−z/2, z/2)`, so that a row
/// that is surely of the one class and a row that is surely of the other have the same energy. (With
/// `(0, z)` every sure negative would look strange.) The mean is of the members' energies, not of
/// their probabilities, whose logits no longer have a scale.
///
/// - Parameters:
///   - logits: `[rows, members · outputs]`.
///   - members: How many members lie side by side.
/// - Returns: One a row.
/// - Source: Liu et al. 2020, arXiv:2010.03759.
package func energies(_ logits: [Float], rows: Int, members: Int) -> [Double] {
    guard rows > 0 else { return [] }
    let outputs = logits.count / (rows * members)
    precondition(logits.count == rows * members * outputs, "logits of another size")
    return (0..<rows).map { row in
        var sum = 0.0
        for member in 0..<members {
            let start = (row * members + member) * outputs
            let own = logits[start..<start + outputs].map(Double.init)
            sum += outputs == 1 ? logSumExp([-own[0] / 2, own[0] / 2]) : logSumExp(own)
        }
        return -sum / Double(members)
    }
}

private func logSumExp(_ values: [Double]) -> Double {
    let most = values.max() ?? 0
    return most + Double.log(values.reduce(0) { $0 + Double.exp($1 - most) })
}
