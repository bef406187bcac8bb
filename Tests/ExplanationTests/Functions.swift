import Explanation
import Models
import Prediction
import Tables
import TensorCore

/// A function of numbers as a model.
struct Function: Predictor {
    var features: [String]
    var body: @Sendable ([Double]) -> Double

    func predictions(for table: Table) throws -> Predictions {
        let columns = try features.map { try table.numbers(in: $0) }
        return Predictions(
            rows: table.rowCount, classes: [],
            values: (0..<table.rowCount).map { row in body(columns.map { $0[row] }) })
    }
}

/// A sum of weighted numbers, of which there are others with random weights.
struct WeightedSum: RandomizablePredictor {
    var features: [String]
    var weights: [Double]

    func predictions(for table: Table) throws -> Predictions {
        let columns = try features.map { try table.numbers(in: $0) }
        return Predictions(
            rows: table.rowCount, classes: [],
            values: (0..<table.rowCount).map { row in
                zip(weights, columns).reduce(0) { $0 + $1.0 * $1.1[row] }
            })
    }

    func randomized(_ part: RandomizedPart, seed: UInt64) -> any Predictor {
        let random = CounterRandom(seed: seed, name: "random weights")
        var other = self
        for place in weights.indices {
            other.weights[place] = 2 * random.uniform(index: UInt64(place)) - 1
        }
        return other
    }
}

enum Numbers {
    static func names(_ count: Int) -> [String] { (0..<count).map { "x\($0)" } }

    static func table(_ rows: [[Double]]) -> Table {
        Table(
            name: "t", rowCount: rows.count,
            columns: names(rows[0].count).enumerated().map { place, name in
                Column(name: name, cells: .numbers(rows.map { $0[place] }))
            })
    }

    static func draws(_ rows: Int, _ columns: Int, seed: UInt64) -> [[Double]] {
        let random = CounterRandom(seed: seed, name: "draws")
        return (0..<rows).map { row in
            (0..<columns).map { 2 * random.uniform(index: UInt64(row * columns + $0)) - 1 }
        }
    }

    @Sendable static func bent(_ x: [Double]) -> Double {
        x[0] * x[1] + max(x[2], 0) - 0.5 * x[3] * x[3] * x[0] + (x[1] > 0.2 ? x[3] : 0)
    }
}
