/// Where the values of a numeric column lie: the edges of its bins, and the values it piles up on.
///
/// A number becomes a position `k + t`: bin `k`, and the share `t` of the way through it. A network
/// turns that into the piecewise-linear code `clip(position − b, 0, 1)` for each bin b.
///
/// - Source: Gorishniy et al. 2022, arXiv:2203.05556, with quantile bins or those of a tree.
package struct NumberBins: Codable, Sendable, Hashable {
    package var column: String
    /// Ascending and distinct; one more than there are bins. Fewer than two for a constant column.
    package var edges: [Double]
    /// Values that get a code of their own, ascending; see `ValueAtoms`.
    package var atoms: [Double]
    /// For each atom, how far its own code is trusted, in (0, 1).
    package var trusts: [Float]

    package var binCount: Int { max(edges.count - 1, 0) }

    /// Where bins end and which values have codes, as chosen before any value is seen.
    package struct Rule: Codable, Sendable, Hashable {
        /// The most bins; 0 for none. With fewer distinct values, each has an edge of its own.
        package var most: Int
        package var edges: Edges
        package var atoms: ValueAtoms.Rule

        package init(
            most: Int, edges: Edges = .quantile, atoms: ValueAtoms.Rule = .target
        ) {
            self.most = most
            self.edges = edges
            self.atoms = atoms
        }
    }

    package enum Edges: String, Codable, Sendable, Hashable, CaseIterable {
        /// Bins of about as many rows.
        case quantile
        /// Bins as a regression tree cuts them; see `TreeEdges`.
        case target
    }

    /// - Parameters:
    ///   - values: Of the training rows; NaN where missing.
    ///   - outcomes: What is to be predicted, one column of numbers or more.
    package init(column: String, values: [Double], rule: Rule, outcomes: [[Float]] = []) {
        self.column = column
        let sorted = values.filter { !$0.isNaN }.sorted()
        var distinct: [(value: Double, count: Int)] = []
        for value in sorted {
            if distinct.last?.value == value {
                distinct[distinct.count - 1].count += 1
            } else {
                distinct.append((value, 1))
            }
        }
        if rule.most == 0 {
            edges = []
        } else if rule.edges == .target, !outcomes.isEmpty {
            edges = TreeEdges(values: values, outcomes: outcomes, bins: rule.most).edges
        } else {
            edges = Self.edges(distinct, total: sorted.count, bins: rule.most)
        }
        let found = ValueAtoms(values: values, outcomes: outcomes, rule: rule.atoms)
        atoms = found.values
        trusts = found.trusts
    }

    /// Edges at quantiles of the rows that are left once values filling a bin alone have theirs.
    private static func edges(
        _ distinct: [(value: Double, count: Int)], total: Int, bins: Int
    ) -> [Double] {
        guard distinct.count > bins + 1 else { return distinct.map(\.value) }
        var result = [distinct[0].value]
        var passed = 0
        var left = total
        for (position, entry) in distinct.enumerated().dropFirst() {
            passed += distinct[position - 1].count
            let share = Double(left) / Double(bins - result.count + 1)
            let isLast = position == distinct.count - 1
            if isLast || (result.count < bins && Double(passed) >= share) {
                result.append(entry.value)
                left -= passed
                passed = 0
            }
        }
        return result
    }

    /// `k + t`, from 0 to `binCount`; 0 where missing.
    package func position(_ value: Double) -> Float {
        guard edges.count > 1, value > edges[0] else { return 0 }
        guard value < edges[edges.count - 1] else { return Float(binCount) }
        var low = 0
        var high = edges.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if edges[middle] <= value { low = middle } else { high = middle }
        }
        return Float(Double(low) + (value - edges[low]) / (edges[high] - edges[low]))
    }

    /// The atom's number from 1; 0 for a value that is none.
    package func atom(_ value: Double) -> Int32 {
        var low = 0
        var high = atoms.count
        while low < high {
            let middle = (low + high) / 2
            if atoms[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < atoms.count && atoms[low] == value ? Int32(low + 1) : 0
    }
}
