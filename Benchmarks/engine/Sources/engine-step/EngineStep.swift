import CPURuntime
import GraphIR
import Kernels
import NN
import Optim
import Platform
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
        if arguments.dropFirst().first == "products" { return ProductRates.show() }
        guard arguments.count >= 6, let hidden = Int(arguments[2]), let batch = Int(arguments[3]),
            let steps = Int(arguments[4]), let threads = Int(arguments[5])
        else {
            print(
                "engine-step mlp|members|cnn|transformer HIDDEN BATCH STEPS THREADS "
                    + "[depth DEPTH] [bf16] [profile], or engine-step products")
            return
        }
        let depth = arguments.firstIndex(of: "depth").flatMap { Int(arguments[$0 + 1]) } ?? 2
        let model = try Model(arguments[1], hidden: hidden, depth: depth)
        let trainer = try Trainer(
            training: model.training, inference: model.inference,
            data: model.data(rows: 8 * batch), validation: nil, lossOf: .crossEntropy,
            settings: TrainingSettings(
                optimizer: OptimizerSettings(), batchRows: batch, maximumEpochs: .max >> 32,
                maximumSteps: warmUp + steps,
                precision: arguments.contains("bf16") ? .bfloat16 : .float32),
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
        let profile = trainer.profile(repeats: 50)
        let products = profile.filter { $0.operations > 0 }
        let operations = products.reduce(0) { $0 + $1.operations } * Double(trainer.shardCount)
        // What the products alone would take, each shard's at its fastest, on all threads.
        let bare =
            products.reduce(0) { $0 + $1.seconds } * Double(trainer.shardCount) / Double(threads)
        print(
            "{\"step\": \(median), \"fastest\": \(measured[0]), \"products\": \(bare), "
                + "\"operations\": \(operations), \"shards\": \(trainer.shardCount), "
                + "\"parameters\": \(trainer.layout.count), "
                + "\"peakBytes\": \(Machine.peakMemoryBytes())}")
        if arguments.contains("profile") { show(profile) }
    }

    private static let warmUp = 50

    /// Every step of one shard's plan, the longest first.
    private static func show(_ profile: [StepProfile]) {
        let total = profile.reduce(0) { $0 + $1.seconds }
        print("one shard, one thread: \(Int(total * 1e6)) µs")
        for line in profile.sorted(by: { $0.seconds > $1.seconds }).prefix(40) {
            let rate =
                line.operations > 0
                ? "\(Int(line.operations / line.seconds / 1e9)) GFLOP/s" : ""
            print("\(Int(line.seconds * 1e9)) ns  \(line.text)  \(rate)")
        }
    }
}
