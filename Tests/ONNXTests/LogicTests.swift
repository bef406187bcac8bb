import ONNX
import Testing

/// Comparisons, choices and tests of floats, with NaN, infinities and texts.
@Suite struct LogicTests {
    private static let nan = Float.nan
    private static let inf = Float.infinity

    @Test func nothingIsInOrderWithNaN() throws {
        let a = ONNXTensor.vector([Half(Self.nan), Half(Float(1)), Half(Float(2))])
        let b = ONNXTensor.vector([Half(Float(1)), Half(Self.nan), Half(Float(2))])
        for name in ["Less", "Greater"] {
            #expect(
                try OneOperator(name, [a, b]).tensor() == .vector([false, false, false]), "\(name)"
            )
        }
        for name in ["LessOrEqual", "GreaterOrEqual", "Equal"] {
            #expect(
                try OneOperator(name, [a, b]).tensor() == .vector([false, false, true]), "\(name)")
        }
        #expect(
            try OneOperator("Greater", [.vector([UInt64.max]), .vector([UInt64(1)])]).tensor()
                == .vector([true]))
    }

    @Test func textsAreEqualByTheirBytes() throws {
        let a = ONNXTensor([2, 1], ["é", "a"])
        let b = ONNXTensor([1, 2], ["e\u{301}", "a"])
        #expect(
            try OneOperator("Equal", [a, b]).tensor()
                == ONNXTensor([2, 2], [false, false, false, true]))
        #expect(try OneOperator("Less", [a, b]).problem() == "wants numbers, and gets string")
    }

    @Test func choiceStretchesAllThree() throws {
        let truths = ONNXTensor([2, 1], [true, false])
        let one = ONNXTensor([2], ["a", "b"])
        #expect(
            try OneOperator("Where", [truths, one, .scalar("z")]).tensor()
                == ONNXTensor([2, 2], ["a", "b", "z", "z"]))
        #expect(
            try OneOperator("Where", [one, one, one]).problem()
                == "wants bool as input 1, and gets string")
        #expect(
            try OneOperator("Where", [truths, one, .scalar(Float(1))]).problem()
                == "wants operands of one type, and gets string and float")
    }

    @Test func infinitiesBySign() throws {
        let x = ONNXTensor.vector([Self.inf, -Self.inf, Self.nan, Float.greatestFiniteMagnitude])
        #expect(try OneOperator("IsInf", [x]).tensor() == .vector([true, true, false, false]))
        #expect(
            try OneOperator("IsInf", [x], ["detect_negative": .int(0)]).tensor()
                == .vector([true, false, false, false]))
        #expect(
            try OneOperator("IsInf", [x], ["detect_positive": .int(0)]).tensor()
                == .vector([false, true, false, false]))
        #expect(try OneOperator("IsNaN", [x]).tensor() == .vector([false, false, true, false]))
    }
}
