import Foundation
import ONNX
import ONNXProto
import SwiftProtobuf

/// A seed, changed at a few places: as bytes, as the message that it is, or so that nothing may differ.
struct MutatedModel {
    let bytes: Data
    /// What was done to the seed, for people.
    let told: String
    /// Whether its outputs have to be those of the seed.
    let isSame: Bool

    static let operators = OperatorRegistry.standard.names.map(\.name)

    init(_ seed: SeedModel, _ number: UInt64) {
        var draws = Draws(seed: number, name: "fuzzed model")
        if draws.chance(0.15) {
            (bytes, told) = Self.broken(seed.bytes, &draws)
            isSame = false
            return
        }
        guard let proto = try? Onnx_ModelProto(serializedBytes: seed.bytes) else {
            (bytes, told, isSame) = (seed.bytes, "nothing", true)
            return
        }
        if draws.chance(0.06) {
            let same = Self.rearranged(proto, &draws)
            bytes = (try? same.serializedData()) ?? seed.bytes
            (told, isSame) = ("rearranged", true)
            return
        }
        let times = draws.one(of: [1, 1, 1, 2, 3])
        var mutation = ModelMutation(proto, draws)
        for _ in 0..<times { mutation.changeSomething() }
        bytes = (try? mutation.model.serializedData()) ?? seed.bytes
        told = mutation.told.joined(separator: ", ")
        isSame = false
    }

    private static func broken(_ bytes: Data, _ draws: inout Draws) -> (Data, String) {
        var bytes = [UInt8](bytes)
        /// Mostly not among the weights, which are most of a network's bytes and the end of its graph.
        func place(_ draws: inout Draws) -> Int {
            draws.below(draws.chance(0.7) ? min(bytes.count, 2_000) : bytes.count)
        }
        switch draws.below(6) {
        case 0:
            bytes = Array(bytes.prefix(place(&draws)))
            return (Data(bytes), "cut to \(bytes.count) bytes")
        case 1:
            let at = place(&draws)
            bytes.replaceSubrange(
                at..<min(at + 5, bytes.count), with: [0xFF, 0xFF, 0xFF, 0xFF, UInt8(draws.below(128))])
            return (Data(bytes), "a huge count at \(at)")
        case 2:
            let (from, to) = (place(&draws), place(&draws))
            bytes.insert(contentsOf: bytes[from..<min(from + draws.below(300), bytes.count)], at: to)
            return (Data(bytes), "bytes from \(from) again at \(to)")
        case 3:
            let at = place(&draws)
            bytes.removeSubrange(at..<min(at + 1 + draws.below(30), bytes.count))
            return (Data(bytes), "bytes left out at \(at)")
        default:
            var places: [Int] = []
            for _ in 0...draws.below(8) {
                let at = place(&draws)
                bytes[at] ^= UInt8(1 << draws.below(8))
                places.append(at)
            }
            return (Data(bytes), "bits turned at \(places)")
        }
    }

    /// Nodes in another order, texts for people, and a tensor that nobody reads.
    private static func rearranged(_ proto: Onnx_ModelProto, _ draws: inout Draws) -> Onnx_ModelProto {
        var proto = proto
        for place in proto.graph.node.indices.reversed() {
            proto.graph.node.swapAt(place, draws.below(place + 1))
        }
        proto.graph.docString = "nodes in another order"
        proto.producerName = "nobody"
        var tensor = Onnx_TensorProto()
        tensor.name = "read by nobody"
        tensor.dataType = 1
        tensor.dims = [1]
        tensor.floatData = [1]
        proto.graph.initializer.append(tensor)
        return proto
    }
}
