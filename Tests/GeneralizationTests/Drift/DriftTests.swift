import Evidence
import Foundation
import Generalization
import Prediction
import Statistics
import Tables
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

@Suite struct DriftTests {
    @Test(.enabled(if: !isLong)) func ratesHold() throws {
        let rates = try [
            DriftSimulation(rows: 300, columns: 20, shift: 0, samples: 40),
            DriftSimulation(rows: 300, columns: 20, shift: 0, leastEffect: 0, samples: 40),
            DriftSimulation(rows: 1000, columns: 50, shift: 0.5, samples: 6),
            // Few new rows, many columns.
            DriftSimulation(
                rows: 500, columns: 40, newRows: 5, shift: 0, leastEffect: 0, samples: 40),
            DriftSimulation(
                rows: 500, columns: 40, newRows: 20, shift: 0, leastEffect: 0, samples: 40),
            DriftSimulation(
                rows: 500, columns: 20, newRows: 20, shift: 2, samples: 6, isClaimed: false),
        ].map { try $0.run() }
        for rate in rates { #expect(rate.holds(room: 3), "\(rate)") }
    }

    /// The same at length; writes Verified/drift.md.
    @Test(.enabled(if: isLong)) func ratesHoldAtLength() async throws {
        let scenarios = [
            DriftSimulation(rows: 1000, columns: 50, shift: 0, samples: 1000),
            DriftSimulation(rows: 1000, columns: 50, shift: 0, leastEffect: 0, samples: 1000),
            DriftSimulation(rows: 1_000_000, columns: 6, shift: 0, samples: 100),
            DriftSimulation(rows: 1_000_000, columns: 6, shift: 0, leastEffect: 0, samples: 100),
            DriftSimulation(rows: 1000, columns: 50, shift: 0.5, samples: 400),
            DriftSimulation(rows: 1000, columns: 50, shift: 0.3, samples: 400, isClaimed: false),
            DriftSimulation(rows: 1000, columns: 50, shift: 0.1, samples: 400, isClaimed: false),
        ]
        let few = [5, 10, 20, 50].flatMap { few in
            [
                DriftSimulation(
                    rows: 2000, columns: 50, newRows: few, shift: 0, leastEffect: 0, samples: 400),
                DriftSimulation(
                    rows: 2000, columns: 50, newRows: few, shift: 2, samples: 100, isClaimed: false),
            ]
        }
        let rates = try await withThrowingTaskGroup(of: (Int, DriftSimulation.Rate).self) { group in
            for (position, scenario) in (scenarios + few).enumerated() {
                group.addTask { (position, try scenario.run()) }
            }
            var found: [(Int, DriftSimulation.Rate)] = []
            for try await rate in group { found.append(rate) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
        for rate in rates { #expect(rate.holds(room: 2), "\(rate)") }
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Verified/drift.md")
        try Data(DriftSimulation.table(rates).utf8).write(to: file)
    }

    /// A large effect of few rows and a small one of many are told apart from drift.
    @Test func aVerdictNeedsSignificanceAndSize() throws {
        var draws = Draws(seed: 4, name: "verdicts")
        func finding(_ rows: Int, shift: Double) -> DriftFinding? {
            func table(_ move: Double) -> Table {
                Table(
                    name: "t", rowCount: rows,
                    columns: [
                        Column(
                            name: "x",
                            cells: .numbers((0..<rows).map { _ in draws.normal() + move }))
                    ])
            }
            return DriftComparison().findings(
                features: ["x"], reference: table(0), new: table(shift), referencePredictions: nil,
                newPredictions: nil
            ).first
        }
        #expect(finding(8, shift: 0.3)?.verdict == .cannotTell)
        let small = try #require(finding(40_000, shift: 0.05))
        #expect(small.adjustedPValue < 0.001 && small.verdict == .noneLarger)
        #expect(finding(2000, shift: 1)?.verdict == .drift)
    }

    @Test func newTextsMissingCellsAndPredictionsDrift() throws {
        let rows = 400
        func table(_ texts: [String], missing: Int) -> Table {
            let codes = (0..<rows).map { Int32($0 % texts.count) }
            return Table(
                name: "t", rowCount: rows,
                columns: [
                    Column(name: "kind", cells: .categories(codes: codes, values: texts)),
                    Column(
                        name: "size",
                        cells: .numbers(
                            (0..<rows).map { $0 % missing == 0 ? .nan : Double($0 % 7) })),
                ])
        }
        func predictions(_ score: Double) -> Predictions {
            Predictions(
                rows: rows, classes: ["no", "yes"],
                values: (0..<rows).flatMap { row -> [Double] in
                    let p = score + 0.1 * Double(row % 5) / 5
                    return [1 - p, p]
                })
        }
        let findings = DriftComparison().findings(
            features: ["kind", "size"], reference: table(["a", "b"], missing: 20),
            new: table(["a", "c"], missing: 3), referencePredictions: predictions(0.2),
            newPredictions: predictions(0.5))
        #expect(
            findings.map(\.place) == [
                "column = kind", "column = size", "missing cells of size", "scores of yes",
            ])
        // 400 rows a side bound a distance to within 0.15 only.
        #expect(findings.map(\.verdict) == [.drift, .cannotTell, .drift, .drift])
        #expect(abs((findings[0].effect.value ?? 0) - 0.5) < 1e-12)
    }
}
