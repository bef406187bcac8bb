import ONNXProto
import SwiftProtobuf

/// A value of a graph that is being written: an input, a constant, or what a node makes.
package struct ONNXWritten: Sendable, Hashable {
    package let name: String
}

/// The sets of operators that are written.
package enum ONNXDomain: String, Sendable {
    case standard = ""
    case learning = "ai.onnx.ml"

    /// Those that ONNX Runtime knows since its version 1.13, of which this file needs no later one.
    package var version: Int64 {
        switch self {
        case .standard: 17
        case .learning: 3
        }
    }
}

/// Writes an ONNX file node by node.
///
/// Names of inputs and outputs are given, those between are made and never meet them. Equal constants are kept once.
package struct ONNXWriter: Sendable {
    private var graph = Onnx_GraphProto()
    private var taken: Set<String> = []
    private var constants: [Key: ONNXWritten] = [:]
    private var domains: Set<ONNXDomain> = [.standard]
    private var constantBytes = 0

    private struct Key: Hashable {
        var constant: ONNXConstant
        var shape: [Int]
    }

    /// What one message of protobuf may hold, less room for the nodes.
    private static let mostConstantBytes = (1 << 31) - (64 << 20)

    /// - Parameter names: Those of inputs and outputs to come, which nothing else shall have.
    package init(reserving names: [String]) { taken = Set(names) }

    // MARK: - Inputs and outputs

    /// - Parameters:
    ///   - shape: `nil` for the number of rows.
    ///   - text: What a reader of the file must know of it.
    package mutating func input(
        _ name: String, _ type: ONNXElementType, shape: [Int?], text: String
    ) -> ONNXWritten {
        taken.insert(name)
        graph.input.append(Self.port(name, type, shape, text))
        return ONNXWritten(name: name)
    }

    package mutating func output(
        _ name: String, _ value: ONNXWritten, _ type: ONNXElementType, shape: [Int?], text: String
    ) {
        taken.insert(name)
        add("Identity", [value], [:], .standard, label: unique("output/" + name), making: name)
        graph.output.append(Self.port(name, type, shape, text))
    }

    private static func port(
        _ name: String, _ type: ONNXElementType, _ shape: [Int?], _ text: String
    ) -> Onnx_ValueInfoProto {
        var port = Onnx_ValueInfoProto()
        port.name = name
        port.docString = text
        port.type.tensorType.elemType = type.rawValue
        port.type.tensorType.shape.dim = shape.map { extent in
            var dimension = Onnx_TensorShapeProto.Dimension()
            dimension.value = extent.map { .dimValue(Int64($0)) } ?? .dimParam("N")
            return dimension
        }
        return port
    }

    // MARK: - Constants and nodes

    /// - Precondition: there are as many elements as the shape says.
    package mutating func constant(
        _ constant: ONNXConstant, shape: [Int], name: String = "constant"
    ) -> ONNXWritten {
        precondition(constant.count == shape.reduce(1, *), "\(name) of another shape")
        let key = Key(constant: constant, shape: shape)
        if let known = constants[key] { return known }
        let value = ONNXWritten(name: unique(name))
        graph.initializer.append(constant.tensor(value.name, shape: shape))
        constantBytes += constant.bytes
        constants[key] = value
        return value
    }

    /// A number, of shape `[]`.
    package mutating func number(_ value: Float) -> ONNXWritten { constant(.float32([value]), shape: []) }
    package mutating func number(_ value: Double) -> ONNXWritten { constant(.float64([value]), shape: []) }
    package mutating func number(_ value: Int64) -> ONNXWritten { constant(.int64([value]), shape: []) }

    /// Whole numbers, of shape `[count]`.
    package mutating func list(_ values: [Int]) -> ONNXWritten {
        constant(.int64(values.map { Int64($0) }), shape: [values.count])
    }

    /// A node of one output.
    ///
    /// - Parameter label: Where it stands in the model; its name begins so.
    package mutating func apply(
        _ operation: String, _ inputs: [ONNXWritten],
        _ attributes: KeyValuePairs<String, ONNXNodeAttribute> = [:], of domain: ONNXDomain = .standard,
        label: String = "row"
    ) -> ONNXWritten {
        let name = unique((label.isEmpty ? "" : label + "/") + operation)
        add(operation, inputs, attributes, domain, label: name, making: name)
        return ONNXWritten(name: name)
    }

    package mutating func cast(
        _ value: ONNXWritten, to type: ONNXElementType, label: String = "row"
    ) -> ONNXWritten {
        apply("Cast", [value], ["to": .int(Int(type.rawValue))], label: label)
    }

    private mutating func add(
        _ operation: String, _ inputs: [ONNXWritten],
        _ attributes: KeyValuePairs<String, ONNXNodeAttribute>, _ domain: ONNXDomain, label: String,
        making output: String
    ) {
        domains.insert(domain)
        var node = Onnx_NodeProto()
        node.opType = operation
        node.name = label
        node.domain = domain.rawValue
        node.input = inputs.map(\.name)
        node.output = [output]
        node.attribute = attributes.map { $1.proto($0) }
        graph.node.append(node)
    }

    private var nextNumber: [String: Int] = [:]

    private mutating func unique(_ name: String) -> String {
        var candidate = name
        while !taken.insert(candidate).inserted {
            nextNumber[name, default: 1] += 1
            candidate = name + "_\(nextNumber[name] ?? 0)"
        }
        return candidate
    }

    // MARK: - The file

    package struct Description: Sendable {
        package var name: String
        package var producerVersion: String
        /// What a reader of the file must know.
        package var text: String
        package var metadata: [(key: String, value: String)]

        package init(
            name: String, producerVersion: String, text: String, metadata: [(key: String, value: String)]
        ) {
            self.name = name
            self.producerVersion = producerVersion
            self.text = text
            self.metadata = metadata
        }
    }

    /// - Throws: where the file would be larger than the format allows.
    package func bytes(_ description: Description) throws(ONNXExportError) -> [UInt8] {
        guard constantBytes <= Self.mostConstantBytes else {
            throw ONNXExportError(
                at: "the model", "has \(constantBytes) bytes of numbers, and one ONNX file holds less than 2 GiB",
                advice: "Export a smaller model, such as one that `vouch shrink` made")
        }
        var model = Onnx_ModelProto()
        model.irVersion = 8
        model.producerName = "vouch"
        model.producerVersion = description.producerVersion
        model.docString = description.text
        model.graph = graph
        model.graph.name = description.name
        model.opsetImport = domains.sorted { $0.rawValue < $1.rawValue }.map { domain in
            var set = Onnx_OperatorSetIdProto()
            set.domain = domain.rawValue
            set.version = domain.version
            return set
        }
        model.metadataProps = description.metadata.map { key, value in
            var entry = Onnx_StringStringEntryProto()
            (entry.key, entry.value) = (key, value)
            return entry
        }
        do {
            return try model.serializedBytes()
        } catch {
            throw ONNXExportError(
                at: "the model", "cannot be written as one ONNX file (\(error))", advice: "Export a smaller model")
        }
    }
}
