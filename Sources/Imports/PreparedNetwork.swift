package import CPURuntime
package import GraphIR
package import Kernels
package import ONNX

/// A lowered part of a model with its numbers, as it is run: norms lie in the weights before them.
struct PreparedNetwork: Sendable {
    let graph: Graph
    let layout: ParameterLayout
    let parameters: Buffer
    /// Words that one row takes while it is computed.
    let wordsOfRow: Int

    /// - Throws: where a row takes more memory than an execution may.
    init(_ network: LoweredNetwork, limits: ONNXLimits) throws(ONNXError) {
        let own = ParameterLayout(network.graph)
        let values = network.parameterBuffer(own)
        if let folded = try? network.graph.foldingNorms(parameters: values, layout: own) {
            (graph, layout, parameters) = (folded.graph, folded.layout, folded.parameters)
        } else {
            (graph, layout, parameters) = (network.graph, own, values)
        }
        let plan = Plan(graph, outputs: network.outputs.map(\.port), rows: 1, parameters: layout)
        wordsOfRow = plan.arenaWords
        guard wordsOfRow <= limits.heldElements else {
            throw ONNXError(
                .limit, at: "the model", "holds \(wordsOfRow) numbers for one row, more than \(limits.heldElements)")
        }
    }

    /// Words of what a batch computes: about what the processor's caches hold.
    private static let batchWords = 1 << 21

    /// Rows of a batch at most, so that what it computes stays near the processor.
    var mostRows: Int { Self.powerOfTwo(atMost: min(max(Self.batchWords / max(wordsOfRow, 1), 1), 256)) }

    static func powerOfTwo(atMost count: Int) -> Int {
        1 << (Int.bitWidth - 1 - max(count, 1).leadingZeroBitCount)
    }
}

extension LoweredNetwork {
    /// The parameters as they start, laid out as those of a graph that extends this one's.
    package func weights(of graph: Graph) -> Buffer { parameterBuffer(ParameterLayout(graph)) }

    /// The parameters of the graph as they start.
    ///
    /// - Parameter layout: Of the graph.
    package func parameterBuffer(_ layout: ParameterLayout) -> Buffer {
        let buffer = Buffer(count: layout.count)
        for parameter in parameters {
            guard let entry = layout.entry(named: parameter.name) else { continue }
            buffer.copy(from: parameter.values.span, to: entry.offset)
        }
        return buffer
    }
}
