import GraphIR
package import Models
import NN
package import ONNXExport
import Prediction
import Tables
import TensorCore

/// A model as one ONNX file that takes raw rows, with what its user must know of it.
package struct ExportedModel: Sendable {
    package var bytes: [UInt8]
    /// One a column that the model reads.
    package var inputs: [ExportedPort]
    package var outputs: [ExportedPort]
    /// Texts that inputs of texts take for a missing cell, beside the empty one.
    package var missingTexts: [String]
}

/// An input or output of an exported model.
package struct ExportedPort: Sendable, Hashable {
    package var name: String
    package var type: ONNXElementType
    /// `nil` for the number of rows.
    package var shape: [Int?]
    /// What is handed over, or what comes out.
    package var text: String
}

extension ModelBundle {
    /// Writes the model with all that is between a raw row and what `predict` says of it: encoders, codes and bins,
    /// each network that is averaged, what makes a probability or a number of the mean, and the decision.
    ///
    /// Cells are compared and scaled in `Double`, as `Encoder` does, and the network computes in `Float`.
    ///
    /// - Parameter metadata: Kept in the file beside what the model itself says.
    /// - Throws: where something of the model has no counterpart, before anything is made.
    package func exported(
        version: String, metadata: [(key: String, value: String)] = []
    ) throws(ONNXExportError) -> ExportedModel {
        try checkExport()
        let columns = RowColumns(encoder: encoder, schema: schema)
        let ports = outputPorts(avoiding: Set(columns.ports.map(\.name)))
        var writer = ONNXWriter(reserving: columns.ports.map(\.name) + ports.map(\.name))
        let encoded = columns.write(into: &writer)
        let outputs: [OutputPort] = [meansLogits ? .logits : .prediction]
        var translation = try GraphTranslation(graph, outputs: outputs, inputs: encoded)
        let mean = try mean(of: &translation, into: &writer)
        writeOutputs(ports, of: mean, into: &writer)
        let bytes = try writer.bytes(
            .init(
                name: "vouch", producerVersion: version, text: text(columns, ports),
                metadata: metadata))
        return ExportedModel(
            bytes: bytes, inputs: columns.ports, outputs: ports, missingTexts: columns.missingTexts)
    }

    private func checkExport() throws(ONNXExportError) {
        guard dropoutPasses == nil else {
            throw ONNXExportError(
                at: "the model",
                "predicts by a mean over passes with random dropout, and the file's operators draw nothing",
                advice: "Train it without --mc-dropout, then export that run")
        }
        for column in encoder.columns {
            switch column {
            case is NumberEncoder, is DateEncoder: continue
            case let category as CategoryEncoder:
                guard let buckets = category.buckets else { continue }
                throw ONNXExportError(
                    at: "the column \"\(category.column)\"",
                    "had so many different texts that they are hashed into \(buckets) codes, and no ONNX operator "
                        + "hashes texts",
                    advice: "Train again without it (--exclude \"\(category.column)\"), or with its rare texts put "
                        + "together")
            default:
                throw ONNXExportError(
                    at: "the column \"\(column.column)\"",
                    "is of kind \(type(of: column).kind.rawValue), which has an encoder of its own that is not "
                        + "written here",
                    advice: "Train again without it (--exclude \"\(column.column)\")")
            }
        }
        if let repair = encoder.repair {
            throw ONNXExportError(
                at: "the model", "was trained with \(repair.rule.method.option), which is not written here",
                advice: "Train again without it, then export that run")
        }
    }

    /// The mean over the models that are averaged, summed in their order.
    private func mean(
        of translation: inout GraphTranslation, into writer: inout ONNXWriter
    ) throws(ONNXExportError) -> ONNXWritten {
        var sum: ONNXWritten?
        for model in 0..<count {
            let own = try translation.write(into: &writer) { spec in
                guard let tensor = parameters.tensor(named: spec.name) else { return .float32([]) }
                let values = parameters.values(of: tensor, model: model)
                return tensor.dtype == .int8 ? .int8(values.map { Int8($0) }) : .float32(values)
            }
            guard let value = own.first else { continue }
            sum = sum.map { writer.apply("Add", [$0, value], label: "mean") } ?? value
        }
        guard let sum else {
            throw ONNXExportError(at: "the model", "has no weights", advice: "Train it again")
        }
        return count == 1 ? sum : writer.apply("Div", [sum, writer.number(Float(count))], label: "mean")
    }

    private func text(_ columns: RowColumns, _ outputs: [ExportedPort]) -> String {
        let inputs = columns.ports.map { "- \($0.name) (\($0.type.title) [N, 1]): \($0.text)" }
        let made = outputs.map { "- \($0.name) (\($0.type.title)): \($0.text)" }
        return """
            Predicts \(target.column) from raw rows: one input a column, each [N, 1].

            \(inputs.joined(separator: "\n"))

            Texts that mean a missing cell: "", \(columns.missingTexts.map { "\"\($0)\"" }.joined(separator: ", "))

            Outputs:
            \(made.joined(separator: "\n"))
            """
    }
}
