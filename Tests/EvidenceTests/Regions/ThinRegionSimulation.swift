import DataEfficiency
import RealModule
import Statistics
import Tables
import TensorCore

/// Training rows, a population and rows that judge, of which a region is thin or worse, both or neither.
struct ThinRegionSimulation: Sendable {
    var training = 4000
    /// None: few rows are counted.
    var population = 4000
    var judged = 1500
    /// The share of the region's training rows that is left.
    var kept = 1.0
    /// What losses in the region are multiplied by.
    var raised = 1.0
    /// Whether losses are those of the population's rows.
    var judgesPopulation = false
    /// Rows that share their cells, and nearly their losses.
    var clusterRows = 1

    struct Outcome: Sendable {
        var namesAny: Bool
        var saysThin: Bool
        /// Whether a region named thin and worse has half of its rows, and of the planted ones, in common.
        var namesPlanted: Bool
    }

    private static let sizes = [4, 6, 3, 12]
    private static let numbers = 4

    /// The planted region: two columns, about a twentieth of the rows.
    private static func isPlanted(_ table: Table) -> [Bool] {
        [
            RowCondition(column: "n0", kind: .isBetween(above: 0.8, atMost: .infinity)),
            RowCondition(column: "c0", kind: .isText("v1")),
        ].members(of: table)
    }

    private func table(
        _ rows: Int, _ name: String, sample: Int, thinned: Bool
    ) -> Table {
        let random = CounterRandom(seed: UInt64(sample), name: "thin regions, " + name)
        // More are drawn than are kept.
        let drawn = thinned ? 2 * rows : rows
        var columns: [Column] = []
        for (index, values) in Self.sizes.enumerated() {
            let codes = (0..<drawn).map { row -> Int32 in
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
            let numbers = (0..<drawn).map {
                random.uniform(step: UInt32(100 + index), index: UInt64($0 / clusterRows))
            }
            columns.append(Column(name: "n\(index)", cells: .numbers(numbers)))
        }
        let all = Table(name: name, rowCount: drawn, columns: columns)
        guard thinned else { return all }
        let planted = Self.isPlanted(all)
        let left = (0..<drawn).filter {
            !planted[$0] || random.uniform(step: 500, index: UInt64($0 / clusterRows)) < kept
        }
        return all.selecting(rows: Array(left.prefix(rows)))
    }

    /// `−log P(answer)` of answers drawn from what a calibrated model says, raised in the region.
    private func rowLosses(_ table: Table, _ name: String, sample: Int) -> [Double] {
        let random = CounterRandom(seed: UInt64(sample), name: "thin regions, losses, " + name)
        let planted = Self.isPlanted(table)
        return (0..<table.rowCount).map { row in
            let unit = UInt64(row / clusterRows)
            let share = 1 / (1 + Double.exp(-4 * random.uniform(step: 1, index: unit) + 1))
            let isHit = random.uniform(step: 2, index: unit) < share
            return -Double.log(isHit ? share : 1 - share) * (planted[row] ? raised : 1)
        }
    }

    private func clusters(_ rows: Int) -> [Int32]? {
        clusterRows == 1 ? nil : (0..<rows).map { Int32($0 / clusterRows) }
    }

    func regions(sample: Int) throws -> ThinRegions {
        let trained = table(training, "training", sample: sample, thinned: true)
        let others =
            population > 0
            ? table(population, "population", sample: sample, thinned: false) : nil
        func judgedRows(_ table: Table, _ name: String) throws -> JudgedRows {
            JudgedRows(
                table, losses: rowLosses(table, name, sample: sample),
                design: try SamplingDesign(
                    rows: table.rowCount, weights: nil, clusters: clusters(table.rowCount)))
        }
        let losses: RegionLosses
        if judgesPopulation, let others {
            losses = .ofPopulation(
                try judgedRows(others, "population"), places: Array(0..<others.rowCount))
        } else {
            let seen = table(judged, "seen", sample: sample, thinned: true)
            losses = .ofRun(
                seen: try judgedRows(seen, "seen"),
                training: Array(repeating: nil, count: seen.rowCount),
                tested: try judgedRows(
                    table(judged, "tested", sample: sample, thinned: true), "tested"))
        }
        return try ThinRegions(
            training: CountedRows(trained, clusters: clusters(trained.rowCount)),
            population: others.map { try CountedRows($0, clusters: clusters($0.rowCount)) },
            losses: losses, columns: trained.columns.map(\.name), groups: [],
            seed: UInt64(sample))
    }

    func outcome(sample: Int) throws -> Outcome {
        let found = try regions(sample: sample)
        let large = table(20_000, "large", sample: 0, thinned: false)
        let planted = Self.isPlanted(large)
        func isPlanted(_ region: RegionEvidence) -> Bool {
            let own = region.conditions.members(of: large)
            let both = own.indices.count { own[$0] && planted[$0] }
            return 2 * both >= own.indices.count { own[$0] || planted[$0] }
        }
        return Outcome(
            namesAny: !found.named.isEmpty, saysThin: !found.named.isEmpty || !found.thin.isEmpty,
            namesPlanted: found.named.contains(where: isPlanted))
    }
}
