import ONNX
import Testing

/// Convolutions, poolings and the other layers of networks where the backend suite says nothing.
@Suite struct NetworkOperatorTests {
    private let image = ONNXTensor.counting([1, 1, 3, 3])
    private let huge = Int64(1) << 40

    private func string(_ text: String) -> ONNXAttribute { .string(Array(text.utf8)) }

    // MARK: Windows

    @Test func windowsThatCannotBeAreRefused() {
        let filters = ONNXTensor.counting([1, 1, 2, 2])
        func refuses(_ attributes: [String: ONNXAttribute], _ text: String, place: SourceLocation = #_sourceLocation) {
            OneOperator.assertRefuses("Conv", [image, filters], attributes, [text], place: place)
            OneOperator.assertRefuses(
                "ConvTranspose", [image, filters], attributes, [text], place: place)
            var pooling = attributes
            if pooling["kernel_shape"] == nil { pooling["kernel_shape"] = .ints([2, 2]) }
            for name in ["MaxPool", "AveragePool", "LpPool"] {
                OneOperator.assertRefuses(name, [image], pooling, [text], place: place)
            }
        }
        refuses(["strides": .ints([0, 1])], "[0, 1]")
        refuses(["strides": .ints([1, -1])], "[1, -1]")
        refuses(["strides": .ints([1])], "[1]")
        refuses(["dilations": .ints([0, 1])], "[0, 1]")
        refuses(["pads": .ints([0, 0, -1, 0])], "[0, 0, -1, 0]")
        refuses(["pads": .ints([0, 0])], "[0, 0]")
        refuses(["pads": .ints([huge, 0, 0, 0])], "\(huge)")
        refuses(["strides": .ints([huge, 1])], "\(huge)")
        refuses(["dilations": .ints([.max, 1])], "\(Int64.max)")
        refuses(["auto_pad": string("SOME")], "SOME")
        refuses(["kernel_shape": .ints([3, 3, 3])], "[3, 3, 3]")
    }

    @Test func kernelsLargerThanTheImage() throws {
        OneOperator.assertRefuses(
            "Conv", [image, .counting([1, 1, 4, 1])], ["over 4", "3", "[3, 3]"])
        OneOperator.assertRefuses(
            "MaxPool", [image], ["kernel_shape": .ints([1, 4])], ["over 4"])
        OneOperator.assertRefuses(
            "MaxPool", [image], ["kernel_shape": .ints([huge, 1])], ["\(huge)"])
        OneOperator.assertRefuses(
            "MaxPool", [image], ["kernel_shape": .ints([0, 1])], ["[0, 1]"])
        OneOperator.assertRefuses(
            "AveragePool", [image], ["kernel_shape": .ints([2, 2]), "pads": .ints([2, 0, 0, 0])],
            ["pads by 2"])
        let whole = try OneOperator("Conv", [image, .filled([1, 1, 3, 3], 1)]).tensors()
        #expect(whole == [.filled([1, 1, 1, 1], 36)])
    }

    @Test func hugeResultsAreRefusedBeforeTheyAreMade() {
        let pads: ONNXAttribute = .ints([1 << 30, 1 << 30, 1 << 30, 1 << 30])
        OneOperator.assertRefuses(
            "Conv", [image, .counting([1, 1, 1, 1])], ["pads": pads], ["elements"])
        OneOperator.assertRefuses(
            "ConvTranspose", [image, .counting([1, 1, 1, 1])],
            ["strides": .ints([1 << 30, 1 << 30])], ["elements"])
        OneOperator.assertRefuses(
            "ConvTranspose", [image, .counting([1, 1, 1, 1])],
            ["output_shape": .ints([1 << 30, 1 << 30])],
            ["elements"])
        OneOperator.assertRefuses(
            "Resize", [image, nil, ONNXTensor([4], [1, 1, 1e9, 1e9] as [Float])], ["1e+09"])
        OneOperator.assertRefuses(
            "Resize", [image, nil, nil, ONNXTensor([4], [1, 1, 1 << 40, 1 << 40] as [Int64])],
            ["elements"])
        OneOperator.assertRefuses("HannWindow", [ONNXTensor([], [Int64(1) << 50])], ["elements"])
        OneOperator.assertRefuses("HannWindow", [ONNXTensor([], [Int64(-1)])], ["-1"])
        OneOperator.assertRefuses(
            "DFT", [.counting([1, 4, 1]), ONNXTensor([], [Int64(1) << 50])], ["elements"])
        OneOperator.assertRefuses(
            "RoiAlign",
            [
                .counting([1, 1, 2, 2]), ONNXTensor([1, 4], [0, 0, 1e10, 1e10] as [Float]),
                ONNXTensor([1], [Int64(0)]),
            ],
            ["steps"])
        for name in ["mode", "coordinate_transformation_mode"] {
            OneOperator.assertRefuses(
                "RoiAlign",
                [
                    .counting([1, 1, 2, 2]), ONNXTensor([1, 4], [0, 0, 1, 1] as [Float]),
                    ONNXTensor([1], [Int64(0)]),
                ],
                [name: .string(Array("median".utf8))], ["'\(name)' of 'median'"])
        }
    }

