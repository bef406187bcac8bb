package import Foundation
package import ONNX

/// A model that works, with inputs of it.
package struct SeedModel: Sendable {
    package let name: String
    package let bytes: Data
    /// By name.
    package let inputs: [String: ONNXValue]

    private init(_ name: String, _ bytes: Data, inputs: (ONNXPort, Int) throws -> Data?) throws {
        self.name = name
        self.bytes = bytes
        var values: [String: ONNXValue] = [:]
        let required = try ONNXInterpreter(ONNXReader.read(bytes, source: name)).required
        for (index, port) in required.enumerated() {
            guard let data = try inputs(port, index) else { continue }
            values[port.name] = try ONNXReader.readValue(data, as: port.kind, source: port.name)
        }
        self.inputs = values
    }

    /// Those of `Tests/ONNXTests/Reference` and `Tests/ImportsTests/Reference`.
    ///
    /// - Parameters:
    ///   - tests: The folder `Tests`.
    ///   - step: One of so many.
    package static func all(in tests: URL, every step: Int = 1) throws -> [SeedModel] {
        let operators = tests.appending(path: "ONNXTests/Reference")
        var seeds: [SeedModel] = []
        let packed = try PackedCases(operators.appending(path: "learning.cases"))
        for one in stride(from: 0, to: packed.cases.count, by: step).map({ packed.cases[$0] }) {
            seeds.append(
                try SeedModel(one.name, packed.part(one.model)) { _, index in
                    one.inputs.indices.contains(index) ? packed.part(one.inputs[index]) : nil
                })
        }
        let listed = try ListedCases.read(operators.appending(path: "moves.json")).cases
        for one in stride(from: 0, to: listed.count, by: step).map({ listed[$0] }) {
            seeds.append(try SeedModel(one.name, one.model) { port, _ in one.inputs[port.name] })
        }
        let networks = tests.appending(path: "ImportsTests/Reference")
        for name in try FileManager.default.contentsOfDirectory(atPath: networks.path).sorted() {
            let folder = networks.appending(path: name)
            guard let model = try? Data(contentsOf: folder.appending(path: "model.onnx")) else { continue }
            let seed = try SeedModel(name, model) { _, index in
                try? Data(contentsOf: folder.appending(path: "test_data_set_0/input_\(index).pb"))
            }
            // Networks are what is lowered, and there are few of them.
            seeds += [SeedModel](repeating: seed, count: max(20 / step, 1))
        }
        return seeds
    }
}
