package import Statistics
package import Tables
import TensorCore

/// Segments of rows, found on one half of the rows and tested on the other, whose mean loss is higher
/// than that of the rest.
///
/// The rows are halved at random, clusters whole. `SegmentSearch` picks at most ten segments on the one
/// half; on the other each is tested once, one-sided, against the rest of the rows, and the p-values
/// are adjusted by Holm's method. So where nothing is weak, anything at all is named in at most 5 % of
/// samples, however many segments were looked through. Sizes, losses and intervals are those of the
/// second half.
package struct WeakSegments: Sendable {
    /// All that were tested, the smallest p-value first.
    package var tested: [Tested]
    package var searchedRows: Int
    /// Rows of the second half.
    package var testedRows: Int
    /// Rows that a segment had at the least in each half.
    package var fewestRows: Int

    package struct Tested: Sendable, Hashable {
        package var conditions: [RowCondition]
        /// Rows of the second half.
        package var rows: Int
        package var loss: Estimate
        /// Of its mean loss from that of the rest.
        package var difference: Difference
        /// Adjusted for all that were tested.
        package var pValue: Double

        package var text: String { conditions.text }
    }

    /// Those whose loss is higher beyond chance.
    package var weak: [Tested] { tested.filter { $0.pValue <= Self.errorRate } }

    /// The chance to name any segment where none is weak.
    package static let errorRate = 0.05
    /// Of the rows of a half: so low that a segment of 2 % of all rows is hardly ever missed.
    private static let smallestShare = 0.015
    /// Of a segment, in both halves together.
    private static let fewestRowsOfAll = 30
    /// More rows make the search slower, not much sharper.
    private static let mostSearched = 50_000

    /// - Parameters:
    ///   - table: The rows, in the order of the losses.
    ///   - columns: Those that conditions may speak of.
    ///   - losses: One a row.
    ///   - seed: Of the halves.
    /// - Throws: where the rows are too few for two halves.
    package init(
        _ table: Table, columns: [String], losses: [Double], design: SamplingDesign, seed: UInt64
    ) throws(StatisticsError) {
        let random = CounterRandom(seed: seed, name: "weak segments")
        let (first, second) = design.halves(random)
        let searched =
            first.count <= Self.mostSearched
            ? first
            : random.permutation(of: first.count, step: 1).prefix(Self.mostSearched)
                .map { first[$0] }.sorted()
        fewestRows = max(
            Self.fewestRowsOfAll / 2,
            Int((Self.smallestShare * Double(searched.count)).rounded(.up)))
        searchedRows = searched.count
        testedRows = second.count
        tested = []
        let present = columns.compactMap { table.column(named: $0) }
        let candidates = present.enumerated().flatMap { index, column in
            let cells = column.selecting(rows: searched)
            return RowCondition.candidates(cells, fewestRows: fewestRows).map { condition in
                (
                    condition: condition, column: index,
                    isMember: condition.members(of: cells)
                )
            }
        }
        let segments = SegmentSearch(fewestRows: fewestRows).segments(
            losses: searched.map { losses[$0] }, weights: searched.map { design.weights[$0] },
            conditions: candidates.map { .init(column: $0.column, isMember: $0.isMember) })
        guard !segments.isEmpty else { return }
        let rest = try design.selecting(second)
        let own = second.map { losses[$0] }
        for segment in segments {
            var isMember = Array(repeating: true, count: second.count)
            for index in segment.conditions {
                let column = present[candidates[index].column].selecting(rows: second)
                let members = candidates[index].condition.members(of: column)
                for row in isMember.indices where !members[row] { isMember[row] = false }
            }
            let rows = isMember.indices.filter { isMember[$0] }
            // Half the rows that it had, at the least: of fewer, nothing is said.
            guard rows.count >= fewestRows / 2 else { continue }
            let difference = rest.subsetDifference(own, isMember: isMember)
            guard let value = difference.estimate.value, let both = difference.pValue else {
                continue
            }
            tested.append(
                Tested(
                    conditions: segment.conditions.map { candidates[$0].condition },
                    rows: rows.count,
                    loss: try rest.selecting(rows).mean(rows.map { own[$0] }, scale: .log),
                    difference: difference, pValue: value > 0 ? both / 2 : 1 - both / 2))
        }
        for (index, adjusted) in holm(tested.map(\.pValue)).enumerated() {
            tested[index].pValue = adjusted
        }
        tested.sort { ($0.pValue, $0.text) < ($1.pValue, $1.text) }
    }
}
