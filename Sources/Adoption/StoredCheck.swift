package import Models
package import ONNX
import Tables

/// Whether a model, run here, says what another program had it say: stored inputs with stored outputs.
package struct StoredCheck: Sendable {
    /// Values that were compared.
    package let count: Int
    /// The largest |a − b| among them.
    package let largestDifference: Double

    /// Beyond `absolute + relative · |b|` two numbers differ.
    private static let (absolute, relative) = (1e-5, 1e-3)

    /// - Parameters:
    ///   - inputs: In the order of the model's inputs.
    ///   - outputs: In the order of its outputs; the last ones may be left out.
    /// - Throws: naming the first number that differs.
    package init(
        _ model: ONNXModel, inputs: [ONNXValue], outputs: [ONNXValue], name: String
    ) throws(ModelError) {
        let ports = model.graph.requiredInputs
        guard inputs.count == ports.count else {
            throw ModelError(
                "--check-inputs gives \(inputs.count) values, and \(name) takes \(ports.count): "
                    + ports.map(\.name).joined(separator: ", "))
        }
        guard !outputs.isEmpty, outputs.count <= model.graph.outputs.count else {
            throw ModelError(
                "--check-outputs gives \(outputs.count) values, and \(name) gives \(model.graph.outputs.count): "
                    + model.graph.outputs.map(\.name).joined(separator: ", "))
        }
        let said: [String: ONNXValue]
        do throws(ONNXError) {
            said = try modelRunner(of: model).run(
                Dictionary(zip(ports.map(\.name), inputs), uniquingKeysWith: { first, _ in first }))
        } catch {
            throw ModelError(error, of: name)
        }
        var comparison = Comparison(name: name)
        for (port, stored) in zip(model.graph.outputs, outputs) {
            guard let own = said[port.name] else {
                throw ModelError("\(name) did not give its output \"\(port.name)\"")
            }
            try comparison.compare(own, stored, at: "output \"\(port.name)\"")
        }
        (count, largestDifference) = (comparison.count, comparison.largest)
    }

    private struct Comparison {
        let name: String
        var count = 0
        var largest = 0.0

        func differs(_ place: String, _ own: String, _ stored: String) -> ModelError {
            ModelError(
                "\(name), \(place): run here it is \(own), and stored is \(stored). The exporter is wrong, the stored "
                    + "values are of another model, or an operator is computed otherwise here: do not adopt the model "
                    + "before it is known which")
        }

        mutating func compare(
            _ own: ONNXValue, _ stored: ONNXValue, at place: String
        ) throws(ModelError) {
            switch (own, stored) {
            case (.tensor(let own), .tensor(let stored)): try compare(own, stored, at: place)
            case (.sequence(let own), .sequence(let stored)) where own.count == stored.count:
                for (index, pair) in zip(own, stored).enumerated() {
                    try compare(pair.0, pair.1, at: "\(place)[\(index)]")
                }
            case (.map(let own), .map(let stored)) where own.count == stored.count:
                for (first, second) in zip(own, stored) {
                    guard first.key == second.key else { throw differs(place, "\(first.key)", "\(second.key)") }
                    try compare(first.value, second.value, at: place)
                }
            case (.none, .none): break
            default: throw differs(place, own.kind, stored.kind)
            }
        }

        private mutating func compare(
            _ own: ONNXTensor, _ stored: ONNXTensor, at place: String
        ) throws(ModelError) {
            guard own.shape == stored.shape, own.type == stored.type else {
                throw differs(place, ONNXValue.tensor(own).kind, ONNXValue.tensor(stored).kind)
            }
            count += own.count
            guard let first = own.elements.numbers, let second = stored.elements.numbers else {
                guard own.elements == stored.elements else {
                    throw differs(place, "of other texts or truths", "otherwise")
                }
                return
            }
            func doubles(_ array: some NumberArray) -> [Double] { array.array.map(\.double) }
            for (element, pair) in zip(doubles(first), doubles(second)).enumerated() {
                if pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN) { continue }
                let difference = abs(pair.0 - pair.1)
                // Relative to an infinity every difference is small.
                guard difference.isFinite,
                    difference <= StoredCheck.absolute + StoredCheck.relative * abs(pair.1)
                else {
                    throw differs("\(place), element \(element + 1)", "\(pair.0)", "\(pair.1)")
                }
                largest = max(largest, difference)
            }
        }
    }
}
