package import Statistics

/// How many labels are wrong, and with what chance each is.
///
/// Rows with wrong labels are doubted as rows are that have a label planted: since a model that did not learn
/// from a row does not know its label, that is read from its predictions without a training. Let `F(s)` be the
/// share of planted labels doubted by `s` or more, and `L(s)` the number of rows doubted so. Of `n` rows a share `ε`
/// is wrong, so that `ε n F(s) ≤ L(s)` at every `s`; the least ratio is the most that can be wrong, as right
/// labels of hard rows are among `L(s)`, too. How many, nothing in the predictions tells for sure: the lower end
/// takes off half of what the model finds ambiguous (`GivenLabels.hardness`), and the value stands in the middle
/// between that and none. The chance of a row is `ε` times the ratio of densities, planted over all, that never rises
/// as the doubt falls. It is at most what labels that were planted on each row, one a row, and are doubted so could
/// show if all that is doubted so were wrong (`Bin.most`): never 1.
///
/// Where wrong labels are where the model doubts anyway, they are fewer than found here; for them the
/// upper end adds a quarter of the same.
///
/// - Source: the bound on a mixture's share is that of Blanchard et al. 2010 (JMLR 11, 2973–3009); densities by
///   isotonic regression.
package struct WrongShare: Sendable, Hashable {
    /// Of all rows.
    package let estimate: Estimate
    /// One a row: the chance that it is wrong, in [0, 1).
    package let chances: [Double]
    /// One a row: the same by the ends of the share's interval; as wide as that is, and no wider.
    package let chanceBounds: [Bounds]
    /// Rows, the most doubted first; of equals by their place.
    package let order: [Int]
    /// In that order: neighbours whose densities cannot be told apart.
    private let bins: [Bin]
    /// In that order: the share of planted labels that are doubted as much or more.
    private let found: [Double]

    /// The least planted share, and the fewest rows, that a ratio is read from.
    private static let leastFound = 0.1
    private static let leastRows = 10
    private static let rounds = 3
    private static let chosenBy = 1.96

    /// Shares of all rows.
    package typealias HardRows = (lower: Double, upper: Double)

    /// - Parameters:
    ///   - doubts: One a row; the larger, the less a row is believed.
    ///   - planted: Those of wrong labels.
    ///   - hardRows: By the share of wrong labels that is tried: what the lower end takes off for hard rows, and what the
    ///     upper end adds for wrong ones that are doubted no more than they.
    ///   - middle: Where the value stands, from the lower end at 0 to the bound at 1: a guess.
    /// - Precondition: planted doubts of these rows, or no rows.
    package init(
        doubts: [Double], planted: [PlantedDoubt], middle: Double = 0.5,
        hardRows: (Double) -> HardRows
    ) {
        let order = doubts.indices.sorted { (doubts[$1], $0) < (doubts[$0], $1) }
        let ranked = planted.sorted { ($1.doubt, $0.row) < ($0.doubt, $1.row) }
        var chances = [Double](repeating: 0, count: doubts.count)
        var share = Estimate(value: nil, method: "mixture bound", count: doubts.count)
        var (bins, found): ([Bin], [Double]) = ([], [])
        let isLast = order.indices.map {
            $0 + 1 == order.count || doubts[order[$0 + 1]] < doubts[order[$0]]
        }
        for _ in 0..<Self.rounds where !doubts.isEmpty {
            // A label planted on a row that is wrong already may be right.
            found = Self.found(doubts, order, ranked, weights: chances.map { 1 - $0 })
            share = Self.share(found, isLast, middle: middle, hardRows: hardRows)
            bins = Self.falling(found, isLast)
            let value = share.value ?? 0
            var place = 0
            for bin in bins {
                for row in order[place..<place + bin.rows] { chances[row] = min(1, value * bin.ratio) }
                place += bin.rows
            }
        }
        self.order = order
        estimate = share
        self.bins = bins
        self.found = found
        self.chances = Self.byRow(order, bins, share: estimate.value)
        chanceBounds = zip(
            Self.byRow(order, bins, share: estimate.lower), Self.byRow(order, bins, share: estimate.upper)
        ).map { Bounds(lower: $0, upper: $1) }
    }

    /// Neighbours in the order.
    private struct Bin: Sendable, Hashable {
        var rows: Int
        /// Of densities, planted over all.
        var ratio: Double

        /// The most that can be known: what is shown by as many labels, all of them wrong, as are doubted like these if one is
        /// planted on each row.
        var most: Double { shareShownByAll(of: ratio * Double(rows)) }
    }

    private static func byRow(_ order: [Int], _ bins: [Bin], share: Double?) -> [Double] {
        var result = [Double](repeating: 0, count: order.count)
        for (row, chance) in zip(order, chances(bins, share: share ?? 0)) { result[row] = chance }
        return result
    }

    /// In the order; a row that is doubted more is at least as probably wrong as one that is doubted less.
    private static func chances(_ bins: [Bin], share: Double) -> [Double] {
        var chances: [Double] = []
        var least = 0.0
        for bin in bins.reversed() {
            least = max(least, min(share * bin.ratio, bin.most))
            chances += repeatElement(least, count: bin.rows)
        }
        return chances.reversed()
    }

    private static func found(
        _ doubts: [Double], _ order: [Int], _ ranked: [PlantedDoubt], weights: [Double]
    ) -> [Double] {
        let all = ranked.reduce(0) { $0 + weights[$1.row] }
        guard all > 0 else { return [Double](repeating: 0, count: order.count) }
        var place = 0
        var sum = 0.0
        return order.map { row in
            while place < ranked.count, ranked[place].doubt >= doubts[row] {
                sum += weights[ranked[place].row]
                place += 1
            }
            return sum / all
        }
    }

    /// - Parameter isLast: Of the rows that are doubted as much; before these are all counted, nothing is said.
    private static func share(
        _ found: [Double], _ isLast: [Bool], middle: Double, hardRows: (Double) -> HardRows
    ) -> Estimate {
        let rows = found.count
        var result = Estimate(value: nil, method: "mixture bound, Clopper–Pearson", count: rows)
        var best: (place: Int, upper: Double)?
        for place in found.indices
        where isLast[place] && place + 1 >= leastRows && found[place] >= leastFound {
            // Which place is chosen by what is quick; the interval there is the exact one.
            let listed = Double(place + 1) / Double(rows)
            let upper =
                wilson(share: listed, rows: Double(rows), z: Self.chosenBy).upper / found[place]
            if best.map({ upper < $0.upper }) ?? true { best = (place, upper) }
        }
        guard let best else {
            result.note = "there are too few rows to tell"
            return result
        }
        let listed = Double(best.place + 1) / Double(rows)
        let most = min(1, listed / found[best.place])
        let hard = hardRows(most)
        let exact = clopperPearson(share: listed, rows: Double(rows))
        let least = exact.lower / found[best.place] - hard.lower
        result.lower = min(max(0, least), most)
        result.upper = min(1, exact.upper / found[best.place] + hard.upper)
        let lower = result.lower ?? 0
        result.value = lower + middle * (most - lower)
        result.note = "hard rows cannot be told from wrong ones: the lower end allows for them"
        return result
    }

    /// `dF / dL`, made falling along the order by pooling neighbours; rows that are doubted as much are one from the first.
    private static func falling(_ found: [Double], _ isLast: [Bool]) -> [Bin] {
        var bins: [Bin] = []
        var (before, start) = (0.0, 0)
        for (place, share) in found.enumerated() where isLast[place] {
            let count = place + 1 - start
            bins.append(
                Bin(
                    rows: count, ratio: (share - before) * Double(found.count) / Double(count)))
            (before, start) = (share, place + 1)
            while bins.count > 1, bins[bins.count - 2].ratio < bins[bins.count - 1].ratio {
                let last = bins.removeLast()
                let one = bins.removeLast()
                let count = one.rows + last.rows
                let sum = one.ratio * Double(one.rows) + last.ratio * Double(last.rows)
                bins.append(Bin(rows: count, ratio: sum / Double(count)))
            }
        }
        return bins
    }
}

