import CPURuntime
import GraphIR
import Kernels
import NN
import Optim
import RealModule
import TensorCore
import Testing
import Training

/// Training against overfitting: single steps against transcriptions in `Double`, whole trainings for their
/// bits.
@Suite struct RegularisingTests {
    // MARK: - One step of a linear model, by hand

    /// A linear model on two numbers and a category of four values, as plain numbers.
    private struct Linear {
        static let features = 6
        var outputs: Int
        /// `[features, outputs]`
        var weights: [Double]
        var bias: [Double]

        /// The gradient of the mean loss over rows of shares of classes; of one output, of a probability.
        func gradient(_ rows: [[Double]], _ targets: [[Double]]) -> Linear {
            var result = Linear(
                outputs: outputs, weights: weights.map { _ in 0 }, bias: bias.map { _ in 0 })
            for (row, target) in zip(rows, targets) {
                let logits = (0..<outputs).map { k in
                    bias[k]
                        + (0..<Self.features).reduce(0) { $0 + row[$1] * weights[$1 * outputs + k] }
                }
                let powers = logits.map { Double.exp($0) }
                let sum = powers.reduce(0, +)
                for k in 0..<outputs {
                    let share = outputs == 1 ? powers[k] / (1 + powers[k]) : powers[k] / sum
                    let error = (share - target[k]) / Double(rows.count)
                    result.bias[k] += error
                    for j in 0..<Self.features { result.weights[j * outputs + k] += error * row[j] }
                }
            }
            return result
        }

        var norm: Double {
            (weights + bias).reduce(0) { $0 + $1 * $1 }.squareRoot()
        }

        func moved(along other: Linear, by factor: Double) -> Linear {
            Linear(
                outputs: outputs, weights: zip(weights, other.weights).map { $0 + factor * $1 },
                bias: zip(bias, other.bias).map { $0 + factor * $1 })
        }
    }

    private static let rows = 24

    private struct Sample {
        var data: EncodedData
        /// Numbers and one-hot categories.
        var features: [[Double]]
        var targets: [[Double]]
    }

    private static func sample(outputs: Int) -> Sample {
        let random = CounterRandom(seed: 5, name: "linear")
        var numeric: [Float] = []
        var categories: [Int32] = []
        var labels: [Int32] = []
        var features: [[Double]] = []
        for row in 0..<rows {
            let pair = (0..<2).map { Float(random.uniform(step: $0, index: UInt64(row))) - 0.5 }
            let code = random.integer(below: 4, step: 2, index: UInt64(row))
            let label = random.integer(below: max(outputs, 2), step: 3, index: UInt64(row))
            numeric += pair
            categories.append(Int32(code))
            labels.append(Int32(label))
            features.append(pair.map(Double.init) + (0..<4).map { $0 == code ? 1 : 0 })
        }
        return Sample(
            data: EncodedData(
                rows: rows, numeric: numeric, numericWidth: 2, categories: categories,
                categoryWidth: 1,
                labels: outputs == 1 ? .numbers(labels.map(Float.init)) : .classes(labels)),
            features: features,
            targets: labels.map { label in
                outputs == 1 ? [Double(label)] : (0..<outputs).map { $0 == Int(label) ? 1 : 0 }
            })
    }

