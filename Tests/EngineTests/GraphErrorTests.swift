import Autodiff
import CPURuntime
import Foundation
import GraphIR
import Kernels
import NN
import TensorCore
import Testing

/// A graph that cannot be built says so when it is built: which node, which shapes, which line.
@Suite struct GraphErrorTests {
    struct Wrong: CustomTestStringConvertible, Sendable {
        var op: Op
        var operands: [(shape: Shape, dtype: DType)]
        /// What the message must name besides the operation.
        var mentions: [String]

        init(_ op: Op, _ operands: [Shape], indices: Set<Int> = [], _ mentions: String...) {
            self.op = op
            self.operands = operands.enumerated().map {
                ($0.element, indices.contains($0.offset) ? .int32 : .float32)
            }
            self.mentions = mentions
        }

        var testDescription: String { "\(op) of \(operands.map(\.shape))" }
    }

    static func wrongs(_ kind: OpKind) -> [Wrong] {
        switch kind {
        case .input: [Wrong(.input, [], "declares its shape")]
        case .parameter: [Wrong(.parameter, [], "declares its shape")]
        case .constant: [Wrong(.constant(1), [[3]], "0 operands", "[3]")]
        case .unary(let function):
            [
                Wrong(.unary(function), [], "1 operands", "has 0"),
                Wrong(.unary(function), [[2], [3]], "has 2", "[2]", "[3]"),
                Wrong(.unary(function), [[.rows, 2]], indices: [0], "float32", "[rows, 2]"),
            ]
        case .binary(let function):
            [
                Wrong(.binary(function), [[.rows, 3], [.rows, 4]], "[rows, 3]", "[rows, 4]"),
                Wrong(.binary(function), [[.rows, 3], [2, 3]], "[rows, 3]", "[2, 3]"),
                Wrong(.binary(function), [[.rows, 1], [1, .rows]], "[rows, rows]", "rows"),
                Wrong(
                    .binary(function), [[.rowParts(2), 3], [.rows, 3]], "[2·rows, 3]", "[rows, 3]"),
                Wrong(.binary(function), [[3]], "2 operands", "[3]"),
                Wrong(.binary(function), [[3], [3]], indices: [1], "operand 1", "[3]"),
            ]
        case .select:
            [
                Wrong(.select, [[3], [3], [4]], "[3]", "[4]"),
                Wrong(.select, [[3], [3]], "3 operands"),
                Wrong(.select, [[3], [3], [3]], indices: [0], "operand 0"),
            ]
        case .broadcast:
            [
                Wrong(.broadcast([.rows, 4]), [[.rows, 3]], "[rows, 3]", "[rows, 4]"),
                Wrong(.broadcast([4]), [[1, 4]], "[1, 4]", "[4]"),
                Wrong(.broadcast([.rows, 1]), [[.rows, 4]], "[rows, 4]", "[rows, 1]"),
                Wrong(.broadcast([4]), [[4]], indices: [0], "float32"),
                Wrong(.broadcast([1, 1, 1, 1, 1, 1, 2]), [[2]], "more than 6 axes"),
            ]
        case .reduce(let kind):
            [
                Wrong(.reduce(kind, axes: [2]), [[.rows, 3]], "axis 2", "[rows, 3]"),
                Wrong(.reduce(kind, axes: [-1]), [[.rows, 3]], "axis -1", "[rows, 3]"),
                Wrong(.reduce(kind, axes: []), [[.rows, 3]], "distinct axes", "[rows, 3]"),
                Wrong(.reduce(kind, axes: [1, 1]), [[.rows, 3]], "[1, 1]", "[rows, 3]"),
                Wrong(.reduce(kind, axes: [0]), [[3]], indices: [0], "float32"),
            ]
        case .matmul:
            [
                Wrong(product(), [[.rows, 3], [4, 5]], "3", "4", "[rows, 3]", "[4, 5]"),
                Wrong(product(true, false), [[.rows, 3], [3, 5]], "rows", "[rows, 3]", "[3, 5]"),
                Wrong(product(false, true), [[.rows, 3], [3, 5]], "[rows, 3]", "[3, 5]"),
                Wrong(product(), [[3], [3, 5]], "[3]", "[3, 5]"),
                Wrong(product(), [[2, .rows, 3], [3, 5]], "[2, rows, 3]", "[3, 5]"),
                Wrong(product(), [[2, .rows, 3], [4, 3, 5]], "2", "4"),
                Wrong(product(), [[1, 2, .rows, 3], [1, 2, 3, 5]], "[1, 2, rows, 3]"),
                Wrong(product(), [[.rows, 3], [3, .rows]], "[rows, rows]"),
                Wrong(product(), [[3, 3], [3, 3]], indices: [1], "operand 1"),
            ]
        // Weights of bytes are parameters alone: `Int8ProductTests` has what these inputs cannot show.
        case .int8Matmul:
            [
                Wrong(.int8Matmul, [[.rows, 3], [3, 2], [2], [2]], "5 operands", "has 4"),
                Wrong(.int8Matmul, [[.rows, 3], [3, 2], [2], [2], [2]], "int8", "float32"),
                Wrong(
                    .int8Matmul, [[.rows, 3], [3, 2], [2], [2], [2]], indices: [1], "int8", "int32"),
            ]
        case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
            ImageWrongs.convolution(kind)
        case .shardStatistic, .sumOverShards:
            [Op.shardStatistic, .sumOverShards].filter { OpKind($0) == kind }.flatMap {
                [
                    Wrong($0, [[.rows, 3]], "[rows, 3]", "no statistic"),
                    Wrong($0, [[3], [3]], "1 operands"),
                    Wrong($0, [[3]], indices: [0], "float32"),
                ]
            }
        case .scaleGradient:
            [
                Wrong(.scaleGradient(2), [[3], [3]], "1 operands"),
                Wrong(.scaleGradient(2), [[.rows, 3]], indices: [0], "float32"),
                Wrong(.scaleGradient(.infinity), [[3]], "inf", "finite"),
            ]
        case .maxPool, .maxPoolPick, .maxPoolSpread, .averagePool, .averagePoolGradient:
            ImageWrongs.pooling(kind)
        case .softmax, .logSoftmax:
            [
                Wrong(kind == .softmax ? .softmax : .logSoftmax, [[3, .rows]], "[3, rows]"),
                Wrong(kind == .softmax ? .softmax : .logSoftmax, [[]], "[]"),
                Wrong(kind == .softmax ? .softmax : .logSoftmax, [[2]], indices: [0], "float32"),
            ]
        case .reshape:
            [
                Wrong(.reshape([.rows, 5]), [[.rows, 2, 3]], "[rows, 2, 3]", "[rows, 5]"),
                Wrong(.reshape([6]), [[.rows, 6]], "[rows, 6]", "[6]"),
                Wrong(
                    .reshape([2, .rows]), [[.rows, 2]], "[2, rows]", "mix the rows of [rows, 2]"),
                Wrong(.reshape([.rows, 6]), [[2, .rows, 3]], "mix the rows of [2, rows, 3]"),
                Wrong(
                    .reshape([.rowParts(2), 3]), [[2, .rows, 3]], "mix the rows of [2, rows, 3]"),
                Wrong(
                    .reshape([.fixed(.max), .fixed(.max), 2]), [[2]], "has not the elements", "[2]"),
            ]
        case .transpose:
            [
                Wrong(.transpose([0, 0]), [[.rows, 3]], "[0, 0]", "[rows, 3]"),
                Wrong(.transpose([0]), [[.rows, 3]], "[0]", "[rows, 3]"),
            ]
        case .slice:
            [
                Wrong(.slice(axis: 1, start: 1, end: 4), [[.rows, 3]], "1..<4", "[rows, 3]"),
                Wrong(.slice(axis: 1, start: 2, end: 2), [[.rows, 3]], "2..<2", "[rows, 3]"),
                Wrong(.slice(axis: 1, start: -1, end: 2), [[.rows, 3]], "-1..<2"),
                Wrong(
                    .slice(axis: 0, start: 0, end: 1), [[.rows, 3]], "axis 0 of [rows, 3]", "rows"),
                Wrong(.slice(axis: 2, start: 0, end: 1), [[.rows, 3]], "axis 2", "[rows, 3]"),
            ]
        case .pad:
            [
                Wrong(.pad(axis: 1, before: -1, after: 0), [[.rows, 3]], "-1", "[rows, 3]"),
                Wrong(.pad(axis: 1, before: 0, after: .max), [[.rows, 3]], "[rows, 3]"),
                Wrong(.pad(axis: 0, before: 1, after: 0), [[.rows, 3]], "axis 0 of [rows, 3]"),
                Wrong(.pad(axis: 3, before: 1, after: 0), [[.rows, 3]], "axis 3", "[rows, 3]"),
            ]
        case .concatenate:
            [
                Wrong(.concatenate(axis: 1), [], "needs an operand"),
                Wrong(.concatenate(axis: 1), [[.rows, 3], [3]], "[rows, 3]", "[3]"),
                Wrong(
                    .concatenate(axis: 1), [[.rows, 3], [2, 3]], "[2, 3]", "[rows, 3]", "axis 1"),
                Wrong(.concatenate(axis: 0), [[.rows, 3], [.rows, 3]], "axis 0 of [rows, 3]"),
                Wrong(.concatenate(axis: 2), [[.rows, 3]], "axis 2", "[rows, 3]"),
                Wrong(.concatenate(axis: 0), [[3], [3]], indices: [1], "type", "[3]"),
            ]
        case .gather:
            [
                Wrong(.gather, [[4, 2], [.rows]], "int32 indices", "[4, 2]", "[rows]"),
                Wrong(.gather, [[4], [.rows]], indices: [1], "[4]", "[values, width]"),
                Wrong(.gather, [[.rows, 2], [.rows]], indices: [1], "[rows, 2]"),
                Wrong(.gather, [[4, 2]], "2 operands"),
            ]
        case .scatterAdd:
            [
                Wrong(.scatterAdd(values: 4), [[.rows], [.rows, 2]], "int32", "[rows, 2]"),
                Wrong(.scatterAdd(values: 4), [[.rows], [.rows]], indices: [0], "[rows]"),
                Wrong(
                    .scatterAdd(values: 4), [[.rows], [.rows, 2, 2]], indices: [0], "[rows, 2, 2]"),
                Wrong(.scatterAdd(values: 0), [[.rows], [.rows, 2]], indices: [0], "[0, 2]"),
            ]
        case .oneHot:
            [
                Wrong(.oneHot(classes: 3), [[.rows]], "int32", "[rows]"),
                Wrong(.oneHot(classes: 0), [[.rows]], indices: [0], "class"),
            ]
        case .dropoutMask:
            [
                Wrong(.dropoutMask([.rows], rate: 1, stream: 0), [], "rate 1.0"),
                Wrong(.dropoutMask([.rows], rate: -0.1, stream: 0), [], "rate -0.1"),
                Wrong(.dropoutMask([.rows], rate: .nan, stream: 0), [], "rate nan"),
                Wrong(.dropoutMask([.rows], rate: 0.5, stream: 0), [[3]], "0 operands", "[3]"),
                Wrong(.dropoutMask([.rows, 0], rate: 0.5, stream: 0), [], "[rows, 0]"),
            ]
        }
    }