// MARK: - Lists

extension WrongShare {
    /// The longest list of the most doubted rows of which the promised share is wrong.
    ///
    /// - Parameter share: Of the list that is expected to be wrong, in (0, 1].
    package func listed(shareRight share: Double) -> [Int] {
        var sum = 0.0
        var most = 0
        for (place, row) in order.enumerated() {
            sum += chances[row]
            if sum >= share * Double(place + 1) - 1e-12 { most = place + 1 }
        }
        return Array(order.prefix(most))
    }

    /// The share of the first rows of the order that are wrong: expected, and from the 2.5 % quantile of a binomial count
    /// with the chances that the lower end of the share of wrong labels gives, to the 97.5 % quantile by the upper.
    package func promise(first count: Int) -> Estimate {
        var result = Estimate(
            value: nil, method: "mixture bound, binomial", varied: "rows and hard rows",
            count: count)
        guard count > 0, let value = estimate.value, let lower = estimate.lower,
            let upper = estimate.upper
        else {
            result.note = "no row is listed"
            return result
        }
        func expected(_ share: Double) -> Double {
            Self.chances(bins, share: share).prefix(count).reduce(0, +) / Double(count)
        }
        result.value = expected(value)
        result.lower = Self.quantile(0.025, expected(lower), of: count)
        result.upper = Self.quantile(0.975, expected(upper), of: count)
        return result
    }

