import Foundation
import ONNX

/// A test of the ONNX backend suite as a folder: a model, and inputs with the outputs that it has to give.
struct NodeCase {
    let folder: URL

    var name: String { folder.lastPathComponent }

    enum Outcome: Equatable {
        case passed
        /// Why it was not run to its end.
        case refused(String)
        /// What differs.
        case failed(String)
    }

    /// - Parameters: The suite's own tolerances.
    func run(relative: Double = 1e-3, absolute: Double = 1e-7) -> Outcome {
        do {
            let model = try ONNXReader.read(file: folder.appending(path: "model.onnx"))
            let interpreter = try ONNXInterpreter(model)
            var sets = 0
            for set in 0... {
                let data = folder.appending(path: "test_data_set_\(set)")
                guard FileManager.default.fileExists(atPath: data.path) else { break }
                sets += 1
                var inputs: [String: ONNXValue] = [:]
                for (index, port) in interpreter.required.enumerated() {
                    inputs[port.name] = try value("input_\(index).pb", data, port)
                }
                let outputs = try interpreter.run(inputs)
                for (index, port) in model.graph.outputs.enumerated() {
                    let expected = try value("output_\(index).pb", data, port)
                    guard let got = outputs[port.name] else { return .failed("no \(port.name)") }
                    if let difference = Self.difference(got, expected, relative, absolute) {
                        return .failed("\(port.name): \(difference)")
                    }
                }
            }
            return sets == 0 ? .refused("no data") : .passed
        } catch let error as ONNXError {
            return error.kind == .unsupported ? .refused("\(error)") : .failed("\(error)")
        } catch {
            return .failed("\(error)")
        }
    }

    private func value(_ file: String, _ folder: URL, _ port: ONNXPort) throws -> ONNXValue {
        let bytes = try Data(contentsOf: folder.appending(path: file))
        let value = try ONNXReader.readValue(bytes, as: port.kind, source: file)
        // The suite stores a bfloat16 as its bits.
        if case .tensor(.bfloat16, _) = port.kind, case .uint16(let bits)? = value.tensor?.elements {
            return .tensor(ONNXTensor(value.tensor?.shape ?? [], bits.map { BrainFloat(bits: $0) }))
        }
        return value
    }

    /// `nil` where two values are the same within tolerance.
    static func difference(
        _ got: ONNXValue, _ expected: ONNXValue, _ relative: Double, _ absolute: Double
    ) -> String? {
        switch (got, expected) {
        case (.none, .none): return nil
        case (.sequence(let got), .sequence(let expected)):
            guard got.count == expected.count else { return "\(got.count) values, not \(expected.count)" }
            for (one, other) in zip(got, expected) {
                if let difference = difference(one, other, relative, absolute) { return difference }
            }
            return nil
        case (.map(let got), .map(let expected)):
            // In any order.
            guard got.count == expected.count else { return "\(got.count) entries, not \(expected.count)" }
            for entry in expected {
                guard let own = got.first(where: { $0.key == entry.key }) else { return "no \(entry.key)" }
                if let difference = difference(.tensor(own.value), .tensor(entry.value), relative, absolute) {
                    return "\(entry.key): \(difference)"
                }
            }
            return nil
        case (.tensor(let got), .tensor(let expected)):
            guard got.type == expected.type else { return "\(got.type), not \(expected.type)" }
            guard got.shape == expected.shape else { return "\(got.shape), not \(expected.shape)" }
            if let ours = got.elements.numbers, let theirs = expected.elements.numbers {
                let ours = doubles(ours)
                let theirs = doubles(theirs)
                for (index, (one, other)) in zip(ours, theirs).enumerated() {
                    if one == other || (one.isNaN && other.isNaN) { continue }
                    let difference = abs(one - other)
                    // Relative to an infinity every difference is small.
                    if !difference.isFinite || difference > absolute + relative * abs(other) {
                        return "element \(index): \(one), not \(other)"
                    }
                }
                return nil
            }
            return got.elements == expected.elements ? nil : "\(got.elements), not \(expected.elements)"
        default: return "\(got.kind), not \(expected.kind)"
        }
    }

    private static func doubles(_ numbers: some NumberArray) -> [Double] {
        numbers.array.map(\.double)
    }
}
