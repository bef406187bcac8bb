import Foundation
import ONNXProto

/// Small files that ask for much: more memory, more work, more depth than their size tells.
extension ModelMutation {
    /// Puts an operator behind constants, and what it makes among the outputs.
    mutating func addBomb() {
        let bombs: [(String, (inout ModelMutation) -> Void)] = [
            ("ConstantOfShape", { $0.bombConstant() }), ("a chain of Concat", { $0.bombDoubling("Concat") }),
            ("a chain of texts", { $0.bombTexts() }), ("MatMul", { $0.bombProduct("MatMul") }),
            ("Gemm", { $0.bombProduct("Gemm") }), ("Einsum", { $0.bombEinsum() }),
            ("Expand", { $0.bombShaped("Expand") }),
            ("Tile", { $0.bombShaped("Tile") }), ("Reshape", { $0.bombShaped("Reshape") }),
            ("Range", { $0.bombRange() }),
            ("Pad", { $0.bombPad() }), ("Resize", { $0.bombResize() }), ("OneHot", { $0.bombOneHot() }),
            ("Loop", { $0.bombLoop() }),
            ("Conv", { $0.bombConvolution() }), ("Shape", { $0.bombSizes() }),
        ]
        let (name, bomb) = draws.one(of: bombs)
        tell(name)
        bomb(&self)
    }

    // MARK: Parts

    private mutating func constant(_ name: String, _ values: [Int64], dims: [Int64]? = nil) {
        var tensor = Onnx_TensorProto()
        tensor.name = name
        tensor.dataType = 7
        tensor.dims = dims ?? [Int64(values.count)]
        tensor.int64Data = values
        model.graph.initializer.append(tensor)
    }

    private mutating func floats(_ name: String, _ values: [Float], dims: [Int64]? = nil) {
        var tensor = Onnx_TensorProto()
        tensor.name = name
        tensor.dataType = 1
        tensor.dims = dims ?? [Int64(values.count)]
        tensor.floatData = values
        model.graph.initializer.append(tensor)
    }

    private mutating func node(
        _ operation: String, _ inputs: [String], _ outputs: [String], ints: [String: [Int64]] = [:]
    ) {
        var node = Onnx_NodeProto()
        node.opType = operation
        node.input = inputs
        node.output = outputs
        for (name, values) in ints.sorted(by: { $0.key < $1.key }) {
            var attribute = Onnx_AttributeProto()
            attribute.name = name
            attribute.type = values.count == 1 ? .int : .ints
            if values.count == 1 { attribute.i = values[0] } else { attribute.ints = values }
            node.attribute.append(attribute)
        }
        model.graph.node.append(node)
    }

    private mutating func output(_ name: String) {
        var port = Onnx_ValueInfoProto()
        port.name = name
        model.graph.output.append(port)
    }

    private mutating func large() -> Int64 {
        draws.one(of: [1_000, 1 << 12, 1 << 14, 1 << 16, 1 << 20, 1 << 24, 1 << 28, 1 << 31, 1 << 40, .max])
    }

    private mutating func zeros(_ name: String, _ dims: [Int64]) {
        constant(name + " extents", dims)
        node("ConstantOfShape", [name + " extents"], [name])
    }

    // MARK: Bombs

    private mutating func bombConstant() {
        zeros("bomb", (0...draws.below(4)).map { _ in large() })
        output("bomb")
    }

    private mutating func bombDoubling(_ operation: String) {
        floats("double 0", [1, 2])
        let times = draws.one(of: [10, 26, 40, 100])
        for step in 0..<times {
            node(operation, ["double \(step)", "double \(step)"], ["double \(step + 1)"], ints: ["axis": [0]])
        }
        output("double \(times)")
    }

    private mutating func bombTexts() {
        var tensor = Onnx_TensorProto()
        tensor.name = "text 0"
        tensor.dataType = 8
        tensor.dims = [1]
        tensor.stringData = [Data("ab".utf8)]
        model.graph.initializer.append(tensor)
        let times = draws.one(of: [10, 26, 40])
        for step in 0..<times { node("StringConcat", ["text \(step)", "text \(step)"], ["text \(step + 1)"]) }
        output("text \(times)")
    }