    /// The least share of hits that no more than so many samples stay below.
    private static func quantile(_ level: Double, _ share: Double, of trials: Int) -> Double {
        guard share > 0, share < 1 else { return share }
        var (low, high) = (0, trials)
        while low < high {
            let middle = (low + high) / 2
            if CountTails.binomial(middle, of: trials, share: share) >= level {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return Double(low) / Double(trials)
    }

    /// The share of planted labels that are doubted as much as the first rows of the order, one planted on each row.
    package func expectedFound(first count: Int) -> Estimate {
        let share = count > 0 ? min(1, found[count - 1]) : 0
        var result = Estimate(value: share, method: "Clopper–Pearson", count: found.count)
        guard !found.isEmpty else { return result }
        let ends = clopperPearson(share: share, rows: Double(found.count))
        (result.lower, result.upper) = (ends.lower, ends.upper)
        return result
    }
}

extension Estimate {
    /// Of a share of listed rows. An interval from none to all says nothing, and a value in it would be read as an
    /// estimate: of such a share only that is told.
    package var toldShare: Estimate {
        guard let lower, let upper, lower <= 0, upper >= 1 else { return self }
        var result = self
        (result.value, result.lower, result.upper) = (nil, nil, nil)
        result.note = "cannot tell: none or all of them may be, look at the rows"
        return result
    }
}

extension WrongShare {
    /// Of classes.
    package init(_ given: GivenLabels) {
        self.init(
            doubts: given.doubts, planted: given.plantedDoubts,
            hardRows: {
                let hardness = given.hardness(wrong: $0)
                return (lower: hardness / 2, upper: hardness / 4)
            })
    }
}

extension GivenLabels {
    /// The mean of `1 − max p*`, where `p* = (p̃ − b) / (1 − ε − b)` is what the model says of right labels when labels are
    /// swapped with the chance `ε` for another one, each with `b = ε / (K − 1)`.
    package func hardness(wrong share: Double) -> Double {
        guard rows > 0 else { return 0 }
        let swapped = share / Double(classes - 1)
        let scale = max(1 - share - swapped, 1e-6)
        var sum = 0.0
        for row in 0..<rows {
            let best = (0..<classes).reduce(0.0) { max($0, probability(row, $1)) }
            sum += 1 - min(1, max((best - swapped) / scale, 1 / Double(classes)))
        }
        return sum / Double(rows)
    }
}