    private static func product(_ a: Bool = false, _ b: Bool = false) -> Op {
        .matmul(transposeA: a, transposeB: b)
    }

    @Test func everyOperationCanBeWrong() {
        for kind in OpKind.all {
            #expect(!Self.wrongs(kind).isEmpty)
            #expect(Self.wrongs(kind).allSatisfy { OpKind($0.op) == kind })
        }
    }

    @Test(arguments: OpKind.all.flatMap(wrongs)) func saysWhatIsWrong(_ wrong: Wrong) throws {
        var b = GraphBuilder()
        let operands = wrong.operands.enumerated().map {
            b.input("x\($0.offset)", $0.element.shape, dtype: $0.element.dtype)
        }
        let line: UInt = #line + 1
        let y = b.scoped("tower") { $0.apply(wrong.op, operands) }
        // The builder goes on; the first failure is the one that is told.
        b.output("y", b.add(y, y))
        let error = try #require(throws: GraphError.self) { try b.build() }
        #expect(error.node.contains("\(wrong.op)"))
        #expect(error.node.contains("tower"))
        for mention in wrong.mentions {
            #expect(error.problem.contains(mention), "\(error.problem) does not say \(mention)")
        }
        // What only the whole graph shows is found when it is verified, and names the node.
        let foundByVerifier = error.location == "verifying the graph"
        #expect(
            foundByVerifier
                ? error.node.hasPrefix("%")
                : error.location.hasSuffix("GraphErrorTests.swift:\(line)"))
    }

    @Test func namesAreUnique() {
        var b = GraphBuilder()
        _ = b.input("x", [.rows])
        _ = b.input("x", [.rows])
        #expect(throws: GraphError.self) { try b.build() }
        var c = GraphBuilder()
        _ = c.parameter("p", [2], role: .bias, initializer: .constant(0))
        _ = c.parameter("p", [2], role: .bias, initializer: .constant(0))
        #expect(throws: GraphError.self) { try c.build() }
    }

    @Test func onlyGatherReadsATableWithSparseGradients() throws {
        func graph(sparse: Bool) throws -> Graph {
            var b = GraphBuilder()
            let indices = b.input("i", [.rows], dtype: .int32)
            let table = b.parameter(
                "table", [9, 2], role: .embedding, initializer: .constant(0),
                hasSparseGradient: sparse)
            let rows = b.sum(b.apply(.gather, [table, indices]), to: .scalar)
            let penalty = b.sum(b.unary(.square, table), to: .scalar)
            b.output("loss", b.add(rows, penalty))
            return try b.build()
        }
        let error = try #require(throws: GraphError.self) { try graph(sparse: true) }
        #expect(error.description.contains("square") && error.description.contains("table"))
        _ = try graph(sparse: false)
    }

    @Test func updatesFitTheirStates() throws {
        func build(_ role: ParameterRole, _ shape: Shape) throws -> Graph {
            var b = GraphBuilder()
            let state = b.parameter("state", [3], role: role, initializer: .constant(0))
            b.output("y", b.input("x", [.rows, 3]))
            let next = b.input("next", shape)
            b.update(state, to: next)
            return try b.build()
        }
        _ = try build(.state, [3])
        #expect(throws: GraphError.self) { try build(.state, [4]) }
        #expect(throws: GraphError.self) { try build(.weight, [3]) }
    }

    @Test func valuesFitTheirParameter() throws {
        func build(_ shape: Shape) throws -> Graph {
            var b = GraphBuilder()
            b.output("y", b.parameter("p", shape, role: .weight, initializer: .values([1, 2, 3])))
            return try b.build()
        }
        _ = try build([3, 1])
        let error = try #require(throws: GraphError.self) { try build([4]) }
        #expect(error.description.contains("3 values") && error.description.contains("[4]"))
    }

    @Test func differentiatingWhatIsNotThere() throws {
        let graph = try TrainingGraphs.members()
        let error = try #require(throws: GraphError.self) {
            try graph.differentiated(output: "los")
        }
        #expect(error.description.contains("loss"))
    }

    /// A state whose next value comes from rows keeps the batch in one shard.
    @Test func rowsMixThroughStates() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 3])
        let state = b.parameter("state", [3], role: .state, initializer: .constant(0))
        b.output("y", b.sum(x, to: .scalar))
        #expect(try b.build().mixesRows == false)
        b.update(state, to: b.sum(x, to: [3]))
        #expect(try b.build().mixesRows)
    }

    @Test func theRuntimeHasLoopsForEveryRank() {
        #expect(ElementwiseProgram.maximumRank >= Shape.maximumRank)
    }
}

