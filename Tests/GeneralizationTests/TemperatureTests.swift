import Evidence
import Foundation
import Generalization
import Prediction
import TensorCore
import Testing

@Suite struct TemperatureTests {
    /// Labels drawn from softmax(logits), and what a model says that multiplies them by `boldness`.
    static func rows(
        _ count: Int, classes: Int, boldness: Double, sample: Int = 7
    ) -> LabelledPredictions {
        let random = CounterRandom(seed: UInt64(sample), name: "temperature")
        var values: [Double] = []
        var labels: [Int32] = []
        for row in 0..<count {
            let logits = (0..<classes).map {
                4 * random.uniform(step: UInt32($0), index: UInt64(row)) - 2
            }
            func shares(_ scale: Double) -> [Double] {
                let powers = logits.map { exp(scale * $0) }
                return powers.map { $0 / powers.reduce(0, +) }
            }
            var left = random.uniform(step: UInt32(classes), index: UInt64(row))
            let label = shares(1).firstIndex { share in
                left -= share
                return left < 0
            }
            labels.append(Int32(label ?? classes - 1))
            values += shares(boldness)
        }
        return LabelledPredictions(
            split: .validation,
            predictions: .init(
                rows: count, classes: (0..<classes).map { "c\($0)" }, values: values),
            answers: .classes(labels))
    }

    /// The temperature that was put in comes out, within four standard errors of these rows.
    @Test(arguments: [(2, 2.0), (3, 2.0), (5, 0.5), (2, 1.0)])
    func whatWasPutInComesOut(classes: Int, boldness: Double) throws {
        let rows = Self.rows(20_000, classes: classes, boldness: boldness)
        let fitted = try #require(try TemperatureScaling().fitted(on: rows) as? Temperature)
        #expect(abs(fitted.value / boldness - 1) < 0.06, "\(fitted.value)")
        let after = fitted.applied(to: rows.predictions)
        for row in 0..<100 {
            let range = row * classes..<(row + 1) * classes
            let total = after.values[range].reduce(0.0, +)
            #expect(abs(total - 1) < 1e-12)
        }
        let losses = [rows, rows.with(after)].map { $0.rowLosses.reduce(0, +) }
        #expect(losses[1] <= losses[0])
    }

    @Test func certaintyStaysFinite() throws {
        let certain = Predictions(rows: 1, classes: ["a", "b"], values: [0, 1])
        let careful = Temperature(value: 20).applied(to: certain)
        #expect(careful.values.allSatisfy { $0 > 0 && $0 < 1 })
    }

    @Test func aRegressionHasNoTemperature() {
        let rows = LabelledPredictions(
            split: .named("v"), predictions: .init(rows: 1, classes: [], values: [1]),
            answers: .numbers([2]))
        #expect(throws: RemedyError.noClasses) { try TemperatureScaling().fitted(on: rows) }
    }
}
