package import Tables

/// A small tree of conditions that predicts what a model predicts, to be read in its place as far as it is faithful.
///
/// Each split makes the sum of squares within the two sides least. Numbers are split at up to 31 thresholds of equally many
/// rows, categories one against the others; a missing cell goes to the side of no. Dates are not split.
///
/// - Source: Breiman et al. 1984, ISBN 978-0-412-04841-8; as a surrogate: Craven & Shavlik 1996, NIPS 8.
package indirect enum SurrogateTree: Sendable, Hashable {
    case leaf(value: Double, rows: Int)
    case split(RowCondition, yes: SurrogateTree, no: SurrogateTree)

    private static let thresholds = 32
    private static let leastRows = 20

    /// - Parameters:
    ///   - outputs: What the model says of each row.
    ///   - depth: Conditions on the way to a leaf, at most.
    package init(_ rows: Table, columns: [String], outputs: [Double], depth: Int) {
        self = Self.grown(
            Array(0..<rows.rowCount), Self.candidates(rows, columns), outputs, depth)
    }

    /// Conditions with the rows where they hold.
    private static func candidates(
        _ rows: Table, _ columns: [String]
    ) -> [(condition: RowCondition, holds: [Bool])] {
        columns.compactMap { rows.column(named: $0) }.flatMap { column in
            kinds(column).map { kind in
                let condition = RowCondition(column: column.name, kind: kind)
                return (condition, condition.members(of: column))
            }
        }
    }

    private static func kinds(_ column: Column) -> [RowCondition.Kind] {
        guard let numbers = column.numbers else {
            return Set((0..<column.count).compactMap { column.text($0) }).sorted().map {
                .isText($0)
            }
        }
        let sorted = numbers.filter { !$0.isNaN }.sorted()
        var edges: [Double] = []
        for place in 1..<thresholds where !sorted.isEmpty {
            let edge = sorted[place * (sorted.count - 1) / thresholds]
            if edge < sorted[sorted.count - 1], edges.last.map({ $0 < edge }) ?? true {
                edges.append(edge)
            }
        }
        return edges.map { .isBetween(above: -.infinity, atMost: $0) }
    }

    private static func grown(
        _ rows: [Int], _ candidates: [(condition: RowCondition, holds: [Bool])],
        _ outputs: [Double],
        _ depth: Int
    ) -> SurrogateTree {
        let sum = rows.reduce(0) { $0 + outputs[$1] }
        let leaf = SurrogateTree.leaf(value: sum / Double(max(rows.count, 1)), rows: rows.count)
        guard depth > 0, rows.count >= 2 * leastRows else { return leaf }
        var best: (gain: Double, place: Int)?
        for (place, candidate) in candidates.enumerated() {
            var (inside, count) = (0.0, 0)
            for row in rows where candidate.holds[row] {
                inside += outputs[row]
                count += 1
            }
            let others = rows.count - count
            guard count >= leastRows, others >= leastRows else { continue }
            let gain =
                inside * inside / Double(count) + (sum - inside) * (sum - inside) / Double(others)
                - sum * sum / Double(rows.count)
            if gain > best?.gain ?? 1e-12 { best = (gain, place) }
        }
        guard let best else { return leaf }
        let chosen = candidates[best.place]
        return .split(
            chosen.condition,
            yes: grown(rows.filter { chosen.holds[$0] }, candidates, outputs, depth - 1),
            no: grown(rows.filter { !chosen.holds[$0] }, candidates, outputs, depth - 1))
    }

    /// What it says of each row.
    package func values(of table: Table) -> [Double] {
        switch self {
        case .leaf(let value, _): return Array(repeating: value, count: table.rowCount)
        case .split(let condition, let yes, let no):
            let holds =
                table.column(named: condition.column).map { condition.members(of: $0) }
                ?? Array(repeating: false, count: table.rowCount)
            return zip(holds, zip(yes.values(of: table), no.values(of: table))).map {
                $0 ? $1.0 : $1.1
            }
        }
    }

    /// The leaf of each row, from 0.
    package func leaves(of table: Table) -> [Int] {
        switch self {
        case .leaf: return Array(repeating: 0, count: table.rowCount)
        case .split(let condition, let yes, let no):
            let holds =
                table.column(named: condition.column).map { condition.members(of: $0) }
                ?? Array(repeating: false, count: table.rowCount)
            let shift = yes.rules.count
            return zip(holds, zip(yes.leaves(of: table), no.leaves(of: table))).map {
                $0 ? $1.0 : $1.1 + shift
            }
        }
    }

    /// A rule a leaf, in words, with what it says and the rows it was grown on.
    package var rules: [(conditions: [String], value: Double, rows: Int)] {
        switch self {
        case .leaf(let value, let rows): return [([], value, rows)]
        case .split(let condition, let yes, let no):
            return yes.rules.map { ([condition.text] + $0.conditions, $0.value, $0.rows) }
                + no.rules.map { (["not " + condition.text] + $0.conditions, $0.value, $0.rows) }
        }
    }
}
