import Tables
import TensorCore
import Testing

/// Bins where the target changes.
@Suite struct TreeEdgesTests {
    @Test func aStepIsCutWhereItIs() {
        let values = (0..<100).map { Double($0) }
        let outcome = values.map { Float($0 < 30 ? 0 : 1) }
        let tree = TreeEdges(values: values + [.nan], outcomes: [outcome + [5]], bins: 2)
        #expect(tree.edges == [0, 29.5, 99])
        #expect(TreeEdges(values: values, outcomes: [outcome], bins: 1).edges == [0, 99])
        // Nothing is left to gain.
        #expect(TreeEdges(values: values, outcomes: [outcome], bins: 64).edges == [0, 29.5, 99])
    }

    @Test func degenerateColumnsHaveNoBins() {
        #expect(TreeEdges(values: [.nan, .nan], outcomes: [[0, 1]], bins: 8).edges.isEmpty)
        #expect(TreeEdges(values: [3, 3], outcomes: [[0, 1]], bins: 8).edges == [3])
        #expect(TreeEdges(values: [3, 4], outcomes: [[0, 1]], bins: 8).edges == [3, 4])
    }

    /// Against a tree that tries every cut of every leaf and sums every square anew.
    @Test(arguments: 0..<6) func growsLikeItsDefinition(seed: UInt64) {
        let random = CounterRandom(seed: seed, name: "tree")
        let values = (0..<150).map { Double(Int(40 * random.uniform(index: UInt64($0)))) }
        let outcomes = (0..<2).map { column in
            (0..<150).map { row -> Float in
                let noise = 8 * random.uniform(step: UInt32(column + 1), index: UInt64(row))
                return Float((values[row] - 20 * Double(column)).magnitude + noise)
            }
        }
        let bins = 3 + Int(seed)
        #expect(
            TreeEdges(values: values, outcomes: outcomes, bins: bins).edges
                == slowEdges(values, outcomes, bins: bins))
    }

    private func slowEdges(_ values: [Double], _ outcomes: [[Float]], bins: Int) -> [Double] {
        func squares(_ rows: [Int]) -> Double {
            outcomes.reduce(0) { total, outcome in
                let numbers = rows.map { Double(outcome[$0]) }
                let mean = numbers.reduce(0, +) / Double(rows.count)
                return numbers.reduce(total) { $0 + ($1 - mean) * ($1 - mean) }
            }
        }
        var leaves = [Array(values.indices)]
        var cuts: [Double] = []
        while leaves.count < bins {
            var best: (gain: Double, leaf: Int, cut: Double)?
            for (position, leaf) in leaves.enumerated() {
                let distinct = Set(leaf.map { values[$0] }).sorted()
                for (a, b) in zip(distinct, distinct.dropFirst()) {
                    let left = leaf.filter { values[$0] <= a }
                    let right = leaf.filter { values[$0] >= b }
                    guard left.count >= 16, right.count >= 16 else { continue }
                    let gain = squares(leaf) - squares(left) - squares(right)
                    if gain > (best?.gain ?? 0) + 1e-6 { best = (gain, position, (a + b) / 2) }
                }
            }
            guard let best else { break }
            let leaf = leaves.remove(at: best.leaf)
            leaves.append(leaf.filter { values[$0] < best.cut })
            leaves.append(leaf.filter { values[$0] > best.cut })
            cuts.append(best.cut)
        }
        return [values.min() ?? 0] + cuts.sorted() + [values.max() ?? 0]
    }
}
