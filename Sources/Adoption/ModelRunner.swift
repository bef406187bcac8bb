package import ONNX

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

extension ONNXInterpreter: ModelRunner {}

/// What runs a model.
///
/// - Throws: where an operator of it is not built here.
func modelRunner(of model: ONNXModel) throws(ONNXError) -> any ModelRunner {
    try ONNXInterpreter(model)
}
