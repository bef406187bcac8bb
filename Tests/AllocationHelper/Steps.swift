import CAllocations
import GraphIR
import Kernels
import NN
import Optim
import TensorCore
import Training

private let networks: [String: TabularNetwork] = [
    "mlp": TabularNetwork(
        input: TabularInput(numericWidth: 10, cardinalities: []), task: .multiclass(classes: 3),
        hidden: [64, 64], dropout: 0.1),
    // Bins, embeddings, and a table whose gradient is sparse.
    "ensemble": TabularNetwork(
        input: TabularInput(
            numericWidth: 10, cardinalities: [5, 40, 2000],
            embedding: NumberEmbedding(
                numbers: 4, bins: 6, frequencies: 0, width: 4, trusts: [0.5, 0.5])),
        task: .binary, hidden: [32, 32], members: 4, dropout: 0.1),
]

/// Trains one network; counts in fifty steps that are neither the first of the training nor at an
/// epoch's end.
func countSteps(of name: String, planted plants: Bool) throws {
    guard let network = networks[name] else { preconditionFailure("no network \(name)") }

    let rows = 20_000
    let random = CounterRandom(seed: 0, name: "allocations")
    // The values of each category column, then those of each embedded number.
    let values =
        network.input.cardinalities
        + Array(repeating: 3, count: network.input.embedding?.numbers ?? 0)
    let categories = (0..<rows * values.count).map { index in
        Int32(random.integer(below: values[index % values.count], step: 1, index: UInt64(index)))
    }
    let classes = network.task.outputs
    let labels: EncodedData.Labels =
        classes > 1
        ? .classes((0..<rows).map { Int32($0 % classes) })
        : .numbers((0..<rows).map { Float($0 % 2) })
    let data = EncodedData(
        rows: rows,
        numeric: (0..<rows * 10).map { Float(random.uniform(step: 0, index: UInt64($0))) },
        numericWidth: 10, categories: categories, categoryWidth: values.count, labels: labels)
    let trainer = try Trainer(
        training: network.trainingGraph(), inference: network.inferenceGraph(), data: data,
        validation: nil, lossOf: classes > 1 ? .crossEntropy : .binaryCrossEntropy,
        settings: TrainingSettings(
            optimizer: OptimizerSettings(clipNorm: 1, averageDecay: 0.99), batchRows: 128,
            maximumEpochs: 1, maximumSteps: 100),
        pool: WorkerPool(threads: 2))
    var planted: [Int] = []
    _ = try trainer.run(stop: { step in
        if step == 40 { start_counting_allocations() }
        if plants { planted = Array(repeating: step, count: step) }
        if step == 90 { stop_counting_allocations() }
        return nil
    })
    precondition(planted.isEmpty || plants)  // which also keeps the arrays from being left out
}
