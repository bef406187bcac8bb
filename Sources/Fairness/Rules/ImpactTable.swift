package import Prediction
package import Statistics

/// Rates of the categories of people that a rule names, each against the highest.
package struct ImpactTable: Sendable {
    package var name: String
    package var rows: [Row]
    /// Rows whose category is not known: in no rate and no ratio of this table.
    package var unknown: Int
    /// The category of the highest rate among those that are not small; `nil` where all rates are 0.
    package var highest: String?

    package struct Row: Sendable {
        package var category: String
        package var count: Int
        /// Selected, or scored above the median.
        package var hits: Int
        /// Of all rows, those of unknown category too.
        package var share: Double
        package var isSmall: Bool
        package var rate: Estimate
        /// The rate over that of the highest category; `nil` for small and empty categories.
        package var ratio: Estimate?
        /// Of the rate being that of the highest category, by χ²; `nil` where there is no ratio to another.
        package var pValue: Double?
    }

    /// - Parameters:
    ///   - groups: A category of every row; `nil` where it is not known.
    ///   - categories: All of them, also those without rows.
    ///   - isHit: Whether the row was selected.
    package init(
        _ name: String, groups: [String?], categories: [String], isHit: [Bool], smallShare: Double
    ) {
        precondition(groups.count == isHit.count, "one category and one decision a row")
        var counts: [String: (all: Int, hits: Int)] = [:]
        unknown = 0
        for (group, hit) in zip(groups, isHit) {
            guard let group else {
                unknown += 1
                continue
            }
            counts[group, default: (0, 0)].all += 1
            if hit { counts[group, default: (0, 0)].hits += 1 }
        }
        self.name = name
        let total = Double(max(groups.count, 1))
        rows = categories.map { category in
            let (all, hits) = counts[category] ?? (0, 0)
            let share = Double(all) / total
            return Row(
                category: category, count: all, hits: hits, share: share,
                isSmall: share < smallShare, rate: shareEstimate(hits, of: all))
        }
        let compared = rows.filter { !$0.isSmall && ($0.rate.value ?? 0) > 0 }
        guard let top = compared.max(by: { ($0.rate.value ?? 0) < ($1.rate.value ?? 0) }) else {
            return
        }
        highest = top.category
        for place in rows.indices where !rows[place].isSmall && rows[place].count > 0 {
            if rows[place].category == top.category {
                rows[place].ratio = Estimate(
                    value: 1, method: "the highest itself", count: top.count)
            } else {
                rows[place].ratio =
                    PairwiseGaps(rates: [[top.rate, rows[place].rate]]).signedRatio().estimate
                rows[place].pValue =
                    compareShares(
                        top.hits, of: top.count, rows[place].hits, of: rows[place].count
                    ).pValue
            }
        }
    }
}

extension ImpactRule {
    /// What counts as a hit.
    package enum Basis: String, Sendable, CaseIterable {
        /// The decision at the threshold.
        case selection
        /// A score above the median of all rows.
        case scoring
    }

    /// The positive class's score of every row, or the predicted number.
    package static func scores(_ rows: LabelledPredictions) -> [Double] {
        let width = rows.predictions.width
        return stride(from: width - 1, to: rows.predictions.values.count, by: width).map {
            rows.predictions.values[$0]
        }
    }

    /// Whether each row is a hit.
    package static func hits(_ rows: LabelledPredictions, _ basis: Basis) -> [Bool] {
        let scores = scores(rows)
        switch basis {
        case .selection: return scores.map { $0 >= rows.threshold }
        case .scoring:
            let median = median(scores)
            return scores.map { $0 > median }
        }
    }

    /// Of an even number of scores the mean of the two in the middle.
    package static func median(_ scores: [Double]) -> Double {
        let sorted = scores.sorted()
        guard !sorted.isEmpty else { return .nan }
        let upper = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[upper] : (sorted[upper - 1] + sorted[upper]) / 2
    }

    /// A table a category, and one of their combinations.
    ///
    /// - Parameters:
    ///   - columns: For each of `categories` the groups of every row.
    ///   - isHit: One a row.
    package func tables(_ columns: [[String]], isHit: [Bool]) -> [ImpactTable] {
        precondition(columns.count == categories.count, "a column a category")
        let known = columns.map { column in
            column.map { unknown.contains($0.lowercased()) ? nil : $0 }
        }
        let values = known.map { Set($0.compactMap { $0 }).sorted() }
        var tables = categories.indices.map { place in
            ImpactTable(
                categories[place].name, groups: known[place], categories: values[place],
                isHit: isHit, smallShare: smallShare)
        }
        if intersects, categories.count > 1 {
            let both = isHit.indices.map { row -> String? in
                let parts = known.compactMap { $0[row] }
                return parts.count == known.count
                    ? parts.joined(separator: intersectionSign) : nil
            }
            let all = values.dropFirst().reduce(values[0]) { made, next in
                made.flatMap { first in next.map { first + intersectionSign + $0 } }
            }
            tables.append(
                ImpactTable(
                    categories.map(\.name).joined(separator: intersectionSign), groups: both,
                    categories: all, isHit: isHit, smallShare: smallShare))
        }
        return tables
    }
}
