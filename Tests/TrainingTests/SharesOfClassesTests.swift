import CPURuntime
import Kernels
import NN
import Optim
import RealModule
import TensorCore
import Testing
import Training

/// Labels that are a share of each class, as another model's probabilities are.
@Suite struct SharesOfClassesTests {
    private static let (rows, classes) = (48, 3)
    private static let random = CounterRandom(seed: 4, name: "shares")
    private static let numeric = (0..<2 * rows).map {
        Float(2 * random.uniform(index: UInt64($0)) - 1)
    }

    private static func data(_ labels: EncodedData.Labels) -> EncodedData {
        EncodedData(
            rows: rows, numeric: numeric, numericWidth: 2, categories: [], categoryWidth: 0,
            labels: labels)
    }

    private static func trained(
        _ labels: EncodedData.Labels, hidden: [Int], takesShares: Bool, epochs: Int, rate: Float,
        batch: Int
    ) throws -> (start: [Float], end: [Float]) {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: 2, cardinalities: []),
            task: .multiclass(classes: classes), hidden: hidden)
        let trainer = try Trainer(
            training: network.trainingGraph(takesShares: takesShares),
            inference: network.inferenceGraph(), data: data(labels), validation: nil,
            lossOf: .crossEntropy,
            settings: TrainingSettings(
                optimizer: OptimizerSettings(
                    rule: .sgd(momentum: 0, nesterov: false), learningRate: rate, weightDecay: 0),
                batchRows: batch, maximumEpochs: epochs, seed: 3),
            pool: WorkerPool(threads: 2))
        let start = initialParameters(trainer.layout, seed: 3)
        _ = try trainer.run()
        // Between parameters there is room that belongs to none.
        func numbers(_ buffer: Buffer) -> [Float] {
            trainer.layout.entries.flatMap { buffer.floats($0.range) }
        }
        return (numbers(start), numbers(trainer.bestWeights))
    }

    /// A class is a share of one: the same weights to the bit, over shuffled batches.
    @Test func aClassIsAWholeShare() throws {
        let labels = (0..<Self.rows).map { Int32($0 * 7 % Self.classes) }
        let shares = labels.flatMap { label in
            (0..<Self.classes).map { $0 == Int(label) ? Float(1) : 0 }
        }
        let hard = try Self.trained(
            .classes(labels), hidden: [5], takesShares: false, epochs: 3, rate: 0.1, batch: 16)
        let soft = try Self.trained(
            .shares(shares, classes: Self.classes), hidden: [5], takesShares: true, epochs: 3,
            rate: 0.1, batch: 16)
        #expect(hard.end == soft.end)
        #expect(hard.start != hard.end)
    }

    /// A step goes down the numeric gradient of the cross-entropy with the shares.
    @Test func aStepFollowsTheNumericGradient() throws {
        let shares = (0..<Self.rows).flatMap { row -> [Float] in
            let raw = (0..<Self.classes).map {
                Self.random.uniform(step: 1, index: UInt64(row * Self.classes + $0)) + 0.05
            }
            return raw.map { Float($0 / raw.reduce(0, +)) }
        }
        let (start, end) = try Self.trained(
            .shares(shares, classes: Self.classes), hidden: [], takesShares: true, epochs: 1,
            rate: 0.5, batch: Self.rows)
        // The weight `[2, 3]` and the bias `[3]`, in whichever order they lie.
        func loss(_ parameters: [Double], biasFirst: Bool) -> Double {
            let bias = biasFirst ? parameters.prefix(3) : parameters[6..<9]
            let weight = Array(biasFirst ? parameters[3..<9] : parameters[0..<6])
            let shift = Array(bias)
            return (0..<Self.rows).reduce(0.0) { sum, row in
                let logits = (0..<3).map { output in
                    shift[output]
                        + (0..<2).reduce(0.0) {
                            $0 + Double(Self.numeric[2 * row + $1]) * weight[$1 * 3 + output]
                        }
                }
                let total = Double.log(logits.reduce(0) { $0 + Double.exp($1) })
                return sum
                    - (0..<3).reduce(0.0) {
                        $0 + Double(shares[3 * row + $1]) * (logits[$1] - total)
                    }
            } / Double(Self.rows)
        }
        #expect(start.count >= 9)
        let base = start.prefix(9).map(Double.init)
        func gradient(biasFirst: Bool) -> [Double] {
            base.indices.map { place in
                let ends = [1e-5, -1e-5].map { step in
                    var moved = base
                    moved[place] += step
                    return loss(moved, biasFirst: biasFirst)
                }
                return (ends[0] - ends[1]) / 2e-5
            }
        }
        let moves = zip(base, end).map { ($0 - Double($1)) / 0.5 }
        let errors = [true, false].map { biasFirst in
            zip(moves, gradient(biasFirst: biasFirst)).map { abs($0 - $1) }.max() ?? .infinity
        }
        #expect((errors.min() ?? .infinity) < 1e-4, "\(errors)")
    }

    /// A training begins with the weights that it is given.
    @Test func weightsToBeginWith() throws {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: 2, cardinalities: []), task: .binary, hidden: [4])
        let labels = (0..<Self.rows).map { Float($0 % 2) }
        func trainer(rate: Float) throws -> Trainer {
            try Trainer(
                training: network.trainingGraph(), inference: network.inferenceGraph(),
                data: Self.data(.numbers(labels)), validation: nil, lossOf: .binaryCrossEntropy,
                settings: TrainingSettings(
                    optimizer: OptimizerSettings(
                        rule: .sgd(momentum: 0, nesterov: false), learningRate: rate,
                        weightDecay: 0),
                    batchRows: 16, maximumEpochs: 1, seed: 3),
                pool: WorkerPool(threads: 1))
        }
        let still = try trainer(rate: 1e-30)
        let given = (0..<still.modelWeights.count).map { Float($0) / 100 - 0.1 }
        still.begin(with: given)
        _ = try still.run()
        let kept = still.modelWeights
        for entry in ParameterLayout(try network.inferenceGraph()).entries {
            let weights = kept.floats(entry.range)
            #expect(zip(weights, given[entry.range]).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }
}
