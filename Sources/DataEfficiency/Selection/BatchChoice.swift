import RealModule
import TensorCore

/// A batch of rows of a pool to be labelled: some drawn at random, the others chosen by a strategy.
///
/// The random rows are drawn first, uniformly from all open rows, so that they are a simple random sample of these
/// whatever is chosen beside them. The same pool, settings and seed give the same batch.
package struct BatchChoice: Sendable {
    package struct Row: Sendable, Hashable {
        /// Of the pool, from 0.
        package var row: Int
        package var isRandom: Bool
        /// The strategy's score before it is divided by the cost; `nil` of a row without one.
        package var score: Double?
    }

    package struct Settings: Sendable {
        package var strategy: SelectionStrategy
        /// How many rows, or with costs what they may cost together.
        package var budget: Double
        /// The share of the budget for rows that are drawn at random.
        package var randomShare: Double
        package var seed: UInt64

        package init(
            strategy: SelectionStrategy, budget: Double, randomShare: Double, seed: UInt64
        ) {
            self.strategy = strategy
            self.budget = budget
            self.randomShare = randomShare
            self.seed = seed
        }
    }

    package private(set) var rows: [Row] = []
    /// Rows that were passed over, as one of the batch is nearly the same.
    package private(set) var nearCopies = 0
    private var spent = 0.0

    /// What the rows cost together; their number where all cost the same.
    package var cost: Double { spent }

    /// - Parameter isOpen: Which rows may be asked.
    package init(_ pool: SelectionPool, isOpen: [Bool], settings: Settings) {
        precondition(isOpen.count == pool.rows, "one a row")
        // A row that costs more than all there is can never be asked.
        var open = (0..<pool.rows).map { isOpen[$0] && pool.cost($0) <= settings.budget }
        drawAtRandom(pool, &open, settings)
        guard settings.strategy != .random, isLeft(pool, open, settings) else { return }
        var copies = NearCopies(pool, seed: settings.seed)
        for row in rows { copies.take(row.row) }
        var chooser = Chooser(pool, settings)
        chooser.left = settings.budget - spent
        chooser.choose(open, &copies)
        rows += chooser.rows
        spent = settings.budget - chooser.left
        nearCopies = chooser.nearCopies
    }

    /// How many are drawn is settled before any is seen: a number that depended on the costs of those drawn would
    /// favour cheap rows.
    private mutating func drawAtRandom(
        _ pool: SelectionPool, _ open: inout [Bool], _ settings: Settings
    ) {
        let candidates = (0..<pool.rows).filter { open[$0] }
        guard !candidates.isEmpty else { return }
        let mean = candidates.reduce(0) { $0 + pool.cost($1) } / Double(candidates.count)
        let share = settings.strategy == .random ? 1 : settings.randomShare
        let wanted = share * settings.budget / mean
        // A millionth more, as 0.2 · 100 may end below 20 by rounding.
        let count = min(candidates.count, Int(wanted + 1e-6))
        let order = CounterRandom(seed: settings.seed, name: "rows drawn at random")
            .permutation(of: candidates.count)
        for place in order.prefix(count) {
            let row = candidates[place]
            rows.append(Row(row: row, isRandom: true, score: nil))
            open[row] = false
            spent += pool.cost(row)
        }
    }

    private func isLeft(_ pool: SelectionPool, _ open: [Bool], _ settings: Settings) -> Bool {
        (0..<pool.rows).contains { open[$0] && spent + pool.cost($0) <= settings.budget }
    }
}

/// Chooses rows one after another until the budget is spent.
private struct Chooser {
    let pool: SelectionPool
    let settings: BatchChoice.Settings
    var left = 0.0
    var rows: [BatchChoice.Row] = []
    var nearCopies = 0

    init(_ pool: SelectionPool, _ settings: BatchChoice.Settings) {
        self.pool = pool
        self.settings = settings
    }

    private var cheapest: Double { pool.costs.isEmpty ? 1 : pool.costs.min() ?? 1 }
    private var isFull: Bool { left < cheapest - 1e-9 }

    mutating func choose(_ open: [Bool], _ copies: inout NearCopies) {
        switch settings.strategy {
        case .margin: choose(by: pool.marginScores, open, &copies)
        case .softMargin: draw(by: pool.marginScores, open, &copies)
        case .entropy: choose(by: pool.entropyScores, open, &copies)
        case .disagreement: choose(by: pool.spread, open, &copies)
        case .groups: chooseInGroups(open, &copies)
        case .distance: chooseFarthest(open, &copies)
        case .badge:
            var seeds = GradientSeeds(pool, open: open, seed: settings.seed)
            while !isFull, let row = seeds.next() {
                if accept(row, nil, &copies) { seeds.take(row) }
            }
        case .typical:
            let count = Int(left / cheapest)
            let order = TypicalRows(pool, open, count: count, seed: settings.seed).order
            take(order.map { ($0, nil) }, &copies)
        case .random: break
        }
    }

