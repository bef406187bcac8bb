import Foundation
import ONNX

/// Models with inputs and outputs in one file: a line of JSON that lists them, and after it the bytes that it points
/// into. `Reference/learning.py` writes it.
struct PackedCases {
    struct Case: Decodable {
        var name: String
        /// Offset and length, as all of them.
        var model: [Int]
        var inputs: [[Int]]
        var outputs: [[Int]]
    }

    private struct Index: Decodable { var cases: [Case] }

    let cases: [Case]
    private let bytes: Data

    init(_ file: URL) throws {
        let data = try Data(contentsOf: file)
        let end = try Self.unwrapped(data.firstIndex(of: UInt8(ascii: "\n")))
        cases = try JSONDecoder().decode(Index.self, from: data[..<end]).cases
        bytes = Data(data[(end + 1)...])
    }

    private struct Missing: Error {}

    private static func unwrapped<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }

    private func part(_ place: [Int]) -> Data { Data(bytes[place[0]..<place[0] + place[1]]) }

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
