/// Which epoch of a training will be kept, as a share of the most epochs: a distribution of weighted values.
package struct EpochForecast: Sendable, Hashable {
    /// Rising.
    private var shares: [Double]
    private var weights: [Double]

    /// - Precondition: there is a value, and a weight above 0 for each.
    package init(_ values: [(share: Double, weight: Double)]) {
        precondition(
            !values.isEmpty && values.allSatisfy { $0.weight > 0 }, "a weight for each value")
        let sorted = values.sorted { $0.share < $1.share }
        shares = sorted.map { min(1, max(0, $0.share)) }
        weights = sorted.map(\.weight)
    }

    /// From other tables alone: what is shipped counts for `priorTables` of them, each of this machine for one.
    package static func ofOtherTables(_ own: [Double], prior: PlanPrior) -> EpochForecast {
        let each = priorTables / Double(prior.keptShares.count)
        return EpochForecast(
            prior.keptShares.map { ($0, each) } + own.map { ($0, 1) })
    }

    /// From earlier trainings of the same table.
    ///
    /// - Precondition: there is one.
    package static func ofTable(_ earlier: [Double], prior: PlanPrior) -> EpochForecast {
        EpochForecast(earlier.flatMap { share in prior.repeatedShares.map { ($0 * share, 1) } })
    }

    private static let priorTables = 20.0

    /// The least value that so much of the weight does not exceed.
    package func share(at level: Double) -> Double {
        let total = weights.reduce(0, +)
        var sum = 0.0
        for (share, weight) in zip(shares, weights) {
            sum += weight
            if sum >= level * total - 1e-12 { return share }
        }
        return shares[shares.count - 1]
    }

    /// What is left to happen when some epochs are done.
    ///
    /// What the forecast held for a share between the best so far and those done has come true as the best so far, and
    /// what it held for less is out of the question.
    ///
    /// - Parameters:
    ///   - done: Of the epochs done, as a share of the most.
    ///   - best: Of the best of them.
    package func after(_ done: Double, best: Double) -> EpochForecast {
        var values: [(share: Double, weight: Double)] = []
        var reached = 0.0
        for (share, weight) in zip(shares, weights) {
            if share > done {
                values.append((share, weight))
            } else if share >= best {
                reached += weight
            }
        }
        if reached > 0 || values.isEmpty { values.append((best, max(reached, 1e-9))) }
        return EpochForecast(values)
    }
}