    @Test func theWorkOfAWindowIsThatOfWhatItSees() throws {
        let attributes: [String: ONNXAttribute] = [
            "kernel_shape": .ints([Int64(Int32.max), Int64(Int32.max)]),
            "pads": .ints([1 << 30, 1 << 30, 1 << 30, 1 << 30]),
        ]
        #expect(
            try OneOperator("MaxPool", [image], attributes).tensors() == [.filled([1, 1, 5, 5], 8)])
    }

    /// Channels of none must not make extents that no memory is behind.
    @Test func extentsWithoutElements() {
        let none = ONNXTensor([1, 0, 1 << 30, 1 << 30, 1 << 30].map { $0 }, [Float]())
        OneOperator.assertRefuses(
            "Conv", [none, ONNXTensor([1, 0, 1 << 30, 1 << 30, 1 << 30], [Float]())], [])
    }

    // MARK: Convolutions

    @Test func groupsThatDoNotDivide() {
        OneOperator.assertRefuses(
            "Conv", [.counting([1, 3, 2, 2]), .counting([2, 1, 1, 1])], ["group": .int(2)],
            ["[1, 3, 2, 2]", "[2, 1, 1, 1]", "2 groups"])
        OneOperator.assertRefuses(
            "Conv", [.counting([1, 2, 2, 2]), .counting([3, 1, 1, 1])], ["group": .int(2)],
            ["2 groups"])
        OneOperator.assertRefuses(
            "Conv", [.counting([1, 2, 2, 2]), .counting([2, 2, 1, 1])], ["group": .int(0)],
            ["0 groups"])
        OneOperator.assertRefuses(
            "Conv", [.counting([1, 2, 2, 2]), .counting([2, 2, 1, 1])], ["group": .int(.max)],
            ["groups"])
        OneOperator.assertRefuses(
            "ConvTranspose", [.counting([1, 3, 2, 2]), .counting([3, 1, 1, 1])], ["group": .int(2)],
            ["2 groups"])
        OneOperator.assertRefuses(
            "Conv", [.counting([1, 1, 3]), .counting([1, 1, 1, 1])], ["[1, 1, 3]"])
        OneOperator.assertRefuses(
            "Conv", [image, .counting([2, 1, 1, 1]), .counting([3])], ["2 filters", "[3]"])
        OneOperator.assertRefuses(
            "Conv", [image, .counting([1, 1, 2, 2])], ["kernel_shape": .ints([3, 3])],
            ["[3, 3]", "[2, 2]"])
    }

    @Test func convolutionOfGroupsStridesAndDilationsAgainstItsDefinition() throws {
        for (group, stride, dilation, pad) in [
            (1, 1, 1, 0), (2, 2, 1, 1), (1, 1, 2, 2), (2, 3, 2, 1), (4, 1, 1, 1),
        ] {
            let (inputs, outputs, size) = (4, 8, 7)
            let x = ONNXTensor(
                [2, inputs, size, size],
                (0..<2 * inputs * size * size).map { Float(($0 * 7) % 11 - 5) })
            let w = ONNXTensor(
                [outputs, inputs / group, 3, 2],
                (0..<outputs * inputs / group * 6).map { Float(($0 * 5) % 7 - 3) })
            guard case .float32(let image) = x.elements, case .float32(let filters) = w.elements
            else {
                Issue.record("no floats")
                return
            }
            let high = (size + 2 * pad - 2 * dilation - 1) / stride + 1
            let wide = (size + 2 * pad - dilation - 1) / stride + 1
            var expected: [Float] = []
            for place in 0..<2 * outputs * high * wide {
                let (column, row) = (place % wide, place / wide % high)
                let (output, batch) = (place / wide / high % outputs, place / wide / high / outputs)
                var sum: Float = Float(output)
                for channel in 0..<inputs / group {
                    for tap in 0..<6 {
                        let y = row * stride - pad + tap / 2 * dilation
                        let x = column * stride - pad + tap % 2 * dilation
                        guard (0..<size).contains(y), (0..<size).contains(x) else { continue }
                        let source = output / (outputs / group) * (inputs / group) + channel
                        sum +=
                            filters[(output * (inputs / group) + channel) * 6 + tap]
                            * image[((batch * inputs + source) * size + y) * size + x]
                    }
                }
                expected.append(sum)
            }
            let result = try OneOperator(
                "Conv", [x, w, .counting([outputs])],
                [
                    "group": .int(Int64(group)), "strides": .ints([Int64(stride), Int64(stride)]),
                    "dilations": .ints([Int64(dilation), Int64(dilation)]),
                    "pads": .ints([Int64](repeating: Int64(pad), count: 4)),
                ]).tensors()
            #expect(
                result == [ONNXTensor([2, outputs, high, wide], expected)], "\(group) \(stride)")
        }
    }

    @Test func transposedConvolutionOfGroupsIsTheAdjointOfConvolution() throws {
        // ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩
        let attributes: [String: ONNXAttribute] = [
            "group": .int(2), "strides": .ints([2, 1]), "dilations": .ints([1, 2]),
            "pads": .ints([1, 0, 0, 1]),
        ]
        let x = ONNXTensor([1, 4, 6, 5], (0..<120).map { Float(($0 * 7) % 11 - 5) })
        let w = ONNXTensor([6, 2, 3, 2], (0..<72).map { Float(($0 * 5) % 7 - 3) })
        let forward = try OneOperator("Conv", [x, w], attributes).tensors()[0]
        let y = ONNXTensor(forward.shape, (0..<forward.count).map { Float(($0 * 3) % 5 - 2) })
        var back = attributes
        back["output_padding"] = .ints([0, 0])
        let backward = try OneOperator("ConvTranspose", [y, w], back).tensors()[0]
        #expect(backward.shape == x.shape)
        func product(_ a: ONNXTensor, _ b: ONNXTensor) -> Float {
            guard case .float32(let a) = a.elements, case .float32(let b) = b.elements else {
                return .nan
            }
            return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(product(forward, y) == product(x, backward))
        #expect(product(forward, y) != 0)
    }

    @Test func emptyBatchAndChannels() throws {
        #expect(
            try OneOperator("Conv", [.counting([0, 1, 3, 3]), .counting([2, 1, 2, 2])]).tensors() == [
                .counting([0, 2, 2, 2])
            ])
        #expect(
            try OneOperator(
                "Conv",
                [.counting([1, 0, 3, 3]), .counting([2, 0, 2, 2]), .counting([2], from: 1)]).tensors() == [
                    ONNXTensor([1, 2, 2, 2], [1, 1, 1, 1, 2, 2, 2, 2] as [Float])
                ])
        #expect(
            try OneOperator(
                "ConvTranspose", [.counting([0, 1, 3, 3]), .counting([1, 2, 2, 2])]).tensors() == [
                    .counting([0, 2, 4, 4])
                ])
        #expect(
            try OneOperator(
                "MaxPool", [.counting([0, 2, 3, 3])], ["kernel_shape": .ints([2, 2])], outputs: 2).tensors()
                == [.counting([0, 2, 2, 2]), ONNXTensor([0, 2, 2, 2], [Int64]())])
        #expect(
            try OneOperator("GlobalAveragePool", [.counting([0, 2, 3, 3])]).tensors() == [
                .counting([0, 2, 1, 1])
            ])
        #expect(
            try OneOperator("Resize", [.counting([0, 2]), nil, .filled([2], 2)]).tensors() == [
                .counting([0, 4])
            ])
        OneOperator.assertRefuses(
            "Conv", [.counting([1, 1, 0, 3]), .counting([1, 1, 1, 1])], ["[0, 3]"])
        OneOperator.assertRefuses("GlobalMaxPool", [.counting([1, 1, 0])], ["[1, 1, 0]"])
    }

    @Test func poolingWithColumnOrder() throws {
        let result = try OneOperator(
            "MaxPool", [.counting([1, 2, 2, 3])],
            ["kernel_shape": .ints([2, 2]), "storage_order": .int(1)],
            outputs: 2).tensors()
        // Within an image of two rows, the element of row 1 and column c is 2c + 1 columnwise.
        #expect(result[1] == ONNXTensor([1, 2, 1, 2], [3, 5, 9, 11] as [Int64]))
    }

    @Test func unpoolingRefusesOffsetsBeyondTheImage() {
        OneOperator.assertRefuses(
            "MaxUnpool", [.counting([1, 1, 1, 1]), ONNXTensor([1, 1, 1, 1], [Int64(4)])],
            ["kernel_shape": .ints([2, 2])], ["offset of 4"])
    }

    // MARK: Normalization

    @Test func parametersThatDoNotFit() {
        let x = ONNXTensor.counting([2, 3, 2])
        let three = ONNXTensor.filled([3], 1)
        OneOperator.assertRefuses(
            "BatchNormalization", [x, three, three, three, .filled([2], 1)], ["3 channels", "[2]"])
        OneOperator.assertRefuses(
            "InstanceNormalization", [x, three, .filled([2], 1)], ["3 channels"])
        OneOperator.assertRefuses("LayerNormalization", [x, three], ["[3]", "[2]"])
        OneOperator.assertRefuses(
            "LayerNormalization", [x, .filled([2], 1)], ["axis": .int(3)], ["axis 3"])
        OneOperator.assertRefuses(
            "GroupNormalization", [x, three, three], ["num_groups": .int(2)], ["2 groups"])
        OneOperator.assertRefuses(
            "GroupNormalization", [x, three, three], ["num_groups": .int(0)], ["0 groups"])
        OneOperator.assertRefuses("LRN", [x], ["size": .int(0)], ["0 channels"])
        OneOperator.assertRefuses(
            "LpPool", [image], ["kernel_shape": .ints([1, 1]), "p": .int(0)], ["order 0"])
    }

    @Test func batchNormalizationOfEachElement() throws {
        let x = ONNXTensor([2, 2], [1, 2, 3, 4] as [Float])
        let result = try OneOperator(
            "BatchNormalization",
            [
                x, .filled([2], 1), ONNXTensor([2], [10, 20] as [Float]), .filled([2], 0),
                .filled([2], 1),
            ],
            ["epsilon": .float(0)]).tensors()
        #expect(result == [ONNXTensor([2, 2], [11, 22, 13, 24] as [Float])])
    }

    @Test func groupNormalizationOfVersion18HasParametersOfGroups() throws {
        let x = ONNXTensor([1, 4], [0, 2, 0, 2] as [Float])
        let scale = ONNXTensor([2], [1, 2] as [Float])
        let result = try OneOperator(
            "GroupNormalization", [x, scale, .filled([2], 0)],
            ["num_groups": .int(2), "epsilon": .float(0)], opset: 18).tensors()
        #expect(result == [ONNXTensor([1, 4], [-1, 1, -2, 2] as [Float])])
    }

    @Test func normOfZerosStaysZero() throws {
        #expect(try OneOperator("LpNormalization", [.filled([2], 0)]).tensors() == [.filled([2], 0)])
    }

    // MARK: Recurrent networks

    @Test func recurrentNetworksRefuseShapesAndLengths() {
        let x = ONNXTensor.counting([2, 1, 3])
        let w = ONNXTensor.counting([1, 2, 3])
        let r = ONNXTensor.counting([1, 2, 2])
        OneOperator.assertRefuses(
            "RNN", [x, .counting([1, 2, 4]), r], ["[1, 2, 4]", "3 features"])
        OneOperator.assertRefuses("RNN", [x, w, r], ["hidden_size": .int(3)], ["3"])
        OneOperator.assertRefuses("RNN", [x, w, r], ["direction": string("up")], ["up"])
        OneOperator.assertRefuses(
            "RNN", [x, w, r], ["activations": .strings([Array("Cos".utf8)])], ["Cos"])
        OneOperator.assertRefuses(
            "RNN", [x, w, r], ["direction": string("bidirectional")], ["2 directions"])
        for lengths in [[3], [-1], [1, 1]] as [[Int32]] {
            OneOperator.assertRefuses(
                "RNN", [x, w, r, nil, ONNXTensor([lengths.count], lengths)], ["lengths"])
        }
        OneOperator.assertRefuses("RNN", [x, w, r, .counting([1, 3])], ["offsets"])
        OneOperator.assertRefuses("LSTM", [x, w, r], ["[1, 2, 3]"])
    }

    @Test func backwardSequencesEndAtTheirLength() throws {
        // h = x + h of the step before, so that the state is the sum of what was seen.
        let x = ONNXTensor([3, 2, 1], [1, 10, 2, 20, 4, 40] as [Float])
        let one = ONNXTensor.filled([1, 1, 1], 1)
        let attributes: [String: ONNXAttribute] = [
            "activations": .strings([Array("Affine".utf8)]), "direction": string("reverse"),
        ]
        let result = try OneOperator(
            "RNN", [x, one, one, nil, ONNXTensor([2], [2, 3] as [Int32])], attributes, outputs: 2).tensors()
        #expect(result[0] == ONNXTensor([3, 1, 2, 1], [3, 70, 2, 60, 0, 40] as [Float]))
        #expect(result[1] == ONNXTensor([1, 2, 1], [3, 70] as [Float]))
    }
}