    private mutating func bombProduct(_ operation: String) {
        let (rows, inner, columns) = (large(), large(), large())
        zeros("left", [rows, inner])
        zeros("right", [inner, columns])
        node(operation, ["left", "right"], ["bomb"])
        output("bomb")
    }

    private mutating func bombEinsum() {
        zeros("left", [large(), 16, 16])
        zeros("right", [16, large(), 16])
        node("Einsum", ["left", "right"], ["bomb"])
        var equation = Onnx_AttributeProto()
        equation.name = "equation"
        equation.type = .string
        equation.s = Data(draws.one(of: ["abc,def->", "abc,cde->abde", "abc,ade->be", "...a,...b->ab"]).utf8)
        model.graph.node[model.graph.node.count - 1].attribute = [equation]
        output("bomb")
    }

    private mutating func bombShaped(_ operation: String) {
        let from = draws.one(of: model.graph.input.map(\.name) + ["ones"])
        floats("ones", [1])
        constant("extents", (0...draws.below(3)).map { _ in draws.chance(0.7) ? large() : draws.one(of: Self.wholes) })
        node(operation, [from, "extents"], ["bomb"])
        output("bomb")
    }

    private mutating func bombRange() {
        if draws.chance(0.5) {
            for (name, value) in [
                ("start", draws.one(of: Self.wholes)), ("end", large()),
                ("step", draws.one(of: [1, 0, -1, 1 << 40, .max])),
            ] {
                constant(name, [value], dims: [])
            }
        } else {
            for (name, value) in [
                ("start", Float(0)), ("end", 1e30), ("step", draws.one(of: [1, 0, 1e-38, .nan, .infinity, -1])),
            ] {
                floats(name, [value], dims: [])
            }
        }
        node("Range", ["start", "end", "step"], ["bomb"])
        output("bomb")
    }

    private mutating func bombPad() {
        floats("square", [1, 2, 3, 4], dims: [2, 2])
        constant("pads", (0..<4).map { _ in draws.chance(0.5) ? large() : draws.one(of: Self.wholes) })
        node("Pad", ["square", "pads"], ["bomb"])
        output("bomb")
    }

    private mutating func bombResize() {
        floats("image", [1, 2, 3, 4], dims: [1, 1, 2, 2])
        floats(
            "scales",
            [1, 1, draws.one(of: [2, 1e4, 1e9, 1e38, .nan, .infinity, 1e-30, -1]), draws.one(of: [1, 1e4, 1e9])])
        node("Resize", ["image", "", "scales"], ["bomb"])
        output("bomb")
    }

    private mutating func bombOneHot() {
        constant("places", (0..<64).map { Int64($0) })
        constant("depth", [large()])
        floats("values", [0, 1])
        node("OneHot", ["places", "depth", "values"], ["bomb"])
        output("bomb")
    }

    private mutating func bombConvolution() {
        let (image, kernel) = (
            draws.one(of: [64, 1_000, 8_000]) as Int64, draws.one(of: [1, 63, 999, 1 << 14]) as Int64
        )
        zeros("image", [1, draws.one(of: [1, 64, 4_096]), image, image])
        zeros("kernel", [draws.one(of: [1, 64, 4_096]), draws.one(of: [1, 64, 4_096]), kernel, kernel])
        let pads = Int64(draws.one(of: [0, 1, 1 << 20, 1 << 40]))
        let apart = draws.one(of: [1, 1 << 20, 1 << 62]) as Int64
        let kind = draws.below(3)
        if kind == 2 {
            node(
                "MaxPool", ["image"], ["bomb"], ints: ["kernel_shape": [kernel, kernel], "dilations": [apart, apart]])
        } else {
            node(
                kind == 0 ? "Conv" : "ConvTranspose", ["image", "kernel"], ["bomb"],
                ints: ["pads": [pads, pads, pads, pads], "strides": [apart, apart]])
        }
        output("bomb")
    }

