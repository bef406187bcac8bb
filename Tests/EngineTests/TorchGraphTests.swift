import Autodiff
import CPURuntime
import Foundation
import GraphIR
import TensorCore
import Testing

/// Random graphs and their gradients in the runtime, against PyTorch's own functions and
/// torch.autograd: a check that shares neither gradient rules nor formulas with the engine.
@Suite struct TorchGraphTests {
    /// A Python that has torch; the check is a part of `make verify` where there is one.
    static let python = ProcessInfo.processInfo.environment["VOUCH_TORCH_PYTHON"]
    static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"
    /// Other graphs than those of `RandomGraphTests`.
    static let seeds = 100_001...UInt64(104_000)

    @Test(
        .enabled(if: isLong, "a part of make verify"),
        .enabled(if: python != nil, "VOUCH_TORCH_PYTHON names no Python that has torch"))
    func randomGraphsAgreeWithPyTorch() throws {
        let python = try #require(Self.python)
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "vouch-graphs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        for seed in Self.seeds {
            try encoder.encode(TorchGraph(seed: seed)).write(
                to: folder.appending(path: "graph-\(seed).json"))
        }

        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [
            tests.appending(path: "Torch/random_graphs.py").path, folder.path,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let told = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(told)")
        let summary = try JSONDecoder().decode(
            Summary.self, from: Data(contentsOf: folder.appending(path: "summary.json")))
        #expect(summary.graphs == Self.seeds.count)
        #expect(summary.agreed == summary.graphs, "\(told)")
        guard summary.agreed == summary.graphs else { return }
        try Data(summary.text.utf8).write(to: tests.appending(path: "Verified/torch.md"))
    }

    /// What the script tells.
    private struct Summary: Decodable {
        var python: String
        var torch: String
        var graphs: Int
        var agreed: Int
        var tensors: Int
        var gradients: Int
        var elements: Int
        var worst: Double
        var worstOfFloat32: Double
        var float32Agreed: Int
        var operations: [String: Int]

        var text: String {
            let names = operations.keys.sorted().map { "\($0) \(operations[$0] ?? 0)" }
            return """
                # Random graphs and their gradients, against PyTorch

                Written by TorchGraphTests with VOUCH_VERIFY=1: random graphs in the planned, fused
                float32 runtime, against float64 and torch.autograd in PyTorch \(torch) (Python \
                \(python)).

                An element may differ by 10·spread + 4e-7·scale + 1e-12: `scale` is the largest
                element of its tensor by PyTorch, `spread` how far relative noise of 2⁻²² on every
                intermediate number moves the tensor at most, in eight runs of the float64 interpreter;
                in four of them all elements of a tensor draw the same noise, as equal elements round
                alike. A graph that amplifies rounding may show it, and no other may.

                | | graphs | agree in every element | worst error, in tolerances |
                |---|---|---|---|
                | our runtime | \(graphs) | \(agreed) | \(rounded(worst)) |
                | PyTorch in float32, for comparison | \(graphs) | \(float32Agreed) \
                | \(rounded(worstOfFloat32)) |

                Compared: \(tensors) tensors, \(gradients) of them gradients, \(elements) elements.

                Nodes by operation: \(names.joined(separator: ", ")).

                """
        }

        private func rounded(_ number: Double) -> String {
            String(format: "%.3g", number)
        }
    }
}

/// A random graph, its numbers and what the runtime makes of them, for `Torch/random_graphs.py`.
private struct TorchGraph: Encodable {
    var nodes: [Node]
    /// The node whose sum is differentiated.
    var loss: Int
    var watched: [Watched]

    struct Node: Encodable {
        var op: Op
        var inputs: [Int]
        var shape: [Int]
        var label: String
        var isInteger: Bool
        /// Of inputs, parameters and masks.
        var given: [Float]?
    }

    /// A value of the graph or the gradient of an input or parameter, as the runtime has it.
    struct Watched: Encodable {
        var node: Int?
        var gradient: String?
        var values: [Float]
        /// How far rounding may move it; see `Experiment.spreads`.
        var spread: Double
    }

    init(seed: UInt64) throws {
        let (graph, inputs, rows) = try RandomGraph.make(seed: seed, chains: seed % 3 == 0)
        let given = graph.sampleValues(rows: rows, seed: seed, indicesBelow: 4)
        let experiment = try Experiment.differentiating(
            graph, output: "loss", rows: rows, given: given, withRespectTo: inputs)
        let exact = experiment.exactValues()
        nodes = graph.nodes.enumerated().map { index, node in
            var numbers = given[node.label].map { $0.values.map(Float.init) }
            if case .dropoutMask = node.op { numbers = exact[index].values.map(Float.init) }
            return Node(
                op: node.op, inputs: node.inputs.map(\.index), shape: node.shape.bound(rows: rows),
                label: node.label, isInteger: node.dtype != .float32, given: numbers)
        }
        guard let loss = graph.outputs["loss"] else { preconditionFailure("no loss") }
        self.loss = loss.index

        let computed = experiment.runtimeValues()
        let spreads = experiment.spreads(
            around: experiment.watched.map { exact[$0.index] }, runs: 4..<12)
        var found: [Value: (values: [Double], spread: Double)] = [:]
        for (position, value) in experiment.watched.enumerated() {
            found[value] = (computed[position].values, spreads[position])
        }
        watched = experiment.outputs.compactMap { name in
            graph.outputs[name].flatMap { value in
                found[value].map {
                    Watched(node: value.index, values: $0.values.map(Float.init), spread: $0.spread)
                }
            }
        }
        let d = try graph.differentiated(output: "loss", withRespectTo: inputs)
        for node in graph.nodes where Self.isLearned(node) {
            let shape = node.shape.bound(rows: rows)
            var (values, spread) = ([Double](repeating: 0, count: shape.reduce(1, *)), 0.0)
            switch d.gradient(of: node.label, in: graph) {
            case .dense(let value): (values, spread) = found[value] ?? ([], 0)
            case .rows(let lookups):
                for lookup in lookups {
                    let (rows, ofRows) = found[lookup.rows] ?? ([], 0)
                    let indices = found[lookup.indices]?.values ?? []
                    let times = indices.count
                    for (position, number) in rows.enumerated() {
                        let row = Int(indices[position / shape[1]])
                        values[row * shape[1] + position % shape[1]] += number
                    }
                    // A row of the table sums at most so many of the gradient's.
                    spread += ofRows * Double(times)
                }
            case nil: break
            }
            watched.append(
                Watched(gradient: node.label, values: values.map(Float.init), spread: spread))
        }
    }

    /// Whether PyTorch can be asked for a gradient.
    private static func isLearned(_ node: GraphIR.Node) -> Bool {
        (node.op == .input || node.op == .parameter) && node.dtype == .float32
    }
}

extension DifferentiatedGraph {
    /// The gradient of an input or a parameter by its name; `nil` where the loss does not depend on it.
    fileprivate func gradient(of name: String, in graph: Graph) -> ParameterGradient? {
        if let found = gradients[name] { return found }
        return graph.inputs[InputPort(name)].flatMap { inputGradients[$0] }.map { .dense($0) }
    }
}
