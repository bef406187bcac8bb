package import Prediction
import Statistics

/// Groups with too few rows to be fitted alone, each with the group that it is decided and judged with.
///
/// Small cells of an intersection that share their first part are one pool; a pool that is still too small joins the
/// largest group with the same first part, and where there is none all that is left is one pool, or joins the largest
/// group of all. A threshold that is fitted on a handful of rows is an accident, and so is their rate.
package struct GroupPooling: Codable, Sendable, Hashable {
    /// From the name of a small group to the pool's; groups that stand alone are not in it.
    package var pools: [String: String]

    /// Rows of each kind that a group needs to stand alone, unless asked otherwise.
    package static let fewestRows = 20

    /// - Parameters:
    ///   - counts: Positive and negative rows of each group; of groups that no rows were seen of none.
    ///   - fewest: Rows of each kind that the constraint's rates are of.
    package init(
        _ constraint: FairnessConstraint, counts: [String: (positives: Int, negatives: Int)],
        fewest: Int
    ) {
        func isEnough(_ names: [String]) -> Bool {
            let positives = names.reduce(0) { $0 + (counts[$1]?.positives ?? 0) }
            let negatives = names.reduce(0) { $0 + (counts[$1]?.negatives ?? 0) }
            return constraint.rates.allSatisfy { rate in
                switch rate {
                case .truePositive: positives >= fewest
                case .falsePositive: negatives >= fewest
                default: positives + negatives >= fewest
                }
            }
        }
        func size(_ name: String) -> Int {
            counts[name].map { $0.positives + $0.negatives } ?? 0
        }
        func parent(_ name: String) -> String {
            let parts = name.split(separator: intersectionSign)
            return parts.count > 1 ? String(parts[0]) : ""
        }
        /// The first of the largest, so that it does not hang on the order of a dictionary.
        func largest(_ names: [String]) -> String? {
            names.sorted().max { size($0) < size($1) }
        }
        let names = counts.keys.sorted()
        let alone = names.filter { isEnough([$0]) }
        let small = names.filter { !isEnough([$0]) }
        pools = [:]
        var left: [String] = []
        for (parent, cells) in Dictionary(grouping: small, by: parent) where !parent.isEmpty {
            if cells.count > 1, isEnough(cells) {
                for cell in cells { pools[cell] = parent + intersectionSign + Self.others }
            } else if let host = largest(alone.filter { $0.hasPrefix(parent + intersectionSign) }) {
                for cell in cells { pools[cell] = host }
            } else {
                left += cells
            }
        }
        left += small.filter { parent($0).isEmpty }
        let host = left.count > 1 && isEnough(left) ? Self.others : largest(alone)
        for cell in left { pools[cell] = host ?? Self.others }
    }

    /// Every group stands alone.
    package init() { pools = [:] }

    private static let others = "other groups"

    /// - Parameters:
    ///   - rows: With one protected column.
    ///   - names: Groups of other rows that will be decided too.
    /// - Throws: where there are not two classes.
    package init(
        _ constraint: FairnessConstraint, of rows: LabelledPredictions,
        names: some Sequence<String>,
        fewest: Int
    ) throws {
        let groups = try rows.decidedGroups(of: rows.protected[0].name)
        var counts: [String: (positives: Int, negatives: Int)] = [:]
        for name in names { counts[name] = (0, 0) }
        for (name, members) in groups.members {
            let positives = members.count { groups.labels[$0] }
            counts[name] = (positives, members.count - positives)
        }
        self.init(constraint, counts: counts, fewest: fewest)
    }

    package func pool(_ name: String) -> String { pools[name] ?? name }

    /// The rows with each small group called by its pool's name.
    package func pooling(_ rows: LabelledPredictions) -> LabelledPredictions {
        guard !pools.isEmpty else { return rows }
        var result = rows
        for place in result.protected.indices {
            result.protected[place].groups = result.protected[place].groups.map(pool)
        }
        return result
    }

    /// In a report, such as `Female × Other as Female × White`; `nil` where every group stands alone.
    package var text: String? {
        pools.isEmpty
            ? nil
            : pools.sorted { $0.key < $1.key }.map { "\($0.key) as \($0.value)" }
                .joined(separator: "; ")
    }
}
