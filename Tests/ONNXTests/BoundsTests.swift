import Foundation
import ONNX
import ONNXProto
import SwiftProtobuf
import Testing

/// What a small file may ask for: work that adds up over nodes, and files beside the model.
@Suite struct BoundsTests {
    /// Products of a matrix with itself, one behind another.
    private func chain(of count: Int) -> ONNXModel {
        let nodes = (0..<count).map { ONNXNode(making: ["x\($0 + 1)"], by: "MatMul", of: ["x\($0)", "x\($0)"]) }
        return ONNXModel(
            of: ONNXGraph(
                nodes: nodes, inputs: [], outputs: ["x\(count)"],
                constants: ["x0": ONNXTensor([32, 32], [Float](repeating: 0, count: 1_024))]), opset: 21)
    }

    private func limits(work: Int, ofElement more: Int = 0) -> ONNXLimits {
        var limits = ONNXLimits()
        limits.work = work
        limits.workOfElement = more
        return limits
    }

    /// A product of these is 2,048 units of work beside its elements and its node.
    @Test func workAddsUpOverNodes() throws {
        let most = limits(work: 10_000)
        #expect(try ONNXInterpreter(chain(of: 2), limits: most).run([:]).count == 1)
        #expect(throws: ONNXError.self) { try ONNXInterpreter(chain(of: 20), limits: most).run([:]) }
        // A model that holds more may do more.
        let more = limits(work: 10_000, ofElement: 20_000)
        #expect(try ONNXInterpreter(chain(of: 20), limits: more).run([:]).count == 1)
    }

    /// Weights let a model multiply more, and go round a loop hardly more often.
    @Test func weightsDoNotLengthenLoops() throws {
        let body = ONNXGraph(
            nodes: [ONNXNode(making: ["next"], by: "Abs", of: ["carried"])],
            inputs: ["iteration", "condition", "carried"], outputs: ["condition", "next"])
        let loop = ONNXNode(making: ["y"], by: "Loop", of: ["count", "", "start"], ["body": .graph(body)])
        func run(_ count: Int64, weights: Int, of work: Int, reading: Bool = false) throws {
            var loop = loop
            if reading {
                var inner = body
                inner.nodes[0] = ONNXNode(making: ["next"], by: "ReduceMax", of: ["weights"], ["keepdims": .int(0)])
                loop.attributes["body"] = .graph(inner)
            }
            let constants = [
                "count": ONNXTensor.scalar(count), "start": ONNXTensor([], [Float(1)]),
                "weights": ONNXTensor([weights], [Float](repeating: 1, count: weights)),
            ]
            let graph = ONNXGraph(nodes: [loop], inputs: [], outputs: ["y"], constants: constants)
            let most = limits(work: work, ofElement: 1_000)
            _ = try ONNXInterpreter(ONNXModel(of: graph, opset: 17), limits: most).run([:])
        }
        try run(40, weights: 10_000, of: 100_000)
        #expect(throws: ONNXError.self) { try run(100, weights: 10_000, of: 100_000) }
        // What is read again at each iteration counts, although little is made of it.
        try run(40, weights: 10_000, of: 100_000, reading: true)
        #expect(throws: ONNXError.self) { try run(200, weights: 10_000, of: 300_000, reading: true) }
    }

    /// At import too, where all of it is known.
    @Test func workAddsUpWhileAModelIsLowered() throws {
        func constants(_ work: Int) throws -> Int {
            try ONNXProgram(chain(of: 20), limits: limits(work: work)).constants.count
        }
        #expect(try constants(1 << 20) == 1)
        #expect(try constants(10_000) == 0)
    }

    // MARK: External data

    private func model(at location: String) throws -> Data {
        var tensor = Onnx_TensorProto()
        (tensor.name, tensor.dataType, tensor.dims, tensor.dataLocation) = ("w", 1, [1], .external)
        var entry = Onnx_StringStringEntryProto()
        (entry.key, entry.value) = ("location", location)
        tensor.externalData = [entry]
        var opset = Onnx_OperatorSetIdProto()
        opset.version = 21
        var model = Onnx_ModelProto()
        model.opsetImport = [opset]
        model.graph.initializer = [tensor]
        return try model.serializedData()
    }

    @Test func externalDataAreOfPlainFilesBelowTheModel() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vouch-external-\(UUID().uuidString)")
        let own = folder.appending(path: "model")
        try FileManager.default.createDirectory(at: own.appending(path: "folder"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(count: 4).write(to: own.appending(path: "weights.bin"))
        try Data(count: 4).write(to: folder.appending(path: "outside.bin"))
        try FileManager.default.createSymbolicLink(
            at: own.appending(path: "link"), withDestinationURL: folder.appending(path: "outside.bin"))
        #expect(unsafe mkfifo(own.appending(path: "pipe").path, 0o600) == 0)
        let file = own.appending(path: "model.onnx")
        func read(_ location: String) throws -> ONNXModel {
            try model(at: location).write(to: file)
            return try ONNXReader.read(file: file)
        }
        #expect(try read("weights.bin").graph.initializers["w"]?.count == 1)
        for (location, words) in [
            ("../outside.bin", "outside the model's folder"), ("/dev/zero", "outside the model's folder"),
            ("folder/../../outside.bin", "outside the model's folder"), ("link", "outside the model's folder"),
            ("link\0x", "outside the model's folder"), ("", "outside the model's folder"),
            ("pipe", "no plain file"), ("folder", "no plain file"), ("nothing.bin", "cannot be read"),
        ] {
            do {
                _ = try read(location)
                Issue.record("'\(location)' is read")
            } catch let error as ONNXError {
                #expect("\(error)".contains(words), "'\(location)': \(error)")
            }
        }
    }
}
