import RealModule
import Statistics
import TensorCore
import Testing

/// Linear functions with shrunk weights, against closed forms and against what holds at the least point.
@Suite struct ShrunkLinearFitTests {
    private static let random = CounterRandom(seed: 4, name: "rows of a linear fit")
    private static let count = 60
    private static let features = 3

    /// With zeros among them, which the sums leave out.
    private static let rows: [Float] = (0..<count * features).map { place in
        let value = 4 * random.uniform(index: UInt64(place)) - 2
        return abs(value) < 0.3 ? 0 : Float(value)
    }

    private static let rowWeights = (0..<count).map {
        0.5 + random.uniform(step: 1, index: UInt64($0))
    }

    private static func value(_ row: Int, _ feature: Int) -> Double {
        Double(rows[row * features + feature])
    }

    /// One feature: `v = S_xy / (S_xx + penalty)` about the weighted means, which pass through.
    @Test func ridgeIsItsClosedForm() {
        let x = (0..<Self.count).map { Self.value($0, 0) }
        let y = x.indices.map { 3 * x[$0] - 1 + Self.random.uniform(step: 2, index: UInt64($0)) }
        let weights = Self.rowWeights
        let total = weights.reduce(0, +)
        func mean(_ values: [Double]) -> Double {
            zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
        }
        let (centre, level) = (mean(x), mean(y))
        let products = x.indices.reduce(0) {
            $0 + weights[$1] * (x[$1] - centre) * (y[$1] - level)
        }
        let squares = x.indices.reduce(0) {
            $0 + weights[$1] * (x[$1] - centre) * (x[$1] - centre)
        }
        let expected = products / (squares + 10)
        let found = ShrunkLinearFit(
            x.map { Float($0) }, answers: .numbers(y), rowWeights: weights, penalty: 10)
        #expect(abs(found.weights[0] - expected) < 1e-5)
        #expect(abs(found.intercepts[0] - (level - expected * centre)) < 1e-5)
        #expect(abs(found.scores([2])[0] - (level + expected * (2 - centre))) < 1e-5)
    }

    /// `Σ w (p − y) x + penalty · v = 0`, and of the intercept without the penalty.
    @Test(arguments: [2, 3]) func noSlopeIsLeft(classes: Int) {
        let labels = (0..<Self.count).map { row in
            let score = Self.value(row, 0) + Self.random.uniform(step: 3, index: UInt64(row))
            return score > 1 ? classes - 1 : score > -0.5 ? 1 : 0
        }
        let penalty = 2.0
        let answers: ShrunkLinearFit.Answers =
            classes == 2 ? .binary(labels.map(Double.init)) : .classes(labels, count: classes)
        let outputs = answers.outputs
        #expect(outputs == (classes == 2 ? 1 : 3))
        let found = ShrunkLinearFit(
            Self.rows, answers: answers, rowWeights: Self.rowWeights, penalty: penalty)
        let scores = found.scores(Self.rows)
        func residual(_ row: Int, _ output: Int) -> Double {
            if classes == 2 { return 1 / (1 + Double.exp(-scores[row])) - Double(labels[row]) }
            let own = scores[row * outputs..<(row + 1) * outputs].map { Double.exp($0) }
            return own[output] / own.reduce(0, +) - (labels[row] == output ? 1 : 0)
        }
        for output in 0..<outputs {
            let level = (0..<Self.count).reduce(0) {
                $0 + Self.rowWeights[$1] * residual($1, output)
            }
            #expect(abs(level) < 1e-4)
            for feature in 0..<Self.features {
                let slope = (0..<Self.count).reduce(0) {
                    $0 + Self.rowWeights[$1] * residual($1, output) * Self.value($1, feature)
                }
                let own = found.weights[feature * outputs + output]
                #expect(abs(slope + penalty * own) < 1e-4)
                #expect(abs(own) > 1e-3, "a slope of 0 would say nothing")
            }
        }
    }

    /// A start elsewhere ends at the same point; a stronger penalty nearer 0, and rows of no weight say nothing.
    @Test func whatItDependsOn() {
        let y = (0..<Self.count).map { Self.value($0, 1) - 2 * Self.value($0, 2) }
        func fit(_ penalty: Double, _ weights: [Double]? = nil, from start: ShrunkLinearFit? = nil)
            -> ShrunkLinearFit
        {
            ShrunkLinearFit(
                Self.rows, answers: .numbers(y), rowWeights: weights, penalty: penalty,
                start: start)
        }
        func size(_ fit: ShrunkLinearFit) -> Double { fit.weights.reduce(0) { $0 + $1 * $1 } }
        let (weak, strong) = (fit(1), fit(100))
        #expect(size(strong) < size(weak) && size(strong) > 0)
        for (one, other) in zip(weak.weights, fit(1, from: strong).weights) {
            #expect(abs(one - other) < 1e-5)
        }
        let half = (0..<Self.count).map { $0 < 30 ? 1.0 : 0 }
        let alone = ShrunkLinearFit(
            Array(Self.rows.prefix(30 * Self.features)), answers: .numbers(Array(y.prefix(30))),
            penalty: 1)
        for (one, other) in zip(fit(1, half).weights, alone.weights) {
            #expect(abs(one - other) < 1e-5)
        }
    }
}
