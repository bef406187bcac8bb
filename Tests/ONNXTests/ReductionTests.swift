import ONNX
import Testing

/// Reductions, places and rankings, where the suite's node tests do not look.
@Suite struct ReductionTests {
    private static let nan = Float.nan
    private static let inf = Float.infinity
    private static let cube = ONNXTensor([2, 3, 2], (1...12).map { Int32($0) })

    private func axes(_ axes: [Int64]) -> ONNXTensor { .vector(axes) }

    // MARK: Axes

    @Test(
        arguments: [
            ([0], [1, 3, 2], [8, 10, 12, 14, 16, 18]), ([1], [2, 1, 2], [9, 12, 27, 30]),
            ([2], [2, 3, 1], [3, 7, 11, 15, 19, 23]), ([0, 2], [1, 3, 1], [18, 26, 34]),
            ([-1, 1], [2, 1, 1], [21, 57]), ([0, 1], [1, 1, 2], [36, 42]),
            ([0, 1, 2], [1, 1, 1], [78]),
        ] as [([Int64], [Int], [Int32])])
    func sumsAlongAxes(axes: [Int64], shape: [Int], expected: [Int32]) throws {
        let sum = OneOperator("ReduceSum", [Self.cube, self.axes(axes)])
        #expect(try sum.tensor() == ONNXTensor(shape, expected))
        let flat = OneOperator("ReduceSum", [Self.cube, self.axes(axes)], ["keepdims": .int(0)])
        let kept = Self.cube.shape.indices.filter {
            !axes.contains(Int64($0)) && !axes.contains(Int64($0 - 3))
        }
        #expect(try flat.tensor() == ONNXTensor(kept.map { Self.cube.shape[$0] }, expected))
    }

