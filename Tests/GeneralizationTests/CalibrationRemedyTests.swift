import Evidence
import Foundation
import Generalization
import Prediction
import Statistics
import Testing

/// What scikit-learn, SciPy and venn-abers make of fixed probabilities; Reference/calibration.py.
struct CalibrationReference: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
        var classes: Int
        var probabilities: [Double]
        var labels: [Int32]
        var new: [Double]
        var isotonic: [Double]
        var vector: [Double]
        var vectorLoss: Double
        var pairs: [[Double]]
        var testDescription: String { "\(classes) classes" }

        var names: [String] { (0..<classes).map { "c\($0)" } }
        var rows: LabelledPredictions {
            LabelledPredictions(
                split: .validation,
                predictions: .init(rows: labels.count, classes: names, values: probabilities),
                answers: .classes(labels))
        }
        var newRows: Predictions {
            Predictions(rows: new.count / classes, classes: names, values: new)
        }
    }
    var cases: [Case]

    static let stored: CalibrationReference = {
        do {
            let file = Bundle.module.bundleURL.appending(path: "Reference/calibration.json")
            return try JSONDecoder().decode(
                CalibrationReference.self, from: Data(contentsOf: file))
        } catch {
            fatalError("Reference/calibration.json cannot be read: \(error)")
        }
    }()
}

@Suite struct CalibrationRemedyTests {
    private static let remedies: [any OutputRemedy] = [
        TemperatureScaling(), VectorScaling(), IsotonicCalibration(), VennAbersCalibration(),
    ]

    private func largest(_ found: [Double], _ known: [Double]) -> Double {
        guard found.count == known.count else { return .infinity }
        return zip(found, known).map { abs($0 - $1) }.max() ?? 0
    }

    @Test(arguments: CalibrationReference.stored.cases)
    func isotonicIsThatOfScikitLearn(_ known: CalibrationReference.Case) throws {
        let after = try IsotonicCalibration().fitted(on: known.rows).applied(to: known.newRows)
        #expect(largest(after.values, known.isotonic) < 1e-9)
    }

    /// SciPy's minimum is found to about 1e-9 of the loss, so to 1e-4 of a probability.
    @Test(arguments: CalibrationReference.stored.cases)
    func vectorScalingIsTheMinimum(_ known: CalibrationReference.Case) throws {
        let fitted = try VectorScaling().fitted(on: known.rows)
        #expect(largest(fitted.applied(to: known.newRows).values, known.vector) < 1e-4)
        let vector = try #require(fitted as? ClassVector)
        let losses = known.rows.with(fitted.applied(to: known.rows.predictions)).rowLosses
        let distance =
            vector.slopes.reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
            + vector.shifts.reduce(0) { $0 + $1 * $1 }
        let loss = losses.reduce(0, +) / Double(losses.count) + 1e-6 * distance
        #expect(loss < known.vectorLoss + 1e-9, "\(loss) \(known.vectorLoss)")
    }

    @Test(arguments: CalibrationReference.stored.cases)
    func vennAbersPairsAreThePackages(_ known: CalibrationReference.Case) throws {
        let fitted = try VennAbersCalibration().fitted(on: known.rows)
        let bounds = try #require(fitted as? FittedVennAbers).bounds(known.newRows)
        #expect(largest(bounds.map(\.lower), known.pairs.map { $0[0] }) < 1e-9)
        #expect(largest(bounds.map(\.upper), known.pairs.map { $0[1] }) < 1e-9)
    }

    /// The quick pairs are those of two isotonic fits with the new row among the others.
    @Test func vennAbersIsTwoIsotonicFits() {
        let rows = TemperatureTests.rows(200, classes: 2, boldness: 2)
        guard case .classes(let labels) = rows.answers else { return }
        // Coarse, so that new scores meet known ones.
        let scores = stride(from: 1, to: 400, by: 2).map {
            (rows.predictions.values[$0] * 50).rounded() / 50
        }
        let fit = VennAbers(
            scores: scores, isPositive: labels.map { $0 == 1 },
            weights: [Double](repeating: 1, count: 200))
        for score in stride(from: 0.0, through: 1, by: 0.01) {
            let twice = [0.0, 1].map { outcome in
                IsotonicFit(
                    places: scores + [score], outcomes: labels.map(Double.init) + [outcome],
                    weights: [Double](repeating: 1, count: 201))(score)
            }
            let bounds = fit.bounds(score)
            #expect(abs(bounds.lower - twice[0]) < 1e-12 && abs(bounds.upper - twice[1]) < 1e-12)
            #expect(bounds.lower <= bounds.upper)
            let merged = VennAbers.merged(bounds)
            #expect(merged > 0 && merged < 1)
        }
    }

    /// What was too bold is calibrated by each: on rows that they were not fitted on.
    @Test(arguments: [2, 4])
    func theErrorOfCalibrationGoes(classes: Int) throws {
        let fitting = TemperatureTests.rows(8000, classes: classes, boldness: 3)
        let test = TemperatureTests.rows(8000, classes: classes, boldness: 3, sample: 8)
        func error(_ rows: LabelledPredictions) throws -> Double {
            try #require(try rows.classificationSample.expectedCalibrationError().value)
        }
        #expect(try error(test) > 0.08)
        for remedy in Self.remedies {
            let fitted = try remedy.fitted(on: fitting)
            let after = test.with(fitted.applied(to: test.predictions))
            #expect(try error(after) < 0.025, "\(remedy.description.id)")
        }
    }

    @Test func oneClassAndNumbersAreRefused() {
        var rows = TemperatureTests.rows(50, classes: 2, boldness: 1)
        rows.answers = .classes([Int32](repeating: 1, count: 50))
        for remedy in Self.remedies.dropFirst() {
            #expect(throws: RemedyError.oneClass) { try remedy.fitted(on: rows) }
        }
        let numbers = LabelledPredictions(
            split: .named("v"), predictions: .init(rows: 1, classes: [], values: [1]),
            answers: .numbers([2]))
        for remedy in Self.remedies {
            #expect(throws: RemedyError.noClasses) { try remedy.fitted(on: numbers) }
        }
    }
}
