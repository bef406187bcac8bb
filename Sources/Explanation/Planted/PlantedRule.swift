import RealModule
import Statistics
package import Tables
import TensorCore

/// A known rule on the columns of real rows, of which an explanation should name the columns.
///
/// Each column is a signal from −1 to 1: a number's rank among the rows, or a draw for each category, so that the rule
/// lives in the rows' own distribution, with its correlations. Answers are drawn with the chance `1/(1 + e^(−6z))`, z the rule's
/// score less its median, in its standard deviations.
///
/// - Source: in the manner of Tritscher et al. 2020 and Liu et al. 2021, arXiv:2106.12543 (planted attributions).
package struct PlantedRule: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A weighted sum of four columns.
        case linear
        /// A sum of steps of three columns.
        case threshold
        /// Products of two pairs of columns.
        case interaction
        /// One column decides which of two others counts: other columns of other rows.
        case `switch`
        /// A sum of three columns, each of the most correlated: the others of the pair have no part in it.
        case correlated
    }

    package let kind: Kind
    /// Of each row, whether the answer is yes.
    package let answers: [Bool]
    /// Of each row and column, whether the rule looks at it there.
    package let uses: [[Bool]]

    /// - Returns: `nil` where there are too few columns that differ among the rows: a rule needs four, and one that it
    ///   does not look at.
    package init?(_ kind: Kind, of rows: Table, columns: [String], seed: UInt64) {
        let random = CounterRandom(seed: seed, name: "planted rule " + kind.rawValue)
        let signals = columns.enumerated().map { place, name in
            rows.column(named: name).map { Self.signal($0, random, step: UInt32(100 + place)) }
                ?? []
        }
        let varied = signals.indices.filter { Moments(signals[$0]).standardDeviation > 0.05 }
        guard varied.count > 4 else { return nil }
        let order = random.permutation(of: varied.count, step: 0).map { varied[$0] }
        let signs = (0..<4).map { random.uniform(step: 1, index: UInt64($0)) < 0.5 ? -1.0 : 1 }
        let count = rows.rowCount
        var uses = [[Bool]](repeating: Array(repeating: false, count: columns.count), count: count)
        var score = [Double](repeating: 0, count: count)
        func use(_ column: Int, _ row: Int) { uses[row][column] = true }
        switch kind {
        case .linear:
            for (place, column) in order.prefix(4).enumerated() {
                let weight = signs[place] * (1 - 0.15 * Double(place))
                for row in 0..<count {
                    score[row] += weight * signals[column][row]
                    use(column, row)
                }
            }
        case .threshold:
            for (place, column) in order.prefix(3).enumerated() {
                let middle = Self.median(signals[column])
                // Different weights, so that no two sums are equal.
                let weight = signs[place] * (1 - 0.15 * Double(place))
                for row in 0..<count {
                    score[row] += signals[column][row] > middle ? weight : -weight
                    use(column, row)
                }
            }
        case .interaction:
            for pair in 0..<2 {
                let (a, b) = (order[2 * pair], order[2 * pair + 1])
                for row in 0..<count {
                    score[row] += signs[pair] * signals[a][row] * signals[b][row]
                    use(a, row)
                    use(b, row)
                }
            }
        case .switch:
            let (decides, first, second) = (order[0], order[1], order[2])
            let middle = Self.median(signals[decides])
            for row in 0..<count {
                let isFirst = signals[decides][row] > middle
                score[row] =
                    isFirst ? signs[0] * signals[first][row] : signs[1] * signals[second][row]
                use(decides, row)
                use(isFirst ? first : second, row)
            }
        case .correlated:
            for (place, column) in Self.mostCorrelated(signals, varied).prefix(3).enumerated() {
                for row in 0..<count {
                    score[row] += signs[place] * signals[column][row]
                    use(column, row)
                }
            }
        }
        let spread = Moments(score).standardDeviation
        guard spread > 0 else { return nil }
        let middle = Self.median(score)
        self.kind = kind
        self.uses = uses
        answers = score.enumerated().map { row, value in
            let chance = 1 / (1 + Double.exp(-6 * (value - middle) / spread))
            return random.uniform(step: 2, index: UInt64(row)) < chance
        }
    }

    /// A column's cells as numbers from −1 to 1; missing cells are 0.
    private static func signal(_ column: Column, _ random: CounterRandom, step: UInt32) -> [Double]
    {
        guard let numbers = column.measures else {
            var drawn: [String?: Double] = [:]
            return (0..<column.count).map { row in
                let text = column.text(row)
                guard text != nil else { return 0 }
                if let known = drawn[text] { return known }
                let value = 2 * random.uniform(step: step, index: UInt64(drawn.count)) - 1
                drawn[text] = value
                return value
            }
        }
        let known = numbers.filter { !$0.isNaN }.sorted()
        guard known.count > 1 else { return numbers.map { _ in 0 } }
        return numbers.map { value in
            guard !value.isNaN else { return 0 }
            var (low, high) = (0, known.count)
            while low < high {
                let middle = (low + high) / 2
                if known[middle] < value { low = middle + 1 } else { high = middle }
            }
            // Ties have the mean of their ranks.
            var (start, end) = (low, known.count)
            while start < end {
                let middle = (start + end) / 2
                if known[middle] <= value { start = middle + 1 } else { end = middle }
            }
            return Double(low + start - 1) / Double(known.count - 1) - 1
        }
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    /// Of each of the most correlated pairs, one column; no column twice.
    private static func mostCorrelated(_ signals: [[Double]], _ varied: [Int]) -> [Int] {
        var pairs: [(size: Double, first: Int, second: Int)] = []
        for (place, first) in varied.enumerated() {
            for second in varied[(place + 1)...] {
                let (a, b) = (centered(signals[first]), centered(signals[second]))
                pairs.append((abs(AttributionComparison.cosine(a, b)), first, second))
            }
        }
        pairs.sort { ($1.size, $0.first, $0.second) < ($0.size, $1.first, $1.second) }
        var chosen: [Int] = []
        var taken: Set<Int> = []
        for pair in pairs where !taken.contains(pair.first) && !taken.contains(pair.second) {
            chosen.append(pair.first)
            taken.formUnion([pair.first, pair.second])
        }
        return chosen
    }

    private static func centered(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.map { $0 - mean }
    }

    /// The chance that a column which the rule looks at has a larger contribution than one it does not, by size; ties
    /// count half.
    package static func recovery(_ contributions: [Double], uses: [Bool]) -> Double {
        var (sum, pairs) = (0.0, 0.0)
        for used in contributions.indices where uses[used] {
            for other in contributions.indices where !uses[other] {
                let (a, b) = (abs(contributions[used]), abs(contributions[other]))
                sum += a > b ? 1 : a == b ? 0.5 : 0
                pairs += 1
            }
        }
        return pairs > 0 ? sum / pairs : 0.5
    }
}
