import ONNX
import Testing

/// Operators of single elements, where the suite's node tests do not look.
@Suite struct ElementwiseTests {
    private static let nan = Float.nan
    private static let inf = Float.infinity

    // MARK: Arithmetic

    @Test func extremesGiveNaNOnFromBothSides() throws {
        let a = ONNXTensor.vector([Self.nan, 1, 2, -Self.inf])
        let b = ONNXTensor.vector([1, Self.nan, 3, 0] as [Float])
        let largest = try floats(OneOperator("Max", [a, b]).tensor())
        #expect(largest[0].isNaN && largest[1].isNaN)
        #expect(Array(largest[2...]) == [3, 0])
        let smallest = try floats(OneOperator("Min", [a, b]).tensor())
        #expect(smallest[0].isNaN && smallest[1].isNaN)
        #expect(Array(smallest[2...]) == [2, -Self.inf])
    }

    @Test func extremesOfThreeStretch() throws {
        let column = ONNXTensor([2, 1], [1, 5] as [Int32])
        let row = ONNXTensor([3], [0, 3, 9] as [Int32])
        let one = ONNXTensor.scalar(Int32(2))
        #expect(
            try OneOperator("Max", [column, row, one]).tensor()
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
            let result = try OneOperator(name, [.vector(a), .vector(b)]).tensor()
            #expect(result == .vector(expected), "\(name)")
        }
        let sum = try OneOperator("Sum", [.vector([UInt8(200)]), .vector([UInt8(100)])]).tensor()
        #expect(sum == .vector([UInt8(44)]))
        #expect(
            try OneOperator("Neg", [.vector([Int64.min, 3])]).tensor() == .vector([Int64.min, -3]))
        #expect(
            try OneOperator("Abs", [.vector([Int8.min, -3])]).tensor() == .vector([Int8.min, 3]))
    }

    @Test func signOfZero() throws {
        let zeros = ONNXTensor.vector([Float(0), -0.0])
        #expect(try OneOperator("Neg", [zeros]).tensor().bits == [0x8000_0000, 0])
        #expect(try OneOperator("Abs", [zeros]).tensor().bits == [0, 0])
    }

    @Test func remaindersOfNegatives() throws {
        let a = ONNXTensor.vector([7, -7, 7, -7, -128, 5] as [Int8])
        let b = ONNXTensor.vector([3, 3, -3, -3, -1, 0] as [Int8])
        #expect(
            try OneOperator("Mod", [a, b]).tensor() == .vector([1, 2, -2, -1, 0, 0] as [Int8]))
        #expect(
            try OneOperator("Mod", [a, b], ["fmod": .int(1)]).tensor()
                == .vector([1, -1, 1, -1, 0, 0] as [Int8]))
        let x = ONNXTensor.vector([5.5, -5.5] as [Float])
        let y = ONNXTensor.vector([2, 2] as [Float])
        #expect(
            try OneOperator("Mod", [x, y], ["fmod": .int(1)]).tensor()
                == .vector([1.5, -1.5] as [Float]))
        #expect(try OneOperator("Mod", [x, y]).problem() == "wants 'fmod' of 1 for floats")
    }

    @Test func powersOfNegativeBases() throws {
        let base = ONNXTensor.vector([-2, -2, -8, 0, -1, Self.nan, -Self.inf] as [Float])
        let exponent = ONNXTensor.vector([3, -2, 1 / 3, 0, Self.inf, 0, 3] as [Float])
        let result = try floats(OneOperator("Pow", [base, exponent]).tensor())
        #expect(result[0] == -8 && result[1] == 0.25 && result[2].isNaN)
        #expect(Array(result[3...]) == [1, 1, 1, -Self.inf])
    }

    @Test func powersOfWholeNumbersAreExact() throws {
        let base = ONNXTensor.vector([3, -1, 2, 0, 7] as [Int64])
        let exponent = ONNXTensor.vector([39, -3, 64, 0, -1] as [Int32])
        #expect(
            try OneOperator("Pow", [base, exponent]).tensor()
                == .vector([4_052_555_153_018_976_267, -1, 0, 1, 0] as [Int64]))
        let root = OneOperator("Pow", [.vector([9] as [Int32]), .vector([0.5] as [Float])])
        #expect(try root.tensor() == .vector([3] as [Int32]))
    }

    @Test func meanIsOfAllInputs() throws {
        let inputs: [ONNXTensor] = [.vector([1, 2] as [Double]), .scalar(4.0), .scalar(7.0)]
        #expect(try OneOperator("Mean", inputs).tensor() == .vector([4, 13.0 / 3]))
    }

    // MARK: Stretching

    @Test func operandsStretchToOneAnother() throws {
        // A bias for each channel, between an axis before and two after.
        let x = ONNXTensor([2, 2, 1, 2], (0..<8).map { Float($0) })
        let bias = ONNXTensor([2, 1, 1], [10, 20] as [Float])
        #expect(
            try OneOperator("Add", [x, bias]).tensor()
                == ONNXTensor([2, 2, 1, 2], [10, 11, 22, 23, 14, 15, 26, 27] as [Float]))
        #expect(
            try OneOperator("Sub", [bias, x]).tensor()
                == ONNXTensor([2, 2, 1, 2], [10, 9, 18, 17, 6, 5, 14, 13] as [Float]))
        let column = ONNXTensor([3, 1], [1, 2, 3] as [Int64])
        let row = ONNXTensor([1, 2], [10, 20] as [Int64])
        #expect(
            try OneOperator("Mul", [column, row]).tensor()
                == ONNXTensor([3, 2], [10, 20, 20, 40, 30, 60] as [Int64]))
    }

    @Test(arguments: ["Add", "Mul", "Max"]) func emptyTensorsStayEmpty(name: String) throws {
        let empty = ONNXTensor([0, 3], [Float]())
        let row = ONNXTensor([3], [1, 2, 3] as [Float])
        #expect(try OneOperator(name, [empty, row]).tensor() == empty)
        #expect(try OneOperator(name, [.scalar(Float(1)), empty]).tensor() == empty)
    }

    @Test func scalarsStayScalars() throws {
        let sum = try OneOperator("Add", [.scalar(Float(1)), .scalar(Float(2))]).tensor()
        #expect(sum == .scalar(Float(3)))
        let longer = OneOperator("Add", [ONNXTensor([1, 1], [Float(1)]), .scalar(Float(2))])
        #expect(try longer.tensor() == ONNXTensor([1, 1], [Float(3)]))
    }

    @Test func operandsThatDoNotFitAreErrors() throws {
        let two = ONNXTensor.vector([1, 2] as [Float])
        let three = ONNXTensor.vector([1, 2, 3] as [Float])
        #expect(
            try OneOperator("Add", [two, three]).problem()?.contains("cannot stretch") == true)
        #expect(
            try OneOperator("Add", [two, .vector([1, 2] as [Double])]).problem()
                == "wants operands of one type, and gets float and double")
        #expect(try OneOperator("Add", [two, nil]).problem() == "misses its input 2")
        #expect(
            try OneOperator("Exp", [.vector([1] as [Int32])]).problem()
                == "wants floats, and gets int32")
        #expect(
            try OneOperator("PRelu", [.scalar(Float(1)), two]).problem()?.contains("slopes")
                == true)
    }

    @Test func aResultBeyondTheLimitIsRefused() throws {
        let column = ONNXTensor([40_000, 1], [UInt8](repeating: 1, count: 40_000))
        let row = ONNXTensor([1, 40_000], [UInt8](repeating: 1, count: 40_000))
        #expect(try OneOperator("Add", [column, row]).problem()?.contains("more than") == true)
    }

    // MARK: Functions

    @Test func stableTails() throws {
        let x = ONNXTensor.vector([-200, -20, 0, 20, 200] as [Float])
        let sigmoid = try floats(OneOperator("Sigmoid", [x]).tensor())
        #expect(sigmoid[0] >= 0 && sigmoid[0] < 1e-38 && sigmoid[2] == 0.5 && sigmoid[4] == 1)
        #expect(abs(sigmoid[1] / 2.061_153_6e-9 - 1) < 1e-5)
        let softplus = try floats(OneOperator("Softplus", [x]).tensor())
        #expect(softplus[3] == 20 && softplus[4] == 200)
        #expect(abs(softplus[1] / 2.061_153_6e-9 - 1) < 1e-5)
        let elu = try floats(OneOperator("Elu", [.vector([-1e-6] as [Float])]).tensor())
        #expect(abs(elu[0] / -9.999_995e-7 - 1) < 1e-6)
    }

    @Test func geluOfFarNegatives() throws {
        // −5 · Φ(−5), and the same by tanh, which in float32 lose their digits where 1 is added.
        let x = ONNXTensor.vector([-5, 3] as [Float])
        let exact = try floats(OneOperator("Gelu", [x]).tensor())
        #expect(
            abs(exact[0] / -1.433_257_9e-6 - 1) < 1e-5 && abs(exact[1] / 2.995_950_3 - 1) < 1e-6)
        let byTanh = OneOperator("Gelu", [x], ["approximate": .string(Array("tanh".utf8))])
        let near = try floats(byTanh.tensor())
        #expect(abs(near[0] / -2.291_795_8e-7 - 1) < 1e-4 && abs(near[1] / 2.996_362_7 - 1) < 1e-6)
        let other = OneOperator("Gelu", [x], ["approximate": .string(Array("erf".utf8))])
        #expect(try other.problem()?.contains("approximation 'erf'") == true)
    }

    @Test func thresholdsAndNaN() throws {
        let x = ONNXTensor.vector([Self.nan, 2] as [Float])
        for name in ["ThresholdedRelu", "Shrink"] {
            #expect(try OneOperator(name, [x]).tensor() == .vector([0, 2] as [Float]), "\(name)")
        }
        let relu = try floats(OneOperator("Relu", [x]).tensor())
        #expect(relu[0].isNaN && relu[1] == 2)
    }

    @Test func operandsBeforeVersionSeven() throws {
        let x = ONNXTensor([2, 3], [1, 2, 3, 4, 5, 6] as [Float])
        let y = ONNXTensor([2], [10, 20] as [Float])
        let alongRows: [String: ONNXAttribute] = ["broadcast": .int(1), "axis": .int(0)]
        #expect(
            try OneOperator("Add", [x, y], alongRows, opset: 6).tensor()
                == ONNXTensor([2, 3], [11, 12, 13, 24, 25, 26] as [Float]))
        #expect(try OneOperator("Add", [x, y], opset: 6).problem()?.contains("one shape") == true)
        #expect(
            try OneOperator("Add", [x, y], ["broadcast": .int(1), "axis": .int(2)], opset: 6)
                .problem() != nil)
        let channels = ONNXTensor([1, 2, 2], [-1, 1, -1, -1] as [Float])
        #expect(
            try OneOperator("PRelu", [channels, y], opset: 6).tensor()
                == ONNXTensor([1, 2, 2], [-10, 1, -20, -20] as [Float]))
    }

    @Test func halvesAreRoundedToEven() throws {
        let x = ONNXTensor.vector([0.5, 1.5, 2.5, -0.5, -1.5] as [Double])
        #expect(try OneOperator("Round", [x]).tensor() == .vector([0, 2, 2, 0, -2] as [Double]))
    }

    @Test func smallFloatsAreRoundedAfterEachStep() throws {
        // 2,049 is no number of binary16, and 257 none of bfloat16.
        let sum = OneOperator("Add", [.vector([Half(Float(2048))]), .vector([Half(Float(1))])])
        #expect(try sum.tensor() == .vector([Half(Float(2048))]))
        let brain = OneOperator(
            "Add", [.vector([BrainFloat(Float(256))]), .vector([BrainFloat(Float(1))])])
        #expect(try brain.tensor() == .vector([BrainFloat(Float(256))]))
    }

    @Test func shrinkCutsWholeNumbers() throws {
        let x = ONNXTensor.vector([-3, -1, 0, 1, 3] as [Int32])
        let shrunk = OneOperator("Shrink", [x], ["lambd": .float(1.5), "bias": .float(0.5)])
        #expect(try shrunk.tensor() == .vector([-2, 0, 0, 0, 2] as [Int32]))
    }

    // MARK: Clip

    @Test func clipByVersion() throws {
        let x = ONNXTensor.vector([-2, 0.5, 3, Self.nan] as [Float])
        let attributes: [String: ONNXAttribute] = ["min": .float(-1), "max": .float(1)]
        for call in [
            OneOperator("Clip", [x], attributes, opset: 7),
            OneOperator("Clip", [x, .scalar(Float(-1)), .scalar(Float(1))], opset: 11),
            OneOperator("Clip", [x, .scalar(Float(-1)), .scalar(Float(1))], opset: 13),
        ] {
            let result = try floats(call.tensor())
            #expect(Array(result[..<3]) == [-1, 0.5, 1] && result[3].isNaN, "\(call.opset)")
        }
        // From version 11 on the attributes are no bounds.
        let free = try OneOperator("Clip", [x], attributes, opset: 11).tensor()
        #expect(free.bits == x.bits)
        let above = try OneOperator("Clip", [x, nil, .scalar(Float(1))], opset: 11).tensor()
        #expect(try floats(above).first == -2)
    }

    @Test func clipWithTheLowerBoundAboveTheUpper() throws {
        let x = ONNXTensor.vector([-5, 0, 5] as [Int64])
        let clipped = OneOperator("Clip", [x, .scalar(Int64(3)), .scalar(Int64(1))])
        #expect(try clipped.tensor() == .vector([1, 1, 1] as [Int64]))
        let old = OneOperator(
            "Clip", [.vector([-5, 5] as [Float])], ["min": .float(3), "max": .float(1)], opset: 9)
        #expect(try old.tensor() == .vector([1, 1] as [Float]))
        let bounds = ONNXTensor.vector([1, 2] as [Int64])
        #expect(
            try OneOperator("Clip", [x, bounds]).problem()?.contains("wants one number") == true)
    }

    // MARK: Softmax

    @Test func softmaxByVersion() throws {
        let x = ONNXTensor([1, 2, 2], [Float](repeating: 3, count: 4))
        // One line of four before version 13, of two along the last axis from then on.
        #expect(
            try OneOperator("Softmax", [x], opset: 11).tensor()
                == ONNXTensor([1, 2, 2], [Float](repeating: 0.25, count: 4)))
        #expect(
            try OneOperator("Softmax", [x], opset: 7).tensor()
                == ONNXTensor([1, 2, 2], [Float](repeating: 0.25, count: 4)))
        #expect(
            try OneOperator("Softmax", [x], opset: 13).tensor()
                == ONNXTensor([1, 2, 2], [Float](repeating: 0.5, count: 4)))
        let y = ONNXTensor([2, 2], [1, 1, 0, 4] as [Float])
        #expect(
            try OneOperator("Hardmax", [y], ["axis": .int(0)], opset: 12).tensor()
                == ONNXTensor([2, 2], [0, 0, 0, 1] as [Float]))
        #expect(
            try OneOperator("Hardmax", [y], ["axis": .int(0)], opset: 13).tensor()
                == ONNXTensor([2, 2], [1, 0, 0, 1] as [Float]))
        #expect(
            try OneOperator("Softmax", [y], ["axis": .int(2)]).problem()
                == "asks for axis 2 of a tensor with 2")
        #expect(try OneOperator("LogSoftmax", [y], ["axis": .int(-3)]).problem() != nil)
        let empty = ONNXTensor([0, 2], [Float]())
        #expect(try OneOperator("Softmax", [empty], ["axis": .int(0)]).tensor() == empty)
    }

    @Test func softmaxOfLargeNumbers() throws {
        let x = ONNXTensor([1, 2], [1e30, 1e30] as [Float])
        #expect(
            try OneOperator("Softmax", [x]).tensor() == ONNXTensor([1, 2], [0.5, 0.5] as [Float]))
        let log = try floats(
                try OneOperator("LogSoftmax", [ONNXTensor([1, 2], [0, 200] as [Float])]).tensor())
        #expect(log == [-200, 0])
    }

    // MARK: Others

    @Test func cumulativeSumsByDirection() throws {
        let x = ONNXTensor([2, 2], [1, 2, 3, 4] as [Int32])
        let both: [String: ONNXAttribute] = ["exclusive": .int(1), "reverse": .int(1)]
        #expect(
            try OneOperator("CumSum", [x, .scalar(Int64(0))], both).tensor()
                == ONNXTensor([2, 2], [3, 4, 0, 0] as [Int32]))
        #expect(
            try OneOperator("CumSum", [x, .scalar(Int64(2))]).problem()
                == "asks for axis 2 of a tensor with 2")
        let empty = ONNXTensor([2, 0], [Float]())
        #expect(try OneOperator("CumSum", [empty, .scalar(Int64(1))]).tensor() == empty)
    }

    @Test func shiftsBeyondTheBits() throws {
        let x = ONNXTensor.vector([255, 255, 1] as [UInt8])
        let by = ONNXTensor.vector([8, 200, 7] as [UInt8])
        #expect(
            try OneOperator("BitShift", [x, by], ["direction": .string(Array("LEFT".utf8))])
                .tensor() == .vector([0, 0, 128] as [UInt8]))
        #expect(
            try OneOperator("BitShift", [x, by], ["direction": .string(Array("RIGHT".utf8))])
                .tensor() == .vector([0, 0, 0] as [UInt8]))
        #expect(try OneOperator("BitShift", [x, by]).problem()?.contains("neither") == true)
    }

    @Test func dropoutKeepsAll() throws {
        let x = ONNXTensor.vector([1, 2] as [Float])
        let masks: [(Int, ONNXTensor)] = [
            (7, .vector([1, 1] as [Float])), (10, .vector([true, true])),
            (13, .vector([true, true])),
        ]
        for (opset, mask) in masks {
            #expect(
                try OneOperator("Dropout", [x], opset: opset, outputs: 2).tensors() == [x, mask])
        }
        let training = OneOperator("Dropout", [x, .scalar(Float(0.5)), .scalar(true)], opset: 13)
        #expect(throws: ONNXError.self) { try training.tensor() }
        let none = OneOperator("Dropout", [x, .scalar(Float(0)), .scalar(true)], opset: 13)
        #expect(try none.tensor() == x)
        #expect(throws: ONNXError.self) {
            try OneOperator("Dropout", [x, nil, .scalar(true)], opset: 13).tensor()
        }
    }

    @Test func diagonalsBeyondTheMatrix() throws {
        let x = ONNXTensor([2, 3], [Float](repeating: 9, count: 6))
        for (offset, expected) in [
            (2, [0, 0, 1, 0, 0, 0]), (-1, [0, 0, 0, 1, 0, 0]), (3, [0, 0, 0, 0, 0, 0]),
            (Int64.max, [0, 0, 0, 0, 0, 0]), (Int64.min, [0, 0, 0, 0, 0, 0]),
        ] as [(Int64, [Int64])] {
            let eye = OneOperator("EyeLike", [x], ["k": .int(offset), "dtype": .int(7)])
            #expect(try eye.tensor() == ONNXTensor([2, 3], expected), "\(offset)")
        }
    }
}
