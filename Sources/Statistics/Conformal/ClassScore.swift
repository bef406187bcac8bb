/// How badly a class fits the probabilities of a row.
package enum ClassScore: Sendable, Hashable {
    /// `1 − p`: the smallest sets on average.
    ///
    /// - Source: Sadinle et al. 2019, DOI 10.1080/01621459.2017.1395341 (least ambiguous classifier).
    case leastAmbiguous
    /// `Σ p` of the classes at least as probable, minus `u · p` of the class itself: sets that grow
    /// where the model is less sure.
    ///
    /// - Source: Romano et al. 2020, arXiv:2006.02544 (adaptive prediction sets).
    case adaptive
    /// The same plus `penalty · max(0, rank − freeRanks)`, which keeps long tails of classes out.
    ///
    /// - Source: Angelopoulos et al. 2021, arXiv:2009.14193 (regularised adaptive prediction sets).
    case regularized(penalty: Double, freeRanks: Int)

    /// The score of every row's true class.
    ///
    /// - Parameters:
    ///   - labels: `[rows]`.
    ///   - probabilities: `[rows, classes]`.
    ///   - uniforms: u of each row, in [0, 1); `nil` for zeros, which makes adaptive sets deterministic
    ///     and larger than they need be.
    package func scores(
        labels: [Int32], probabilities: [Double], classes: Int, uniforms: [Double]? = nil
    ) -> [Double] {
        precondition(probabilities.count == labels.count * classes, "a probability a class")
        var ranked = RankedClasses(count: classes)
        return labels.indices.map { row in
            let first = row * classes
            let label = Int(labels[row])
            let own = probabilities[first + label]
            if case .leastAmbiguous = self { return 1 - own }
            ranked.rank(probabilities[first..<first + classes])
            var sum = 0.0
            for (rank, candidate) in ranked.order.enumerated() {
                sum += probabilities[first + candidate]
                if candidate == label {
                    return sum + penalty(rank: rank + 1) - (uniforms?[row] ?? 0) * own
                }
            }
            return sum
        }
    }

    /// The rule for the class at which the sum of probabilities passes the threshold.
    package enum LastClass: Sendable, Hashable {
        /// It belongs to the set.
        case included
        /// It does not, unless it is the most probable one: no set is empty. With scores without u
        /// the coverage is guaranteed.
        case excluded
        /// It does where its score, with the row's u, is within the threshold: with scores that have
        /// their u the coverage is exact, and a set may be empty.
        case randomized([Double])
    }

    /// Whether each class belongs to each row's set.
    ///
    /// - Parameters:
    ///   - probabilities: `[rows, classes]`.
    ///   - last: Of no meaning for the least ambiguous sets, `{k : 1 − pₖ ≤ threshold}`.
    /// - Returns: `[rows, classes]`.
    package func sets(
        probabilities: [Double], classes: Int, thresholds: SetThresholds, last: LastClass
    ) -> [Bool] {
        let rows = probabilities.count / classes
        var isInside = [Bool](repeating: false, count: probabilities.count)
        var ranked = RankedClasses(count: classes)
        for row in 0..<rows {
            let first = row * classes
            if case .leastAmbiguous = self {
                for candidate in 0..<classes {
                    isInside[first + candidate] =
                        1 - probabilities[first + candidate] <= thresholds.of(row, candidate)
                }
                continue
            }
            ranked.rank(probabilities[first..<first + classes])
            var sum = 0.0
            var before = -Double.infinity
            for (rank, candidate) in ranked.order.enumerated() {
                let own = probabilities[first + candidate]
                sum += own
                let reached = sum + penalty(rank: rank + 1)
                let threshold = thresholds.of(row, candidate)
                isInside[first + candidate] =
                    switch last {
                    case .included: before < threshold
                    case .excluded: rank == 0 || reached <= threshold
                    case .randomized(let uniforms): reached - uniforms[row] * own <= threshold
                    }
                before = reached
            }
        }
        return isInside
    }

    private func penalty(rank: Int) -> Double {
        guard case .regularized(let penalty, let freeRanks) = self else { return 0 }
        return penalty * Double(max(0, rank - freeRanks))
    }
}

/// The threshold that a class of a row has to keep.
package enum SetThresholds: Sendable, Hashable {
    case all(Double)
    /// By the row's group.
    case ofRows([Double])
    /// By the class that is asked for.
    case ofClasses([Double])

    func of(_ row: Int, _ candidate: Int) -> Double {
        switch self {
        case .all(let threshold): threshold
        case .ofRows(let thresholds): thresholds[row]
        case .ofClasses(let thresholds): thresholds[candidate]
        }
    }
}

/// The classes of one row from the most probable down, the first of equals first.
private struct RankedClasses {
    var order: [Int]

    init(count: Int) { order = Array(0..<count) }

    mutating func rank(_ probabilities: ArraySlice<Double>) {
        let first = probabilities.startIndex
        order.sort {
            let (a, b) = (probabilities[first + $0], probabilities[first + $1])
            return a == b ? $0 < $1 : a > b
        }
    }
}

extension ClassScore {
    /// Penalties that are tried.
    private static let penalties = [0.001, 0.01, 0.1, 0.2, 0.5]

    /// The penalty and the free ranks that make regularised sets small.
    ///
    /// The free ranks are the rank of the true class that the asked share of rows keeps; the penalty is
    /// the one of 0.001, 0.01, 0.1, 0.2 and 0.5 with the smallest mean set. To be chosen on rows that do
    /// not calibrate.
    ///
    /// - Source: Angelopoulos et al. 2021, arXiv:2009.14193, appendix E.
    package static func regularized(
        labels: [Int32], probabilities: [Double], classes: Int, uniforms: [Double],
        level: ConformalLevel
    ) throws(StatisticsError) -> ClassScore {
        var ranked = RankedClasses(count: classes)
        let ranks = labels.indices.map { row in
            ranked.rank(probabilities[row * classes..<(row + 1) * classes])
            return Double((ranked.order.firstIndex(of: Int(labels[row])) ?? 0) + 1)
        }
        let free = Int(min(Double(classes), try level.threshold(of: ranks)))
        var best = ClassScore.regularized(penalty: penalties[0], freeRanks: free)
        var smallest = Int.max
        for penalty in penalties {
            let score = ClassScore.regularized(penalty: penalty, freeRanks: free)
            let threshold = try level.threshold(
                of: score.scores(
                    labels: labels, probabilities: probabilities, classes: classes,
                    uniforms: uniforms))
            let size = score.sets(
                probabilities: probabilities, classes: classes, thresholds: .all(threshold),
                last: .randomized(uniforms)
            ).count { $0 }
            if size < smallest { (smallest, best) = (size, score) }
        }
        return best
    }
}
