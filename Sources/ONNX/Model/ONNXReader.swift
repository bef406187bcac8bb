package import Foundation
import ONNXProto
import SwiftProtobuf

/// Reads ONNX files: bytes to an `ONNXModel`.
///
/// Every count, extent and place in the file is checked before memory is taken for it, external data is read only from
/// files below the model's own folder, and what is not held (sparse tensors, floats of 8 bits) is refused by name.
package struct ONNXReader {
    let limits: ONNXLimits
    let source: String
    var nodes = 0
    var external: ExternalData

    init(limits: ONNXLimits, external: ExternalData = ExternalData(), source: String) {
        self.limits = limits
        self.external = external
        self.source = source
    }

    /// A model with the bytes that it was made of, which stay as they are whatever becomes of the files.
    package struct Whole: Sendable {
        package let model: ONNXModel
        /// Of the model's own file.
        package let bytes: [UInt8]
        /// The files that its tensors lie in, by their path from the model's folder, each once and in order.
        package let external: [(name: String, bytes: [UInt8])]
    }

    package static func readWhole(
        file: URL, limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXError) -> Whole {
        let bytes = [UInt8](try contents(file, limits))
        var reader = ONNXReader(file, limits)
        let model = try reader.model(Data(bytes))
        return Whole(
            model: model, bytes: bytes,
            external: reader.external.files.sorted { $0.key < $1.key }.map { ($0.key, [UInt8]($0.value)) })
    }

    package static func read(file: URL, limits: ONNXLimits = ONNXLimits()) throws(ONNXError) -> ONNXModel {
        var reader = ONNXReader(file, limits)
        return try reader.model(contents(file, limits))
    }

    private init(_ file: URL, _ limits: ONNXLimits) {
        self.init(
            limits: limits, external: ExternalData(folder: file.deletingLastPathComponent()),
            source: file.lastPathComponent)
    }

    private static func contents(_ file: URL, _ limits: ONNXLimits) throws(ONNXError) -> Data {
        let place = file.lastPathComponent
        do {
            let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            guard size <= limits.fileBytes else {
                throw ONNXError(.limit, at: place, "has \(size) bytes, more than \(limits.fileBytes)")
            }
            return try Data(contentsOf: file, options: .mappedIfSafe)
        } catch let error as ONNXError {
            throw error
        } catch {
            throw ONNXError(
                .input, at: place, "cannot be read (\(error.localizedDescription))",
                advice: "Give the path of an .onnx file")
        }
    }

    /// - Parameter source: What errors call it.
    package static func read(
        _ bytes: Data, source: String, limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXError) -> ONNXModel {
        var reader = ONNXReader(limits: limits, source: source)
        return try reader.model(bytes)
    }

    private mutating func model(_ bytes: Data) throws(ONNXError) -> ONNXModel {
        let proto: Onnx_ModelProto
        do {
            var options = BinaryDecodingOptions()
            options.messageDepthLimit = 100
            options.discardUnknownFields = true
            proto = try Onnx_ModelProto(serializedBytes: bytes, options: options)
        } catch {
            throw ONNXError(
                .malformed, at: source, "is no ONNX file, or a broken one (\(error))",
                advice: "Export the model anew")
        }
        guard proto.hasGraph, !proto.opsetImport.isEmpty else {
            throw ONNXError(
                .malformed, at: source, "holds no graph, or names no version of its operators",
                advice: "Give a file that an exporter wrote; tensors and data sets are read elsewhere")
        }
        let opsets = opsets(proto.opsetImport)
        var functions: [OperatorName: ONNXFunction] = [:]
        for function in proto.functions {
            let read = try self.function(function, opsets)
            functions[read.name] = read
        }
        return ONNXModel(
            irVersion: Int(proto.irVersion), opsets: opsets,
            producer: [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
                .joined(separator: " "),
            graph: try graph(proto.graph, depth: 0), functions: functions,
            metadata: proto.metadataProps.map { .init(key: $0.key, value: $0.value) })
    }

    private func opsets(_ protos: [Onnx_OperatorSetIdProto]) -> [String: Int] {
        var opsets: [String: Int] = [:]
        for proto in protos {
            opsets[OperatorName("", domain: proto.domain).domain] = Int(proto.version)
        }
        return opsets
    }

    private mutating func function(
        _ proto: Onnx_FunctionProto, _ opsets: [String: Int]
    ) throws(ONNXError) -> ONNXFunction {
        let own = self.opsets(proto.opsetImport)
        return ONNXFunction(
            name: OperatorName(proto.name, domain: proto.domain), inputs: proto.input,
            outputs: proto.output, attributes: proto.attribute,
            defaults: try attributes(proto.attributeProto, at: "function '\(proto.name)'", depth: 0),
            nodes: try nodes(proto.node, depth: 0), opsets: opsets.merging(own) { $1 })
    }

    private mutating func graph(_ proto: Onnx_GraphProto, depth: Int) throws(ONNXError) -> ONNXGraph {
        guard depth <= limits.depth else {
            throw ONNXError(.limit, at: source, "has graphs within graphs beyond \(limits.depth)")
        }
        guard proto.sparseInitializer.isEmpty else {
            throw ONNXError(
                .unsupported, at: source, "has sparse initializers, which are not read",
                advice: "Export it with dense ones")
        }
        var initializers: [String: ONNXTensor] = [:]
        for tensor in proto.initializer {
            let place = "\(source), initializer '\(tensor.name)'"
            guard initializers[tensor.name] == nil else {
                throw ONNXError(.malformed, at: place, "is there twice")
            }
            initializers[tensor.name] = try self.tensor(tensor, at: place)
        }
        return ONNXGraph(
            name: proto.name, nodes: try nodes(proto.node, depth: depth),
            inputs: try ports(proto.input), outputs: try ports(proto.output),
            initializers: initializers)
    }

    private mutating func nodes(
        _ protos: [Onnx_NodeProto], depth: Int
    ) throws(ONNXError) -> [ONNXNode] {
        nodes += protos.count
        guard nodes <= limits.nodes else {
            throw ONNXError(.limit, at: source, "has more than \(limits.nodes) nodes")
        }
        var result: [ONNXNode] = []
        result.reserveCapacity(protos.count)
        for proto in protos {
            var node = ONNXNode(
                name: proto.name, operation: OperatorName(proto.opType, domain: proto.domain),
                inputs: proto.input, outputs: proto.output, attributes: [:])
            node.attributes = try attributes(proto.attribute, at: node.place, depth: depth)
            result.append(node)
        }
        return result
    }

    private mutating func attributes(
        _ protos: [Onnx_AttributeProto], at place: String, depth: Int
    ) throws(ONNXError) -> [String: ONNXAttribute] {
        var result: [String: ONNXAttribute] = [:]
        for proto in protos {
            guard result[proto.name] == nil else {
                throw ONNXError(.malformed, at: place, "has the attribute '\(proto.name)' twice")
            }
            result[proto.name] = try attribute(proto, at: place, depth: depth)
        }
        return result
    }

    private mutating func attribute(
        _ proto: Onnx_AttributeProto, at place: String, depth: Int
    ) throws(ONNXError) -> ONNXAttribute {
        if !proto.refAttrName.isEmpty { return .reference(proto.refAttrName) }
        let place = "\(place), attribute '\(proto.name)'"
        switch proto.type {
        case .int: return .int(proto.i)
        case .float: return .float(proto.f)
        case .string: return .string(Array(proto.s))
        case .ints: return .ints(proto.ints)
        case .floats: return .floats(proto.floats)
        case .strings: return .strings(proto.strings.map { Array($0) })
        case .tensor: return .tensor(try tensor(proto.t, at: place))
        case .graph: return .graph(try graph(proto.g, depth: depth + 1))
        case .typeProto, .typeProtos: return .type
        case .tensors:
            var tensors: [ONNXTensor] = []
            for proto in proto.tensors { tensors.append(try tensor(proto, at: place)) }
            return .tensors(tensors)
        case .graphs:
            var graphs: [ONNXGraph] = []
            for proto in proto.graphs { graphs.append(try graph(proto, depth: depth + 1)) }
            return .graphs(graphs)
        case .undefined, .sparseTensor, .sparseTensors:
            throw ONNXError(.unsupported, at: place, "is of a type that is not read (\(proto.type))")
        }
    }

    private func ports(_ protos: [Onnx_ValueInfoProto]) throws(ONNXError) -> [ONNXPort] {
        var ports: [ONNXPort] = []
        for proto in protos {
            let place = "\(source), '\(proto.name)'"
            ports.append(ONNXPort(name: proto.name, kind: try kind(proto.type, at: place)))
        }
        return ports
    }

    private func kind(_ proto: Onnx_TypeProto, at place: String) throws(ONNXError) -> ONNXPort.Kind {
        switch proto.value {
        case .tensorType(let tensor):
            guard let type = ElementType(rawValue: Int(tensor.elemType)) else {
                if tensor.elemType == 0 { return .unknown }
                throw ONNXError(
                    .unsupported, at: place,
                    "is of \(ElementType.name(ofNumber: Int(tensor.elemType))), which is not held here")
            }
            guard tensor.hasShape else { return .tensor(type, shape: nil) }
            var extents: [ONNXPort.Extent] = []
            for dimension in tensor.shape.dim {
                switch dimension.value {
                case .dimValue(let extent):
                    // Some exporters write 0 or −1 for what they do not know.
                    extents.append(extent > 0 ? .fixed(Int(extent)) : extent == 0 ? .fixed(0) : .free(""))
                case .dimParam(let name): extents.append(.free(name))
                case nil: extents.append(.free(""))
                }
            }
            return .tensor(type, shape: extents)
        case .sequenceType: return .sequence
        case .mapType: return .map
        case .optionalType: return .optional
        case .sparseTensorType:
            throw ONNXError(.unsupported, at: place, "is a sparse tensor, which is not held here")
        default: return .unknown
        }
    }
}