/// Graphs read from files, whole and broken.
@Suite struct VerifierTests {
    private func json(_ graph: Graph) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(graph), as: UTF8.self)
    }

    private func graph(_ json: String) throws -> Graph {
        try JSONDecoder().decode(Graph.self, from: Data(json.utf8))
    }

    /// Two nodes that hold one of everything that can be broken.
    private func small() throws -> Graph {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 3])
        let state = b.parameter("s", [3], role: .state, initializer: .constant(0))
        b.update(state, to: b.scale(state, by: 0.5))
        b.output("y", b.add(x, state))
        return try b.build()
    }

    @Test func aGraphSurvivesItsFile() throws {
        for form in TrainingGraphs.all {
            let original = try form.graph()
            let read = try graph(json(original))
            try read.verify()
            #expect(read == original)
        }
    }

    @Test(arguments: [
        // operands that do not come first: %4 = add(%0, %1)
        (#""inputs":[0,1]"#, #""inputs":[0,4]"#), (#""inputs":[0,1]"#, #""inputs":[5,1]"#),
        (#""inputs":[0,1]"#, #""inputs":[-1,1]"#), (#""inputs":[0,1]"#, #""inputs":[0]"#),
        // shapes and types
        (#""shape":["rows",3]}]"#, #""shape":["rows",4]}]"#),
        (#""shape":["rows",3]"#, #""shape":["rows",0]"#),
        (#""shape":["rows",3]"#, #""shape":["rows",-3]"#),
        (#""shape":["rows",3]"#, #""shape":["rows","rows"]"#),
        (#""shape":["rows",3]"#, #""shape":["rows",9000000000,9000000000]"#),
        (#""shape":["rows",3]"#, #""shape":["rows",1,1,1,1,1,3]"#),
        (#""dtype":"float32""#, #""dtype":"int32""#),
        // names
        (#""inputs":{"x":0}"#, #""inputs":{"x":1}"#), (#""inputs":{"x":0}"#, #""inputs":{"z":0}"#),
        (#""inputs":{"x":0}"#, #""inputs":{}"#), (#""inputs":{"x":0}"#, #""inputs":{"x":0,"z":0}"#),
        (#""outputs":{"y":4}"#, #""outputs":{"y":5}"#),
        (#""outputs":{"y":4}"#, #""outputs":{"x":5}"#),
        (#""updates":{"s":3}"#, #""updates":{"s":4}"#),
        (#""updates":{"s":3}"#, #""updates":{"t":3}"#),
        (#""updates":{"s":3}"#, #""updates":{"s":-1}"#),
        // parameters
        (#""role":"state""#, #""role":"bias""#), (#""name":"s""#, #""name":"t""#),
        (#""value":1}"#, #""value":0}"#), (#""value":1}"#, #""value":7}"#),
        (#""label":"s""#, #""label":"t""#),
        (#""hasSparseGradient":false"#, #""hasSparseGradient":true"#),
    ]) func brokenGraphs(_ change: (from: String, to: String)) throws {
        let whole = try json(small())
        #expect(whole.contains(change.from), "\(whole)")
        let broken = whole.replacingOccurrences(of: change.from, with: change.to)
        #expect(throws: GraphError.self, "\(change)") { try graph(broken).verify() }
    }

    @Test func aParameterCannotStandTwice() throws {
        let whole = try json(small())
        let start = try #require(whole.range(of: #""parameters":["#))
        let end = try #require(whole.range(of: "]", range: start.upperBound..<whole.endIndex))
        // The first "]" ends the spec's shape; the entry ends with the next "}".
        let close = try #require(whole.range(of: "}", range: end.upperBound..<whole.endIndex))
        let entry = whole[start.upperBound..<close.upperBound]
        let twice = whole.replacingCharacters(
            in: start.upperBound..<start.upperBound, with: entry + ",")
        #expect(throws: GraphError.self) { try graph(twice).verify() }
    }

    /// One number of a file changed: it is refused, or it is a graph that can be planned and
    /// differentiated.
    @Test(arguments: 0..<400) func changedNumbers(seed: Int) throws {
        let form = TrainingGraphs.all[seed % TrainingGraphs.all.count]
        var bytes = Array(try json(form.graph()).utf8)
        var choices = Choices(seed: UInt64(seed))
        let digits = bytes.indices.filter { (48...57).contains(bytes[$0]) }
        let position = choices.pick(digits)
        let replacement = choices.pick([
            "0", "1", "2", "7", "-1", "99999999999", "3000000000000000000",
        ])
        bytes.replaceSubrange(position...position, with: replacement.utf8)
        do {
            let changed = try graph(String(decoding: bytes, as: UTF8.self))
            try changed.verify()
            let plan = Plan(
                changed, outputs: changed.outputs.keys.sorted(), rows: 2,
                parameters: ParameterLayout(changed))
            #expect(plan.outputs.count == changed.outputs.count)
            _ = try changed.differentiated(output: "loss")
        } catch is GraphError {
        } catch is DecodingError {
        }
    }

    /// The listing of a small training graph and its gradient, word for word.
    @Test func listing() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 3])
        let i = b.input("i", [.rows], dtype: .int32)
        let joined = b.apply(
            .concatenate(axis: 1), [x, b.embedding("category", i, values: 5, width: 2)])
        let hidden = b.dropout(
            b.activation(.relu, b.linear("hidden", joined, output: 4)), rate: 0.5)
        let y = b.batchNorm("norm", hidden, training: true)
        let probabilities = b.apply(.softmax, [y])
        b.output("probabilities", probabilities)
        b.output("loss", b.sum(b.unary(.log, probabilities), to: .scalar))
        let graph = try b.build().differentiated(output: "loss").graph
        try expectGolden(graph.listing + "\n", "listing.txt")
    }

    /// A missing golden is written, and fails.
    private func expectGolden(_ text: String, _ name: String) throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Goldens").appending(path: name)
        guard let golden = try? String(contentsOf: url, encoding: .utf8) else {
            try text.write(to: url, atomically: true, encoding: .utf8)
            Issue.record("\(name) was missing and has been written: look at it, then commit it")
            return
        }
        let (lines, expected) = (text.split(separator: "\n"), golden.split(separator: "\n"))
        #expect(lines.count == expected.count)
        for (line, wanted) in zip(lines, expected) where line != wanted {
            Issue.record("\(line)\nshould be\n\(wanted)")
        }
    }
}
