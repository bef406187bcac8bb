import ONNX
import Testing

/// Conversions between types, with what they do beyond a type's ends.
@Suite struct CastTests {
    private static let nan = Float.nan
    private static let inf = Float.infinity

    private func cast(_ tensor: ONNXTensor, to type: ElementType) throws -> ONNXTensor {
        try OneOperator("Cast", [tensor], ["to": .int(Int64(type.rawValue))]).tensor()
    }

    @Test func floatsBeyondWholeNumbers() throws {
        let x = ONNXTensor.vector(
            [Self.nan, Self.inf, -Self.inf, 1e20, -1e20, -1.9, 1.9] as [Float])
        #expect(
            try cast(x, to: .int32)
                == .vector([0, .max, .min, .max, .min, -1, 1] as [Int32]))
        #expect(
            try cast(x, to: .int64)
                == .vector([0, .max, .min, .max, .min, -1, 1] as [Int64]))
        #expect(try cast(x, to: .uint8) == .vector([0, 255, 0, 255, 0, 0, 1] as [UInt8]))
        #expect(
            try cast(.vector([0x1p63, 0x1p64, -1] as [Double]), to: .uint64)
                == .vector([1 << 63, .max, 0] as [UInt64]))
        #expect(try cast(x, to: .bool) == .vector([true, true, true, true, true, true, true]))
        #expect(
            try cast(.vector([0, -0.0, 0.5] as [Float]), to: .bool)
                == .vector([false, false, true]))
    }

    @Test func wholeNumbersKeepTheirLowBits() throws {
        #expect(
            try cast(.vector([200, -200] as [Int16]), to: .int8) == .vector([-56, 56] as [Int8]))
        #expect(try cast(.vector([-1] as [Int8]), to: .uint64) == .vector([UInt64.max]))
        // 2^60 + 1 is rounded once.
        let odd = Int64(1) << 60 + 1
        #expect(try cast(.vector([odd]), to: .float32) == .vector([Float(odd)]))
        #expect(try cast(.vector([UInt64.max]), to: .float32) == .vector([Float(0x1p64)]))
        #expect(
            try cast(.vector([70_000] as [Int32]), to: .float16) == .vector([Half(Float.infinity)]))
        #expect(
            try cast(.vector([true, false]), to: .float16)
                == .vector([Half(Float(1)), Half(Float(0))]))
    }

    @Test func textsAndNumbers() throws {
        let texts = ONNXTensor.vector([" 3.5", "1e-5", "+INF", "-inf", "nAn", "100"])
        let parsed = try #require(Float.array(try cast(texts, to: .float32).elements))
        #expect(
            Array(parsed[..<4]) == [3.5, 1e-5, Self.inf, -Self.inf] && parsed[4].isNaN
                && parsed[5] == 100)
        #expect(
            try cast(.vector(["9223372036854775807", "-1", "2.9"]), to: .int64)
                == .vector([Int64.max, -1, 2]))
        let problem = try OneOperator("Cast", [.vector(["1", "one"])], ["to": .int(1)]).problem()
        #expect(problem == "casts the text 'one' (element 1), which is no number")
        let numbers = ONNXTensor.vector(
            [1, 0.5, -2, 1e10, 123_456_792, 1e-5, Self.nan, -Self.inf] as [Float])
        #expect(
            try cast(numbers, to: .string)
                == .vector(["1", "0.5", "-2", "1e+10", "1.2345679e+08", "1e-05", "NaN", "-INF"]))
        #expect(
            try cast(.vector([0.1, 1.0 / 3] as [Double]), to: .string)
                == .vector(["0.1", "0.33333333"]))
        #expect(try cast(.vector([Int64.min]), to: .string) == .vector(["-9223372036854775808"]))
        let like = OneOperator("CastLike", [.vector([1.5] as [Float]), .vector(["a"])])
        #expect(try like.tensor() == .vector(["1.5"]))
    }

    @Test func typesThatAreNotHeldAreRefused() throws {
        #expect(
            try OneOperator("Cast", [.vector([1] as [Float])], ["to": .int(17)]).problem()?
                .contains("not held") == true)
        #expect(
            try OneOperator("Cast", [.vector([1] as [Float])], ["to": .int(999)]).problem() != nil)
        #expect(
            try OneOperator("Cast", [.vector([1] as [Float])]).problem()
                == "misses the attribute 'to'")
    }
}
