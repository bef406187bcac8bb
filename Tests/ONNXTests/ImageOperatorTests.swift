import ONNX
import Testing

/// Resized and sampled images, boxes, losses and signals where the backend suite says nothing.
@Suite struct ImageOperatorTests {
    private let image = ONNXTensor.counting([1, 1, 3, 3])

    private func string(_ text: String) -> ONNXAttribute { .string(Array(text.utf8)) }

    @Test func resizeRefuses() {
        OneOperator.assertRefuses("Resize", [image], ["neither"])
        OneOperator.assertRefuses("Resize", [image, nil, .filled([3], 1)], ["4 axes"])
        OneOperator.assertRefuses("Resize", [image, nil, .filled([4], 0)], ["scales"])
        OneOperator.assertRefuses("Resize", [image, nil, .filled([4], .nan)], ["scales"])
        OneOperator.assertRefuses(
            "Resize", [image, nil, .filled([4], 2)], ["mode": string("soft")], ["soft"])
        OneOperator.assertRefuses(
            "Resize", [image, nil, nil, ONNXTensor([4], [1, 1, -2, 2] as [Int64])], ["-2"])
        OneOperator.assertRefuses(
            "Resize", [.counting([1, 0]), nil, nil, ONNXTensor([2], [1, 2] as [Int64])], ["[1, 0]"])
        OneOperator.assertRefuses(
            "Resize", [image, nil, .filled([2], 2)], ["axes": .ints([2, 2])], ["twice"])
    }

    @Test func nearestResizeOfTextsAndOfVersion10() throws {
        let texts = ONNXTensor([2], ["a", "b"])
        #expect(
            try OneOperator("Resize", [texts, nil, .filled([1], 2)]).tensors() == [
                ONNXTensor([4], ["a", "a", "b", "b"])
            ])
        // Version 10 takes the upper neighbour where an axis shrinks.
        #expect(
            try OneOperator(
                "Resize", [.counting([5]), ONNXTensor([1], [0.6] as [Float])], opset: 10).tensors() == [
                    ONNXTensor([3], [0, 2, 4] as [Float])
                ])
    }

    @Test func gridsWithNumbersThatAreNone() throws {
        let grid = ONNXTensor([1, 1, 3, 2], [.nan, -1, .infinity, 0, 1e30, -1e30] as [Float])
        for padding in ["zeros", "border", "reflection"] {
            for mode in ["linear", "nearest", "cubic"] {
                let result = try OneOperator(
                    "GridSample", [image, grid],
                    [
                        "padding_mode": string(padding), "mode": string(mode),
                        "align_corners": .int(1),
                    ]).tensors()
                #expect(result[0].shape == [1, 1, 1, 3])
                guard case .float32(let values) = result[0].elements else {
                    Issue.record("no floats")
                    return
                }
                #expect(abs(values[0] - (0)) <= 1e-6, "\(padding) \(mode)")
                #expect(values.allSatisfy { $0.isFinite }, "\(padding) \(mode)")
            }
        }
        OneOperator.assertRefuses(
            "GridSample", [image, .counting([2, 1, 1, 2])], ["[2, 1, 1, 2]"])
    }

    @Test func boxesOfEqualScoresKeepTheirOrder() throws {
        let boxes = ONNXTensor([1, 3, 4], [0, 0, 1, 1, 5, 5, 6, 6, 0, 0, 1, 1] as [Float])
        let scores = ONNXTensor.filled([1, 1, 3], 0.5)
        let result = try OneOperator(
            "NonMaxSuppression", [boxes, scores, ONNXTensor([], [Int64(3)]), .filled([], 0.5)]).tensors()
        #expect(result == [ONNXTensor([2, 3], [0, 0, 0, 0, 0, 1] as [Int64])])
        OneOperator.assertRefuses(
            "NonMaxSuppression", [boxes, .filled([1, 1, 2], 0)], ["[1, 1, 2]"])
    }

    // MARK: Losses and signals

    @Test func targetsBeyondTheClasses() {
        for target in [3, -1] as [Int64] {
            OneOperator.assertRefuses(
                "SoftmaxCrossEntropyLoss", [.counting([1, 3]), ONNXTensor([1], [target])],
                ["target of \(target)"])
            OneOperator.assertRefuses(
                "NegativeLogLikelihoodLoss", [.counting([1, 3]), ONNXTensor([1], [target])],
                ["target of \(target)"])
        }
        OneOperator.assertRefuses(
            "SoftmaxCrossEntropyLoss", [.counting([2, 3]), ONNXTensor([1], [Int64(0)])],
            ["[2]", "[1]"])
    }

    @Test func fourierTransformsOfEveryLengthAreInverted() throws {
        for length in [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 30, 49] {
            let x = ONNXTensor([1, length, 2], (0..<2 * length).map { Float(($0 * 7) % 11 - 5) })
            let there = try OneOperator("DFT", [x]).tensors()[0]
            let back = try OneOperator("DFT", [there], ["inverse": .int(1)]).tensors()[0]
            guard case .float32(let expected) = x.elements,
                case .float32(let values) = back.elements,
                case .float32(let frequencies) = there.elements
            else {
                Issue.record("no floats")
                return
            }
            for (value, other) in zip(values, expected) {
                #expect(abs(value - (other)) <= 1e-5)
            }
            // Energy: Σ |X|² = n · Σ |x|².
            let energy = expected.reduce(0) { $0 + $1 * $1 } * Float(length)
            #expect(abs(frequencies.reduce(0) { $0 + $1 * $1 } - (energy)) <= energy * 1e-5)
            let half = try OneOperator(
                "DFT", [ONNXTensor([1, length, 1], Array(expected.prefix(length)))],
                ["onesided": .int(1)]).tensors()[0]
            let real = try OneOperator(
                "DFT", [half, ONNXTensor([], [Int64(length)])],
                ["inverse": .int(1), "onesided": .int(1)]).tensors()[0]
            guard case .float32(let reals) = real.elements else {
                Issue.record("no floats")
                return
            }
            #expect(real.shape == [1, length, 1])
            for (value, other) in zip(reals, expected) {
                #expect(abs(value - (other)) <= 1e-5)
            }
        }
        OneOperator.assertRefuses("DFT", [.counting([1, 4, 3])], ["[1, 4, 3]"])
        OneOperator.assertRefuses(
            "STFT", [.counting([1, 4, 1]), ONNXTensor([], [Int64(0)])], ["[1, 4, 1]"])
        OneOperator.assertRefuses(
            "STFT",
            [.counting([1, 4, 1]), ONNXTensor([], [Int64(1)]), nil, ONNXTensor([], [Int64(5)])],
            ["frames of 5"])
    }
}
