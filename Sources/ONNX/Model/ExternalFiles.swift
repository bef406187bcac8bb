package import Foundation
import ONNXProto
import SwiftProtobuf

extension ONNXReader {
    /// The files beside the model that its tensors lie in, as the model names them, each once and in order; what is in them is
    /// not read.
    package static func externalFiles(of bytes: Data, source: String) throws(ONNXError) -> [String] {
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
        var names: Set<String> = []
        func add(_ tensor: Onnx_TensorProto) {
            guard tensor.dataLocation == .external else { return }
            for entry in tensor.externalData where entry.key == "location" { names.insert(entry.value) }
        }
        // The reader bounds how deep graphs may lie; here they are only looked through, one after another.
        var graphs = [proto.graph]
        var nodes = proto.functions.flatMap(\.node)
        while true {
            if let graph = graphs.popLast() {
                graph.initializer.forEach(add)
                nodes += graph.node
            } else if let node = nodes.popLast() {
                for attribute in node.attribute {
                    if attribute.hasT { add(attribute.t) }
                    attribute.tensors.forEach(add)
                    if attribute.hasG { graphs.append(attribute.g) }
                    graphs += attribute.graphs
                }
            } else {
                return names.sorted()
            }
        }
    }
}
