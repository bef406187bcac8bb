import CPURuntime
import GraphIR
import Kernels
import TensorCore
import Testing

/// Left factors of products that are not made: columns that are mostly 0, and rows that lie apart.
@Suite struct LeftFactorTests {
    private struct Columns: CustomTestStringConvertible, Sendable {
        /// Widths of numbers, and negative the classes of a mark.
        var parts: [Int]
        var members = 1
        var hidden = 32
        /// Whether marks are read as such in whole batches.
        var isTaken = true

        var testDescription: String { "\(parts), \(members) members, \(hidden) wide" }
        var width: Int { parts.reduce(0) { $0 + abs($1) } }
    }

    private static let taken = [
        Columns(parts: [5, -20, 2, -30, -40], members: 4),
        Columns(parts: [5, 3, -20, -30, 1], members: 8, hidden: 128),
        Columns(parts: [5, -20, -30]),
        Columns(parts: [-20, 3, -30], members: 3, hidden: 80),
        Columns(parts: [-9]),
    ]
    private static let whole = [
        // Too few columns of 0, more than a block of oneDNN's, no full kernel, no marks.
        Columns(parts: [5, -2, 3], isTaken: false),
        Columns(parts: [5, -300], isTaken: false),
        Columns(parts: [5, -20], hidden: 24, isTaken: false),
        Columns(parts: [5, 20], isTaken: false),
    ]

    /// Columns side by side, perhaps scaled for members, and a layer with a bias and a ReLU.
    private func graph(_ columns: Columns, showsColumns: Bool = false) throws -> Graph {
        var b = GraphBuilder()
        let parts = columns.parts.enumerated().map { place, width -> Value in
            let port = InputPort("part\(place)")
            guard width < 0 else { return b.input(port, [.rows, .fixed(width)]) }
            return b.apply(.oneHot(classes: -width), [b.input(port, [.rows], dtype: .int32)])
        }
        let width = columns.width
        var x = b.apply(.concatenate(axis: 1), parts)
        if showsColumns { b.output("columns", x) }
        if columns.members > 1 {
            let scales = b.parameter(
                "members", [.fixed(columns.members), .fixed(width)], role: .norm,
                initializer: .randomSign)
            let shared = b.reshape(x, [.rows, 1, .fixed(width)])
            x = b.reshape(b.multiply(shared, scales), [.rowParts(columns.members), .fixed(width)])
        }
        let weight = b.parameter(
            "weight", [.fixed(width), .fixed(columns.hidden)], role: .weight,
            initializer: .constant(0))
        let bias = b.parameter(
            "bias", [.fixed(columns.hidden)], role: .bias, initializer: .constant(0))
        b.output("out", b.unary(.relu, b.add(b.matmul(x, weight), bias)))
        return try b.build()
    }

    private func given(_ columns: Columns, rows: Int) -> [String: Tensor] {
        func numbers(_ shape: [Int], _ step: UInt32) -> Tensor {
            Tensor(
                shape, ProductCheck.numbers(shape.reduce(1, *), step: step).map(Double.init))
        }
        var result = [
            "members": numbers([columns.members, columns.width], 1),
            "weight": numbers([columns.width, columns.hidden], 2),
            "bias": numbers([columns.hidden], 3),
        ]
        for (place, width) in columns.parts.enumerated() {
            result["part\(place)"] =
                width > 0
                ? numbers([rows, width], UInt32(4 + place))
                : Tensor([rows], (0..<rows).map { Double(($0 * 7 + place) % -width) })
        }
        return result
    }

    private func run(
        _ graph: Graph, _ given: [String: Tensor], rows: Int, readsMarks: Bool
    ) -> (values: [Float], steps: Int) {
        let outputs = graph.outputs.keys.sorted()
        let experiment = Experiment(graph: graph, rows: rows, given: given, outputs: outputs)
        let layout = ParameterLayout(graph)
        let plan = Plan(
            graph, outputs: outputs, rows: rows, parameters: layout, readsMarks: readsMarks)
        let executor = Executor(plan)
        experiment.fill(executor)
        let parameters = experiment.parameters(layout)
        let results = Buffer(count: 0)
        executor.run(parameters: parameters, results: results)
        let workspace = Workspace(arena: executor.arena, parameters: parameters, results: results)
        let values = outputs.compactMap { plan.outputs[$0] }.flatMap {
            workspace[$0.space].floats($0.range)
        }
        return (values, plan.steps.count)
    }

