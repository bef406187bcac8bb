package import GraphIR
import TensorCore

/// Writes what some outputs of a graph need as ONNX nodes: one rule an operation, in `OperationRules`.
///
/// One translation writes a graph once for each set of parameters; what depends on no parameter is written once.
package struct GraphTranslation {
    private let graph: Graph
    private let outputs: [OutputPort]
    private let inputs: [InputPort: ONNXWritten]
    private let isNeeded: [Bool]
    private let readsParameters: [Bool]
    private var shared: [Int: ONNXWritten] = [:]
    private var rowCount: ONNXWritten?

    /// - Throws: where the graph lacks an output or input, or has an operation that ONNX has not.
    package init(
        _ graph: Graph, outputs: [OutputPort], inputs: [InputPort: ONNXWritten]
    ) throws(ONNXExportError) {
        self.graph = graph
        self.outputs = outputs
        self.inputs = inputs
        var isNeeded = [Bool](repeating: false, count: graph.nodes.count)
        for port in outputs {
            guard let value = graph.outputs[port] else {
                throw ONNXExportError(
                    at: "the graph", "has no output \(port)", advice: "Train the model with this version of vouch")
            }
            isNeeded[value.index] = true
        }
        for index in graph.nodes.indices.reversed() where isNeeded[index] {
            for operand in graph.nodes[index].inputs { isNeeded[operand.index] = true }
        }
        for (port, value) in graph.inputs where isNeeded[value.index] && inputs[port] == nil {
            throw ONNXExportError(
                at: "the graph", "reads the input \(port), which nothing makes here",
                advice: "Export a model of numbers, dates and categories")
        }
        var readsParameters = [Bool](repeating: false, count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            readsParameters[index] =
                node.op == .parameter || node.inputs.contains { readsParameters[$0.index] }
        }
        self.isNeeded = isNeeded
        self.readsParameters = readsParameters
    }

    /// Writes the graph with one set of parameters.
    ///
    /// - Parameter parameter: The numbers of a parameter, row-major; `int8` of one of bytes.
    /// - Returns: The outputs, in the order in which they were asked for.
    package mutating func write(
        into writer: inout ONNXWriter, parameter: (ParameterSpec) -> ONNXConstant
    ) throws(ONNXExportError) -> [ONNXWritten] {
        var values = shared
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] && values[index] == nil {
            let value = try write(node, values, into: &writer, parameter)
            values[index] = value
            if !readsParameters[index] { shared[index] = value }
        }
        return outputs.compactMap { graph.outputs[$0].flatMap { values[$0.index] } }
    }

    private mutating func write(
        _ node: Node, _ values: [Int: ONNXWritten], into writer: inout ONNXWriter,
        _ parameter: (ParameterSpec) -> ONNXConstant
    ) throws(ONNXExportError) -> ONNXWritten {
        let operands = node.inputs.compactMap { operand in
            values[operand.index].map { OperationCall.Operand(value: $0, shape: graph[operand].shape) }
        }
        switch node.op {
        case .input:
            if let value = inputs[InputPort(node.label)] { return value }
        case .parameter:
            if let spec = graph.parameter(named: node.label) {
                return writer.constant(
                    parameter(spec), shape: spec.shape.bound(rows: 0), name: spec.name)
            }
        default:
            let call = OperationCall(node: node, operands: operands)
            if rowCount == nil, call.countsRows { rowCount = try rows(&writer) }
            return try writer.operation(call, rowCount: rowCount)
        }
        throw ONNXExportError(
            at: "the graph's node \(node.label)", "is named by nothing", advice: "The graph is damaged: make it anew")
    }

    /// The number of rows of the batch, of shape `[1]`.
    private func rows(_ writer: inout ONNXWriter) throws(ONNXExportError) -> ONNXWritten {
        for (port, value) in graph.inputs.sorted(by: { $0.key < $1.key }) {
            guard let given = inputs[port], let axis = graph[value].shape.rowAxis,
                case .rowParts(let parts) = graph[value].shape[axis]
            else { continue }
            let extents = writer.apply("Shape", [given], label: "rows")
            let extent = writer.apply("Gather", [extents, writer.list([axis])], label: "rows")
            guard parts > 1 else { return extent }
            return writer.apply("Div", [extent, writer.list([parts])], label: "rows")
        }
        throw ONNXExportError(
            at: "the graph", "has an axis of rows and no input of rows", advice: "The graph is damaged: make it anew")
    }
}
