import Evidence
import Explanation
import Models
import Prediction
import Tables
import TensorCore
import Testing

/// Permutation importance within a budget: fewer rows, then fewer columns, said and with wider intervals.
@Suite struct WideImportanceTests {
    /// Its score is the sum of its first three columns.
    private struct Sum: Predictor {
        var features: [String]

        func predictions(for table: Table) throws -> Predictions {
            let columns = features.prefix(3).map { name -> [Double] in
                guard case .numbers(let numbers) = table.column(named: name)?.cells else {
                    return Array(repeating: 0, count: table.rowCount)
                }
                return numbers
            }
            return Predictions(
                rows: table.rowCount, classes: [],
                values: (0..<table.rowCount).map { row in columns.reduce(0) { $0 + $1[row] } })
        }
    }

    private static func subject(rows: Int, columns: Int, seconds: Double) -> Subject {
        let random = CounterRandom(seed: 2, name: "wide importance")
        let table = Table(
            name: "made up", rowCount: rows,
            columns: (0..<columns).map { column in
                Column(
                    name: "x\(column)",
                    cells: .numbers(
                        (0..<rows).map {
                            random.uniform(step: UInt32(column), index: UInt64($0))
                        }))
            })
        let model = Sum(features: table.columns.map(\.name))
        guard let said = try? model.predictions(for: table) else { preconditionFailure("it predicts") }
        return Subject(
            test: LabelledPredictions(
                split: .test, predictions: said,
                answers: .numbers(
                    said.values.enumerated().map {
                        $1 + random.uniform(step: 9999, index: UInt64($0)) - 0.5
                    })),
            model: TestedModel(predictor: model, table: table, secondsPerPrediction: seconds))
    }

    private func measured(_ subject: Subject, budget: Double?) throws -> [Measurement] {
        let outcomes = ProbeSchedule(budgetSeconds: budget, now: { 0 }).run(
            [PermutationImportance()], on: subject)
        return try #require(outcomes[0].findings, "it is not left out").measurements
    }

    @Test func aBudgetTakesFewerRowsAndSaysSo() throws {
        let subject = Self.subject(rows: 3000, columns: 40, seconds: 1)
        let whole = try measured(subject, budget: nil)
        let part = try measured(subject, budget: 100)
        #expect(whole.allSatisfy { $0.note?.contains("sample for the budget") != true })
        #expect(part.allSatisfy { $0.note?.contains("of 3000 rows") == true })
        #expect(part.count == whole.count)
        func width(_ all: [Measurement]) throws -> Double {
            let own = try #require(all.first { $0.group == "column = x0" }?.interval)
            return own.upper - own.lower
        }
        #expect(try width(part) > 1.2 * width(whole))
        // What matters is found in both.
        for all in [whole, part] {
            #expect(
                Set(all.prefix(3).compactMap(\.group)) == [
                    "column = x0", "column = x1", "column = x2",
                ])
        }
    }

    @Test func columnsAreDrawnWhereRowsAreNotEnough() throws {
        let subject = Self.subject(rows: 600, columns: 200, seconds: 1)
        let part = try measured(subject, budget: 20)
        let importance = part.filter { $0.metric == "permutationImportance" }
        #expect(importance.count == 2 && importance[0].note?.contains("2 of 200 columns") == true)
        #expect(try measured(subject, budget: 20) == part)
        // Without a budget what is negligible still is measured.
        let least = try measured(Self.subject(rows: 600, columns: 200, seconds: 0.01), budget: 0)
        #expect(least.count > 50)
    }

    /// Many shuffles are put together at once; the numbers are those of one shuffle after another.
    @Test func shufflesTogetherAreShufflesAlone() throws {
        let subject = Self.subject(rows: 300, columns: 5, seconds: 0)
        let all = try measured(subject, budget: nil)
        let random = CounterRandom(seed: subject.seed, name: "permutation importance")
        let model = try #require(subject.model)
        for (place, name) in model.predictor.features.enumerated() {
            var rise = 0.0
            for shuffle in 0..<2 {
                let order = random.permutation(of: 300, step: UInt32(place * 2 + shuffle))
                let table = Table(
                    name: "shuffled", rowCount: 300,
                    columns: model.table.columns.map {
                        $0.name == name ? $0.selecting(rows: order) : $0
                    })
                let after = subject.test.with(try model.predictor.predictions(for: table)).rowLosses
                rise += zip(after, subject.test.rowLosses).reduce(0) { $0 + $1.0 - $1.1 } / 600
            }
            let value = try #require(all.first { $0.group == "column = \(name)" }?.value)
            #expect(abs(value - rise) < 1e-12, "\(name)")
        }
    }
}