    /// Whether our loops round a multiplication and an addition once, which they do not where a sanitizer keeps them from being
    /// compiled for the processor.
    private var fuses: Bool {
        let x: Float = 1 + 1 / 4096
        let memory = Buffer([x, x, -(x * x)])
        func region(_ place: Int) -> Region { Region(space: .arena, offset: place, count: 1) }
        Workspace(arena: memory, parameters: Buffer(count: 0), results: Buffer(count: 0)).addMarked(
            MarkedColumns(
                rows: 1, members: 1, n: 1, first: 0, parts: [.values(width: 1)], hasScales: false,
                hasBias: false, appliesReLU: false),
            MarkedOperands(
                parts: [region(0)], weights: region(1), scales: nil, bias: nil, c: region(2)))
        return memory[2] != 0
    }

    /// To the bit where the kernels were looked at; elsewhere to rounding.
    private func expectSame(_ a: [Float], _ b: [Float]) {
        #expect(a.count == b.count && a.contains { $0 > 0 })
        if processorInstructions() == "AVX2", fuses {
            #expect(a.map(\.bitPattern) == b.map(\.bitPattern))
        } else {
            #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($0)) })
        }
    }

    @Test(arguments: taken + whole) private func marksGiveTheWholeProduct(
        _ columns: Columns
    ) throws {
        let graph = try graph(columns)
        let given = given(columns, rows: 256)
        let product = run(graph, given, rows: 256, readsMarks: false)
        let marked = run(graph, given, rows: 256, readsMarks: true)
        expectSame(product.values, marked.values)
        #expect((marked.steps != product.steps) == columns.isTaken)
    }

    /// A last batch's rows do not fill the kernels, and columns that are shown have to be made.
    @Test func otherwiseTheProductStaysWhole() throws {
        let columns = Columns(parts: [5, -20, -30], members: 4)
        let given = given(columns, rows: 256)
        for (graph, rows) in [
            (try graph(columns), 200), (try graph(columns, showsColumns: true), 256),
        ] {
            let given = rows == 256 ? given : self.given(columns, rows: rows)
            let product = run(graph, given, rows: rows, readsMarks: false)
            let marked = run(graph, given, rows: rows, readsMarks: true)
            #expect(product.values.map(\.bitPattern) == marked.values.map(\.bitPattern))
            #expect(product.steps == marked.steps)
        }
    }

    /// A head's product of each member reads the rows of all where they are.
    @Test(arguments: [1, 3, 8, 9]) func headsReadRowsApart(_ width: Int) throws {
        func graph(showsTransposed: Bool) throws -> Graph {
            var b = GraphBuilder()
            let x = b.input("x", [.rows, 4, 19])
            let weight = b.parameter(
                "weight", [4, 19, .fixed(width)], role: .weight, initializer: .constant(0))
            let parts = b.apply(.transpose([1, 0, 2]), [x])
            b.output("out", b.matmul(parts, weight))
            if showsTransposed { b.output("parts", parts) }
            return try b.build()
        }
        let given = [
            "x": Tensor([6, 4, 19], ProductCheck.numbers(6 * 4 * 19, step: 0).map(Double.init)),
            "weight": Tensor(
                [4, 19, width], ProductCheck.numbers(4 * 19 * width, step: 1).map(Double.init)),
        ]
        let apart = run(try graph(showsTransposed: false), given, rows: 6, readsMarks: false)
        let made = run(try graph(showsTransposed: true), given, rows: 6, readsMarks: false)
        #expect(
            apart.values.map(\.bitPattern)
                == made.values.prefix(apart.values.count).map(\.bitPattern))
        #expect(apart.steps == (width <= 8 ? 1 : 2) && made.steps == 2)
    }
}
