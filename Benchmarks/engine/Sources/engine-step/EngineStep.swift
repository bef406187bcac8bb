import CPURuntime
import GraphIR
import Kernels
import NN
import Optim
import TensorCore
import Training

/// Times whole training steps of one model: `engine-step MODEL HIDDEN BATCH STEPS THREADS`.
///
/// A step takes rows from memory, runs forward and backward, and moves the parameters (AdamW), as
/// `Trainer` does for users. Prints JSON: the median seconds of a step, and the operations of its
/// matrix products.
@main
struct EngineStep {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 6, let hidden = Int(arguments[2]), let batch = Int(arguments[3]),
            let steps = Int(arguments[4]), let threads = Int(arguments[5])
        else {
            print("engine-step mlp|members HIDDEN BATCH STEPS THREADS [profile]")
            return
        }
        let model = try Model(arguments[1], hidden: hidden)
        let trainer = try Trainer(
            training: model.training, inference: model.inference,
            data: model.data(rows: max(8 * batch, 4096)), validation: nil, lossOf: .crossEntropy,
            settings: TrainingSettings(
                optimizer: OptimizerSettings(), batchRows: batch, maximumEpochs: .max >> 32,
                maximumSteps: warmUp + steps),
            pool: WorkerPool(threads: threads))
        let clock = ContinuousClock()
        var times: [Double] = []
        times.reserveCapacity(warmUp + steps)
        var last = clock.now
        _ = try trainer.run(stop: { _ in
            let now = clock.now
            times.append((now - last) / .seconds(1))
            last = now
            return nil
        })
        let measured = times.dropFirst(warmUp).sorted()
        let median = measured[measured.count / 2]
        print(
            "{\"step\": \(median), \"fastest\": \(measured[0]), "
                + "\"operations\": \(model.operations(batch: batch))}")
        if arguments.count > 6 { try profile(trainer) }
    }

    private static let warmUp = 50

    /// Seconds of every step of one shard's plan, the longest first.
    private static func profile(_ trainer: Trainer) throws {
        let profile = trainer.profile(repeats: 200)
        let total = profile.reduce(0) { $0 + $1.seconds }
        print("one shard, one thread: \(Int(total * 1e6)) µs")
        for line in profile.sorted(by: { $0.seconds > $1.seconds }).prefix(30) {
            let rate = line.operations > 0 ? "\(Int(line.operations / line.seconds / 1e9)) GFLOP/s" : ""
            print("\(Int(line.seconds * 1e9)) ns  \(line.text)  \(rate)")
        }
    }
}

/// What is trained, with data that look like it.
struct Model {
    let training: Graph
    let inference: Graph
    private let width = 100
    private let members: Int
    private let hidden: Int

    init(_ name: String, hidden: Int) throws {
        self.hidden = hidden
        switch name {
        case "mlp":
            let network = TabularNetwork(
                input: TabularInput(numericWidth: 100, cardinalities: []),
                task: .multiclass(classes: 2), hidden: [hidden, hidden])
            members = 1
            training = try network.trainingGraph()
            inference = try network.inferenceGraph()
        default:
            members = 16
            training = try Self.members(16, hidden: hidden, trains: true)
            inference = try Self.members(16, hidden: hidden, trains: false)
        }
    }

    private static func members(_ members: Int, hidden: Int, trains: Bool) throws -> Graph {
        var b = GraphBuilder()
        var x = b.input("numeric", [1, .rows, 100])
        for layer in 0..<2 {
            x = b.activation(
                .relu, b.memberLinear("layer\(layer)", x, members: members, output: hidden))
        }
        let logits = b.memberLinear("head", x, members: members, output: 2)
        if trains {
            let labels = b.input("label", [.rows], dtype: .int32)
            let weights = b.input("weight", [.rows, 1])
            let losses = b.softmaxCrossEntropy(logits: logits, labels: labels)
            b.output("loss", b.weightedSum(losses: losses, weights: weights))
        } else {
            b.output("logits", b.reshape(b.mean(logits, axes: [0]), [.rows, 2]))
        }
        return try b.build()
    }

    func data(rows: Int) -> EncodedData {
        let random = CounterRandom(seed: 1, name: "benchmark")
        let numbers = (0..<rows * width).map {
            Float(random.uniform(step: 0, index: UInt64($0))) * 2 - 1
        }
        let labels = (0..<rows).map { numbers[$0 * width] + numbers[$0 * width + 1] > 0 ? Int32(1) : 0 }
        return EncodedData(
            rows: rows, numeric: numbers, numericWidth: width, categories: [], categoryWidth: 0,
            labels: .classes(labels))
    }

    /// Multiplications and additions of the products of one step: forward, and twice that backward
    /// but for the gradient of the data.
    func operations(batch: Int) -> Int {
        let first = width * hidden
        let rest = hidden * hidden + hidden * 2
        return 2 * members * batch * (2 * first + 3 * rest)
    }
}