    /// The most uncertainty for what a label costs comes first; of equals the earlier row.
    private mutating func choose(
        by scores: [Double], _ open: [Bool], _ copies: inout NearCopies
    ) {
        take(ordered(scores, (0..<pool.rows).filter { open[$0] }), &copies)
    }

    /// Without replacement, with chances in proportion to the scores: the largest of `log score + Gumbel noise` first.
    ///
    /// - Source: Kirsch et al. 2023, "Stochastic batch acquisition", arXiv:2106.12059 (its power acquisition); the way to draw
    ///   is Efraimidis & Spirakis 2006, DOI 10.1016/j.ipl.2005.11.003.
    private mutating func draw(
        by scores: [Double], _ open: [Bool], _ copies: inout NearCopies
    ) {
        let random = CounterRandom(seed: settings.seed, name: "rows drawn by score")
        let keyed = (0..<pool.rows).filter { open[$0] && scores[$0] > 0 }.map { row in
            let uniform = max(random.uniform(index: UInt64(row)), 0x1p-60)
            let noise = -Double.log(-Double.log(uniform))
            return (row: row, key: Double.log(scores[row] / pool.cost(row)) + noise)
        }
        let order = keyed.sorted { ($1.key, $0.row) < ($0.key, $1.row) }
        take(order.map { ($0.row, scores[$0.row]) }, &copies)
    }

    private func ordered(_ scores: [Double], _ rows: [Int]) -> [(Int, Double?)] {
        rows.map { ($0, scores[$0] / pool.cost($0)) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { ($0.0, scores[$0.0]) }
    }

    private mutating func take(_ order: [(Int, Double?)], _ copies: inout NearCopies) {
        for (row, score) in order {
            if isFull { return }
            _ = accept(row, score, &copies)
        }
    }

    /// Takes a row, unless it is nearly one of the batch or costs more than is left.
    private mutating func accept(
        _ row: Int, _ score: Double?, _ copies: inout NearCopies
    ) -> Bool {
        guard pool.cost(row) <= left + 1e-9 else { return false }
        guard !copies.holdsLike(row) else {
            nearCopies += 1
            return false
        }
        copies.take(row)
        rows.append(.init(row: row, isRandom: false, score: score))
        left -= pool.cost(row)
        return true
    }

    /// Every group has a part of the budget in proportion to the mean of the errors that are expected in it, whatever
    /// its size. What a group cannot spend goes to the most uncertain rows of all.
    private mutating func chooseInGroups(_ open: [Bool], _ copies: inout NearCopies) {
        let scores = pool.marginScores
        let errors = pool.expectedErrors
        let all = (0..<pool.rows).filter { open[$0] }
        let groups = Dictionary(grouping: all) { pool.groups[$0] }.sorted { $0.key < $1.key }
        let means = groups.map { _, rows in
            rows.reduce(0) { $0 + errors[$1] } / Double(rows.count)
        }
        let total = means.reduce(0, +)
        let budget = left
        var spare = 0.0
        for ((_, rows), mean) in zip(groups, means) {
            left = total > 0 ? budget * mean / total : budget / Double(groups.count)
            take(ordered(scores, rows), &copies)
            spare += left
        }
        left = spare
        let taken = Set(self.rows.map(\.row))
        take(ordered(scores, all.filter { !taken.contains($0) }), &copies)
    }

    /// Greedy cover: the row whose nearest labelled or chosen row is farthest.
    ///
    /// - Source: Sener & Savarese 2018, arXiv:1708.00489 (its greedy form).
    private mutating func chooseFarthest(_ open: [Bool], _ copies: inout NearCopies) {
        var open = open
        var nearest = (0..<pool.rows).map { row in
            open[row] ? squaredDistanceToLabelled(row) : 0
        }
        for row in copies.taken { update(&nearest, with: row, open) }
        while !isFull {
            var best: (row: Int, gain: Double)?
            for row in 0..<pool.rows where open[row] {
                let gain = nearest[row].squareRoot() / pool.cost(row)
                if best == nil || gain > best?.gain ?? 0 { best = (row, gain) }
            }
            guard let best else { return }
            open[best.row] = false
            if accept(best.row, nearest[best.row].squareRoot(), &copies) {
                update(&nearest, with: best.row, open)
            }
        }
    }

    private func update(_ nearest: inout [Double], with row: Int, _ open: [Bool]) {
        for other in 0..<pool.rows where open[other] {
            nearest[other] = min(nearest[other], pool.squaredDistance(row, other))
        }
    }

    private func squaredDistanceToLabelled(_ row: Int) -> Double {
        let width = pool.width
        guard width > 0, !pool.labelled.isEmpty else { return .greatestFiniteMagnitude }
        var least = Float.infinity
        for start in stride(from: 0, to: pool.labelled.count, by: width) {
            var sum: Float = 0
            for column in 0..<width {
                let step = pool.features[row * width + column] - pool.labelled[start + column]
                sum += step * step
            }
            least = min(least, sum)
        }
        return Double(least)
    }
}
