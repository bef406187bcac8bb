import Statistics
import Tables

/// Picks regions, given by one or two conditions, that seem to have few training rows and a high loss.
///
/// Of a region R two scores are looked at: how much rarer it is among training rows than in the population,
/// `z = (p − t) / √(q(1 − q)(1/n + 1/m))` with q the share in both together, and how much higher the loss is,
/// `z = (l(R) − l(rest)) / (σ √(1/a + 1/b))`. The first regions picked are highest by the lesser of both, the next by
/// rareness alone, since a region that nobody labelled may have no loss to be seen. Without a population those with at
/// most a tenth of the training rows are picked by their loss. Two conditions count only where they score higher than
/// either alone; single conditions are combined as far as they are among the best (`beam`). Of regions that overlap by
/// more than half the better one stands for both.
///
/// This picks and proves nothing: what it picks is tested on other rows (`ThinRegions`).
struct RegionPicking {
    var training: CountedRows
    var population: CountedRows?
    var judged: JudgedRows?
    var columns: [String]

    /// Of the population, or of the judged rows where there is none: rows that a region has at the least.
    private static let smallestShare = 0.01
    private static let fewestRows = 15
    /// Judged rows of a region, below which its loss says nothing.
    private static let fewestJudged = 10
    /// How many times rarer than in the population a region has to be.
    private static let leastRarity = 1.5
    /// Without a population: the share of training rows up to which they are few.
    static let fewShare = 0.1
    /// Of a number, and of numbers of wide tables, whose conditions would be too many.
    private static let (bins, wideBins, wideColumns) = (10, 4, 60)
    private static let beam = 400
    private static let mostOfAKind = 5
    private static let mostOverlap = 0.5
    /// By how much a second condition has to raise a score.
    private static let leastRise = 1.05

    /// Conditions on one column, or on two.
    func picked() -> [[RowCondition]] {
        let base = population?.table ?? judged?.table ?? training.table
        let fewest = max(
            Self.fewestRows, Int((Self.smallestShare * Double(base.rowCount)).rounded(.up)))
        var conditions: [RowCondition] = []
        let bins = columns.count > Self.wideColumns ? Self.wideBins : Self.bins
        for name in columns {
            guard let column = base.column(named: name), isAlike(column) else { continue }
            conditions += RowCondition.candidates(column, fewestRows: fewest, bins: bins)
        }
        guard !conditions.isEmpty else { return [] }
        let sets = conditions.map { Sets($0, training, population, judged) }
        let sums = Sums(judged)
        var found: [[RowCondition]] = []
        var taken: [RowSet] = []
        let kinds: [Kind] =
            population == nil ? [.loss] : judged == nil ? [.rarity] : [.both, .rarity]
        for kind in kinds {
            let singles = sets.map { score($0, sums, kind, fewest) }
            let order = sets.indices.filter { singles[$0].score > 0 }
                .sorted { (singles[$1].score, $0) < (singles[$0].score, $1) }
            let usable = Array(order.prefix(Self.beam))
            var candidates = usable.filter { singles[$0].isRegion }
                .map { (score: singles[$0].score, parts: [$0]) }
            for (place, first) in usable.enumerated() {
                for second in usable[(place + 1)...]
                where conditions[first].column != conditions[second].column {
                    let pair = score(sets[first].and(sets[second]), sums, kind, fewest)
                    let parents = max(singles[first].score, singles[second].score)
                    guard pair.isRegion, pair.score > Self.leastRise * parents else { continue }
                    candidates.append((pair.score, [first, second].sorted()))
                }
            }
            candidates.sort {
                $0.score != $1.score
                    ? $0.score > $1.score : $0.parts.lexicographicallyPrecedes($1.parts)
            }
            var count = 0
            for candidate in candidates where count < Self.mostOfAKind {
                let members = RowSet(candidate.parts.map { sets[$0].base })
                let repeats = taken.contains { other in
                    let both = other.count(with: members)
                    return Double(both)
                        > Self.mostOverlap * Double(other.count + members.count - both)
                }
                guard !repeats else { continue }
                taken.append(members)
                found.append(candidate.parts.map { conditions[$0] })
                count += 1
            }
        }
        return found
    }

    /// Whether a column is of one kind in all tables: a condition on numbers holds of no text.
    private func isAlike(_ column: Column) -> Bool {
        [training.table, population?.table, judged?.table].compactMap(\.self).allSatisfy { table in
            table.column(named: column.name).map {
                ($0.categories == nil) == (column.categories == nil)
                    && ($0.numbers == nil) == (column.numbers == nil)
            } ?? false
        }
    }

    private enum Kind { case both, rarity, loss }

    private func score(
        _ sets: Sets, _ sums: Sums, _ kind: Kind, _ fewest: Int
    ) -> (score: Double, isRegion: Bool) {
        guard sets.base.count >= fewest else { return (0, false) }
        var isRegion = true
        var rarity = Double.infinity
        if let population {
            let (hits, own) = (Double(sets.base.count), Double(sets.training.count))
            let (rows, trained) = (
                Double(population.table.rowCount), Double(training.table.rowCount)
            )
            let share = (hits + own) / (rows + trained)
            rarity =
                (hits / rows - own / trained)
                / (share * (1 - share) * (1 / rows + 1 / trained)).squareRoot()
            isRegion = hits / rows >= Self.leastRarity * own / trained
        } else {
            isRegion =
                Double(sets.training.count)
                <= Self.fewShare * Double(training.table.rowCount)
        }
        guard kind != .rarity else { return (rarity.isFinite ? rarity : 0, isRegion) }
        guard let judged, let members = sets.judged else { return (0, false) }
        let (sum, count) = members.sum(of: judged.losses, with: members)
        let rest = judged.losses.count - count
        guard count >= Self.fewestJudged, rest > 0, sums.deviation > 0 else { return (0, false) }
        let excess = sum / Double(count) - (sums.losses - sum) / Double(rest)
        let loss =
            excess / (sums.deviation * (1 / Double(count) + 1 / Double(rest)).squareRoot())
        return (min(rarity, loss), isRegion && loss > 0)
    }

    /// The rows of each kind that meet some conditions.
    private struct Sets {
        var training: RowSet
        /// Of the population; of the judged rows where there is none.
        var base: RowSet
        var judged: RowSet?

        init(
            _ condition: RowCondition, _ training: CountedRows, _ population: CountedRows?,
            _ judged: JudgedRows?
        ) {
            func members(_ table: Table) -> RowSet {
                RowSet([condition].members(of: table))
            }
            self.training = members(training.table)
            self.judged = (judged?.table).map(members)
            base = (population?.table).map(members) ?? self.judged ?? self.training
        }

        func and(_ other: Sets) -> Sets {
            var both = self
            both.training = training.intersection(other.training)
            both.base = base.intersection(other.base)
            both.judged = judged.flatMap { own in other.judged.map { own.intersection($0) } }
            return both
        }
    }

    private struct Sums {
        var losses: Double
        var deviation: Double

        init(_ judged: JudgedRows?) {
            let all = judged?.losses ?? []
            losses = all.reduce(0, +)
            let mean = losses / Double(max(all.count, 1))
            let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            deviation = (squares / Double(max(all.count - 1, 1))).squareRoot()
        }
    }
}
