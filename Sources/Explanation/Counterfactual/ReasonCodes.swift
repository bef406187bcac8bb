import Models
import Prediction
import RealModule
package import Tables
import TensorCore

/// The factors for which a row did not get a wanted outcome.
///
/// A factor is a column, or columns that tell the same (`RowSpace.twins`). Each is compared with what is *typical* of the
/// fifty training rows nearest to the row that the model gives the wanted outcome: the middle number, the
/// most frequent category. What a factor adds is its Shapley value between the row and the row with all typical cells,
/// in log-odds, in which effects add up better than in probabilities; the stated size is what that does to the row's own probability.
/// A reason is given only if the model, asked about the row with this factor alone at its typical cells,
/// moves in the stated direction by at least half the stated size. A protected column is never a reason.
///
/// - Source: Shapley 1953 with one reference row (Sundararajan & Najmi 2020, arXiv:1908.08474); four reasons at most, from factors
///   actually used: Regulation B, 12 CFR 1002.9(b)(2) and its commentary.
package struct ReasonCodes: Sendable {
    private let search: CounterfactualSearch
    private let factors: [[Int]]
    private let seed: UInt64

    package static let most = 4
    private static let nearestRows = 50
    /// All subsets of so many factors are tried, of more random orders.
    private static let mostExact = 10
    private static let orders = 50
    /// Factors that add less than this share of all that speaks against the row are not told.
    private static let leastShare = 0.02

    /// - Parameter protected: Columns that are never a reason.
    package init(_ search: CounterfactualSearch, protected: [String], seed: UInt64 = 0) {
        self.search = search
        self.seed = seed
        factors = search.space.twins().filter { group in
            group.allSatisfy { place in
                place < search.features && !protected.contains(search.space.axes[place].name)
            }
        }
    }

    /// - Precondition: the row's prediction does not meet the goal.
    package func reasons(_ row: Int, of table: Table, goal: Goal) throws -> ReasonAnswer {
        let cells = try (0..<search.features).map { try search.space.axes[$0].cell(row, of: table) }
        let typical = typicalCells(cells, goal)
        // The row's own cells, and the typical ones behind them.
        let columns = try cells.indices.map { column in
            let own = Table(name: table.name, rowCount: 1, columns: [cells[column].column])
            guard let code = typical[column] else { return cells[column].column }
            let other = Table(
                name: table.name, rowCount: 1,
                columns: [search.space.axes[column].cells.selecting(rows: [code])])
            return try own.appending(other, columns: [cells[column].column.name]).columns[0]
        }
        let different = factors.filter { factor in factor.contains { typical[$0] != nil } }
        var evaluations = 0
        /// Predictions of the row with some factors at their typical cells.
        func predict(_ sets: [Set<Int>]) throws -> Predictions {
            evaluations += sets.count
            let changed = sets.map { set in Set(set.flatMap { different[$0] }) }
            return try search.predictor.predictions(
                for: Table(
                    name: table.name, rowCount: sets.count,
                    columns: columns.enumerated().map { place, column in
                        column.selecting(
                            rows: changed.map { $0.contains(place) && column.count > 1 ? 1 : 0 })
                    }))
        }
        let base = try predict([[]])
        let own = goal.value(base, 0)
        let added = try shapleyValues(different.count) { sets in
            let predictions = try predict(sets)
            return sets.indices.map { score(goal.value(predictions, $0), goal) }
        }
        // Towards the goal: a score below a range rises, one above it falls.
        let sign: Double =
            if case .within(let range) = goal, own > range.upperBound { -1 } else { 1 }
        let against = added.indices.filter { sign * added[$0] > 0 }
            .sorted { (-sign * added[$0], $0) < (-sign * added[$1], $1) }
        let total = against.reduce(0) { $0 + sign * added[$1] }
        let told = against.filter { sign * added[$0] >= Self.leastShare * total }
        let alone = told.isEmpty ? nil : try predict(told.map { [$0] })
        var reasons: [ReasonAnswer.Reason] = []
        var named: Set<Int> = []
        for (place, factor) in told.enumerated() where reasons.count < Self.most {
            guard let alone else { break }
            let stated = moved(own, by: added[factor], goal)
            let effect = goal.value(alone, place) - own
            guard sign * effect > 0, abs(effect) >= abs(stated) / 2 else { continue }
            named.insert(factor)
            reasons.append(
                ReasonAnswer.Reason(
                    cells: different[factor].map { column in
                        .init(
                            column: columns[column].name, cell: columns[column].text(0),
                            typical: columns[column].text(columns[column].count - 1) ?? "")
                    }, stated: stated, effect: effect))
        }
        var answer = ReasonAnswer(value: own, reasons: reasons, evaluations: evaluations)
        if !named.isEmpty {
            let together = try predict([named])
            let sum = named.reduce(0) { $0 + added[$1] }
            answer.statedTogether = moved(own, by: sum, goal)
            answer.effectTogether = goal.value(together, 0) - own
            answer.reachesGoal = goal.isMet(together, 0)
            answer.evaluations = evaluations
        }
        return answer
    }

    /// Log-odds of a probability; a number as it is.
    private func score(_ value: Double, _ goal: Goal) -> Double {
        if case .within = goal { return value }
        let inside = min(max(value, 1e-7), 1 - 1e-7)
        return .log(inside) - .log(onePlus: -inside)
    }

    /// What a change of the score does to the value, from the row's own.
    private func moved(_ value: Double, by added: Double, _ goal: Goal) -> Double {
        if case .within = goal { return added }
        return 1 / (1 + .exp(-score(value, goal) - added)) - value
    }

    /// Places of cells that are typical; `nil` where the row has them, or none is known.
    private func typicalCells(_ cells: [RowSpace.Axis.Cell], _ goal: Goal) -> [Int?] {
        let space = search.space
        var distances = [Double](repeating: 0, count: space.sampleRows)
        for (place, cell) in cells.enumerated() {
            Neighbourhood.add(
                space, place, number: cell.number, code: cell.code, times: 1, to: &distances)
        }
        let near = (0..<space.sampleRows).filter { goal.isMet(search.samplePredictions, $0) }
            .sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(Self.nearestRows)
        var typical = [Int?](repeating: nil, count: cells.count)
        for factor in factors {
            // The first column decides for its twins, so that the cells go together.
            let codes = near.map { space.sample[factor[0]].codes[$0] }.filter { $0 >= 0 }.sorted()
            guard !codes.isEmpty else { continue }
            let chosen =
                space.axes[factor[0]].kind == .category
                ? mostFrequent(codes) : codes[(codes.count - 1) / 2]
            guard let row = near.first(where: { space.sample[factor[0]].codes[$0] == chosen })
            else { continue }
            for column in factor {
                let code = Int(space.sample[column].codes[row])
                let axis = space.axes[column]
                let isOwn =
                    axis.kind == .category
                    ? Int32(code) == cells[column].code
                    : code >= 0 && axis.numbers[code] == cells[column].number
                if code >= 0, !isOwn { typical[column] = code }
            }
        }
        return typical
    }

    /// - Parameter codes: Ascending; of equally frequent ones the first.
    private func mostFrequent(_ codes: [Int32]) -> Int32 {
        var counts: [Int32: Int] = [:]
        for code in codes { counts[code, default: 0] += 1 }
        return codes.max { (counts[$0] ?? 0, $1) < (counts[$1] ?? 0, $0) } ?? codes[0]
    }

    /// Shapley values of a game on `count` players, from its worth for sets of them.
    private func shapleyValues(
        _ count: Int, worth: ([Set<Int>]) throws -> [Double]
    ) throws -> [Double] {
        guard count > 0 else { return [] }
        var values = [Double](repeating: 0, count: count)
        if count <= Self.mostExact {
            let all = try worth(
                (0..<1 << count).map { set in Set((0..<count).filter { set >> $0 & 1 == 1 }) })
            // |S|! (n − |S| − 1)! / n!
            var weights = [1 / Double(count)]
            for size in 1..<max(count, 1) {
                weights.append(weights[size - 1] * Double(size) / Double(count - size))
            }
            for player in 0..<count {
                for set in all.indices where set >> player & 1 == 0 {
                    values[player] +=
                        weights[set.nonzeroBitCount] * (all[set | 1 << player] - all[set])
                }
            }
            return values
        }
        let random = CounterRandom(seed: seed, name: "orders of factors")
        let orders = (0..<Self.orders).flatMap { place in
            let order = random.permutation(of: count, step: UInt32(place))
            return [order, order.reversed()]
        }
        let all = try worth(
            orders.flatMap { order in (0...count).map { Set(order.prefix($0)) } })
        for (index, order) in orders.enumerated() {
            for (taken, player) in order.enumerated() {
                let first = index * (count + 1) + taken
                values[player] += (all[first + 1] - all[first]) / Double(orders.count)
            }
        }
        return values
    }
}

/// The reasons for a row's outcome.
package struct ReasonAnswer: Sendable, Hashable {
    /// Of the row as it is: the wanted class's probability, or the number.
    package var value: Double
    /// From the largest to the smallest.
    package var reasons: [Reason]
    /// What all named factors at their typical cells are stated to do to the value.
    package var statedTogether = 0.0
    /// What they do, as the model says.
    package var effectTogether = 0.0
    /// Whether the wanted outcome is predicted then.
    package var reachesGoal = false
    package var evaluations: Int

    package struct Reason: Sendable, Hashable {
        /// More than one where columns tell the same.
        package var cells: [Cell]
        /// What the typical cells are stated to do to the value, from Shapley values.
        package var stated: Double
        /// What they do alone, as the model says.
        package var effect: Double
    }

    package struct Cell: Sendable, Hashable {
        package var column: String
        /// `nil` where missing.
        package var cell: String?
        package var typical: String
    }
}
