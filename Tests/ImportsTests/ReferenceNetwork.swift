import Foundation
import Imports
import Kernels
import ONNX

/// A network of `Reference/networks.py`, with inputs and what ONNX Runtime makes of them.
struct ReferenceNetwork {
    let model: ONNXModel
    let cases: [(inputs: [String: ONNXValue], outputs: [String: ONNXTensor])]

    /// One for each test, as a pool serves one thread at a time and tests run side by side.
    static var pool: WorkerPool { WorkerPool(threads: 2) }

    init(_ name: String) throws {
        guard let reference = Bundle.module.resourceURL?.appending(path: "Reference/\(name)") else {
            throw CocoaError(.fileNoSuchFile)
        }
        model = try ONNXReader.read(file: reference.appending(path: "model.onnx"))
        var cases: [(inputs: [String: ONNXValue], outputs: [String: ONNXTensor])] = []
        for set in 0... {
            let folder = reference.appending(path: "test_data_set_\(set)")
            guard FileManager.default.fileExists(atPath: folder.path) else { break }
            func tensor(_ file: String) throws -> ONNXTensor {
                try ONNXReader.readTensor(Data(contentsOf: folder.appending(path: file)), source: file)
            }
            var inputs: [String: ONNXValue] = [:]
            for (index, port) in model.graph.inputs.enumerated() {
                inputs[port.name] = .tensor(try tensor("input_\(index).pb"))
            }
            var outputs: [String: ONNXTensor] = [:]
            for (index, port) in model.graph.outputs.enumerated() {
                outputs[port.name] = try tensor("output_\(index).pb")
            }
            cases.append((inputs, outputs))
        }
        self.cases = cases
    }
}

extension ONNXTensor {
    var doubles: [Double] {
        func opened(_ numbers: some NumberArray) -> [Double] { numbers.array.map(\.double) }
        return elements.numbers.map { opened($0) } ?? []
    }

    /// The greatest difference of two tensors over their greatest magnitude; infinite where their types or extents
    /// differ, or one is NaN where the other is not.
    func difference(to other: ONNXTensor) -> Double {
        guard type == other.type, shape == other.shape else { return .infinity }
        let scale = other.doubles.reduce(1e-30) { max($0, abs($1)) }
        guard doubles.count == count else { return elements == other.elements ? 0 : .infinity }
        return zip(doubles, other.doubles).reduce(0) { greatest, pair in
            if pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN) { return greatest }
            let difference = abs(pair.0 - pair.1)
            // Of a number and NaN, `max` would forget it.
            return difference.isNaN ? .infinity : max(greatest, difference)
        } / scale
    }
}