    @Test func axesByVersion() throws {
        let attribute: [String: ONNXAttribute] = ["axes": .ints([1]), "keepdims": .int(0)]
        let expected = ONNXTensor([2, 2], [9, 12, 27, 30] as [Int32])
        for opset in [7, 11, 12] {
            #expect(
                try OneOperator("ReduceSum", [Self.cube], attribute, opset: opset).tensor()
                    == expected)
        }
        // From version 13 on the attribute is none of the sum's, and from version 18 on of no reduction's.
        #expect(
            try OneOperator("ReduceSum", [Self.cube], attribute, opset: 13).tensor()
                == .scalar(Int32(78)))
        #expect(
            try OneOperator("ReduceSum", [Self.cube, axes([1])], ["keepdims": .int(0)], opset: 13)
                .tensor()
                == expected)
        let largest = ONNXTensor([2, 2], [5, 6, 11, 12] as [Int32])
        #expect(
            try OneOperator("ReduceMax", [Self.cube], attribute, opset: 17).tensor() == largest)
        #expect(
            try OneOperator("ReduceMax", [Self.cube, axes([1])], ["keepdims": .int(0)], opset: 18)
                .tensor()
                == largest)
    }

    @Test func axesThatAreNotThere() throws {
        for axis in [3, -4, Int64.min, Int64.max] as [Int64] {
            #expect(
                try OneOperator("ReduceSum", [Self.cube, axes([axis])]).problem()
                    == "asks for axis \(axis) of a tensor with 3")
            for name in ["ArgMax", "TopK"] {
                let inputs = name == "TopK" ? [Self.cube, axes([1])] : [Self.cube]
                #expect(
                    try OneOperator(name, inputs, ["axis": .int(axis)]).problem()
                        == "asks for axis \(axis) of a tensor with 3", "\(name)")
            }
        }
        #expect(
            try OneOperator("ReduceSum", [Self.cube, axes([1, -2])]).problem()
                == "names axis -2 twice")
    }

    @Test func noAxes() throws {
        let x = ONNXTensor.vector([-3, 4] as [Float])
        #expect(try OneOperator("ReduceSum", [x, axes([])]).tensor() == .vector([1] as [Float]))
        #expect(try OneOperator("ReduceSum", [x]).tensor() == .vector([1] as [Float]))
        // Nothing is folded, but squares, magnitudes and logarithms are taken, as ONNX has it since 1.20.
        let kept: [String: ONNXAttribute] = ["noop_with_empty_axes": .int(1)]
        for (name, expected) in [
            ("ReduceSum", [-3, 4]), ("ReduceMean", [-3, 4]), ("ReduceMax", [-3, 4]),
            ("ReduceProd", [-3, 4]),
            ("ReduceSumSquare", [9, 16]), ("ReduceL1", [3, 4]), ("ReduceL2", [3, 4]),
            ("ReduceLogSumExp", [-3, 4]),
        ] as [(String, [Float])] {
            #expect(
                try OneOperator(name, [x, axes([])], kept).tensor() == .vector(expected), "\(name)"
            )
            #expect(try OneOperator(name, [x], kept).tensor() == .vector(expected), "\(name)")
        }
        // The attribute is none before the axes are an input.
        #expect(
            try OneOperator("ReduceMax", [x], kept, opset: 13).tensor() == .vector([4] as [Float]))
    }

    @Test func scalarsAreGroups() throws {
        for opset in [11, 21] {
            let sum = OneOperator("ReduceSumSquare", [.scalar(Float(3))], opset: opset)
            #expect(try sum.tensor() == .scalar(Float(9)))
        }
    }

    // MARK: What is folded

    @Test func emptyGroups() throws {
        let empty = ONNXTensor([2, 0], [Float]())
        for (name, expected) in [
            ("ReduceSum", 0), ("ReduceSumSquare", 0), ("ReduceL1", 0), ("ReduceL2", 0),
            ("ReduceProd", 1),
            ("ReduceMax", -Self.inf), ("ReduceMin", Self.inf), ("ReduceLogSum", -Self.inf),
            ("ReduceLogSumExp", -Self.inf),
        ] as [(String, Float)] {
            #expect(
                try OneOperator(name, [empty, axes([1])]).tensor()
                    == ONNXTensor([2, 1], [expected, expected]), "\(name)")
        }
        let mean = try OneOperator("ReduceMean", [empty, axes([1])]).tensor()
        #expect(Float.array(mean.elements)?.allSatisfy(\.isNaN) == true && mean.shape == [2, 1])
        let whole = ONNXTensor([0], [Int32]())
        #expect(try OneOperator("ReduceMax", [whole]).tensor() == .vector([Int32.min]))
        #expect(try OneOperator("ReduceMin", [whole]).tensor() == .vector([Int32.max]))
        #expect(try OneOperator("ReduceMean", [whole]).tensor() == .vector([Int32(0)]))
        let none = ONNXTensor([0], [Bool]())
        #expect(try OneOperator("ReduceMax", [none]).tensor() == .vector([false]))
        #expect(try OneOperator("ReduceMin", [none]).tensor() == .vector([true]))
        // The axis that is kept is the empty one.
        #expect(
            try OneOperator("ReduceSum", [empty, axes([0])]).tensor()
                == ONNXTensor([1, 0], [Float]()))
    }

    @Test func manyEmptyGroupsAreRefused() throws {
        let wide = ONNXTensor([0, 1 << 20, 1 << 20], [Float]())
        #expect(
            try OneOperator("ReduceSum", [wide, axes([0])]).problem()?.contains("more than")
                == true)
    }

    @Test func typesOfReductions() throws {
        #expect(
            try OneOperator("ReduceSum", [.vector([Int32.max, 1])]).tensor()
                == .vector([Int32.min]))
        #expect(
            try OneOperator("ReduceMean", [.vector([-3, -4] as [Int64])]).tensor()
                == .vector([-3] as [Int64]))
        #expect(
            try OneOperator("ReduceMax", [.vector([3, 200] as [UInt8])]).tensor()
                == .vector([200] as [UInt8]))
        #expect(
            try OneOperator("ReduceSum", [.vector([3] as [UInt8])]).problem()?.contains("uint8")
                == true)
        #expect(
            try OneOperator("ReduceMax", [.vector([true])], opset: 18).problem()
                == "wants numbers, and gets bool")
        #expect(
            try OneOperator("ReduceMax", [.vector([true, false])], opset: 20).tensor()
                == .vector([true]))
        #expect(
            try OneOperator("ReduceMin", [.vector([true, false])], opset: 20).tensor()
                == .vector([false]))
    }

    @Test func longSumsOfFloatsAreExact() throws {
        // 2^24 + 1 is no float: a sum that is rounded at every step would stay at 2^24.
        let x = ONNXTensor.vector([Float(1 << 24)] + [Float](repeating: 1, count: 1000))
        #expect(try OneOperator("ReduceSum", [x]).tensor() == .vector([Float((1 << 24) + 1000)]))
        let halves = ONNXTensor.vector([Half](repeating: Half(Float(1)), count: 4096))
        #expect(try OneOperator("ReduceSum", [halves]).tensor() == .vector([Half(Float(4096))]))
    }

    @Test func logSumExpOfFarNumbers() throws {
        func reduced(_ x: [Float]) throws -> Float? {
            Float.array(try OneOperator("ReduceLogSumExp", [.vector(x)]).tensor().elements)?.first
        }
        #expect(try reduced([1000, 1000]) == 1000 + Float(0.693_147_2))
        #expect(try reduced([-1000, -2000]) == -1000)
        #expect(try reduced([-Self.inf, -Self.inf]) == -Self.inf)
        #expect(try reduced([-Self.inf, 3]) == 3)
        #expect(try reduced([3, Self.inf, Self.inf]) == Self.inf)
        #expect(try reduced([3, Self.nan, 5])?.isNaN == true)
    }

    @Test func extremesGiveNaNOn() throws {
        for name in ["ReduceMax", "ReduceMin"] {
            for x in [[Self.nan, 1, 2], [1, Self.nan, 2], [1, 2, Self.nan]] {
                let result = try OneOperator(name, [.vector(x)]).tensor()
                #expect(Float.array(result.elements)?.first?.isNaN == true, "\(name) \(x)")
            }
        }
    }

    // MARK: Places

    @Test func tiesByIndex() throws {
        let x = ONNXTensor([2, 3], [2, 2, 1, 0, 5, 5] as [Float])
        let last: [String: ONNXAttribute] = [
            "axis": .int(1), "keepdims": .int(0), "select_last_index": .int(1),
        ]
        let first: [String: ONNXAttribute] = ["axis": .int(-1), "keepdims": .int(0)]
        #expect(try OneOperator("ArgMax", [x], first).tensor() == .vector([0, 1] as [Int64]))
        #expect(try OneOperator("ArgMax", [x], last).tensor() == .vector([1, 2] as [Int64]))
        // Before version 12 there is no such choice.
        #expect(
            try OneOperator("ArgMax", [x], last, opset: 11).tensor() == .vector([0, 1] as [Int64]))
        let y = ONNXTensor([1, 4], [3, 1, 1, 2] as [Int8])
        #expect(try OneOperator("ArgMin", [y], first).tensor() == .vector([1] as [Int64]))
        #expect(try OneOperator("ArgMin", [y], last).tensor() == .vector([2] as [Int64]))
        #expect(
            try OneOperator("ArgMax", [x]).tensor() == ONNXTensor([1, 3], [0, 1, 1] as [Int64]))
    }

    @Test func placesOfNaN() throws {
        let x = ONNXTensor.vector([1, Self.nan, 3, Self.nan] as [Float])
        for name in ["ArgMax", "ArgMin"] {
            #expect(try OneOperator(name, [x]).tensor() == .vector([1] as [Int64]))
            #expect(
                try OneOperator(name, [x], ["select_last_index": .int(1)]).tensor()
                    == .vector([3] as [Int64]))
        }
    }

    @Test func placesOfNothing() throws {
        let x = ONNXTensor([2, 0], [Float]())
        #expect(
            try OneOperator("ArgMax", [x], ["axis": .int(1)]).problem()?.contains("empty") == true)
        #expect(
            try OneOperator("ArgMax", [x], ["axis": .int(0)]).tensor()
                == ONNXTensor([1, 0], [Int64]()))
    }

    @Test func firstOfLinesByVersion() throws {
        let x = ONNXTensor([2, 3], [1, 3, 3, 9, 7, 8] as [Float])
        let values = ONNXTensor([2, 2], [3, 3, 9, 8] as [Float])
        let places = ONNXTensor([2, 2], [1, 2, 0, 2] as [Int64])
        #expect(
            try OneOperator("TopK", [x], ["k": .int(2)], opset: 7, outputs: 2).tensors() == [values, places])
        #expect(try OneOperator("TopK", [x, axes([2])], opset: 10, outputs: 2).tensors() == [values, places])
        #expect(try OneOperator("TopK", [x, axes([2])], opset: 11, outputs: 2).tensors() == [values, places])
        let smallest: [String: ONNXAttribute] = ["largest": .int(0), "axis": .int(0)]
        #expect(
            try OneOperator("TopK", [x, axes([1])], smallest, opset: 11, outputs: 2).tensors()
                == [
                    ONNXTensor([1, 3], [1, 3, 3] as [Float]),
                    ONNXTensor([1, 3], [0, 0, 0] as [Int64]),
                ])
        // Before version 11 only the largest are taken.
        #expect(
            try OneOperator("TopK", [x, axes([1])], smallest, opset: 10).tensor()
                == ONNXTensor([1, 3], [9, 7, 8] as [Float]))
    }

    @Test func rankingsOfOddCounts() throws {
        let x = ONNXTensor.vector([2, Self.nan, 5, Self.nan, -Self.inf] as [Float])
        #expect(
            try OneOperator("TopK", [x, axes([5])], outputs: 2).tensors().last
                == .vector([1, 3, 2, 0, 4] as [Int64]))
        #expect(
            try OneOperator("TopK", [x, axes([5])], ["largest": .int(0)], outputs: 2).tensors().last
                == .vector([4, 0, 2, 1, 3] as [Int64]))
        #expect(
            try OneOperator("TopK", [x, axes([0])], outputs: 2).tensors()
                == [.vector([Float]()), .vector([Int64]())])
        for count in [6, -1, Int64.max, Int64.min] as [Int64] {
            #expect(
                try OneOperator("TopK", [x, axes([count])]).problem()
                    == "wants the first \(count) of 5")
        }
        #expect(
            try OneOperator("TopK", [x, axes([1, 2])]).problem()
                == "wants one number K, and gets 2")
    }

    // MARK: Determinants

    @Test func determinants() throws {
        let x = ONNXTensor([3, 2, 2], [0, 2, 3, 4, 1, 2, 2, 4, 5, 0, 0, 5] as [Double])
        #expect(try OneOperator("Det", [x]).tensor() == .vector([-6, 0, 25] as [Double]))
        #expect(
            try OneOperator("Det", [ONNXTensor([0, 0], [Float]())]).tensor() == .scalar(Float(1)))
        #expect(
            try OneOperator("Det", [ONNXTensor([1, 2], [1, 2] as [Float])]).problem()
                == "wants square matrices, and gets extents [1, 2]")
        #expect(try OneOperator("Det", [.scalar(Float(1))]).problem() != nil)
        var limits = ONNXLimits()
        limits.work = 1
        OneOperator("Det", [.counting([8, 8])], limits: limits).isRefused(as: .limit)
    }
}
