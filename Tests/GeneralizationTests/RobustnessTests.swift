import Evidence
import Generalization
import Models
import Prediction
import Tables
import TensorCore
import Testing

@Suite struct RobustnessTests {
    private static let rows = 4000
    private static let random = CounterRandom(seed: 6, name: "robustness")

    private static let table: Table = {
        let numbers = (0..<rows).map { 10 * random.uniform(index: UInt64($0)) }
        let codes = (0..<rows).map {
            Int32(random.integer(below: 4, step: 1, index: UInt64($0)))
        }
        return Table(
            name: "test", rowCount: rows,
            columns: [
                Column(name: "x", cells: .numbers(numbers)),
                Column(
                    name: "kind",
                    cells: .categories(codes: codes, values: ["a", "b", "c", "d"])),
                Column(name: "answer", cells: .numbers(numbers)),
            ])
    }()

    /// Says x where it is known, else its mean, and does not look at the category.
    private struct SaysX: Predictor {
        var features: [String] { ["x", "kind"] }
        func predictions(for table: Table) throws -> Predictions {
            let values = try table.numbers(in: "x").map { $0.isNaN ? 5 : $0 }
            return Predictions(rows: table.rowCount, classes: [], values: values)
        }
    }

    /// Squared errors are known beforehand: σ² times the mean of the squared strengths of noise, and of
    /// missing cells the variance times their mean share; swapped categories change nothing.
    @Test func theRiseIsWhatWasPutIn() throws {
        let table = Self.table
        let answers = try table.numbers(in: "answer")
        let subject = Subject(
            test: LabelledPredictions(
                split: .test, predictions: try SaysX().predictions(for: table),
                answers: .numbers(answers)),
            model: TestedModel(predictor: SaysX(), table: table, secondsPerPrediction: 0))
        let found = try Robustness().measure(subject)
        let variance = 100.0 / 12
        let strengths = Perturbation.noise.strengths
        let shares = Perturbation.missing.strengths
        let expected = [
            "noise on numbers": variance * strengths.reduce(0) { $0 + $1 * $1 } / 5,
            "missing cells": variance * shares.reduce(0, +) / 5, "swapped categories": 0,
        ]
        #expect(found.measurements.count == 3)
        for measurement in found.measurements {
            let truth = try #require(expected[measurement.group ?? ""])
            let value = try #require(measurement.value)
            #expect(abs(value - truth) <= 0.06 * truth, "\(measurement.group ?? ""): \(value)")
            if truth > 0 {
                let interval = try #require(measurement.interval)
                #expect(abs(value - truth) < interval.upper - interval.lower)
            }
        }
    }

    @Test func onlyChosenCellsChange() {
        let table = Self.table
        for perturbation in Perturbation.allCases {
            for severity in perturbation.strengths.indices {
                func changed(_ seed: UInt64) -> Table {
                    perturbation.applied(
                        to: table, severity: severity, columns: ["x", "kind"],
                        random: CounterRandom(seed: seed, name: "change"))
                }
                let one = changed(1)
                // As texts, since missing numbers equal nothing.
                let text = CSVWriter.bytes(one)
                let isRepeated = text == CSVWriter.bytes(changed(1))
                let isSeeded = text != CSVWriter.bytes(changed(2))
                #expect(isRepeated && isSeeded)
                let kept = table.columns.indices.filter { one.columns[$0] == table.columns[$0] }
                switch perturbation {
                case .noise: #expect(kept == [1, 2])
                case .swapped: #expect(kept == [0, 2])
                case .missing: #expect(kept == [2])
                }
                if perturbation == .missing {
                    let share =
                        Double((0..<Self.rows).count { one.columns[1].isMissing($0) })
                        / Double(Self.rows)
                    #expect(abs(share - perturbation.strengths[severity]) < 0.03)
                }
            }
        }
    }
}
