import Evidence
import Generalization
import Prediction
import Statistics
import TensorCore
import Testing

/// Sets and intervals fitted on labelled predictions.
@Suite struct ConformalPredictorTests {
    /// Rows of three classes whose second group is harder.
    private func classRows(_ count: Int, sample: Int) -> LabelledPredictions {
        var rows = TemperatureTests.rows(count, classes: 3, boldness: 1, sample: sample)
        let random = CounterRandom(seed: UInt64(sample), name: "groups")
        guard case .classes(var labels) = rows.answers else { return rows }
        let groups = (0..<count).map { row -> String in
            guard random.uniform(index: UInt64(row)) < 0.2 else { return "plain" }
            if random.uniform(step: 1, index: UInt64(row)) < 0.5 {
                labels[row] = Int32(random.integer(below: 3, step: 2, index: UInt64(row)))
            }
            return "odd"
        }
        rows.answers = .classes(labels)
        rows.protected = [.init(name: "kind", groups: groups)]
        return rows
    }

    private func numberRows(_ count: Int, sample: Int) -> LabelledPredictions {
        let random = CounterRandom(seed: UInt64(sample), name: "numbers")
        let predictions = (0..<count).map { 1 + random.uniform(index: UInt64($0)) }
        let targets = (0..<count).map { row in
            predictions[row] * (0.5 + random.uniform(step: 1, index: UInt64(row)))
        }
        return LabelledPredictions(
            split: .validation,
            predictions: .init(rows: count, classes: [], values: predictions),
            answers: .numbers(targets))
    }

    private func coverage(_ covered: [Bool]) -> Double {
        Double(covered.count { $0 }) / Double(covered.count)
    }

    @Test(arguments: [ConformalMethod.lac, .aps, .raps])
    func setsCover(_ method: ConformalMethod) throws {
        let fitted = try ConformalPredictor(
            .init(method, coverage: 0.9), fittedOn: classRows(4000, sample: 1))
        let share = coverage(fitted.outcomes(classRows(20_000, sample: 2)).covered)
        // Calibration 0.0047, test 0.0021; of four errors.
        #expect(abs(share - 0.9) < 0.021, "\(share)")
    }

    @Test(arguments: [ConformalMethod.absolute, .normalized])
    func intervalsCover(_ method: ConformalMethod) throws {
        let fitted = try ConformalPredictor(
            .init(method, coverage: 0.9), fittedOn: numberRows(4000, sample: 1))
        let rows = numberRows(20_000, sample: 2)
        let found = fitted.outcomes(rows)
        #expect(abs(coverage(found.covered) - 0.9) < 0.028)
        // Errors grow with the prediction; so do normalised intervals, and no others.
        let small = rows.predictions.values.indices.filter { rows.predictions.values[$0] < 1.1 }
        let large = rows.predictions.values.indices.filter { rows.predictions.values[$0] > 1.9 }
        let widths = [small, large].map { part in
            part.reduce(0) { $0 + found.sizes[$1] } / Double(part.count)
        }
        #expect(
            method == .absolute ? abs(widths[0] - widths[1]) < 1e-9 : widths[1] > 1.5 * widths[0])
    }

    /// Over all rows the harder group is covered too seldom; within groups it is not.
    @Test func groupsAreCoveredWithinThemselves() throws {
        let (calibration, test) = (classRows(6000, sample: 3), classRows(20_000, sample: 4))
        let odd = test.protected[0].groups.indices.filter { test.protected[0].groups[$0] == "odd" }
        func share(_ categories: ConformalRequest.Categories) throws -> Double {
            let fitted = try ConformalPredictor(
                .init(.lac, coverage: 0.9, within: categories), fittedOn: calibration)
            let covered = fitted.outcomes(test).covered
            return coverage(odd.map { covered[$0] })
        }
        #expect(try share(.all) < 0.86)
        #expect(abs(try share(.groups(column: "kind")) - 0.9) < 0.04)
    }

    @Test func classesAreCoveredWithinThemselves() throws {
        let fitted = try ConformalPredictor(
            .init(.lac, coverage: 0.9, within: .classes), fittedOn: classRows(6000, sample: 5))
        let test = classRows(20_000, sample: 6)
        guard case .classes(let labels) = test.answers else { return }
        let covered = fitted.outcomes(test).covered
        for label in 0..<3 {
            let own = labels.indices.filter { labels[$0] == label }
            #expect(abs(coverage(own.map { covered[$0] }) - 0.9) < 0.03, "\(label)")
        }
    }

    @Test func whatCannotBeHadIsSaid() throws {
        var rows = classRows(8, sample: 7)
        func message(
            _ method: ConformalMethod, _ coverage: Double = 0.9,
            within categories: ConformalRequest.Categories = .all
        ) -> String {
            do {
                _ = try ConformalPredictor(
                    .init(method, coverage: coverage, within: categories), fittedOn: rows)
                return ""
            } catch { return "\(error)" }
        }
        rows.answers = .classes([0, 1, 2, 0, 1, 2, 0, 1])
        #expect(message(.lac).contains("needs 9 at least"))
        #expect(message(.lac, 0.5).isEmpty)
        #expect(message(.lac, 1).contains("between 0 and 1"))
        #expect(message(.absolute).contains("for numbers"))
        #expect(message(.lac, within: .groups(column: "age")).contains("there are kind"))
        rows.answers = .classes([Int32](repeating: 1, count: 8))
        #expect(message(.lac, 0.5).contains("one class"))
        rows.answers = .classes([0, 1, 2, 0, 1, 2, 0, 1])
        rows.predictions.values[4] = .nan
        #expect(message(.lac, 0.5).contains("row 2"))
        rows = numberRows(8, sample: 1)
        #expect(message(.lac).contains("absolute"))
    }

    /// A group of too few rows, or of none, is told and allows everything.
    @Test func smallAndUnknownGroupsAllowEverything() throws {
        var rows = classRows(500, sample: 8)
        rows.protected[0].groups = (0..<500).map { $0 < 5 ? "rare" : "plain" }
        let fitted = try ConformalPredictor(
            .init(.lac, coverage: 0.9, within: .groups(column: "kind")), fittedOn: rows)
        #expect(fitted.notes.count == 1)
        #expect(fitted.notes[0].contains("rare: 5 rows") && fitted.notes[0].contains("needs 9"))
        let new = rows.predictions.selecting([0, 1, 2])
        let inside = fitted.sets(new, groups: ["rare", "never seen", "plain"])
        #expect(inside[0..<6].allSatisfy { $0 } && inside[6..<9].contains(false))
        #expect(fitted.unknown(["rare", "never seen", "plain"]) == ["never seen"])
    }

    @Test func theProbeMeasuresWhatWasPromised() throws {
        let test = classRows(10_000, sample: 9)
        let found = try ConformalCoverage().measure(
            Subject(test: test, calibration: classRows(3000, sample: 10)))
        let share = try #require(found.measurements.first { $0.metric == "conformalCoverage" })
        #expect(abs(try #require(share.value) - 0.9) < 0.03)
        #expect(share.interval != nil)
        #expect(found.groups[0].rows.map(\.group) == ["odd", "plain"])
        let rates = found.groups[0].rows.map { $0.measurements[0].value ?? 0 }
        #expect(rates[0] < 0.87 && rates[1] > 0.89)
        #expect(!Subject(test: test).has.contains(.calibrationPredictions))
    }
}
