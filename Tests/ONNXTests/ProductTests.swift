import ONNX
import Testing

/// Products and quantization where the backend suite says nothing.
@Suite struct ProductTests {
    @Test func matMulOfEveryRankOfRows() throws {
        // One to nine rows go through rows of fewer than four, of four, and of what is left.
        let (depth, columns) = (5, 11)
        let b = ONNXTensor.counting([depth, columns], from: -20)
        guard case .float32(let right) = b.elements else {
            Issue.record("no floats")
            return
        }
        for rows in 1...9 {
            let a = ONNXTensor.counting([rows, depth], from: -7)
            guard case .float32(let left) = a.elements else {
                Issue.record("no floats")
                return
            }
            var expected: [Float] = []
            for row in 0..<rows {
                for column in 0..<columns {
                    expected.append(
                        (0..<depth).reduce(0) {
                            $0 + left[row * depth + $1] * right[$1 * columns + column]
                        })
                }
            }
            let result = try OneOperator("MatMul", [a, b]).tensors()
            #expect(result == [ONNXTensor([rows, columns], expected)])
            let turned = try OneOperator(
                "Gemm",
                [
                    ONNXTensor(
                        [depth, rows],
                        (0..<depth * rows).map { left[$0 % rows * depth + $0 / rows] }),
                    ONNXTensor(
                        [columns, depth],
                        (0..<depth * columns).map { right[$0 % depth * columns + $0 / depth] }),
                ], ["transA": .int(1), "transB": .int(1)]).tensors()
            #expect(turned == result)
        }
    }

    @Test func matMulStretchesBatches() throws {
        let a = ONNXTensor.counting([2, 1, 1, 2])
        let b = ONNXTensor.counting([3, 2, 1])
        let result = try OneOperator("MatMul", [a, b]).tensors()
        #expect(result == [ONNXTensor([2, 3, 1, 1], [1, 3, 5, 3, 13, 23] as [Float])])
    }

