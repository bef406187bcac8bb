import Foundation
import FuzzedModels
import ONNX

extension PackedCases {
    func model(_ packed: Case) throws -> ONNXModel {
        try ONNXReader.read(part(packed.model), source: packed.name)
    }

    /// `nil` where a case gives what it should.
    func difference(_ packed: Case, relative: Double, absolute: Double) -> String? {
        do {
            let model = try model(packed)
            let interpreter = try ONNXInterpreter(model)
            var inputs: [String: ONNXValue] = [:]
            for (port, place) in zip(interpreter.required, packed.inputs) {
                inputs[port.name] = try ONNXReader.readValue(part(place), as: port.kind, source: port.name)
            }
            let outputs = try interpreter.run(inputs)
            guard model.graph.outputs.count == packed.outputs.count else { return "other outputs" }
            for (port, place) in zip(model.graph.outputs, packed.outputs) {
                let expected = try ONNXReader.readValue(part(place), as: port.kind, source: port.name)
                guard let got = outputs[port.name] else { return "no \(port.name)" }
                if let difference = NodeCase.difference(got, expected, relative, absolute) {
                    return "\(port.name): \(difference)"
                }
            }
            return nil
        } catch {
            return "\(error)"
        }
    }
}
