/// How far calls are above chance, all classes weighing the same: 0 for chance, 1 for no error.
///
/// `J = (mean over classes of hits / rows − 1/K) / (1 − 1/K)`; of two classes that is Youden's index,
/// sensitivity + specificity − 1. The interval is recovered from those of the K recalls, which rest on
/// different rows: Clopper and Pearson's where hits or misses are fewer than 50, Wilson's from there on.
///
/// - Parameters:
///   - hits: Rightly called rows of each class.
///   - rows: Rows of each class; classes without rows are left out of K.
///   - comparisons: How many such numbers the reader chooses from; the interval's error is divided by
///     it (Bonferroni).
/// - Returns: No value with fewer than two classes.
/// - Source: Youden 1950, DOI 10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3; the
///   interval: Zou & Donner 2008, DOI 10.1002/sim.3095.
package func balancedSkill(hits: [Int], rows: [Int], comparisons: Int = 1) -> Estimate {
    let used = rows.indices.filter { rows[$0] > 0 }
    var result = Estimate(
        value: nil,
        method: "MOVER of recalls" + (comparisons > 1 ? ", Bonferroni over \(comparisons)" : ""),
        count: rows.reduce(0, +))
    guard used.count > 1 else {
        result.note = "fewer than two classes have rows"
        return result
    }
    let tail = 0.025 / Double(max(comparisons, 1))
    let classes = Double(used.count)
    var mean = 0.0
    var below = 0.0
    var above = 0.0
    for label in used {
        let share = Double(hits[label]) / Double(rows[label])
        let effective = EffectiveRows(simple: Double(rows[label]), limit: Double(rows[label]))
        let (lower, upper, _) = effective.interval(share, tail: tail)
        mean += share / classes
        below += (share - lower) * (share - lower)
        above += (upper - share) * (upper - share)
    }
    let value = (classes * mean - 1) / (classes - 1)
    result.value = value
    result.lower = max(-1 / (classes - 1), value - below.squareRoot() / (classes - 1))
    result.upper = min(1, value + above.squareRoot() / (classes - 1))
    return result
}
