import Foundation
import ONNX
import ONNXProto
import SwiftProtobuf
import Testing

/// Files as they are read: tensors outside the model's file, and operators that it defines itself.
@Suite struct ReaderTests {
    /// A folder that is gone with the test.
    private final class Folder {
        let url: URL

        init() throws {
            url = FileManager.default.temporaryDirectory.appending(path: "onnx-reader-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        deinit { try? FileManager.default.removeItem(at: url) }

        func write(_ bytes: Data, to name: String) throws -> URL {
            let file = url.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try bytes.write(to: file)
            return file
        }
    }

    private static func opset(_ version: Int64) -> Onnx_OperatorSetIdProto {
        var opset = Onnx_OperatorSetIdProto()
        opset.version = version
        return opset
    }

    private static func node(_ operation: String, domain: String = "") -> Onnx_NodeProto {
        var node = Onnx_NodeProto()
        node.opType = operation
        node.domain = domain
        node.input = ["x"]
        node.output = ["y"]
        return node
    }

    /// A model of nothing but tensors of so many floats, each with what tells where it lies.
    private static func model(_ places: [[String: String]], floats: Int64 = 2) throws -> Data {
        var model = Onnx_ModelProto()
        model.opsetImport = [opset(21)]
        for (index, place) in places.enumerated() {
            var tensor = Onnx_TensorProto()
            tensor.name = "w\(index)"
            tensor.dims = [floats]
            tensor.dataType = 1
            tensor.dataLocation = .external
            tensor.externalData = place.sorted { $0.key < $1.key }.map { key, value in
                var entry = Onnx_StringStringEntryProto()
                entry.key = key
                entry.value = value
                return entry
            }
            model.graph.initializer.append(tensor)
        }
        return try model.serializedData()
    }

    private static func bytes(_ floats: [Float]) -> Data {
        Data(floats.flatMap { float in (0..<4).map { UInt8(truncatingIfNeeded: float.bitPattern >> ($0 * 8)) } })
    }

    @Test func tensorsLieInFilesBesideTheModel() throws {
        let folder = try Folder()
        let numbers = Self.bytes([1, 2, 3, 4])
        _ = try folder.write(numbers, to: "w.bin")
        _ = try folder.write(Self.bytes([5, 6]), to: "below/v.bin")
        let model = try Self.model([
            ["location": "w.bin", "length": "8"], ["location": "./w.bin", "offset": "8"],
            ["location": "below/v.bin"],
        ])
        let file = try folder.write(model, to: "model.onnx")
        let whole = try ONNXReader.readWhole(file: file)
        let tensors = whole.model.graph.initializers
        #expect(tensors["w0"] == .vector([1, 2] as [Float]))
        #expect(tensors["w1"] == .vector([3, 4] as [Float]))
        #expect(tensors["w2"] == .vector([5, 6] as [Float]))
        #expect(try ONNXReader.read(file: file) == whole.model)
        // What is kept is what was read: each file once, by its path from the folder.
        #expect(whole.bytes == [UInt8](model))
        #expect(whole.external.map(\.name) == ["below/v.bin", "w.bin"])
        #expect(whole.external.map { Data($0.bytes) } == [Self.bytes([5, 6]), numbers])
    }

    /// What cannot be, with a part of what the error says.
    @Test(arguments: [
        (["location": "../w.bin"], "outside the model's folder"),
        (["location": "/w.bin"], "outside the model's folder"),
        (["location": "below/../../w.bin"], "outside the model's folder"),
        (["location": "link"], "outside the model's folder"), (["location": ""], "outside the model's folder"),
        ([:], "it is not said where"), (["location": "none.bin"], "Put the file of external data beside the model"),
        (["location": "w.bin", "offset": "12"], "which has fewer"),
        (["location": "w.bin", "offset": "9223372036854775807"], "which has fewer"),
        (["location": "w.bin", "offset": "-4"], "a place or of a length that cannot be"),
        (["location": "w.bin", "offset": "four"], "a place or of a length that cannot be"),
        (["location": "w.bin", "length": "4"], "a place or of a length that cannot be"),
    ])
    func placesThatCannotBeAreRefused(_ place: [String: String], _ said: String) throws {
        let folder = try Folder()
        _ = try folder.write(Self.bytes([1, 2, 3, 4]), to: "w.bin")
        _ = try folder.write(Self.bytes([1, 2, 3, 4]), to: "inner/w.bin")
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(path: "inner/link"), withDestinationURL: folder.url.appending(path: "w.bin"))
        let file = try folder.write(try Self.model([place]), to: "inner/model.onnx")
        let error = #expect(throws: ONNXError.self) { try ONNXReader.readWhole(file: file) }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
        #expect(error?.place == "model.onnx, initializer 'w0'")
    }

    /// A file that is larger than may be read, and tensors that lie in the same place again and again.
    @Test(arguments: [(2, 1, 3_999), (1_000, 2, 7_999)])
    func filesBeyondTheLimitAreRefused(_ floats: Int, _ tensors: Int, _ most: Int) throws {
        let folder = try Folder()
        _ = try folder.write(Self.bytes([Float](repeating: 1, count: 1_000)), to: "w.bin")
        let places = [[String: String]](repeating: ["location": "w.bin"], count: tensors)
        let file = try folder.write(try Self.model(places, floats: Int64(floats)), to: "model.onnx")
        var limits = ONNXLimits()
        limits.fileBytes = most + 1
        #expect(try ONNXReader.read(file: file, limits: limits).graph.initializers.count == tensors)
        limits.fileBytes = most
        let error = #expect(throws: ONNXError.self) { try ONNXReader.read(file: file, limits: limits) }
        #expect(error?.problem == "goes beyond \(most) bytes of external data")
    }

    /// The operators of a function are those of the version that it names, which has to be known, too.
    @Test(arguments: [(Int64(21), true), (99, false), (6, false)])
    func aFunctionNamesAVersionThatIsKnown(_ version: Int64, _ isTaken: Bool) throws {
        var model = Onnx_ModelProto()
        var own = Self.opset(1)
        own.domain = "own"
        model.opsetImport = [Self.opset(21), own]
        var function = Onnx_FunctionProto()
        function.name = "Twice"
        function.domain = "own"
        function.opsetImport = [Self.opset(version)]
        function.input = ["x"]
        function.output = ["y"]
        function.node = [Self.node("Neg")]
        model.functions = [function]
        model.graph.node = [Self.node("Twice", domain: "own")]
        var port = Onnx_ValueInfoProto()
        port.name = "x"
        model.graph.input = [port]
        port.name = "y"
        model.graph.output = [port]
        let read = try ONNXReader.read(try model.serializedData(), source: "m.onnx")
        guard isTaken else {
            let error = #expect(throws: ONNXError.self) { try ONNXInterpreter(read) }
            #expect(error?.description.contains("asks for version \(version)") == true, "\(error?.description ?? "")")
            return
        }
        let outputs = try ONNXInterpreter(read).run(["x": .tensor(.vector([1, -2] as [Float]))])
        #expect(outputs["y"] == .tensor(.vector([-1, 2] as [Float])))
    }
}
