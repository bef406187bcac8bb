import ONNX
import Testing

/// Extents that data or attributes ask for: what cannot be is an error, never a trap or a hang.
@Suite struct HostileExtentTests {
    @Test func expansionsEndAtTheLimit() {
        OneOperator("Expand", [counting(1), list(1 << 40)]).isRefused(as: .limit)
        OneOperator("Expand", [counting(1), list(1 << 40, 0)]).isRefused(as: .limit)
        OneOperator("Expand", [counting(1), list(.max, .max, 0)]).isRefused(as: .limit)
        OneOperator("Expand", [counting(3), list(-1)]).isRefused(as: .malformed, saying: "-1")
        OneOperator("Expand", [counting(3), list(2)]).isRefused(as: .input, saying: "stretch")
    }

    @Test func repetitionsEndAtTheLimit() {
        OneOperator("Tile", [counting(2, 3), list(1 << 31, 1 << 31)]).isRefused(as: .limit)
        OneOperator("Tile", [counting(2, 3), list(.max, 1)]).isRefused(as: .malformed)
        OneOperator("Tile", [counting(2, 3), list(-1, 1)]).isRefused(as: .malformed, saying: "-1")
        OneOperator("Tile", [counting(2, 3), list(1)]).isRefused(as: .malformed)
    }

    @Test func fillingsEndAtTheLimit() {
        OneOperator("ConstantOfShape", [list(-1)]).isRefused(as: .malformed, saying: "-1")
        OneOperator("ConstantOfShape", [list(1 << 20, 1 << 20)]).isRefused(as: .limit)
        OneOperator("ConstantOfShape", [.vector([Int64](repeating: 1, count: 65))])
            .isRefused(as: .limit, saying: "65 axes")
        OneOperator("ConstantOfShape", [list(2)], ["value": .tensor(counting(2))])
            .isRefused(as: .malformed)
    }

    @Test func rangesEndAtTheLimit() throws {
        func range<Element: ONNXElement>(_ values: Element...) -> OneOperator {
            OneOperator("Range", values.map { .scalar($0) })
        }
        range(Int64(0), 5, 0).isRefused(as: .input, saying: "by 0")
        range(Float(0), 5, 0).isRefused(as: .input)
        range(Float.nan, 5, 1).isRefused(as: .input)
        range(Float(0), 5, .nan).isRefused(as: .input)
        range(Float(0), 1, 1e-30).isRefused(as: .limit)
        range(Float(0), .infinity, 1).isRefused(as: .limit)
        range(Double(-1e300), 1e300, 1).isRefused(as: .limit)
        range(Int64.min, .max, 1).isRefused(as: .limit)
        range(Int64.max, .min, -1).isRefused(as: .limit)
        #expect(try integers(range(Int64.min, .max, .max).tensor()) == [.min, -1, .max - 1])
        #expect(try integers(range(Int64.max, .min, .min).tensor()) == [.max, -1])
        #expect(try integers(range(Int64(5), 0, 1).tensor()) == [])
    }

    @Test func paddingsAreChecked() throws {
        func pad(_ pads: Int..., mode: String = "constant") -> OneOperator {
            OneOperator(
                "Pad", [counting(2, 3), .vector(pads.map { Int64($0) })],
                ["mode": .string(Array(mode.utf8))])
        }
        pad(0, .min, 0, 0).isRefused(as: .malformed)
        pad(0, .min, 0, .max).isRefused(as: .input)
        pad(0, .max, 0, .min).isRefused(as: .malformed, saying: "cannot be counted")
        pad(0, -4, 0, 0).isRefused(as: .malformed, saying: "-1")
        pad(0, -4, 0, 4).isRefused(as: .input, saying: "cut")
        pad(0, .max, 0, 0).isRefused(as: .malformed)
        pad(1 << 40, 0, 0, 0).isRefused(as: .limit)
        pad(0, 0, 0).isRefused(as: .malformed)
        pad(0, -3, 0, 4, mode: "edge").isRefused(as: .input, saying: "no elements")
        pad(0, -3, 0, 4, mode: "wrap").isRefused(as: .input)
        pad(0, -3, 0, 4, mode: "reflect").isRefused(as: .input)
        pad(0, 1, 0, 0, mode: "sideways").isRefused(as: .unsupported, saying: "sideways")
        #expect(try floats(pad(0, -1, -1, 2).tensor()) == [1, 2, 0, 0])
        #expect(try floats(pad(-1, -1, 0, 2, mode: "edge").tensor()) == [4, 5, 5, 5])
        #expect(try floats(pad(-1, 3, 0, 0, mode: "reflect").tensor()) == [4, 5, 4, 3, 4, 5])
        #expect(try floats(pad(-1, 4, 0, 0, mode: "wrap").tensor()) == [5, 3, 4, 5, 3, 4, 5])
    }

