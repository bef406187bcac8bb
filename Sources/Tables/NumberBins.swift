/// Where the values of a numeric column lie: the edges of its bins, and the values it piles up on.
///
/// A number becomes a position `k + t`: bin `k`, and the share `t` of the way through it. A network
/// turns that into the piecewise-linear code `clip(position − b, 0, 1)` for each bin b.
///
/// - Source: Gorishniy et al. 2022, arXiv:2203.05556, with quantile bins.
package struct NumberBins: Codable, Sendable, Hashable {
    package var column: String
    /// Ascending and distinct; one more than there are bins. Fewer than two for a constant column.
    package var edges: [Double]
    /// Values that hold at least the share `1/atomShare` of the training rows, ascending.
    package var atoms: [Double]
    /// For each atom, how far its own code is trusted: see `trust`.
    package var trusts: [Float]

    package var binCount: Int { max(edges.count - 1, 0) }

    /// A value is an atom where it fills half a bin of equal mass by itself, or more: there a bin
    /// has nothing to interpolate.
    package static let atomShare = 256

    /// Rows after which an atom's own code counts half: `n/(n + k)` is the weight that credibility
    /// theory gives to n observations of a group against what its neighbours say.
    ///
    /// - Source: Bühlmann 1967, DOI 10.1017/S0515036100008989.
    package static let halfTrustRows = 100.0

    /// - Parameters:
    ///   - values: Of the training rows; NaN where missing.
    ///   - bins: The most bins. With fewer distinct values, each has an edge of its own.
    package init(column: String, values: [Double], bins: Int) {
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
        edges = Self.edges(distinct, total: sorted.count, bins: bins)
        let least = max(Double(sorted.count) / Double(Self.atomShare), 5)
        let found = distinct.filter { Double($0.count) >= least }
        atoms = found.map(\.value)
        trusts = found.map { Float(Double($0.count) / (Double($0.count) + Self.halfTrustRows)) }
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
