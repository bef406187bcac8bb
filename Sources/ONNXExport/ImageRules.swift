import GraphIR

/// Windows over images, whose channels are last here and second in ONNX.
extension ONNXWriter {
    mutating func convolution(_ call: OperationCall, _ window: Window, groups: Int) -> ONNXWritten {
        let label = call.label
        let weights = apply("Transpose", [call.values[1]], ["perm": .ints([3, 2, 0, 1])], label: label)
        let result = apply(
            "Conv", [channelsSecond(call.values[0], label), weights],
            [
                "kernel_shape": .ints(window.extents), "strides": .ints(window.strides),
                "dilations": .ints(window.dilations), "pads": .ints(window.padding), "group": .int(groups),
            ], label: label)
        return channelsLast(result, label)
    }

    /// - Parameter further: What only this kind of pooling is told.
    mutating func pooled(
        _ call: OperationCall, by name: String, _ window: Window, _ further: (String, ONNXNodeAttribute)
    ) -> ONNXWritten {
        let images = channelsSecond(call.values[0], call.label)
        let result = apply(
            name, [images],
            [
                "kernel_shape": .ints(window.extents), "strides": .ints(window.strides),
                "pads": .ints(window.padding), further.0: further.1,
            ], label: call.label)
        return channelsLast(result, call.label)
    }

    private mutating func channelsSecond(_ images: ONNXWritten, _ label: String) -> ONNXWritten {
        apply("Transpose", [images], ["perm": .ints([0, 3, 1, 2])], label: label)
    }

    private mutating func channelsLast(_ images: ONNXWritten, _ label: String) -> ONNXWritten {
        apply("Transpose", [images], ["perm": .ints([0, 2, 3, 1])], label: label)
    }
}

extension Window {
    fileprivate var extents: [Int] { [vertical.extent, horizontal.extent] }
    fileprivate var strides: [Int] { [vertical.stride, horizontal.stride] }
    var dilations: [Int] { [vertical.dilation, horizontal.dilation] }
    fileprivate var padding: [Int] { [vertical.before, horizontal.before, vertical.after, horizontal.after] }
}
