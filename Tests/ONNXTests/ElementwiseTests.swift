import ONNX
import Testing

/// Operators of single elements, where the suite's node tests do not look.
@Suite struct ElementwiseTests {
    private static let nan = Float.nan
    private static let inf = Float.infinity

    private func floats(_ tensor: ONNXTensor) -> [Float]? { Float.array(tensor.elements) }

    // MARK: Arithmetic

    @Test func extremesGiveNaNOnFromBothSides() throws {
        let a = ONNXTensor.vector([Self.nan, 1, 2, -Self.inf])
        let b = ONNXTensor.vector([1, Self.nan, 3, 0] as [Float])
        let largest = try #require(floats(try OperatorCall("Max", [a, b]).result()))
        #expect(largest[0].isNaN && largest[1].isNaN)
        #expect(Array(largest[2...]) == [3, 0])
        let smallest = try #require(floats(try OperatorCall("Min", [a, b]).result()))
        #expect(smallest[0].isNaN && smallest[1].isNaN)
        #expect(Array(smallest[2...]) == [2, -Self.inf])
    }

    @Test func extremesOfThreeStretch() throws {
        let column = ONNXTensor([2, 1], [1, 5] as [Int32])
        let row = ONNXTensor([3], [0, 3, 9] as [Int32])
        let one = ONNXTensor.scalar(Int32(2))
        #expect(
            try OperatorCall("Max", [column, row, one]).result()
                == ONNXTensor([2, 3], [2, 3, 9, 5, 5, 9] as [Int32]))
    }

    @Test func wholeNumbersWrap() throws {
        let pairs: [(String, [Int8], [Int8], [Int8])] = [
            ("Add", [127, -128], [1, -1], [-128, 127]),
            ("Sub", [-128, 127], [1, -1], [127, -128]),
            ("Mul", [64, -128], [4, -1], [0, -128]),
            // Cut towards 0; a division by 0 does not trap, nor does −128 / −1.
            ("Div", [-7, 7, -128, 5], [2, -2, -1, 0], [-3, -3, -128, 0]),
        ]
        for (name, a, b, expected) in pairs {
            let result = try OperatorCall(name, [.vector(a), .vector(b)]).result()
            #expect(result == .vector(expected), "\(name)")
        }
        let sum = try OperatorCall("Sum", [.vector([UInt8(200)]), .vector([UInt8(100)])]).result()
        #expect(sum == .vector([UInt8(44)]))
        #expect(
            try OperatorCall("Neg", [.vector([Int64.min, 3])]).result() == .vector([Int64.min, -3]))
        #expect(
            try OperatorCall("Abs", [.vector([Int8.min, -3])]).result() == .vector([Int8.min, 3]))
    }

    @Test func signOfZero() throws {
        let zeros = ONNXTensor.vector([Float(0), -0.0])
        #expect(try OperatorCall("Neg", [zeros]).result().bits == [0x8000_0000, 0])
        #expect(try OperatorCall("Abs", [zeros]).result().bits == [0, 0])
    }

    @Test func remaindersOfNegatives() throws {
        let a = ONNXTensor.vector([7, -7, 7, -7, -128, 5] as [Int8])
        let b = ONNXTensor.vector([3, 3, -3, -3, -1, 0] as [Int8])
        #expect(
            try OperatorCall("Mod", [a, b]).result() == .vector([1, 2, -2, -1, 0, 0] as [Int8]))
        #expect(
            try OperatorCall("Mod", [a, b], ["fmod": .int(1)]).result()
                == .vector([1, -1, 1, -1, 0, 0] as [Int8]))
        let x = ONNXTensor.vector([5.5, -5.5] as [Float])
        let y = ONNXTensor.vector([2, 2] as [Float])
        #expect(
            try OperatorCall("Mod", [x, y], ["fmod": .int(1)]).result()
                == .vector([1.5, -1.5] as [Float]))
        #expect(try OperatorCall("Mod", [x, y]).problem() == "wants 'fmod' of 1 for floats")
    }

    @Test func powersOfNegativeBases() throws {
        let base = ONNXTensor.vector([-2, -2, -8, 0, -1, Self.nan, -Self.inf] as [Float])
        let exponent = ONNXTensor.vector([3, -2, 1 / 3, 0, Self.inf, 0, 3] as [Float])
        let result = try #require(floats(try OperatorCall("Pow", [base, exponent]).result()))
        #expect(result[0] == -8 && result[1] == 0.25 && result[2].isNaN)
        #expect(Array(result[3...]) == [1, 1, 1, -Self.inf])
    }

    @Test func powersOfWholeNumbersAreExact() throws {
        let base = ONNXTensor.vector([3, -1, 2, 0, 7] as [Int64])
        let exponent = ONNXTensor.vector([39, -3, 64, 0, -1] as [Int32])
        #expect(
            try OperatorCall("Pow", [base, exponent]).result()
                == .vector([4_052_555_153_018_976_267, -1, 0, 1, 0] as [Int64]))
        let root = OperatorCall("Pow", [.vector([9] as [Int32]), .vector([0.5] as [Float])])
        #expect(try root.result() == .vector([3] as [Int32]))
    }

    @Test func meanIsOfAllInputs() throws {
        let inputs: [ONNXTensor] = [.vector([1, 2] as [Double]), .scalar(4.0), .scalar(7.0)]
        #expect(try OperatorCall("Mean", inputs).result() == .vector([4, 13.0 / 3]))
    }

    // MARK: Stretching

    @Test func operandsStretchToOneAnother() throws {
        // A bias for each channel, between an axis before and two after.
        let x = ONNXTensor([2, 2, 1, 2], (0..<8).map { Float($0) })
        let bias = ONNXTensor([2, 1, 1], [10, 20] as [Float])
        #expect(
            try OperatorCall("Add", [x, bias]).result()
                == ONNXTensor([2, 2, 1, 2], [10, 11, 22, 23, 14, 15, 26, 27] as [Float]))
        #expect(
            try OperatorCall("Sub", [bias, x]).result()
                == ONNXTensor([2, 2, 1, 2], [10, 9, 18, 17, 6, 5, 14, 13] as [Float]))
        let column = ONNXTensor([3, 1], [1, 2, 3] as [Int64])
        let row = ONNXTensor([1, 2], [10, 20] as [Int64])
        #expect(
            try OperatorCall("Mul", [column, row]).result()
                == ONNXTensor([3, 2], [10, 20, 20, 40, 30, 60] as [Int64]))
    }

    @Test(arguments: ["Add", "Mul", "Max"]) func emptyTensorsStayEmpty(name: String) throws {
        let empty = ONNXTensor([0, 3], [Float]())
        let row = ONNXTensor([3], [1, 2, 3] as [Float])
        #expect(try OperatorCall(name, [empty, row]).result() == empty)
        #expect(try OperatorCall(name, [.scalar(Float(1)), empty]).result() == empty)
    }

    @Test func scalarsStayScalars() throws {
        let sum = try OperatorCall("Add", [.scalar(Float(1)), .scalar(Float(2))]).result()
        #expect(sum == .scalar(Float(3)))
        let longer = OperatorCall("Add", [ONNXTensor([1, 1], [Float(1)]), .scalar(Float(2))])
        #expect(try longer.result() == ONNXTensor([1, 1], [Float(3)]))
    }

    @Test func operandsThatDoNotFitAreErrors() throws {
        let two = ONNXTensor.vector([1, 2] as [Float])
        let three = ONNXTensor.vector([1, 2, 3] as [Float])
        #expect(
            try OperatorCall("Add", [two, three]).problem()?.contains("cannot stretch") == true)
        #expect(
            try OperatorCall("Add", [two, .vector([1, 2] as [Double])]).problem()
                == "wants operands of one type, and gets float and double")
        #expect(try OperatorCall("Add", [two, nil]).problem() == "misses its input 2")
        #expect(
            try OperatorCall("Exp", [.vector([1] as [Int32])]).problem()
                == "wants floats, and gets int32")
        #expect(
            try OperatorCall("PRelu", [.scalar(Float(1)), two]).problem()?.contains("slopes")
                == true)
    }

    @Test func aResultBeyondTheLimitIsRefused() throws {
        let column = ONNXTensor([40_000, 1], [UInt8](repeating: 1, count: 40_000))
        let row = ONNXTensor([1, 40_000], [UInt8](repeating: 1, count: 40_000))
        #expect(try OperatorCall("Add", [column, row]).problem()?.contains("more than") == true)
    }

    // MARK: Functions

    @Test func stableTails() throws {
        let x = ONNXTensor.vector([-200, -20, 0, 20, 200] as [Float])
        let sigmoid = try #require(floats(try OperatorCall("Sigmoid", [x]).result()))
        #expect(sigmoid[0] >= 0 && sigmoid[0] < 1e-38 && sigmoid[2] == 0.5 && sigmoid[4] == 1)
        #expect(abs(sigmoid[1] / 2.061_153_6e-9 - 1) < 1e-5)
        let softplus = try #require(floats(try OperatorCall("Softplus", [x]).result()))
        #expect(softplus[3] == 20 && softplus[4] == 200)
        #expect(abs(softplus[1] / 2.061_153_6e-9 - 1) < 1e-5)
        let elu = try #require(
            floats(try OperatorCall("Elu", [.vector([-1e-6] as [Float])]).result()))
        #expect(abs(elu[0] / -9.999_995e-7 - 1) < 1e-6)
    }

    @Test func geluOfFarNegatives() throws {
        // −5 · Φ(−5), and the same by tanh, which in float32 lose their digits where 1 is added.
        let x = ONNXTensor.vector([-5, 3] as [Float])
        let exact = try #require(floats(try OperatorCall("Gelu", [x]).result()))
        #expect(
            abs(exact[0] / -1.433_257_9e-6 - 1) < 1e-5 && abs(exact[1] / 2.995_950_3 - 1) < 1e-6)
        let byTanh = OperatorCall("Gelu", [x], ["approximate": .string(Array("tanh".utf8))])
        let near = try #require(floats(try byTanh.result()))
        #expect(abs(near[0] / -2.291_795_8e-7 - 1) < 1e-4 && abs(near[1] / 2.996_362_7 - 1) < 1e-6)
        let other = OperatorCall("Gelu", [x], ["approximate": .string(Array("erf".utf8))])
        #expect(try other.problem()?.contains("approximation 'erf'") == true)
    }

    @Test func thresholdsAndNaN() throws {
        let x = ONNXTensor.vector([Self.nan, 2] as [Float])
        for name in ["ThresholdedRelu", "Shrink"] {
            #expect(try OperatorCall(name, [x]).result() == .vector([0, 2] as [Float]), "\(name)")
        }
        let relu = try #require(floats(try OperatorCall("Relu", [x]).result()))
        #expect(relu[0].isNaN && relu[1] == 2)
    }

    @Test func operandsBeforeVersionSeven() throws {
        let x = ONNXTensor([2, 3], [1, 2, 3, 4, 5, 6] as [Float])
        let y = ONNXTensor([2], [10, 20] as [Float])
        let alongRows: [String: ONNXAttribute] = ["broadcast": .int(1), "axis": .int(0)]
        #expect(
            try OperatorCall("Add", [x, y], alongRows, opset: 6).result()
                == ONNXTensor([2, 3], [11, 12, 13, 24, 25, 26] as [Float]))
        #expect(try OperatorCall("Add", [x, y], opset: 6).problem()?.contains("one shape") == true)
        #expect(
            try OperatorCall("Add", [x, y], ["broadcast": .int(1), "axis": .int(2)], opset: 6)
                .problem() != nil)
        let channels = ONNXTensor([1, 2, 2], [-1, 1, -1, -1] as [Float])
        #expect(
            try OperatorCall("PRelu", [channels, y], opset: 6).result()
                == ONNXTensor([1, 2, 2], [-10, 1, -20, -20] as [Float]))
    }

    @Test func halvesAreRoundedToEven() throws {
        let x = ONNXTensor.vector([0.5, 1.5, 2.5, -0.5, -1.5] as [Double])
        #expect(try OperatorCall("Round", [x]).result() == .vector([0, 2, 2, 0, -2] as [Double]))
    }

    @Test func smallFloatsAreRoundedAfterEachStep() throws {
        // 2,049 is no number of binary16, and 257 none of bfloat16.
        let sum = OperatorCall("Add", [.vector([Half(Float(2048))]), .vector([Half(Float(1))])])
        #expect(try sum.result() == .vector([Half(Float(2048))]))
        let brain = OperatorCall(
            "Add", [.vector([BrainFloat(Float(256))]), .vector([BrainFloat(Float(1))])])
        #expect(try brain.result() == .vector([BrainFloat(Float(256))]))
    }

    @Test func shrinkCutsWholeNumbers() throws {
        let x = ONNXTensor.vector([-3, -1, 0, 1, 3] as [Int32])
        let shrunk = OperatorCall("Shrink", [x], ["lambd": .float(1.5), "bias": .float(0.5)])
        #expect(try shrunk.result() == .vector([-2, 0, 0, 0, 2] as [Int32]))
    }

    // MARK: Clip

    @Test func clipByVersion() throws {
        let x = ONNXTensor.vector([-2, 0.5, 3, Self.nan] as [Float])
        let attributes: [String: ONNXAttribute] = ["min": .float(-1), "max": .float(1)]
        for call in [
            OperatorCall("Clip", [x], attributes, opset: 7),
            OperatorCall("Clip", [x, .scalar(Float(-1)), .scalar(Float(1))], opset: 11),
            OperatorCall("Clip", [x, .scalar(Float(-1)), .scalar(Float(1))], opset: 13),
        ] {
            let result = try #require(floats(try call.result()))
            #expect(Array(result[..<3]) == [-1, 0.5, 1] && result[3].isNaN, "\(call.opset)")
        }
        // From version 11 on the attributes are no bounds.
        let free = try OperatorCall("Clip", [x], attributes, opset: 11).result()
        #expect(free.bits == x.bits)
        let above = try OperatorCall("Clip", [x, nil, .scalar(Float(1))], opset: 11).result()
        #expect(floats(above)?.first == -2)
    }

    @Test func clipWithTheLowerBoundAboveTheUpper() throws {
        let x = ONNXTensor.vector([-5, 0, 5] as [Int64])
        let clipped = OperatorCall("Clip", [x, .scalar(Int64(3)), .scalar(Int64(1))])
        #expect(try clipped.result() == .vector([1, 1, 1] as [Int64]))
        let old = OperatorCall(
            "Clip", [.vector([-5, 5] as [Float])], ["min": .float(3), "max": .float(1)], opset: 9)
        #expect(try old.result() == .vector([1, 1] as [Float]))
        let bounds = ONNXTensor.vector([1, 2] as [Int64])
        #expect(
            try OperatorCall("Clip", [x, bounds]).problem()?.contains("wants one number") == true)
    }

    // MARK: Softmax

    @Test func softmaxByVersion() throws {
        let x = ONNXTensor([1, 2, 2], [Float](repeating: 3, count: 4))
        // One line of four before version 13, of two along the last axis from then on.
        #expect(
            try OperatorCall("Softmax", [x], opset: 11).result()
                == ONNXTensor([1, 2, 2], [Float](repeating: 0.25, count: 4)))
        #expect(
            try OperatorCall("Softmax", [x], opset: 7).result()
                == ONNXTensor([1, 2, 2], [Float](repeating: 0.25, count: 4)))
        #expect(
            try OperatorCall("Softmax", [x], opset: 13).result()
                == ONNXTensor([1, 2, 2], [Float](repeating: 0.5, count: 4)))
        let y = ONNXTensor([2, 2], [1, 1, 0, 4] as [Float])
        #expect(
            try OperatorCall("Hardmax", [y], ["axis": .int(0)], opset: 12).result()
                == ONNXTensor([2, 2], [0, 0, 0, 1] as [Float]))
        #expect(
            try OperatorCall("Hardmax", [y], ["axis": .int(0)], opset: 13).result()
                == ONNXTensor([2, 2], [1, 0, 0, 1] as [Float]))
        #expect(
            try OperatorCall("Softmax", [y], ["axis": .int(2)]).problem()
                == "asks for axis 2 of a tensor with 2")
        #expect(try OperatorCall("LogSoftmax", [y], ["axis": .int(-3)]).problem() != nil)
        let empty = ONNXTensor([0, 2], [Float]())
        #expect(try OperatorCall("Softmax", [empty], ["axis": .int(0)]).result() == empty)
    }

    @Test func softmaxOfLargeNumbers() throws {
        let x = ONNXTensor([1, 2], [1e30, 1e30] as [Float])
        #expect(
            try OperatorCall("Softmax", [x]).result() == ONNXTensor([1, 2], [0.5, 0.5] as [Float]))
        let log = try #require(
            floats(
                try OperatorCall("LogSoftmax", [ONNXTensor([1, 2], [0, 200] as [Float])]).result()))
        #expect(log == [-200, 0])
    }

    // MARK: Others

    @Test func cumulativeSumsByDirection() throws {
        let x = ONNXTensor([2, 2], [1, 2, 3, 4] as [Int32])
        let both: [String: ONNXAttribute] = ["exclusive": .int(1), "reverse": .int(1)]
        #expect(
            try OperatorCall("CumSum", [x, .scalar(Int64(0))], both).result()
                == ONNXTensor([2, 2], [3, 4, 0, 0] as [Int32]))
        #expect(
            try OperatorCall("CumSum", [x, .scalar(Int64(2))]).problem()
                == "asks for axis 2 of a tensor with 2")
        let empty = ONNXTensor([2, 0], [Float]())
        #expect(try OperatorCall("CumSum", [empty, .scalar(Int64(1))]).result() == empty)
    }

    @Test func shiftsBeyondTheBits() throws {
        let x = ONNXTensor.vector([255, 255, 1] as [UInt8])
        let by = ONNXTensor.vector([8, 200, 7] as [UInt8])
        #expect(
            try OperatorCall("BitShift", [x, by], ["direction": .string(Array("LEFT".utf8))])
                .result() == .vector([0, 0, 128] as [UInt8]))
        #expect(
            try OperatorCall("BitShift", [x, by], ["direction": .string(Array("RIGHT".utf8))])
                .result() == .vector([0, 0, 0] as [UInt8]))
        #expect(try OperatorCall("BitShift", [x, by]).problem()?.contains("neither") == true)
    }

    @Test func dropoutKeepsAll() throws {
        let x = ONNXTensor.vector([1, 2] as [Float])
        let masks: [(Int, ONNXTensor)] = [
            (7, .vector([1, 1] as [Float])), (10, .vector([true, true])),
            (13, .vector([true, true])),
        ]
        for (opset, mask) in masks {
            #expect(
                try OperatorCall("Dropout", [x], opset: opset, outputs: 2).results() == [x, mask])
        }
        let training = OperatorCall("Dropout", [x, .scalar(Float(0.5)), .scalar(true)], opset: 13)
        #expect(throws: ONNXError.self) { try training.result() }
        let none = OperatorCall("Dropout", [x, .scalar(Float(0)), .scalar(true)], opset: 13)
        #expect(try none.result() == x)
        #expect(throws: ONNXError.self) {
            try OperatorCall("Dropout", [x, nil, .scalar(true)], opset: 13).result()
        }
    }

    @Test func diagonalsBeyondTheMatrix() throws {
        let x = ONNXTensor([2, 3], [Float](repeating: 9, count: 6))
        for (offset, expected) in [
            (2, [0, 0, 1, 0, 0, 0]), (-1, [0, 0, 0, 1, 0, 0]), (3, [0, 0, 0, 0, 0, 0]),
            (Int64.max, [0, 0, 0, 0, 0, 0]), (Int64.min, [0, 0, 0, 0, 0, 0]),
        ] as [(Int64, [Int64])] {
            let eye = OperatorCall("EyeLike", [x], ["k": .int(offset), "dtype": .int(7)])
            #expect(try eye.result() == ONNXTensor([2, 3], expected), "\(offset)")
        }
    }
}
