import GraphIR
import Imports
import Models
import ONNX
import Synchronization
import Tables
import TensorCore

/// An imported model as one graph, made where it is asked for first.
final class ImportedGraph: Sendable {
    enum Found: Sendable {
        case graph(RowGraph)
        /// Why it is none.
        case obstacle(String)
    }

    private let made = Mutex<Found?>(nil)
    private let make: @Sendable () -> Found

    var found: Found {
        made.withLock { made in
            if let made { return made }
            let new = make()
            made = new
            return new
        }
    }

    /// - Parameters:
    ///   - writers: Of the model's inputs.
    ///   - places: Of each class in the order of the predictions, its place in the output; empty for a number.
    ///   - name: What errors call the model.
    init(_ model: ONNXModel, _ mapping: RowMapping, _ writers: [InputWriter], places: [Int], name: String) {
        make = {
            do throws(ONNXLowering.Obstacle) {
                return .graph(try Self.graph(model, mapping, writers, places, name))
            } catch {
                return .obstacle(error.description)
            }
        }
    }

    private static func graph(
        _ model: ONNXModel, _ mapping: RowMapping, _ writers: [InputWriter], _ places: [Int], _ name: String
    ) throws(ONNXLowering.Obstacle) -> RowGraph {
        let place = "output '\(mapping.output.name)'"
        guard mapping.output.meaning != .label else {
            throw .init(node: place, why: "says the class that is decided, and no probability")
        }
        var binding = ONNXLowering.Binding(batched: Set(mapping.inputs.map(\.name)))
        for (input, _, key) in ONNXLowering(model, binding: binding).freeExtents {
            binding.extents[key] = mapping.inputs.first { $0.name == input }?.cells.count
        }
        let network = try ONNXLowering(model, binding: binding).lowered(outputs: [mapping.output.name])
        let shape = network.outputs[0].shape
        let count = shape.count(rows: 1)
        guard shape.rowAxis == 0, network.outputs[0].type == .float32,
            count == max(places.count, 1) || (count == 1 && places.count == 2)
        else { throw .init(node: place, why: "is \(shape), and no row of numbers a row") }
        let answers: Answers
        do {
            answers = try Answers(network, mapping.output, count: count, places)
        } catch {
            throw .init(node: error.node, why: error.problem)
        }
        let inputs = try inputs(of: network, writers)
        return RowGraph(
            graph: answers.graph, weights: network.weights(of: answers.graph),
            encode: { table in try EncodedFeatures(table, inputs, name) },
            columns: Dictionary(
                inputs.flatMap { input, writer in
                    [input.numbers, input.indices].compactMap { port in
                        port.map { ($0, writer.input.cells.map(\.column)) }
                    }
                }, uniquingKeysWith: { first, _ in first }),
            explained: answers.explained, scores: answers.scores)
    }

    private static func inputs(
        of network: LoweredNetwork, _ writers: [InputWriter]
    ) throws(ONNXLowering.Obstacle) -> [(LoweredNetwork.Input, InputWriter)] {
        var inputs: [(LoweredNetwork.Input, InputWriter)] = []
        for input in network.inputs {
            guard let writer = writers.first(where: { $0.input.name == input.name }),
                input.shape.rowAxis == 0, input.shape.count(rows: 1) == writer.input.cells.count
            else { throw .init(node: "input '\(input.name)'", why: "is \(input.shape), and no cells of a row") }
            inputs.append((input, writer))
        }
        return inputs
    }
}

/// What is explained of an output, with what comes before its last non-linearity.
private struct Answers {
    let graph: Graph
    private(set) var explained: [RowGraph.Number] = []
    private(set) var scores: [RowGraph.Number]?

    private static let prediction = OutputRole.prediction.port
    private static let score = OutputRole.logits.port

    init(
        _ network: LoweredNetwork, _ output: RowMapping.Output, count: Int, _ places: [Int]
    ) throws(GraphError) {
        var builder = GraphBuilder(extending: network.graph)
        let own = Shape([.rows, .fixed(count)])
        var score: Value?
        if let raw = network.graph.outputs[network.outputs[0].port] {
            let flat = builder.reshape(raw, own)
            var prediction = flat
            if output.isLogits, !places.isEmpty {
                score = flat
                prediction = count == 1 ? builder.unary(.sigmoid, flat) : builder.apply(.softmax, [flat])
            } else if let before = network.graph.operand(ofLastFunction: raw) {
                score = builder.reshape(before, own)
            }
            builder.output(Self.prediction, prediction)
        }
        if let score { builder.output(Self.score, score) }
        graph = try builder.build()
        guard !places.isEmpty else {
            explained = [.init(Self.prediction, place: 0)]
            return
        }
        // One number is that of the second class of the output.
        let isSingle = count == 1
        explained = places.map { place in
            guard isSingle else { return .init(Self.prediction, place: place) }
            return place == 1
                ? .init(Self.prediction, place: 0) : .init(Self.prediction, place: 0, factor: -1, offset: 1)
        }
        guard score != nil else { return }
        scores = places.map { place in
            isSingle ? .init(Self.score, place: 0, factor: place == 1 ? 1 : -1) : .init(Self.score, place: place)
        }
    }
}

extension Graph {
    /// What softmax or the logistic function makes a value of.
    fileprivate func operand(ofLastFunction value: Value) -> Value? {
        switch self[value].op {
        case .reshape: operand(ofLastFunction: self[value].inputs[0])
        case .softmax, .unary(.sigmoid): self[value].inputs[0]
        default: nil
        }
    }
}

extension EncodedFeatures {
    /// Rows as an imported graph takes them.
    fileprivate init(
        _ table: Table, _ inputs: [(LoweredNetwork.Input, InputWriter)], _ name: String
    ) throws {
        let rows = Array(0..<table.rowCount)
        var blocks: [EncodedBlock] = []
        for (input, writer) in inputs {
            let value = writer.value(try writer.filled(table), rows: rows)
            guard let tensor = value.tensor else { continue }
            let (floats, indices): ([Float]?, [Int32]?)
            do throws(ONNXError) {
                (floats, indices) = try input.forms(of: tensor)
            } catch {
                throw ModelError(error, of: name)
            }
            let shape = [writer.input.cells.count]
            if let port = input.numbers, let floats {
                blocks.append(EncodedBlock(name: port.rawValue, shape: shape, values: .numbers(floats)))
            }
            if let port = input.indices, let indices {
                blocks.append(EncodedBlock(name: port.rawValue, shape: shape, values: .indices(indices)))
            }
        }
        self.init(rows: table.rowCount, blocks: blocks)
    }
}