    @Test func newExtentsMustFit() throws {
        func reshape(_ shape: Int..., zero: Int64 = 0) -> OneOperator {
            OneOperator(
                "Reshape", [counting(2, 3), .vector(shape.map { Int64($0) })],
                ["allowzero": .int(zero)])
        }
        reshape(4, 2).isRefused(as: .input, saying: "6 elements are not 8")
        reshape(-1, 4).isRefused(as: .input, saying: "do not divide")
        reshape(-1, -1).isRefused(as: .malformed)
        reshape(-2, 3).isRefused(as: .malformed)
        reshape(2, 3, 0).isRefused(as: .malformed, saying: "axis 2")
        reshape(.max, .max).isRefused(as: .limit)
        reshape(0, -1, zero: 1).isRefused(as: .malformed)
        #expect(try reshape(0, -1).tensor().shape == [2, 3])
        #expect(try reshape(-1).tensor().shape == [6])
        let empty = ONNXTensor([0, 3], [Float]())
        OneOperator("Reshape", [empty, list(0, -1)]).isRefused(as: .input)
        #expect(
            try OneOperator("Reshape", [empty, list(3, 0)], ["allowzero": .int(1)]).tensor().shape
                == [3, 0])
    }

    @Test func axesAreChecked() throws {
        OneOperator("Unsqueeze", [counting(2), .vector([Int64](repeating: 0, count: 100_000))])
            .isRefused(as: .limit)
        OneOperator("Unsqueeze", [counting(2), list(0, 0)]).isRefused(
            as: .malformed, saying: "twice")
        OneOperator("Unsqueeze", [counting(2), list(2)]).isRefused(as: .malformed, saying: "axis 2")
        OneOperator("Unsqueeze", [counting(2), list(.min)]).isRefused(as: .malformed)
        OneOperator("Squeeze", [counting(2, 1), list(0)]).isRefused(as: .input)
        OneOperator("Transpose", [counting(2, 3)], ["perm": .ints([0, 0])]).isRefused(
            as: .malformed)
        OneOperator("Transpose", [counting(2, 3)], ["perm": .ints([0])]).isRefused(as: .malformed)
        OneOperator("Flatten", [counting(2, 3)], ["axis": .int(3)]).isRefused(as: .malformed)
        OneOperator("Concat", [counting(2, 3), counting(2, 2)], ["axis": .int(0)])
            .isRefused(as: .input)
        OneOperator("Concat", [counting(2, 3), list(1)], ["axis": .int(0)]).isRefused(
            as: .malformed)
        OneOperator("Concat", [], ["axis": .int(0)]).isRefused(as: .malformed)
        #expect(
            try OneOperator("Unsqueeze", [counting(2)], ["axes": .ints([-1, 0])], opset: 11)
                .tensor()
                .shape == [1, 2, 1])
        #expect(
            try OneOperator("Squeeze", [counting(1, 2, 1)], ["axes": .ints([2])], opset: 11)
                .tensor()
                .shape == [1, 2])
    }

    @Test func partsAreChecked() throws {
        func split(_ parts: Int...) -> OneOperator {
            OneOperator(
                "Split", [counting(5), .vector(parts.map { Int64($0) })], outputs: parts.count)
        }
        split(2, 4).isRefused(as: .input)
        split(6, -1).isRefused(as: .malformed)
        split(.max, .max).isRefused(as: .malformed)
        OneOperator("Split", [counting(5)], opset: 13, outputs: 2).isRefused(as: .input)
        OneOperator("Split", [counting(5)], ["num_outputs": .int(1 << 60)], outputs: 2)
            .isRefused(as: .malformed)
        OneOperator("Split", [counting(5)], ["num_outputs": .int(0)], outputs: 0)
            .isRefused(as: .malformed)
        // Four parts of two each would leave the last one −1.
        OneOperator("Split", [counting(5)], ["num_outputs": .int(4)], outputs: 4)
            .isRefused(as: .malformed)
        let uneven = OneOperator("Split", [counting(5)], ["num_outputs": .int(3)], outputs: 3)
        #expect(try (0..<3).map { try floats(uneven.tensor($0)) } == [[0, 1], [2, 3], [4]])
    }

    @Test func slicesClampWhatIsBeyond() throws {
        func slice(_ start: Int, _ end: Int, _ step: Int) -> OneOperator {
            OneOperator(
                "Slice", [counting(5), list(start), list(end), list(0), list(step)])
        }
        slice(0, 5, 0).isRefused(as: .malformed, saying: "step of 0")
        OneOperator("Slice", [counting(5), list(0), list(1, 2)]).isRefused(as: .malformed)
        OneOperator("Slice", [counting(5), list(0, 0), list(1, 1), list(0, -1)])
            .isRefused(as: .malformed)
        OneOperator("Slice", [counting(5), list(0), list(1), list(1)]).isRefused(as: .malformed)
        #expect(try floats(slice(.min, .max, .max).tensor()) == [0])
        #expect(try floats(slice(.max, .min, .min).tensor()) == [4])
        #expect(try floats(slice(.max, .min, -2).tensor()) == [4, 2, 0])
        #expect(try floats(slice(.max, .max, -1).tensor()) == [4, 3, 2, 1, 0])
        #expect(try floats(slice(-2, .max, 1).tensor()) == [3, 4])
        #expect(try floats(slice(3, 1, 1).tensor()) == [])
        let empty = OneOperator(
            "Slice", [ONNXTensor([0], [Float]()), list(-1), list(.min), list(0), list(-1)])
        #expect(try empty.tensor().shape == [0])
    }

    @Test func imagesAreChecked() {
        OneOperator("DepthToSpace", [counting(1, 4, 1, 1)], ["blocksize": .int(0)])
            .isRefused(as: .malformed)
        OneOperator("DepthToSpace", [counting(1, 4, 1, 1)], ["blocksize": .int(.max)])
            .isRefused(as: .malformed)
        OneOperator("DepthToSpace", [counting(1, 3, 1, 1)], ["blocksize": .int(2)])
            .isRefused(as: .input)
        OneOperator("SpaceToDepth", [counting(1, 1, 2, 3)], ["blocksize": .int(2)])
            .isRefused(as: .input)
        func columns(_ data: ONNXTensor, _ image: ONNXTensor, _ block: ONNXTensor) -> OneOperator {
            OneOperator("Col2Im", [data, image, block])
        }
        columns(counting(1, 4, 4), list(1 << 40, 2), list(2, 2)).isRefused(as: .limit)
        columns(counting(1, 4, 4), list(3, 3), list(0, 2)).isRefused(as: .malformed)
        columns(counting(1, 4, 4), list(2, 2), list(2, 2)).isRefused(as: .input, saying: "blocks")
        columns(counting(1, 4, 4), list(-3, 3), list(2, 2)).isRefused(as: .malformed)
        columns(counting(1, 4, 4), list(3), list(2, 2)).isRefused(as: .malformed)
        OneOperator("CenterCropPad", [counting(2), list(-1)]).isRefused(as: .malformed)
        OneOperator("CenterCropPad", [counting(2), list(1 << 40)]).isRefused(as: .limit)
        OneOperator("ReverseSequence", [counting(2, 2), list(3, 0)]).isRefused(as: .input)
        OneOperator("ReverseSequence", [counting(2, 2), list(-1, 0)]).isRefused(as: .input)
        OneOperator("ReverseSequence", [counting(2, 2), list(1)]).isRefused(as: .input)
        OneOperator(
            "ReverseSequence", [counting(2, 2), list(1, 1)],
            ["batch_axis": .int(.max), "time_axis": .int(1)]
        ).isRefused(as: .malformed)
        OneOperator("Trilu", [counting(2)]).isRefused(as: .input)
    }

    @Test func trianglesTakeAnyDiagonal() throws {
        func triangle(_ diagonal: Int64, upper: Int64) throws -> [Float] {
            try floats(
                OneOperator(
                    "Trilu", [counting(2, 2), .scalar(diagonal)], ["upper": .int(upper)]
                ).tensor())
        }
        #expect(try triangle(.max, upper: 1) == [0, 0, 0, 0])
        #expect(try triangle(.min, upper: 1) == [0, 1, 2, 3])
        #expect(try triangle(.max, upper: 0) == [0, 1, 2, 3])
        #expect(try triangle(.min, upper: 0) == [0, 0, 0, 0])
        #expect(try triangle(0, upper: 0) == [0, 0, 2, 3])
    }
}