    /// One step of plain gradient descent on all rows: the parameters before and after.
    private static func step(
        outputs: Int, _ sample: Sample, _ change: (inout TrainingSettings) -> Void
    ) throws -> (before: Linear, after: Linear) {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: 2, cardinalities: [4]),
            task: outputs == 1 ? .binary : .multiclass(classes: outputs), hidden: [])
        var settings = TrainingSettings(
            optimizer: OptimizerSettings(
                rule: .sgd(momentum: 0, nesterov: false), learningRate: 0.5, weightDecay: 0),
            batchRows: rows, maximumEpochs: 1, seed: 9)
        change(&settings)
        let trainer = try Trainer(
            training: network.trainingGraph(mixesPairs: settings.mixup > 0),
            inference: network.inferenceGraph(), data: sample.data, validation: nil,
            lossOf: outputs == 1 ? .binaryCrossEntropy : .crossEntropy, settings: settings,
            pool: WorkerPool(threads: 2))
        func linear(_ buffer: Buffer) -> Linear {
            var result = Linear(outputs: outputs, weights: [], bias: [])
            for entry in trainer.layout.entries {
                let numbers = buffer.floats(entry.range).map(Double.init)
                if entry.count == outputs {
                    result.bias = numbers
                } else {
                    result.weights = numbers
                }
            }
            return result
        }
        let before = linear(initialParameters(trainer.layout, seed: settings.seed))
        _ = try trainer.run()
        return (before, linear(trainer.bestWeights))
    }

    private static func distance(_ a: Linear, _ b: Linear) -> Double {
        zip(a.weights + a.bias, b.weights + b.bias).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    /// `w − η ∇L(w + ρ ∇L(w)/‖∇L(w)‖)`
    @Test(arguments: [1, 3])
    func aSharpnessAwareStepIsThatOfThePaper(outputs: Int) throws {
        let sample = Self.sample(outputs: outputs)
        let (before, after) = try Self.step(outputs: outputs, sample) { $0.sharpnessRadius = 0.4 }
        let first = before.gradient(sample.features, sample.targets)
        let higher = before.moved(along: first, by: 0.4 / first.norm)
        let second = higher.gradient(sample.features, sample.targets)
        #expect(Self.distance(after, before.moved(along: second, by: -0.5)) < 1e-6)
        // And not that of plain descent.
        #expect(Self.distance(after, before.moved(along: first, by: -0.5)) > 1e-3)
    }

    /// The step that a batch gives whose rows were mixed by hand.
    @Test(arguments: [1, 3])
    func mixupEqualsABatchMixedByHand(outputs: Int) throws {
        let sample = Self.sample(outputs: outputs)
        let (before, after) = try Self.step(outputs: outputs, sample) { $0.mixup = 0.7 }
        let order = CounterRandom(seed: 9, name: "shuffle").permutation(of: Self.rows, step: 0)
        let mixing = PairMixing(alpha: 0.7, seed: 9)
        func mixed(_ values: [[Double]]) -> [[Double]] {
            order.indices.map { place in
                let (row, other) = (order[place], order[(place + 1) % order.count])
                let share = Double(mixing.share(step: 0, row: row))
                return zip(values[row], values[other]).map { share * $0 + (1 - share) * $1 }
            }
        }
        let gradient = before.gradient(mixed(sample.features), mixed(sample.targets))
        #expect(Self.distance(after, before.moved(along: gradient, by: -0.5)) < 1e-6)
        let plain = before.gradient(sample.features, sample.targets)
        #expect(Self.distance(after, before.moved(along: plain, by: -0.5)) > 1e-3)
    }

    // MARK: - What is drawn

    /// Mean ½ and variance 1/(4(2α + 1)), within five standard errors.
    @Test(arguments: [0.1, 0.5, 1] as [Float])
    func sharesAreBeta(alpha: Float) {
        let mixing = PairMixing(alpha: alpha, seed: 1)
        let draws = (0..<20_000).map { Double(mixing.share(step: $0 % 7, row: $0)) }
        let mean = draws.reduce(0, +) / 20_000
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        let expected = 1 / (4 * (2 * Double(alpha) + 1))
        #expect(abs(mean - 0.5) < 5 * (expected / 20_000).squareRoot())
        #expect(abs(variance / expected - 1) < 0.05)
        #expect(draws.allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    @Test func noiseIsNormalAndSwapsAreRare() {
        let noise = InputNoise(deviation: 0.3, swapShare: 0.2, numbers: [], categories: 3)
        let shifts = (0..<20_000).map {
            Double(noise.shift(seed: 4, step: $0 % 5, row: $0, number: 0))
        }
        let mean = shifts.reduce(0, +) / 20_000
        let variance = shifts.reduce(0) { $0 + $1 * $1 } / 20_000
        let beyond = shifts.count { abs($0) > 0.3 * 1.96 }
        #expect(abs(mean) < 5 * 0.3 / 20_000.0.squareRoot())
        #expect(abs(variance / 0.09 - 1) < 0.05)
        #expect(abs(Double(beyond) / 20_000 - 0.05) < 0.01)
        let donors = (0..<20_000).map {
            noise.donor(seed: 4, step: $0 % 5, row: $0, category: $0 % 3, of: 10)
        }
        #expect(abs(Double(donors.count { $0 != nil }) / 20_000 - 0.2) < 0.015)
        #expect(Set(donors.compactMap { $0 }) == Set(0..<10))
    }

    // MARK: - Whole trainings

    private static func trainer(
        threads: Int, epochs: Int = 4, _ change: (inout TrainingSettings) -> Void
    ) throws -> Trainer {
        let network = TrainerTests.network(hidden: [16])
        var settings = TrainingSettings(
            optimizer: OptimizerSettings(learningRate: 2e-3), batchRows: 128,
            maximumEpochs: epochs)
        change(&settings)
        return try Trainer(
            training: network.trainingGraph(mixesPairs: settings.mixup > 0),
            inference: network.inferenceGraph(), data: TrainerTests.data(rows: 1000, seed: 1),
            validation: TrainerTests.data(rows: 200, seed: 2), lossOf: .binaryCrossEntropy,
            settings: settings,
            noise: InputNoise(deviation: 0.1, swapShare: 0.1, numbers: [], categories: 2),
            pool: WorkerPool(threads: threads))
    }

    private static func everything(_ settings: inout TrainingSettings) {
        settings.mixup = 0.3
        settings.sharpnessRadius = 0.05
        settings.averagedShare = 0.5
    }

    private func weights(_ trainer: Trainer) -> [Float] {
        trainer.bestWeights.floats(0..<trainer.layout.count)
    }

    @Test func bitsDependOnNeitherThreadsNorInterruptions() throws {
        let whole = try Self.trainer(threads: 1, Self.everything)
        var states: [TrainingState] = []
        _ = try whole.run(onEvent: { event in
            if case .epoch = event { states.append(whole.state()) }
        })
        for threads in [2, 3] {
            let other = try Self.trainer(threads: threads, Self.everything)
            // The third epoch's average is in the state.
            try other.restore(states[2])
            _ = try other.run()
            #expect(weights(other) == weights(whole))
            let fresh = try Self.trainer(threads: threads, Self.everything)
            _ = try fresh.run()
            #expect(weights(fresh) == weights(whole))
        }
    }

    @Test func weightsAreAveragedOverTheLastEpochs() throws {
        let trainer = try Self.trainer(threads: 2, epochs: 6) {
            $0.averagedShare = 0.5
            $0.keepsLast = true
        }
        var ends: [[Float]] = []
        _ = try trainer.run(onEvent: { event in
            if case .epoch = event { ends.append(trainer.state().tensors["parameters"] ?? []) }
        })
        let last = ends.suffix(3)
        for (index, kept) in weights(trainer).enumerated() {
            let mean = last.reduce(0) { $0 + $1[index] } / 3
            #expect(abs(kept - mean) < 1e-5)
        }
    }

    @Test func theLastWeightsAreKeptWhereAskedFor() throws {
        let trainer = try Self.trainer(threads: 2, epochs: 12) {
            $0.keepsLast = true
            $0.patience = 1
            $0.optimizer.learningRate = 0.05
        }
        let stop = try trainer.run()
        #expect(stop == .maximumEpochs(12))
        #expect(weights(trainer) == trainer.state().tensors["parameters"])
        // Otherwise these settings stop early.
        let other = try Self.trainer(threads: 2, epochs: 12) {
            $0.patience = 1
            $0.optimizer.learningRate = 0.05
        }
        #expect(try other.run() == .converged(patience: 1))
    }

    /// With one hidden layer and no squashing after it, the mean over passes is the pass without dropout.
    @Test func passesWithDropoutAverageToOneWithout() throws {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: 6, cardinalities: [5, 2000]), task: .regression,
            hidden: [32], dropout: 0.3)
        let plain = try network.inferenceGraph()
        let layout = ParameterLayout(plain)
        let weights = initialParameters(layout, seed: 3)
        let data = TrainerTests.data(rows: 300, seed: 4)
        let pool = WorkerPool(threads: 2)
        let expected = NetworkEvaluator(plain, output: "prediction", layout: layout, pool: pool)
            .values(of: data, weights: weights)
        let dropping = NetworkEvaluator(
            try network.inferenceGraph(keepsDropout: true), output: "prediction", layout: layout,
            pool: pool)
        let passes = 600
        var sums = [Double](repeating: 0, count: data.rows)
        var squares = sums
        for pass in 0..<passes {
            for (row, value) in dropping.values(of: data, weights: weights, pass: pass).enumerated()
            {
                sums[row] += Double(value)
                squares[row] += Double(value) * Double(value)
            }
        }
        for row in 0..<data.rows {
            let mean = sums[row] / Double(passes)
            let error = ((squares[row] / Double(passes) - mean * mean) / Double(passes))
                .squareRoot()
            #expect(error > 0 && abs(mean - Double(expected[row])) < 5 * error)
        }
        #expect(
            dropping.values(of: data, weights: weights, pass: 1)
                == dropping.values(of: data, weights: weights, pass: 1))
    }
}
