/// The value of a model at which a backbone ends.
package struct BackboneCut: Sendable, Hashable {
    /// The value's name in the model.
    package let value: String
    /// What it is, for people: what enters or leaves which node.
    package let words: String

    /// - Parameter asked: A node, of which the first output is meant, or a value; `nil` for what enters the model's
    ///   last product, which is its classifier in most networks.
    /// - Throws: where the model has no such node or value.
    package init(of model: ONNXModel, at asked: String?) throws(ONNXError) {
        guard let asked else {
            self = try Self.beforeClassifier(of: model)
            return
        }
        let nodes = model.graph.nodes
        if let node = nodes.first(where: { !$0.name.isEmpty && $0.name == asked }),
            let output = node.outputs.first(where: { !$0.isEmpty })
        {
            self.init(value: output, words: "what \(node.place) makes, value '\(output)'")
        } else if let node = nodes.first(where: { $0.outputs.contains(asked) && !asked.isEmpty }) {
            self.init(value: asked, words: "value '\(asked)', which \(node.place) makes")
        } else {
            let last = nodes.suffix(5).compactMap { node in
                node.name.isEmpty ? node.outputs.first { !$0.isEmpty } : node.name
            }
            throw ONNXError(
                .input, at: "the cut", "no node or value of the model is called '\(asked)'",
                advice: "Its last nodes are \(last.map { "'\($0)'" }.joined(separator: ", "))")
        }
    }

    private init(value: String, words: String) {
        self.value = value
        self.words = words
    }

    private static func beforeClassifier(of model: ONNXModel) throws(ONNXError) -> BackboneCut {
        let order = try NodeOrder.sorted(model.graph, at: "graph '\(model.graph.name)'")
        var wanted = Set(model.graph.outputs.map(\.name))
        for node in order.reversed() where node.outputs.contains(where: { wanted.contains($0) }) {
            if node.operation.domain.isEmpty, ["Gemm", "MatMul"].contains(node.operation.name) {
                // Of a product by weights, the other factor.
                let factors = node.inputs.prefix(2).filter { !$0.isEmpty && model.graph.initializers[$0] == nil }
                if let value = factors.first {
                    return BackboneCut(value: value, words: "what enters \(node.place), value '\(value)'")
                }
            }
            wanted.formUnion(node.reads)
        }
        throw ONNXError(
            .input, at: "the cut", "the model has no Gemm or MatMul before which it could be cut",
            advice: "Name the node whose output you want with --cut")
    }
}