/// One text for every type of elements.
@Suite struct ElementTypeTests {
    private static let texts = ONNXTensor([2, 2], ["a", "é", "日", ""])
    private static let halves = ONNXTensor([2, 2], [1, 2, 3, 4].map { Half(Float($0)) })
    private static let truths = ONNXTensor([2, 2], [true, false, false, true])

    @Test func textsHalvesAndTruthsAreMoved() throws {
        func transposed(_ tensor: ONNXTensor) throws -> Elements {
            try OneOperator("Transpose", [tensor]).tensor().elements
        }
        #expect(try transposed(Self.texts) == .string(["a", "日", "é", ""]))
        #expect(try transposed(Self.halves) == .float16([1, 3, 2, 4].map { Half(Float($0)) }))
        #expect(try transposed(Self.truths) == .bool([true, false, false, true]))
    }

    @Test func textsArePaddedWithTheEmptyText() throws {
        let padded = try OneOperator("Pad", [Self.texts, list(0, 1, -1, 0)]).tensor()
        #expect(padded == ONNXTensor([1, 3], ["", "a", "é"]))
        let filled = try OneOperator("Pad", [Self.texts, list(0, 1, -1, 0), .scalar("x")]).tensor()
        #expect(filled == ONNXTensor([1, 3], ["x", "a", "é"]))
        OneOperator("Pad", [Self.texts, list(0, 1, 0, 0), .scalar(Float(1))])
            .isRefused(as: .malformed, saying: "fill string")
    }

    @Test func constantsOfEveryAttribute() throws {
        func constant(_ name: String, _ value: ONNXAttribute) throws -> ONNXTensor {
            try OneOperator("Constant", [], [name: value]).tensor()
        }
        #expect(try constant("value", .tensor(Self.truths)) == Self.truths)
        #expect(try constant("value_int", .int(3)) == .scalar(Int64(3)))
        #expect(try constant("value_ints", .ints([3, 4])) == .vector([Int64(3), 4]))
        #expect(try constant("value_float", .float(0.5)) == .scalar(Float(0.5)))
        #expect(try constant("value_floats", .floats([0.5])) == .vector([Float(0.5)]))
        #expect(try constant("value_string", .string(Array("é".utf8))) == .scalar("é"))
        #expect(try constant("value_strings", .strings([Array("é".utf8)])) == .vector(["é"]))
        OneOperator("Constant", []).isRefused(as: .malformed)
    }

    @Test func nothingYetMayBeJoined() throws {
        let joined = try OneOperator(
            "Concat", [ONNXTensor([0], [Float]()), counting(1, 2)], ["axis": .int(0)]
        ).tensor()
        #expect(joined == counting(1, 2))
    }
}
