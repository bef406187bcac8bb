import Foundation
import Imports
import Kernels
import ONNX
import Testing

/// A network that is cut before its classifier gives what ONNX Runtime has at the cut (`Reference/networks.py`).
@Suite struct BackboneTests {
    private static let reference = Result {
        let file = try #require(Bundle.module.resourceURL?.appending(path: "Reference/cuts.json"))
        return try JSONDecoder().decode([String: Cut].self, from: Data(contentsOf: file))
    }

    struct Cut: Decodable {
        var model: String
        var value: String
        /// `nil` where the default is meant.
        var asked: String?
        var height: Int
        var width: Int
        var channels: Int
        /// Of 0 to 255, `[rows, height, width, channels]`, by `pixel`.
        var rows: Int
        /// `[rows, features]`, means over places where there are some.
        var features: [Float]
    }

    /// Made again by networks.py.
    static func pixel(_ place: Int) -> Float { Float((place * 7919 + place / 31) % 256) }

    private static func read(_ cut: Cut, _ row: Int, _ pixels: inout MutableSpan<Float>) {
        for place in pixels.indices { pixels[place] = pixel(row * pixels.count + place) }
    }

    private static func cut(_ name: String) throws -> Cut { try #require(try reference.get()[name]) }

    private static func backbone(_ name: String) throws -> Backbone {
        let cut = try cut(name)
        return try Backbone(
            try ReferenceNetwork(cut.model).model, height: cut.height, width: cut.width, cut: cut.asked,
            scaling: .symmetric)
    }

    private static func features(_ name: String, threads: Int, from first: Int = 0) throws -> [Float] {
        let (cut, backbone) = (try cut(name), try backbone(name))
        let pool = WorkerPool(threads: threads)
        return try backbone.features(rows: cut.rows - first, channels: cut.channels, pool: pool) {
            read(cut, first + $0, &$1)
        }
    }

    @Test(arguments: [
        "resnet", "mobilenet", "mobilenet, grey", "mobilenet, node", "resnet, map", "channels last", "any size",
    ]) func agreesWithONNXRuntime(_ name: String) throws {
        let cut = try Self.cut(name)
        let backbone = try Self.backbone(name)
        #expect(backbone.cut.value == cut.value)
        #expect(backbone.features * cut.rows == cut.features.count)
        let found = try Self.features(name, threads: 2)
        let scale = cut.features.reduce(0) { max($0, abs($1)) }
        #expect(found.count == cut.features.count && scale > 0)
        for (number, expected) in zip(found, cut.features) { #expect(abs(number - expected) <= 1e-5 * scale) }
    }

    @Test func aPictureHasItsOwnBits() throws {
        let all = try Self.features("resnet", threads: 1)
        #expect(try Self.features("resnet", threads: 3) == all)
        let last = try Self.features("resnet", threads: 2, from: 2)
        #expect(all.suffix(last.count) == last[...])
    }

    private func refused(
        _ model: String, _ height: Int, _ width: Int, cut: String? = nil, scaling: PixelScaling = .unit
    ) throws -> String {
        let model = try ReferenceNetwork(model).model
        do {
            _ = try Backbone(model, height: height, width: width, cut: cut, scaling: scaling)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func whatCannotBeIsSaid() throws {
        #expect(try refused("resnet", 33, 32).contains("takes pictures of 32 × 32, and gets 33 × 32"))
        #expect(try refused("resnet", 32, 32, cut: "no such").contains("Its last nodes are"))
        #expect(try refused("perceptron", 32, 32).contains("four axes"))
        #expect(try refused("encoder", 32, 32).contains("takes 2 inputs"))
        #expect(try refused("convolutional", 6, 5).contains("channels"))
        #expect(try refused("resnet", 32, 32, cut: "input").contains("no node or value"))
        let backbone = try Self.backbone("resnet")
        #expect(throws: ONNXError.self) {
            try backbone.features(rows: 1, channels: 2, pool: ReferenceNetwork.pool) { _, _ in }
        }
        #expect(throws: ONNXError.self) {
            try backbone.features(rows: 1, channels: 3, pool: ReferenceNetwork.pool) { $1[0] = .nan }
        }
        #expect(throws: ONNXError.self) { try PixelScaling(centers: [1], scales: [0]) }
    }

    @Test func itIsFoundAgainByItsRecord() throws {
        let model = try ReferenceNetwork("any-size").model
        let backbone = try Backbone(model, height: 9, width: 14, cut: "output", scaling: .imageNet)
        let record = BackboneRecord(backbone, of: model, sha256: "ab")
        #expect(record.licence == "MIT" && record.features == 5)
        var read = try JSONDecoder().decode(BackboneRecord.self, from: JSONEncoder().encode(record))
        #expect(read == record)
        #expect(try read.backbone(of: model, sha256: "ab").network == backbone.network)
        #expect(throws: ONNXError.self) { try read.backbone(of: model, sha256: "cd") }
        read.features = 6
        #expect(throws: ONNXError.self) { try read.backbone(of: model, sha256: "ab") }
    }

    /// An export with one picture a run serves any number of them.
    @Test func aFixedBatchIsFreed() throws {
        var model = try ReferenceNetwork("mobilenet").model
        let free = try Backbone(model, height: 28, width: 36, scaling: .symmetric)
        model.graph.inputs[0].kind = .tensor(.float32, shape: [.fixed(1), .fixed(3), .fixed(28), .fixed(36)])
        let fixed = try Backbone(model, height: 28, width: 36, scaling: .symmetric)
        #expect(fixed.network == free.network)
        #expect(fixed.cut.words.contains("Gemm"))
    }
}