    @Test func matMulOfWholeNumbersWraps() throws {
        let a = ONNXTensor([1, 2], [Int32.max, 1])
        let b = ONNXTensor([2, 1], [2, 3] as [Int32])
        #expect(try OneOperator("MatMul", [a, b]).tensors() == [ONNXTensor([1, 1], [1] as [Int32])])
        let big = ONNXTensor([1], [Int64.max])
        #expect(
            try OneOperator("MatMul", [big, ONNXTensor([1], [1] as [Int64])]).tensors() == [
                ONNXTensor([], [Int64.max])
            ])
    }

    @Test func matMulOfHalvesIsRoundedOnce() throws {
        let ones = ONNXTensor([4], [2_048, 1, 1, 1].map { Half($0) })
        let result = try OneOperator(
            "MatMul", [ones, ONNXTensor([4], [Half](repeating: Half(1), count: 4))]).tensors()
        #expect(result == [ONNXTensor([], [Half(2_052)])])
    }

    @Test func shapesThatDoNotFitAreTold() {
        OneOperator.assertRefuses(
            "MatMul", [.counting([2, 3]), .counting([4, 5])],
            ["[2, 3]", "[4, 5]", "3 columns meet 4 rows"])
        OneOperator.assertRefuses(
            "MatMul", [.counting([2, 2, 3]), .counting([3, 3, 5])], ["[2, 2, 3]", "[3, 3, 5]"])
        OneOperator.assertRefuses("MatMul", [.counting([]), .counting([1])], ["no axes"])
        OneOperator.assertRefuses("Gemm", [.counting([2, 3]), .counting([2, 3])], ["[2, 3]"])
        OneOperator.assertRefuses("Gemm", [.counting([2]), .counting([2, 3])], ["[2]"])
        OneOperator.assertRefuses(
            "Gemm", [.counting([2, 3]), .counting([3, 4]), .counting([3])], ["[3]", "[2, 4]"])
        OneOperator.assertRefuses(
            "MatMul", [.counting([1, 1]), ONNXTensor([1, 1], [1.0])], ["double"])
    }

    @Test func emptyExtents() throws {
        #expect(
            try OneOperator("MatMul", [.counting([0, 3]), .counting([3, 2])]).tensors() == [
                .counting([0, 2])
            ])
        #expect(
            try OneOperator("MatMul", [.counting([2, 0]), .counting([0, 2])]).tensors() == [
                .filled([2, 2], 0)
            ])
        #expect(
            try OneOperator(
                "Gemm", [.counting([2, 0]), .counting([0, 2]), .counting([1], from: 3)]).tensors() == [
                    .filled([2, 2], 3)
                ])
        #expect(
            try OneOperator(
                "Einsum", [.counting([0, 3])], ["equation": .string(Array("ij->j".utf8))]).tensors() == [
                    .filled([3], 0)
                ])
    }

    @Test func limitsOfProducts() {
        var limits = ONNXLimits()
        limits.tensorElements = 50
        OneOperator.assertRefuses(
            "MatMul", [.counting([8, 1]), .counting([1, 8])], ["[8, 8]"], limits: limits)
        limits = ONNXLimits()
        limits.work = 1
        limits.workOfElement = 0
        OneOperator.assertRefuses(
            "MatMul", [.counting([8, 2]), .counting([2, 8])], ["steps"], limits: limits)
    }

    @Test func einsum() throws {
        func einsum(_ equation: String, _ inputs: [ONNXTensor]) throws -> ONNXTensor {
            try OneOperator("Einsum", inputs, ["equation": .string(Array(equation.utf8))]).tensors()[0]
        }
        let square = ONNXTensor.counting([2, 2], from: 1)
        #expect(try einsum("ii", [square]) == ONNXTensor([], [5] as [Float]))
        #expect(try einsum("ii->i", [square]) == ONNXTensor([2], [1, 4] as [Float]))
        #expect(try einsum("ab->ba", [square]) == ONNXTensor([2, 2], [1, 3, 2, 4] as [Float]))
        #expect(
            try einsum("ij,jk,kl", [square, square, square])
                == ONNXTensor([2, 2], [37, 54, 81, 118] as [Float]))
        #expect(
            try einsum(
                "...i,...i->...", [.counting([2, 2], from: 1), .counting([1, 2], from: 1)])
                == ONNXTensor([2], [5, 11] as [Float]))
        #expect(
            try einsum("i,j->", [.counting([3]), .counting([2], from: 1)])
                == ONNXTensor([], [9] as [Float]))
        for wrong in ["ij,jk", "i->ij", "ij->ii", "i1", "ij->k", "i..j", "", "ijk"] {
            OneOperator.assertRefuses(
                "Einsum", [square], ["equation": .string(Array(wrong.utf8))], [])
        }
        OneOperator.assertRefuses(
            "Einsum", [square, .counting([3, 2])], ["equation": .string(Array("ij,jk".utf8))],
            ["2", "3"])
    }

    @Test func quantizeLinearRoundsHalvesToEvenAndStaysInItsType() throws {
        let x = ONNXTensor([6], [-3, 1, 3, 5, 1_000, .nan] as [Float])
        let result = try OneOperator(
            "QuantizeLinear", [x, .filled([], 2), ONNXTensor([], [UInt8(1)])]).tensors()
        #expect(result == [ONNXTensor([6], [0, 1, 3, 3, 255, 1] as [UInt8])])
        let sixteen = try OneOperator(
            "QuantizeLinear",
            [ONNXTensor([2], [-1e9, 7] as [Float]), .filled([], 2), ONNXTensor([], [Int16(0)])]).tensors()
        #expect(sixteen == [ONNXTensor([2], [-32_768, 4] as [Int16])])
    }

    @Test func quantizationRefuses() {
        let x = ONNXTensor.counting([2, 3])
        OneOperator.assertRefuses("QuantizeLinear", [x, .filled([], 0)], ["scale of 0"])
        OneOperator.assertRefuses("QuantizeLinear", [x, .filled([], .nan)], ["scale of nan"])
        OneOperator.assertRefuses(
            "QuantizeLinear", [x, .filled([2], 1)], ["3 scales", "[2, 3]"])
        OneOperator.assertRefuses(
            "QuantizeLinear", [x, .filled([2], 1)], ["axis": .int(2)], ["axis 2"])
        OneOperator.assertRefuses(
            "QuantizeLinear", [x, .filled([2, 2], 1)], ["block_size": .int(-2)], ["-2"])
        OneOperator.assertRefuses(
            "QuantizeLinear", [x, .filled([2, 1], 1)], ["block_size": .int(2)],
            ["[2, 2]", "[2, 1]"])
        OneOperator.assertRefuses(
            "QuantizeLinear", [x, .filled([], 1)], ["output_dtype": .int(17)], ["8"])
        OneOperator.assertRefuses(
            "QuantizeLinear", [x, .filled([3], 1), ONNXTensor([2], [0, 0] as [Int8])],
            ["[3]", "[2]"])
        OneOperator.assertRefuses(
            "DequantizeLinear",
            [ONNXTensor([2], [1, 2] as [Int8]), .filled([], 1), ONNXTensor([], [UInt8(1)])],
            ["int8", "uint8"])
        OneOperator.assertRefuses(
            "DynamicQuantizeLinear", [ONNXTensor([2], [0, .infinity] as [Float])], ["inf"])
    }

    @Test func blocksWithALastOneThatIsShorter() throws {
        let x = ONNXTensor([1, 3], [10, 20, 30] as [Float])
        let scales = ONNXTensor([1, 2], [1, 10] as [Float])
        let result = try OneOperator("QuantizeLinear", [x, scales], ["block_size": .int(2)]).tensors()
        #expect(result == [ONNXTensor([1, 3], [10, 20, 3] as [UInt8])])
        #expect(
            try OneOperator(
                "DequantizeLinear", [result[0], scales], ["block_size": .int(2)]).tensors() == [x])
    }

    @Test func dynamicQuantizeLinearOfZeros() throws {
        let result = try OneOperator("DynamicQuantizeLinear", [.filled([3], 0)], outputs: 3).tensors()
        #expect(
            result == [
                ONNXTensor([3], [0, 0, 0] as [UInt8]), .filled([], 1), ONNXTensor([], [UInt8(0)]),
            ])
    }

    @Test func integerProductsRefuse() {
        let a = ONNXTensor([1, 2], [1, 2] as [UInt8])
        let b = ONNXTensor([2, 1], [1, 2] as [UInt8])
        OneOperator.assertRefuses(
            "MatMulInteger", [a, b, ONNXTensor([], [Int8(1)])], ["uint8", "int8"])
        OneOperator.assertRefuses(
            "MatMulInteger", [a, b, ONNXTensor([3], [1, 2, 3] as [UInt8])], ["[3]", "[1, 2]"])
        let zero = ONNXTensor([], [UInt8(0)])
        let one = ONNXTensor.filled([], 1)
        OneOperator.assertRefuses(
            "QLinearMatMul", [a, one, zero, b, one, zero, .filled([], 0), zero], ["scale"])
    }
}
