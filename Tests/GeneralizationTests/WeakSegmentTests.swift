import Evidence
import Foundation
import Generalization
import Models
import Prediction
import Statistics
import Tables
import TensorCore
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

@Suite struct WeakSegmentTests {
    private func rates(
        _ simulation: WeakSegmentSimulation, samples: Int
    ) async throws -> (any: Double, planted: Double) {
        let outcomes = try await withThrowingTaskGroup(
            of: WeakSegmentSimulation.Outcome.self
        ) { group in
            for sample in 0..<samples {
                group.addTask { try simulation.outcome(sample: sample) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return (
            Double(outcomes.count { $0.namesAny }) / Double(samples),
            Double(outcomes.count { $0.namesPlanted }) / Double(samples)
        )
    }

    private func mayBeClaimed(_ share: Double, samples: Int, errors: Double) -> Bool {
        share <= 0.05 + errors * (0.05 * 0.95 / Double(samples)).squareRoot()
    }

    @Test(.enabled(if: !isLong))
    func nothingIsNamedWhereNothingIsWeak() async throws {
        let share = try await rates(.init(rows: 1500, conditions: 0), samples: 80).any
        #expect(mayBeClaimed(share, samples: 80, errors: 3), "\(share)")
    }

    @Test(.enabled(if: !isLong))
    func whatWasPlantedIsFound() async throws {
        let share = try await rates(.init(rows: 30_000, conditions: 2), samples: 3).planted
        #expect(share > 0.5, "\(share)")
    }

    /// Three conditions that hold for 2 to 2.5 % of the rows, nothing larger: the hardest that is claimed.
    @Test(.enabled(if: !isLong))
    func aFiftiethByThreeConditionsIsFound() async throws {
        let share = try await rates(
            .init(rows: 40_000, conditions: 3, support: 0.02...0.025), samples: 3
        ).planted
        #expect(share > 0.5, "\(share)")
    }

    /// Writes Verified/small_segments.md.
    @Test(.enabled(if: isLong))
    func aFiftiethByThreeConditionsIsFoundAtLength() async throws {
        var lines: [String] = []
        let samples = 200
        for rows in [10_000, 20_000, 40_000] {
            let share = try await rates(
                .init(rows: rows, conditions: 3, support: 0.02...0.025), samples: samples
            ).planted
            let isClaimed = rows >= 20_000
            if isClaimed {
                #expect(
                    share >= 0.9 - 2 * (0.9 * 0.1 / Double(samples)).squareRoot(),
                    "\(rows): \(share)")
            }
            lines.append(
                "| \(rows) | \(isClaimed ? "found, at least 90 %" : "found") | "
                    + String(format: "%.1f %%", 100 * share) + " | \(samples) |")
        }
        let text = """
            # Segments of a fiftieth of the rows, by exactly three conditions

            Written by WeakSegmentTests with VOUCH_VERIFY=1. As in weak_segments.md, but that each planted segment has
            2 to 2.5 % of the rows and is told by three conditions; its losses are raised by half. Half of
            the rows are searched and the other half tested, so that of 20000 rows some 200 of the
            segment are left to prove it.

            | Rows | Quantity, claim | Found | Samples |
            |---|---|---|---|
            \(lines.joined(separator: "\n"))

            """
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Verified/small_segments.md")
        try Data(text.utf8).write(to: file)
    }

    /// Writes Verified/weak_segments.md.
    @Test(.enabled(if: isLong))
    func ratesHoldAtLength() async throws {
        var lines: [String] = []
        for (rows, clusterRows, samples) in [(1500, 1, 1000), (10_000, 1, 200), (3000, 3, 400)] {
            let simulation = WeakSegmentSimulation(
                rows: rows, conditions: 0, clusterRows: clusterRows)
            let share = try await rates(simulation, samples: samples).any
            #expect(mayBeClaimed(share, samples: samples, errors: 2), "\(rows): \(share)")
            let kind = clusterRows == 1 ? "none weak" : "none weak, clusters of \(clusterRows)"
            lines.append(
                "| \(rows) | \(kind) | any named, at most 5 % | "
                    + String(format: "%.1f %%", 100 * share) + " | \(samples) |")
        }
        let planted = 50
        for rows in [10_000, 20_000, 50_000] {
            for conditions in 1...3 {
                let share = try await rates(
                    .init(rows: rows, conditions: conditions), samples: planted
                ).planted
                // Claimed at the largest.
                let room = 2 * (0.9 * 0.1 / Double(planted)).squareRoot()
                if rows == 50_000 { #expect(share >= 0.9 - room, "\(conditions): \(share)") }
                lines.append(
                    "| \(rows) | planted by \(conditions) | found"
                        + (rows == 50_000 ? ", at least 90 % | " : " | ")
                        + String(format: "%.1f %%", 100 * share) + " | \(planted) |")
            }
        }
        let text = """
            # Weak segments

            Written by WeakSegmentTests with VOUCH_VERIFY=1. Rows of log losses of a calibrated model, with
            four columns of categories and four of numbers. Where a segment is planted, it has 2 to 15 %
            of the rows and its losses are raised by half; found means that a named segment has at least
            half of its rows and of the planted ones in common (Jaccard index of 0.5).

            | Rows | Sample | Quantity, claim | Found | Samples |
            |---|---|---|---|---|
            \(lines.joined(separator: "\n"))

            """
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Verified/weak_segments.md")
        try Data(text.utf8).write(to: file)
    }

    /// The probe on a model that answers by a coin where two columns meet, and else nearly surely.
    @Test func theProbeNamesTheSegment() throws {
        let rows = 4000
        let random = CounterRandom(seed: 2, name: "probe")
        let codes = (0..<2).map { column in
            (0..<rows).map {
                Int32(random.integer(below: 3, step: UInt32(column), index: UInt64($0)))
            }
        }
        let table = Table(
            name: "test", rowCount: rows,
            columns: ["colour", "size"].enumerated().map { index, name in
                Column(
                    name: name, cells: .categories(codes: codes[index], values: ["a", "b", "c"]))
            })
        let labels = (0..<rows).map {
            Int32(random.integer(below: 2, step: 7, index: UInt64($0)))
        }
        let values = (0..<rows).flatMap { row -> [Double] in
            let isWeak = codes[0][row] == 1 && codes[1][row] == 2
            let sure = 0.8 + 0.15 * random.uniform(step: 8, index: UInt64(row))
            let right = isWeak ? 0.5 : sure
            return labels[row] == 0 ? [right, 1 - right] : [1 - right, right]
        }
        struct Silent: Predictor {
            var features: [String] { ["colour", "size"] }
            func predictions(for table: Table) throws -> Predictions {
                Predictions(rows: 0, classes: [], values: [])
            }
        }
        let test = LabelledPredictions(
            split: .test, predictions: .init(rows: rows, classes: ["n", "y"], values: values),
            answers: .classes(labels))
        let subject = Subject(
            test: test,
            model: TestedModel(predictor: Silent(), table: table, secondsPerPrediction: 0))
        let found = try WeakSegmentSearch().measure(subject)
        // The segment first; then the two of which it is a third, whose mean loss is higher for it.
        #expect(found.measurements[0].value == 3)
        #expect(
            Set(found.measurements.compactMap(\.group)) == [
                "colour = b, size = c", "colour = b", "size = c",
            ])
        #expect(found.measurements[1].group == "colour = b, size = c")
        let excess = try #require(found.measurements[1].value)
        #expect(abs(excess - 0.557) < 0.03, "\(excess)")
    }
}

@Suite struct RowConditionTests {
    @Test func candidatesCoverAColumn() {
        let numbers = Column(name: "x", cells: .numbers([1, 2, 3, 4, 5, 6, 7, 8, .nan, .nan]))
        let conditions = RowCondition.candidates(numbers, fewestRows: 2)
        #expect(
            conditions.map(\.text) == [
                "x is missing", "x ≤ 2", "2 < x ≤ 4", "4 < x ≤ 6", "x > 6", "x ≤ 4", "x > 4",
            ])
        for row in 0..<10 {
            #expect(conditions.prefix(5).count { $0.members(of: numbers)[row] } == 1)
        }
        let few = Column(name: "y", cells: .numbers([0, 0, 1, 1]))
        #expect(RowCondition.candidates(few, fewestRows: 2).map(\.text) == ["y ≤ 0", "y > 0"])
        let texts = Column(
            name: "z", cells: .categories(codes: [0, 0, 1, -1, -1], values: ["a", "b"]))
        #expect(
            RowCondition.candidates(texts, fewestRows: 2).map(\.text) == ["z is missing", "z = a"])
    }
}
