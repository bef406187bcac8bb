package import ONNX

/// What the nodes of a model tell of it beside its inputs and outputs.
package struct ModelFacts: Sendable {
    /// What the model calls its classes, in order; empty where no node says it.
    package private(set) var classLabels: [String] = []
    /// All texts that its nodes and initializers hold.
    private(set) var texts: Set<String> = []
    /// Floats that its nodes and initializers hold: what was learned, and constants beside.
    package private(set) var numbers = 0
    /// The operator that makes each name, and what it reads.
    private var makers: [String: ONNXNode] = [:]
    private let model: ONNXModel

    package init(_ model: ONNXModel) {
        self.model = model
        add(model.graph)
        for function in model.functions.values { for node in function.nodes { add(node) } }
        for node in model.graph.nodes {
            for output in node.outputs where !output.isEmpty { makers[output] = node }
        }
    }

    private mutating func add(_ graph: ONNXGraph) {
        for tensor in graph.initializers.values { add(tensor) }
        for node in graph.nodes { add(node) }
    }

    private mutating func add(_ node: ONNXNode) {
        let found = Self.classes(of: node)
        // What turns probabilities into maps says last what they are called.
        if !found.isEmpty, classLabels.isEmpty || node.operation.name == "ZipMap" { classLabels = found }
        for attribute in node.attributes.values { add(attribute) }
    }

    private mutating func add(_ attribute: ONNXAttribute) {
        switch attribute {
        case .floats(let floats): numbers += floats.count
        case .string(let bytes): texts.insert(Self.text(bytes))
        case .strings(let strings): texts.formUnion(strings.map(Self.text))
        case .tensor(let tensor): add(tensor)
        case .tensors(let tensors): for tensor in tensors { add(tensor) }
        case .graph(let graph): add(graph)
        case .graphs(let graphs): for graph in graphs { add(graph) }
        case .int, .float, .ints, .type, .reference: break
        }
    }

    private mutating func add(_ tensor: ONNXTensor) {
        if tensor.type.isFloat { numbers += tensor.count }
        if case .string(let strings) = tensor.elements { texts.formUnion(strings) }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func classes(of node: ONNXNode) -> [String] {
        for name in ["classlabels_strings", "classlabels_int64s", "classlabels_ints"] {
            switch node.attributes[name] {
            case .strings(let strings)? where !strings.isEmpty: return strings.map(text)
            case .ints(let ints)? where !ints.isEmpty: return ints.map { String($0) }
            default: continue
            }
        }
        return []
    }

    /// The operator behind a name, past those that change nothing of what its numbers are.
    func maker(of name: String) -> ONNXNode? {
        var name = name
        let transparent: Set = ["Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "ZipMap"]
        // As many steps as there are nodes: a file may go round in a circle.
        for _ in 0...model.graph.nodes.count {
            guard let node = makers[name] else { return nil }
            guard transparent.contains(node.operation.name), let next = node.inputs.first else { return node }
            name = next
        }
        return nil
    }
}
