import Imports
import Kernels
package import ONNX
import Synchronization

/// What computes an imported model's outputs.
///
/// The one place where what runs a model is chosen: all else of an imported model asks this alone.
package protocol ModelRunner: Sendable {
    /// - Parameter inputs: By name.
    /// - Returns: The model's outputs by name.
    func run(_ inputs: [String: ONNXValue]) throws(ONNXError) -> [String: ONNXValue]
    /// The same with its numbers at another place in memory, which decides some per cent of its speed.
    func copied() -> any ModelRunner
}

extension ModelRunner {
    package func copied() -> any ModelRunner { self }
}

/// A model whose parts that can be graphs run as our own networks do.
///
/// A network runs on one thread at a time, so that each thread that predicts meanwhile has one of its own.
private final class NetworkRunner: ModelRunner {
    private let model: ONNXModel
    private let idle: Mutex<[Running]>

    private struct Running: Sendable {
        let network: ImportedNetwork
        let pool = WorkerPool(threads: 1)
    }

    init(_ model: ONNXModel) throws(ONNXError) {
        self.model = model
        idle = Mutex([Running(network: try ImportedNetwork(model))])
    }

    func run(_ inputs: [String: ONNXValue]) throws(ONNXError) -> [String: ONNXValue] {
        let running: Running
        if let known = idle.withLock({ $0.popLast() }) {
            running = known
        } else {
            running = Running(network: try ImportedNetwork(model))
        }
        defer { idle.withLock { $0.append(running) } }
        return try running.network.run(inputs, pool: running.pool)
    }

    func copied() -> any ModelRunner { (try? NetworkRunner(model)) ?? self }
}

/// What runs a model.
///
/// - Throws: where an operator of it is not built here.
func modelRunner(of model: ONNXModel) throws(ONNXError) -> any ModelRunner {
    try NetworkRunner(model)
}
