import Foundation
import ONNXProto
import SwiftProtobuf

/// Changes of a model as the message that it is: a value that cannot be, a name that leads elsewhere, a count that is too great.
struct ModelMutation {
    var model: Onnx_ModelProto
    var draws: Draws
    /// What was changed, for people.
    private(set) var told: [String] = []

    init(_ model: Onnx_ModelProto, _ draws: Draws) {
        self.model = model
        self.draws = draws
    }

    static let wholes: [Int64] = [
        .min, .min + 1, -1 << 40, -1 << 31, -65_536, -100, -3, -2, -1, 0, 1, 2, 3, 5, 7, 64, 65, 255, 1_000, 65_536,
        1 << 20, 1 << 24,
        (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 40, 1 << 60, .max,
    ]
    private static let floats: [Float] = [
        .nan, .infinity, -.infinity, 0, -0, 1, -1, 0.5, 2, 1e9, -1e9, 3e38, .leastNonzeroMagnitude, 1e20,
    ]
    private static let texts = [
        "", "x", "SUM", "NONE", "valid", "same_upper", "SAME_LOWER", "linear", "BRANCH_EQ", "(a+)+$", "[", "\\",
        "a{1000}{1000}", "é",
        "..", "ij,jk->ik", "abcdefghijkl->", "ii->", "...",
    ]

    mutating func changeSomething() {
        switch draws.below(20) {
        case 0...4: changeAttribute()
        case 5...9: changeNode()
        case 10...13: changeInitializer()
        case 14, 15: changePort()
        case 16: changeHead()
        case 17: nest()
        default: addBomb()
        }
    }

    mutating func tell(_ text: String) { told.append(text) }

    // MARK: Attributes

    private mutating func changeAttribute() {
        let places = model.graph.node.indices.filter { !model.graph.node[$0].attribute.isEmpty }
        guard !places.isEmpty else { return changeNode() }
        let node = draws.one(of: places)
        let place = draws.below(model.graph.node[node].attribute.count)
        var attribute = model.graph.node[node].attribute[place]
        tell("attribute \(attribute.name) of node \(node)")
        switch draws.below(12) {
        case 0:
            model.graph.node[node].attribute.remove(at: place)
            return
        case 1: attribute.type = draws.one(of: Onnx_AttributeProto.AttributeType.allCases)
        case 2:
            let other = draws.one(of: places)
            attribute = draws.one(of: model.graph.node[other].attribute)
        default: change(&attribute)
        }
        model.graph.node[node].attribute[place] = attribute
    }

    private mutating func change(_ attribute: inout Onnx_AttributeProto) {
        switch attribute.type {
        case .int: attribute.i = draws.one(of: Self.wholes)
        case .float: attribute.f = draws.one(of: Self.floats)
        case .string: attribute.s = Data(draws.one(of: Self.texts).utf8)
        case .ints: attribute.ints = changed(attribute.ints) { $0.one(of: Self.wholes) }
        case .floats: attribute.floats = changed(attribute.floats) { $0.one(of: Self.floats) }
        case .strings: attribute.strings = changed(attribute.strings) { Data($0.one(of: Self.texts).utf8) }
        case .tensor: change(&attribute.t)
        case .graph:
            var inner = ModelMutation(model, draws)
            inner.model.graph = attribute.g
            inner.changeSomething()
            attribute.g = inner.model.graph
            draws = inner.draws
        default: attribute.type = .int
        }
    }

    private mutating func changed<Value>(_ values: [Value], _ fresh: (inout Draws) -> Value) -> [Value] {
        var values = values
        switch draws.below(7) {
        case 0: values = Array(values.dropLast(1 + draws.below(2)))
        case 1: values.append(fresh(&draws))
        case 2: values += values
        case 3: values = values.map { _ in fresh(&draws) }
        case 4: values = []
        default: if !values.isEmpty { values[draws.below(values.count)] = fresh(&draws) }
        }
        return values
    }

    // MARK: Nodes

    /// Names of values of the graph.
    private var names: [String] {
        let graph = model.graph
        return graph.input.map(\.name) + graph.initializer.map(\.name) + graph.node.flatMap(\.output) + [""]
    }

    private mutating func changeNode() {
        guard !model.graph.node.isEmpty else { return addBomb() }
        let place = draws.below(model.graph.node.count)
        var node = model.graph.node[place]
        tell("node \(place)")
        let name = draws.one(of: names)
        switch draws.below(13) {
        case 0...2 where !node.input.isEmpty: node.input[draws.below(node.input.count)] = name
        case 3 where !node.input.isEmpty: node.input.removeLast()
        case 4: node.input.append(name)
        case 5 where !node.input.isEmpty:
            // It reads what it makes, or what is made of that.
            node.input[0] = draws.one(of: model.graph.node[place...].flatMap(\.output) + [name])
        case 6: node.output.append(draws.chance(0.5) ? name : "more")
        case 7 where !node.output.isEmpty: node.output[0] = draws.one(of: ["", name, "elsewhere"])
        case 8: node.opType = draws.one(of: MutatedModel.operators)
        case 9: node.domain = draws.one(of: ["", "ai.onnx.ml", "ai.onnx", "com.microsoft", "nobody's"])
        case 10: node.input = changed(node.input) { _ in name }
        case 11:
            model.graph.node.remove(at: place)
            return
        default: model.graph.node.append(node)
        }
        model.graph.node[place] = node
    }

    // MARK: Tensors

    private mutating func changeInitializer() {
        guard !model.graph.initializer.isEmpty else { return changeAttribute() }
        let place = draws.below(model.graph.initializer.count)
        var tensor = model.graph.initializer[place]
        tell("initializer \(tensor.name)")
        change(&tensor)
        model.graph.initializer[place] = tensor
    }

    private mutating func change(_ tensor: inout Onnx_TensorProto) {
        switch draws.below(10) {
        case 0, 1: tensor.dims = changed(tensor.dims) { $0.one(of: Self.wholes) }
        case 2: tensor.dataType = Int32(draws.below(27))
        case 3: tensor.rawData = tensor.rawData.dropLast(1 + draws.below(8))
        case 4 where tensor.hasRawData && tensor.dataType == 7: setRaw(&tensor) { $0.one(of: Self.wholes) }
        case 4 where tensor.hasRawData && tensor.dataType == 1:
            setRaw(&tensor) { $0.one(of: Self.floats).bitPattern }
        case 5: tensor.int64Data = changed(tensor.int64Data) { $0.one(of: Self.wholes) }
        case 6: tensor.floatData = changed(tensor.floatData) { $0.one(of: Self.floats) }
        case 7: tensor.name = draws.one(of: names)
        case 8: tensor.dims = [Int64](repeating: 1, count: draws.one(of: [9, 33, 65, 1_000])) + tensor.dims
        default: storeOutside(&tensor)
        }
    }

    private mutating func setRaw<Number: FixedWidthInteger>(
        _ tensor: inout Onnx_TensorProto, _ fresh: (inout Draws) -> Number
    ) {
        var bytes = [UInt8](tensor.rawData)
        let size = Number.bitWidth / 8
        guard bytes.count >= size else { return }
        for _ in 0...draws.below(3) {
            let number = fresh(&draws)
            let start = draws.below(bytes.count / size) * size
            for byte in 0..<size { bytes[start + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
        }
        tensor.rawData = Data(bytes)
    }

    private mutating func storeOutside(_ tensor: inout Onnx_TensorProto) {
        tell("external")
        let location = draws.one(of: [
            "weights.bin", "../weights.bin", "/etc/passwd", "../../../../../../etc/passwd", "a/../../weights.bin", "",
            ".", "..",
            "link", "folder", "folder/../../outside", "nothing.bin", "weights.bin\0/etc/passwd", "/dev/zero",
            "/dev/stdin", "model.onnx",
            "pipe",
        ])
        tensor.clearRawData()
        tensor.dataLocation = .external
        var entries = [("location", location)]
        if draws.chance(0.5) {
            entries.append(("offset", draws.one(of: Self.wholes.map { "\($0)" } + ["", "x", "1e9"])))
        }
        if draws.chance(0.5) {
            entries.append(("length", draws.one(of: Self.wholes.map { "\($0)" } + ["", "-", "99999999999999999999"])))
        }
        tensor.externalData = entries.map { key, value in
            var entry = Onnx_StringStringEntryProto()
            (entry.key, entry.value) = (key, value)
            return entry
        }
    }

    // MARK: Ports and the head

    private mutating func changePort() {
        let isInput = model.graph.output.isEmpty || draws.chance(0.7)
        var ports = isInput ? model.graph.input : model.graph.output
        guard !ports.isEmpty else { return changeNode() }
        let place = draws.below(ports.count)
        tell("\(isInput ? "input" : "output") \(ports[place].name)")
        switch draws.below(8) {
        case 0: ports[place].name = draws.one(of: names)
        case 1: ports[place].type.tensorType.elemType = Int32(draws.below(27))
        case 2: ports[place].type.tensorType.clearShape()
        case 3: ports[place].type.sequenceType = .init()
        case 4: ports.append(ports[place])
        case 5: ports.remove(at: place)
        default:
            ports[place].type.tensorType.shape.dim = changed(ports[place].type.tensorType.shape.dim) { draws in
                var dimension = Onnx_TensorShapeProto.Dimension()
                if draws.chance(0.3) {
                    dimension.dimParam = draws.one(of: ["", "N", "batch"])
                } else {
                    dimension.dimValue = draws.one(of: Self.wholes)
                }
                return dimension
            }
        }
        if isInput { model.graph.input = ports } else { model.graph.output = ports }
    }

    private mutating func changeHead() {
        tell("head")
        switch draws.below(5) {
        case 0: model.irVersion = draws.one(of: Self.wholes)
        case 1: model.opsetImport = []
        case 2: model.opsetImport += model.opsetImport
        default:
            guard !model.opsetImport.isEmpty else { return }
            let place = draws.below(model.opsetImport.count)
            model.opsetImport[place].version =
                draws.chance(0.3) ? draws.one(of: Self.wholes) : Int64(draws.below(28))
        }
    }
}
