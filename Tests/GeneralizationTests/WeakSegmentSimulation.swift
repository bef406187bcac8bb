import Foundation
import Prediction
import RealModule
import Statistics
import Tables
import TensorCore

/// Rows of a calibrated model's log losses, with a segment whose losses are raised by half, or none.
struct WeakSegmentSimulation: Sendable {
    var rows: Int
    /// Conditions of the planted segment; 0 for none.
    var conditions: Int
    /// The share of the rows that a planted segment has.
    var support = 0.02...0.15
    /// Rows that share their cells, and nearly their losses.
    var clusterRows = 1

    struct Outcome: Sendable {
        /// Whether any segment was named.
        var namesAny: Bool
        /// Whether one of them has at least half of its rows, and of the planted ones, in common.
        var namesPlanted: Bool
    }

    private static let categories = [4, 6, 3, 12]
    private static let numbers = 4

    func outcome(sample: Int) throws -> Outcome {
        let random = CounterRandom(seed: UInt64(sample), name: "weak segment simulation")
        let table = table(random)
        var losses = losses(random)
        var planted: [Bool] = []
        if conditions > 0 {
            planted = segment(table, random)
            for row in losses.indices where planted[row] { losses[row] *= 1.5 }
        }
        let found = try WeakSegments(
            table, columns: table.columns.map(\.name), losses: losses,
            design: SamplingDesign(
                rows: rows, weights: nil,
                clusters: clusterRows == 1 ? nil : (0..<rows).map { Int32($0 / clusterRows) }),
            seed: UInt64(sample))
        let namesPlanted = found.weak.contains { segment in
            var isMember = Array(repeating: true, count: rows)
            for condition in segment.conditions {
                guard let column = table.column(named: condition.column) else { return false }
                for (row, isIn) in condition.members(of: column).enumerated() where !isIn {
                    isMember[row] = false
                }
            }
            guard !planted.isEmpty else { return false }
            let both = isMember.indices.count { isMember[$0] && planted[$0] }
            let either = isMember.indices.count { isMember[$0] || planted[$0] }
            return 2 * both >= either
        }
        return Outcome(namesAny: !found.weak.isEmpty, namesPlanted: namesPlanted)
    }

    /// Categories of falling shares, and numbers of which one in twenty is missing.
    private func table(_ random: CounterRandom) -> Table {
        var columns: [Column] = []
        for (index, values) in Self.categories.enumerated() {
            let codes = (0..<rows).map { row -> Int32 in
                let place = random.uniform(
                    step: UInt32(index), index: UInt64(row / clusterRows))
                return Int32(place * place * Double(values))
            }
            columns.append(
                Column(
                    name: "c\(index)",
                    cells: .categories(codes: codes, values: (0..<values).map { "v\($0)" })))
        }
        for index in 0..<Self.numbers {
            let step = UInt32(100 + index)
            let numbers = (0..<rows).map { row -> Double in
                let place = random.uniform(step: step, index: UInt64(row / clusterRows))
                return place < 0.05 ? .nan : place
            }
            columns.append(Column(name: "n\(index)", cells: .numbers(numbers)))
        }
        return Table(name: "simulated", rowCount: rows, columns: columns)
    }

    /// `−log P(answer)` of answers drawn from what the model says.
    private func losses(_ random: CounterRandom) -> [Double] {
        (0..<rows).map { row in
            let unit = UInt64(row / clusterRows)
            // Nearly normal: the sum of four uniforms.
            var sum = 0.0
            for draw in 0..<4 { sum += random.uniform(step: UInt32(200 + draw), index: unit) }
            let logit = 2.6 * (sum - 2) - 1
            let share = 1 / (1 + Double.exp(-logit))
            let isPositive = random.uniform(step: 300, index: unit) < share
            let jitter = 1 + 0.1 * random.uniform(step: 301, index: UInt64(row))
            return -jitter * Double.log(isPositive ? share : 1 - share)
        }
    }

    /// A segment of a share of the rows within `support`.
    private func segment(_ table: Table, _ random: CounterRandom) -> [Bool] {
        for attempt in 0... {
            let step = UInt32(1000 + attempt)
            let order = random.permutation(of: table.columns.count, step: step)
            var isMember = Array(repeating: true, count: rows)
            for (place, column) in order.prefix(conditions).enumerated() {
                let cells = table.columns[column]
                let candidates = RowCondition.candidates(cells, fewestRows: 1)
                let chosen = candidates[
                    random.integer(below: candidates.count, step: step, index: UInt64(100 + place))]
                for (row, isIn) in chosen.members(of: cells).enumerated() where !isIn {
                    isMember[row] = false
                }
            }
            let share = Double(isMember.count { $0 }) / Double(rows)
            if support.contains(share) { return isMember }
        }
        return []
    }
}
