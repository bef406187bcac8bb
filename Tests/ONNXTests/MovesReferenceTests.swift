import Foundation
import FuzzedModels
import ONNX
import Testing

/// Operators that move elements, find them and read texts, against ONNX Runtime; see Reference/moves.py.
@Suite struct MovesReferenceTests {
    private func cases() throws -> [ListedCases.Case] {
        let url = try #require(
            Bundle.module.url(
                forResource: "moves", withExtension: "json", subdirectory: "Reference"))
        return try ListedCases.read(url).cases
    }

    /// Almost all of these copy elements; sums of a few floats may be rounded in another order.
    @Test func everyCaseIsThatOfONNXRuntime() throws {
        let cases = try cases()
        #expect(cases.count > 450)
        let operators = Set(cases.compactMap { $0.name.split(separator: " ").first })
        #expect(operators.count == 29)
        for one in cases {
            let interpreter = try ONNXInterpreter(ONNXReader.read(one.model, source: one.name))
            let results = try interpreter.run(
                one.inputs.mapValues { .tensor(try ONNXReader.readTensor($0, source: one.name)) })
            for (name, bytes) in one.outputs {
                let expected = ONNXValue.tensor(try ONNXReader.readTensor(bytes, source: name))
                let result = try #require(results[name])
                let difference = NodeCase.difference(result, expected, 1e-6, 1e-7)
                #expect(difference == nil, "\(one.name), \(name)")
            }
        }
    }
}
