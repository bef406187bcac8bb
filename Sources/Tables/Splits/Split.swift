import TensorCore

/// Which rows train, which guide choices during training, which measure. Drawn once.
package struct Split: Sendable, Hashable, Codable {
    /// Row indices, ascending.
    package var train: [Int]
    package var validation: [Int]
    package var test: [Int]

    package init(train: [Int], validation: [Int], test: [Int]) {
        self.train = train
        self.validation = validation
        self.test = test
    }
}

/// Draws splits: classes in equal shares, rows that belong together kept together, later rows
/// last where there is a time. A pure function of the seed and the rows.
package struct SplitDrawer: Sendable {
    /// Rows with one unit go to one part: a group, or exact duplicates.
    private let units: [[Int]]
    /// The stratum of a unit: the class of its first row, or the decile of its number.
    private let strata: [Int]
    /// The time of a unit: of its last row.
    private let times: [Double]?
    private let random: CounterRandom

    /// - Parameters:
    ///   - rows: The rows to split; others belong to no part.
    ///   - strata: A stratum for every row of the table.
    ///   - groups: A code for every row; equal codes stay together.
    ///   - duplicates: Likewise, for rows that are exactly equal. Rows bound by either stay
    ///     together.
    ///   - times: A time for every row, for an ordered split.
    package init(
        rows: [Int], strata: [Int], groups: [Int32]?, duplicates: [Int32]?, times: [Double]?,
        seed: UInt64
    ) {
        random = CounterRandom(seed: seed, name: "split")
        var union = UnionFind(count: rows.count)
        for codes in [groups, duplicates].compactMap(\.self) {
            var first: [Int32: Int] = [:]
            for (position, row) in rows.enumerated() where codes[row] >= 0 {
                if let earlier = first[codes[row]] {
                    union.join(earlier, position)
                } else {
                    first[codes[row]] = position
                }
            }
        }
        var unitOf: [Int: Int] = [:]
        var units: [[Int]] = []
        for (position, row) in rows.enumerated() {
            let root = union.root(position)
            if let unit = unitOf[root] {
                units[unit].append(row)
            } else {
                unitOf[root] = units.count
                units.append([row])
            }
        }
        self.units = units
        self.strata = units.map { strata[$0[0]] }
        self.times = times.map { times in units.map { $0.map { times[$0] }.max() ?? 0 } }
    }

    /// Parts of about the given shares of the rows, in order; the rest is the last part.
    ///
    /// Each stratum is dealt in the same shares; a stratum of one unit goes to the last part.
    package func parts(_ shares: [Double]) -> [[Int]] {
        var result = Array(repeating: [Int](), count: shares.count + 1)
        if let times {
            // The latest rows make the first part, ties kept together.
            let order = units.indices.sorted { (times[$1], $1) < (times[$0], $0) }
            let total = Double(units.reduce(0) { $0 + $1.count })
            var part = 0
            for (position, unit) in order.enumerated() {
                let tied = position > 0 && times[order[position - 1]] == times[unit]
                while part < shares.count, !tied,
                    Double(result[part].count) >= (shares[part] * total).rounded()
                {
                    part += 1
                }
                result[part] += units[unit]
            }
            return result.map { $0.sorted() }
        }
        for members in shuffledStrata() {
            let total = members.reduce(0) { $0 + units[$1].count }
            guard members.count > 1 else {
                for unit in members { result[shares.count] += units[unit] }
                continue
            }
            var given = Array(repeating: 0, count: shares.count)
            var part = 0
            for unit in members {
                while part < shares.count,
                    given[part] >= Int((shares[part] * Double(total)).rounded())
                {
                    part += 1
                }
                result[part] += units[unit]
                if part < shares.count { given[part] += units[unit].count }
            }
        }
        return result.map { $0.sorted() }
    }

    /// The fold of each row of the table, from 0; −1 for rows that were not given.
    package func folds(_ count: Int, rowCount: Int) -> [Int] {
        var result = Array(repeating: -1, count: rowCount)
        var sizes = Array(repeating: 0, count: count)
        for members in shuffledStrata() {
            // Each unit to the smallest fold so far, so that folds stay even across strata.
            for unit in members {
                let fold = sizes.indices.min { (sizes[$0], $0) < (sizes[$1], $1) } ?? 0
                sizes[fold] += units[unit].count
                for row in units[unit] { result[row] = fold }
            }
        }
        return result
    }

    private func shuffledStrata() -> [[Int]] {
        var byStratum: [Int: [Int]] = [:]
        for unit in units.indices { byStratum[strata[unit], default: []].append(unit) }
        return byStratum.keys.sorted().map { key in
            let members = byStratum[key] ?? []
            return random.permutation(
                of: members.count, step: UInt32(truncatingIfNeeded: key)
            ).map { members[$0] }
        }
    }

    /// The decile of each number among the given rows.
    package static func deciles(_ values: [Double], rows: [Int]) -> [Int] {
        let sorted = rows.map { values[$0] }.sorted()
        guard !sorted.isEmpty else { return Array(repeating: 0, count: values.count) }
        let edges = (1..<10).map { sortedQuantile(sorted, Double($0) / 10) }
        return values.map { value in edges.firstIndex { value <= $0 } ?? 9 }
    }
}

/// Disjoint sets with path halving.
private struct UnionFind {
    private var parent: [Int]

    init(count: Int) { parent = Array(0..<count) }

    mutating func root(_ element: Int) -> Int {
        var element = element
        while parent[element] != element {
            parent[element] = parent[parent[element]]
            element = parent[element]
        }
        return element
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (a, b) = (root(a), root(b))
        parent[max(a, b)] = min(a, b)
    }
}
