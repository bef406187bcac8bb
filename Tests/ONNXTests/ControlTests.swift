import ONNX
import Testing

/// Branches, loops and scans over bodies of operators that move elements, and one that adds.
@Suite struct ControlTests {
    /// Sum of two 64-bit whole numbers or lists of them.
    private static let registry = OperatorRegistry(
        [
            "If", "Loop", "Scan", "SequenceInsert", "SequenceEmpty", "SequenceMap", "Expand",
            "Concat",
        ]
        .compactMap { OperatorRegistry.standard[OperatorName($0)] } + [
            ONNXOperator("Plus") { call throws(ONNXError) in
                let (one, other) = (
                    try call.array(0, of: Int64.self), try call.array(1, of: Int64.self)
                )
                return call.result(try call.tensor(0).shape, zip(one, other).map { $0 &+ $1 })
            }
        ])

    private func run(
        _ node: ONNXNode, _ constants: [String: ONNXTensor], limits: ONNXLimits = ONNXLimits(),
        opset: Int = 21
    ) throws -> [ONNXValue] {
        let graph = ONNXGraph(
            nodes: [node], inputs: [], outputs: node.outputs, constants: constants)
        let interpreter = try ONNXInterpreter(
            ONNXModel(of: graph, opset: opset), registry: Self.registry, limits: limits)
        let values = try interpreter.run([:])
        return try node.outputs.map { try #require(values[$0]) }
    }

    private func expectsRefusal(
        as kind: ONNXError.Kind, saying text: String = "",
        sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> [ONNXValue]
    ) {
        do {
            let values = try body()
            Issue.record("gives \(values.map(\.kind))", sourceLocation: sourceLocation)
        } catch let error as ONNXError {
            #expect(
                error.kind == kind && error.problem.contains(text), "\(error)",
                sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }

    /// Adds the iteration to what is carried, and gathers it.
    private let adding = ONNXGraph(
        nodes: [ONNXNode(making: ["next"], by: "Plus", of: ["carried", "iteration"])],
        inputs: ["iteration", "condition", "carried"], outputs: ["condition", "next", "next"])

    private func loop(
        _ inputs: [String], count: Int64 = 4, going: Bool = true, body: ONNXGraph? = nil,
        limits: ONNXLimits = ONNXLimits()
    ) throws -> [ONNXValue] {
        try run(
            ONNXNode(
                making: ["last", "all"], by: "Loop", of: inputs, ["body": .graph(body ?? adding)]),
            ["count": .scalar(count), "going": .scalar(going), "start": .scalar(Int64(10))],
            limits: limits)
    }

    @Test func loopsCountAndGather() throws {
        let results = try loop(["count", "", "start"])
        #expect(results[0] == .tensor(.scalar(Int64(16))))
        #expect(results[1] == .tensor(.vector([Int64(10), 11, 13, 16])))
        #expect(try loop(["count", "going", "start"])[0] == .tensor(.scalar(Int64(16))))
    }

    @Test func loopsWithoutIterationsNeedATypeForWhatTheyGather() throws {
        for (count, going) in [(Int64(0), true), (-5, true), (4, false)] {
            expectsRefusal(as: .unsupported, saying: "no iteration") {
                try loop(["count", "going", "start"], count: count, going: going)
            }
        }
        var typed = adding
        typed.outputs[2].kind = .tensor(.int64, shape: [.fixed(3), .free("n")])
        let results = try loop(["count", "", "start"], count: 0, body: typed)
        #expect(results[0] == .tensor(.scalar(Int64(10))))
        #expect(results[1] == .tensor(ONNXTensor([0, 3, 0], [Int64]())))
    }

    @Test func loopsWithoutEndEndAtTheLimit() {
        var limits = ONNXLimits()
        limits.work = 1 << 20
        limits.workOfElement = 0
        for inputs in [["", "", "start"], ["", "going", "start"], ["count", "", "start"]] {
            expectsRefusal(as: .limit) { try loop(inputs, count: .max, limits: limits) }
        }
    }

    @Test func whatLoopsGatherEndsAtTheLimit() {
        var limits = ONNXLimits()
        limits.heldElements = 1_000
        expectsRefusal(as: .limit, saying: "held") {
            try loop(["count", "", "start"], count: 600, limits: limits)
        }
    }

    @Test func whatABodyGaveIsLetGo() throws {
        let body = ONNXGraph(
            nodes: [ONNXNode(making: ["next"], by: "Plus", of: ["start", "start"])],
            inputs: ["iteration", "condition", "carried"], outputs: ["condition", "next"])
        var limits = ONNXLimits()
        limits.heldElements = 1_000
        let node = ONNXNode(
            making: ["last"], by: "Loop", of: ["count", "", "start"], ["body": .graph(body)])
        let results = try run(
            node,
            ["count": .scalar(Int64(100)), "start": .vector([Int64](repeating: 1, count: 100))],
            limits: limits)
        #expect(results == [.tensor(.vector([Int64](repeating: 2, count: 100)))])
    }

    @Test func constantsThatAreLetGoMakeNoRoom() {
        let graph = ONNXGraph(
            nodes: [
                ONNXNode(making: ["a"], by: "Plus", of: ["start", "start"]),
                ONNXNode(making: ["b"], by: "Plus", of: ["a", "a"]),
                ONNXNode(making: ["c"], by: "Plus", of: ["b", "b"]),
            ], inputs: [], outputs: ["a", "b", "c"],
            constants: ["start": .vector([Int64](repeating: 1, count: 900))])
        var limits = ONNXLimits()
        limits.heldElements = 2_000
        expectsRefusal(as: .limit, saying: "held") {
            let interpreter = try ONNXInterpreter(
                ONNXModel(of: graph, opset: 21), registry: Self.registry, limits: limits)
            return Array(try interpreter.run([:]).values)
        }
    }

    @Test func bodiesThatDoNotFitAreRefused() {
        var short = adding
        short.outputs.removeLast(2)
        expectsRefusal(as: .malformed) { try loop(["count", "", "start"], body: short) }
        var narrow = adding
        narrow.inputs.removeFirst()
        expectsRefusal(as: .malformed) { try loop(["count", "", "start"], body: narrow) }
        var untrue = adding
        untrue.outputs[0].name = "next"
        expectsRefusal(as: .malformed, saying: "no truth") {
            try loop(["count", "", "start"], body: untrue)
        }
        expectsRefusal(as: .malformed, saying: "misses the graph") {
            try run(
                ONNXNode(making: ["y"], by: "Loop", of: ["", ""]), ["x": .scalar(Int64(0))])
        }
    }

    @Test func branchesSeeWhatIsAroundThem() throws {
        func branch(_ names: [String]) -> ONNXGraph {
            ONNXGraph(
                nodes: [ONNXNode(making: ["sum"], by: "Plus", of: names)], inputs: [],
                outputs: ["sum"])
        }
        func result(_ condition: ONNXTensor) throws -> [ONNXValue] {
            try run(
                ONNXNode(
                    making: ["y"], by: "If", of: ["condition"],
                    [
                        "then_branch": .graph(branch(["one", "one"])),
                        "else_branch": .graph(branch(["ten", "ten"])),
                    ]),
                ["condition": condition, "one": .scalar(Int64(1)), "ten": .scalar(Int64(10))])
        }
        #expect(try result(.scalar(true)) == [.tensor(.scalar(Int64(2)))])
        #expect(try result(.vector([false])) == [.tensor(.scalar(Int64(20)))])
        expectsRefusal(as: .malformed, saying: "one truth") { try result(.vector([true, true])) }
        expectsRefusal(as: .malformed, saying: "bool") { try result(.scalar(Int64(1))) }
    }

    private func scan(
        _ attributes: [String: ONNXAttribute] = [:], data: ONNXTensor? = nil, opset: Int = 21
    ) throws -> [ONNXValue] {
        let body = ONNXGraph(
            nodes: [ONNXNode(making: ["next"], by: "Plus", of: ["state", "element"])],
            inputs: ["state", "element"], outputs: ["next", "next"])
        let all = attributes.merging(["body": .graph(body), "num_scan_inputs": .int(1)]) { one, _ in
            one
        }
        return try run(
            ONNXNode(
                making: ["last", "all"], by: "Scan",
                of: opset < 9 ? ["lengths", "start", "data"] : ["start", "data"], all),
            [
                "start": opset < 9 ? ONNXTensor([2, 1], [Int64(0), 100]) : list(0, 0),
                "data": data ?? ONNXTensor([3, 2], [Int64(1), 2, 3, 4, 5, 6]),
                "lengths": list(1, 2),
            ], opset: opset)
    }

    @Test func scansGoAlongAnyAxisInBothDirections() throws {
        let plain = try scan()
        #expect(plain[0] == .tensor(list(9, 12)))
        #expect(plain[1] == .tensor(ONNXTensor([3, 2], [Int64(1), 2, 4, 6, 9, 12])))
        let turned = try scan(
            [
                "scan_input_axes": .ints([-1]), "scan_input_directions": .ints([1]),
                "scan_output_axes": .ints([-1]), "scan_output_directions": .ints([1]),
            ], data: ONNXTensor([2, 3], [Int64(1), 2, 3, 4, 5, 6]))
        #expect(turned[0] == .tensor(list(6, 15)))
        #expect(turned[1] == .tensor(ONNXTensor([2, 3], [Int64(6), 5, 3, 15, 11, 6])))
    }

    @Test func batchesOfVersion8HaveTheirOwnLengths() throws {
        let data = ONNXTensor([2, 3, 1], [Int64(1), 2, 3, 4, 5, 6])
        let results = try scan(data: data, opset: 8)
        #expect(results[0] == .tensor(ONNXTensor([2, 1], [Int64(1), 109])))
        #expect(results[1] == .tensor(ONNXTensor([2, 3, 1], [Int64(1), 0, 0, 104, 109, 0])))
        expectsRefusal(as: .input) {
            try scan(data: ONNXTensor([1, 3, 1], [Int64(1), 2, 3]), opset: 8)
        }
    }

    @Test func scansThatDoNotFitAreRefused() {
        expectsRefusal(as: .malformed) { try scan(["num_scan_inputs": .int(3)]) }
        expectsRefusal(as: .malformed) { try scan(["num_scan_inputs": .int(.min + 1)]) }
        expectsRefusal(as: .malformed) { try scan(["scan_input_axes": .ints([2])]) }
        expectsRefusal(as: .malformed) { try scan(["scan_input_axes": .ints([0, 0])]) }
        expectsRefusal(as: .malformed) { try scan(["scan_output_axes": .ints([5])]) }
        expectsRefusal(as: .malformed) { try scan(data: .scalar(Int64(1))) }
    }
}

@Suite struct SequenceTests {
    private let two = ONNXValue.sequence([.tensor(counting(2)), .tensor(counting(3))])

    @Test func positionsMustBeWithinTheSequence() throws {
        func at(_ place: Int64) -> OneOperator {
            OneOperator("SequenceAt", values: [two, .tensor(.scalar(place))])
        }
        at(2).isRefused(as: .input, saying: "index 2 of 2")
        at(-3).isRefused(as: .input)
        at(.min).isRefused(as: .input)
        #expect(try at(-1).tensor() == counting(3))
        OneOperator("SequenceErase", values: [.sequence([])]).isRefused(as: .input)
        OneOperator(
            "SequenceInsert", values: [two, .tensor(counting(1)), .tensor(.scalar(Int64(3)))]
        )
        .isRefused(as: .input)
        OneOperator("SequenceInsert", values: [two, .tensor(list(1))])
            .isRefused(as: .malformed, saying: "int64 beside float")
        OneOperator("SequenceLength", values: [.tensor(counting(1))])
            .isRefused(as: .malformed, saying: "sequence")
        OneOperator("ConcatFromSequence", values: [.sequence([])], ["axis": .int(0)])
            .isRefused(as: .malformed)
        OneOperator("ConcatFromSequence", values: [two], ["axis": .int(0), "new_axis": .int(1)])
            .isRefused(as: .input)
        #expect(
            try OneOperator("ConcatFromSequence", values: [two], ["axis": .int(-1)]).tensor().shape
                == [5])
    }

    @Test func partsOfSequencesAreChecked() throws {
        func split(_ part: ONNXTensor?, keeps: Int64 = 1) -> OneOperator {
            OneOperator("SplitToSequence", [counting(5), part], ["keepdims": .int(keeps)])
        }
        split(.scalar(Int64(0))).isRefused(as: .malformed)
        split(.scalar(Int64(-1))).isRefused(as: .malformed)
        split(list(2, 2)).isRefused(as: .input)
        var many = split(nil)
        many.limits.sequenceValues = 4
        many.isRefused(as: .limit)
        func shapes(_ operation: OneOperator) throws -> [[Int]?] {
            try #require(try operation.values()[0].sequence).map { $0.tensor?.shape }
        }
        #expect(try shapes(split(.scalar(Int64(2)))) == [[2], [2], [1]])
        #expect(try shapes(split(.scalar(Int64.max))) == [[5]])
        #expect(try shapes(split(nil, keeps: 0)) == [[], [], [], [], []])
    }

    @Test func optionalsHoldValuesOrNone() throws {
        func value(_ name: String, _ values: [ONNXValue?]) throws -> ONNXValue {
            try OneOperator(name, values: values).values()[0]
        }
        #expect(try value("Optional", []) == .none)
        #expect(try value("OptionalGetElement", [two]) == two)
        #expect(try value("OptionalHasElement", [two]) == .tensor(.scalar(true)))
        #expect(try value("OptionalHasElement", [ONNXValue.none]) == .tensor(.scalar(false)))
        #expect(try value("OptionalHasElement", [nil]) == .tensor(.scalar(false)))
        OneOperator("OptionalGetElement", values: [ONNXValue.none]).isRefused(as: .input)
    }
}