    /// Extents that are numbers of the graph.
    private mutating func bombSizes() {
        guard let from = model.graph.input.first?.name else { return bombConstant() }
        node("Shape", [from], ["extent"])
        for step in 0..<draws.one(of: [1, 6, 64]) {
            node(
                "Mul", [step == 0 ? "extent" : "extent \(step)", step == 0 ? "extent" : "extent \(step)"],
                ["extent \(step + 1)"])
        }
        node("ConstantOfShape", [draws.one(of: ["extent 1", "extent 6", "extent 64"])], ["bomb"])
        output("bomb")
    }

    /// A loop whose condition stays true.
    private mutating func bombLoop() {
        var body = Onnx_GraphProto()
        body.name = "body"
        for name in ["iteration", "condition", "state"] {
            var port = Onnx_ValueInfoProto()
            port.name = name
            body.input.append(port)
        }
        var inner = ModelMutation(Onnx_ModelProto(), draws)
        inner.node("Identity", ["condition"], ["goes on"])
        inner.node(draws.one(of: ["Identity", "Add", "Concat"]), ["state", "state"], ["next"], ints: ["axis": [0]])
        for name in draws.chance(0.5) ? ["goes on", "next"] : ["goes on", "next", "state"] { inner.output(name) }
        body.node = inner.model.graph.node
        body.output = inner.model.graph.output
        floats("start", [1])
        if draws.chance(0.5) { constant("most", [large()], dims: []) }
        var always = Onnx_TensorProto()
        always.name = "always"
        always.dataType = 9
        always.int32Data = [1]
        model.graph.initializer.append(always)
        node(
            "Loop", [model.graph.initializer.contains { $0.name == "most" } ? "most" : "", "always", "start"],
            ["bomb", "all"])
        var attribute = Onnx_AttributeProto()
        attribute.name = "body"
        attribute.type = .graph
        attribute.g = body
        model.graph.node[model.graph.node.count - 1].attribute = [attribute]
        output("bomb")
    }

    /// Graphs within graphs, and operators of the file that call one another.
    mutating func nest() {
        guard draws.chance(0.5) else { return addFunctions() }
        let depth = draws.one(of: [3, 30, 40, 95, 400])
        tell("\(depth) graphs within one another")
        var graph = Onnx_GraphProto()
        // Each graph that is there twice doubles the file.
        var doublings = 0
        for _ in 0..<depth {
            var node = Onnx_NodeProto()
            node.opType = "If"
            node.input = ["always"]
            node.output = ["nested"]
            var attribute = Onnx_AttributeProto()
            attribute.name = "then_branch"
            attribute.type = .graph
            attribute.g = graph
            node.attribute = [attribute]
            attribute.name = "else_branch"
            if doublings < 3, draws.chance(0.05) {
                node.attribute.append(attribute)
                doublings += 1
            }
            graph = Onnx_GraphProto()
            graph.node = [node]
        }
        model.graph.node += graph.node
    }

    private mutating func addFunctions() {
        let count = draws.one(of: [1, 4, 20, 31, 60])
        let isRound = draws.chance(0.3)
        tell("\(count) functions\(isRound ? " in a circle" : "")")
        for place in 0..<count {
            var function = Onnx_FunctionProto()
            function.name = "f\(place)"
            function.domain = "own"
            function.input = ["x"]
            function.output = ["y"]
            var own = Onnx_OperatorSetIdProto()
            own.version = 13
            var others = own
            others.domain = "own"
            function.opsetImport = [own, others]
            let isLast = place == count - 1 && !isRound
            for (from, to) in [("x", "between"), ("between", "y")] {
                var node = Onnx_NodeProto()
                node.opType = isLast ? "Neg" : "f\((place + 1) % count)"
                node.domain = isLast ? "" : "own"
                node.input = [from]
                node.output = [to]
                function.node.append(node)
            }
            model.functions.append(function)
        }
        floats("called with", [1])
        node("f0", ["called with"], ["called"])
        model.graph.node[model.graph.node.count - 1].domain = "own"
        var domain = Onnx_OperatorSetIdProto()
        domain.domain = "own"
        domain.version = 1
        model.opsetImport.append(domain)
        output("called")
    }
}
