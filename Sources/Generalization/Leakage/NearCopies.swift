import Statistics
import Tables
import TensorCore

/// Test rows that nearly equal a training row: a few cells edited, or the numbers jittered.
///
/// How near rows lie by chance is read off the training rows themselves: as many of them are looked up
/// among the others in the same way. If test rows were drawn like training rows, both have a near row
/// equally often. Suspected is where test rows have one surely more often, by `leastDifference`.
///
/// Candidates come from blocking: rows are compared where they agree on all columns but a block
/// (edited cells), or on all categories and the rounded values of half of the numbers (jitter), over
/// several random blockings.
///
/// - Complexity: O(blockings · rows), with at most `mostTraining` training and `mostQueries` test rows
///   and `mostCandidates` comparisons a look-up.
/// - Source: blocking: Christen 2012, ISBN 978-3-642-31163-5, chapter 4.
struct NearCopies: LeakageCheck {
    static let leastDifference = 0.02
    private static let mostTraining = 100_000
    private static let mostQueries = 3000
    private static let mostCandidates = 20

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        guard let test = data.test, data.features.count > 2 else { return [] }
        let names = data.features.map(\.name)
        // Two further parts of the rows: those looked up, and those that they are looked up in.
        let training = data.random.permutation(of: data.training.rowCount, step: 5)
            .prefix(Self.mostTraining)
        let count = min(Self.mostQueries, test.rowCount, training.count / 3)
        guard count >= 20 else { return [] }
        let asked = data.random.permutation(of: test.rowCount, step: 6).prefix(count).sorted()
        let references = training.dropFirst(count).sorted()
        let table = data.training.selecting(rows: references + training.prefix(count).sorted())
            .joining(test.selecting(rows: asked), columns: names)
        let hashes = RowHashes(table, trainingRows: references.count)
        let ways: [(name: String, near: NearRows)] = [
            ("all but a few cells", .edited(hashes, data.random)),
            (
                "all categories, and every number within a tenth of its deviation",
                .jittered(table, hashes, data.random)
            ),
        ]
        for way in ways {
            let found = way.near.matches(
                queries: references.count..<references.count + 2 * count,
                mostCandidates: Self.mostCandidates)
            let own = found[..<count].count { $0 }
            let tested = found[count...].count { $0 }
            let effect = shareEstimate(tested, of: count)
                .minus(shareEstimate(own, of: count), comparisons: ways.count)
            guard let lower = effect.lower, lower >= Self.leastDifference else { continue }
            return [
                LeakageFinding(
                    .nearCopies, rows: tested, effect: effect,
                    evidence: "\(tested) of \(count) test rows equal a training row in "
                        + "\(way.name); of as many training rows only \(own) do so with another "
                        + "training row")
            ]
        }
        return []
    }
}

/// A way of being near, with blockings that bring near rows together.
private struct NearRows {
    var trainingRows: Int
    var blockings: [(Int) -> UInt64]
    /// Whether two rows are near, but not equal.
    var isNear: (Int, Int) -> Bool

    func matches(queries: Range<Int>, mostCandidates: Int) -> [Bool] {
        var found = [Bool](repeating: false, count: queries.count)
        for blocking in blockings {
            var waiting: [UInt64: [Int]] = [:]
            for query in queries where !found[query - queries.lowerBound] {
                waiting[blocking(query), default: []].append(query)
            }
            var compared = [Int](repeating: 0, count: queries.count)
            for row in 0..<trainingRows {
                guard let block = waiting[blocking(row)] else { continue }
                for query in block {
                    let slot = query - queries.lowerBound
                    guard !found[slot], compared[slot] < mostCandidates else { continue }
                    compared[slot] += 1
                    if isNear(query, row) { found[slot] = true }
                }
            }
        }
        return found
    }

    /// One or two cells differ, more where there are many columns; all others are equal.
    static func edited(_ hashes: RowHashes, _ random: CounterRandom) -> NearRows {
        let most = max(1, hashes.columns / 6)
        var omitted: [[Int]] = []
        for turn in 0..<12 {
            let order = random.permutation(of: hashes.columns, step: 100 + UInt32(turn))
            let size = max(most, hashes.columns / 4)
            for start in stride(from: 0, to: hashes.columns, by: size) {
                omitted.append(Array(order[start..<min(start + size, hashes.columns)]))
            }
        }
        return NearRows(
            trainingRows: hashes.trainingRows,
            blockings: omitted.map { columns in { hashes.hash($0, without: columns) } },
            isNear: { (1...most).contains(hashes.differing($0, $1, atMost: most)) })
    }

    /// Categories are equal, and every number lies within a tenth of its standard deviation.
    static func jittered(
        _ table: Table, _ hashes: RowHashes, _ random: CounterRandom
    ) -> NearRows {
        var numbers: [[Double]] = []
        var categories: [Int] = []
        for (index, column) in table.columns.enumerated() {
            if let cells = column.measures {
                numbers.append(standardised(cells))
            } else {
                categories.append(index)
            }
        }
        guard !numbers.isEmpty else {
            return NearRows(
                trainingRows: hashes.trainingRows, blockings: [], isNear: { _, _ in false })
        }
        // What is left of a row's hash without its numbers: its categories.
        let numberColumns = Array(0..<hashes.columns).filter { !categories.contains($0) }
        let used = max(1, min(8, numbers.count / 2))
        let all = numbers
        let blockings: [(Int) -> UInt64] = (0..<12).map { turn in
            let step = 200 + UInt32(turn)
            let chosen = random.permutation(of: all.count, step: step).prefix(used)
            let offsets = chosen.map { random.uniform(step: step, index: UInt64($0)) }
            return { row in
                var key = hashes.hash(row, without: numberColumns)
                for (column, offset) in zip(chosen, offsets) {
                    let value = all[column][row]
                    // Half a deviation wide, cut elsewhere at every turn.
                    let bin =
                        value.isNaN
                        ? Int64.max
                        : Int64((max(-1e6, min(1e6, value)) * 2 + offset).rounded(.down))
                    key = RowHashes.mixed(key ^ UInt64(bitPattern: bin))
                }
                return key
            }
        }
        return NearRows(
            trainingRows: hashes.trainingRows, blockings: blockings,
            isNear: { a, b in
                guard hashes.hash(a) != hashes.hash(b),
                    hashes.hash(a, without: numberColumns) == hashes.hash(b, without: numberColumns)
                else { return false }
                return all.allSatisfy { column in
                    let (x, y) = (column[a], column[b])
                    return x.isNaN || y.isNaN ? x.isNaN && y.isNaN : abs(x - y) <= 0.1
                }
            })
    }

    /// In standard deviations; NaN where missing.
    private static func standardised(_ cells: [Double]) -> [Double] {
        let present = cells.filter { !$0.isNaN }
        guard present.count > 1 else { return cells }
        let mean = present.reduce(0, +) / Double(present.count)
        let variance =
            present.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(present.count)
        return variance > 0 ? cells.map { $0 / variance.squareRoot() } : cells.map { _ in 0 }
    }
}
