import GraphIR
import TensorCore

extension LoweringRules {
    /// Windows that slide over images `[rows, channels, height, width]`, or over lines without a height.
    static let images: [String: Tracer.Rule] = [
        "Conv": convolution, "MaxPool": pool { window, _ in .maxPool(window) },
        "AveragePool": pool { window, counts in .averagePool(window, countsPadding: counts) },
        "GlobalAveragePool": globalPool { $0.mean($1, axes: $2) },
        "GlobalMaxPool": globalPool { $0.apply(.reduce(.max, axes: $2), [$1]) },
    ]

    private static let convolution: Tracer.Rule = { tracer, call throws(ONNXError) in
        let given = try tracer.floats(call, 0)
        let images = try tracer.images(given, call)
        guard tracer.shape(try call.input(1)).rank == given.rank else {
            throw call.obstacle("has weights of \(tracer.shape(try call.input(1))) for \(tracer.shape(given))")
        }
        let groups = try call.call.int("group", default: 1)
        let weights = try tracer.convolutionWeights(call, groups)
        let extents = tracer.builder.shape(weights)
        guard let height = extents[0].fixed, let width = extents[1].fixed else {
            throw call.obstacle("has weights that depend on the rows")
        }
        let frame = try Tracer.Frame(call, images: tracer.builder.shape(images), [height, width], given.rank)
        var x = images
        // A padding as wide as the window is one of its own.
        var window = frame.window()
        for (axis, own) in [(1, window.vertical), (2, window.horizontal)] {
            let (before, after) = (own.before >= own.span ? own.before : 0, own.after >= own.span ? own.after : 0)
            guard before + after > 0 else { continue }
            x = tracer.builder.apply(.pad(axis: axis, before: before, after: after), [x])
            if axis == 1 {
                window.vertical.before -= before
                window.vertical.after -= after
            } else {
                window.horizontal.before -= before
                window.horizontal.after -= after
            }
        }
        var result = tracer.builder.apply(.convolution(window, groups: groups), [x, weights])
        if call.has(2) {
            let bias: Value
            if case .known(let known) = try call.input(2), known.tensor.type == .float32 {
                bias = try tracer.parameter(known, role: .bias, axes: nil, call, keepsSingle: true).value
            } else {
                bias = try tracer.floats(call, 2).value
            }
            guard tracer.builder.shape(bias) == [extents[3]] else {
                throw call.obstacle("has \(tracer.builder.shape(bias)) numbers to add to \(extents[3]) channels")
            }
            result = tracer.builder.add(result, bias)
        }
        return [.traced(try tracer.fromImages(result, rank: given.rank, call))]
    }

    private static func pool(_ op: @escaping @Sendable (Window, Bool) -> Op) -> Tracer.Rule {
        { tracer, call throws(ONNXError) in
            guard !call.call.wants(output: 1) else { throw call.obstacle("is asked for the places of its maxima") }
            let given = try tracer.floats(call, 0)
            let images = try tracer.images(given, call)
            let kernel = try call.call.ints("kernel_shape", default: [])
            guard kernel.count == given.rank - 2 else {
                throw call.obstacle("has a window of \(kernel) over \(tracer.shape(given))")
            }
            let counts = try call.call.flag("count_include_pad")
            let frame = try Tracer.Frame(
                call, images: tracer.builder.shape(images), given.rank == 3 ? [1, kernel[0]] : kernel, given.rank)
            guard !counts || !frame.isWidened else {
                throw call.obstacle("counts padding in windows that its ceil_mode widens")
            }
            let result = tracer.builder.apply(op(frame.window(), counts), [images])
            return [.traced(try tracer.fromImages(result, rank: given.rank, call))]
        }
    }

    private static func globalPool(
        _ build: @escaping @Sendable (inout GraphBuilder, Value, [Int]) -> Value
    ) -> Tracer.Rule {
        { tracer, call throws(ONNXError) in
            let x = try tracer.floats(call, 0)
            guard x.rank > 2 else { throw call.obstacle("pools \(tracer.shape(x)), which is no image") }
            return [.traced(try tracer.reduced(x, Array(2..<x.rank), keeps: true, call, build))]
        }
    }
}

extension Tracer {
    /// A value as images; lines are images of height 1.
    fileprivate mutating func images(_ x: Traced, _ call: TracedCall) throws(ONNXError) -> Value {
        switch x.rank {
        case 4: return image(x)
        case 3:
            let line = arranged(x, [0, 2, 1])
            let own = builder.shape(line.value)
            return builder.reshape(line.value, [own[0], 1, own[1], own[2]])
        default: throw call.obstacle("is over \(shape(x)); built are windows over lines and images")
        }
    }

    fileprivate mutating func fromImages(_ value: Value, rank: Int, _ call: TracedCall) throws(ONNXError) -> Traced {
        let images = Traced(value, axes: [0, 2, 3, 1])
        guard rank == 3 else { return images }
        let own = builder.shape(value)
        return Traced(builder.reshape(value, [own[0], own[2], own[3]]), axes: [0, 2, 1])
    }

    /// Weights `[outputs, channels, height, width]` as `[height, width, channels, outputs]`.
    fileprivate mutating func convolutionWeights(_ call: TracedCall, _ groups: Int) throws(ONNXError) -> Value {
        var weights: Traced
        let input = try call.input(1)
        let axes = shape(input).rank == 4 ? [2, 3, 1, 0] : [2, 1, 0]
        if case .known(let known) = input {
            guard known.tensor.type == .float32 else {
                throw call.obstacle("has weights of \(known.tensor.type.name)")
            }
            weights = try parameter(known, role: .weight, axes: axes, call, keepsSingle: true)
        } else {
            weights = try floats(call, 1)
        }
        weights = arranged(weights, axes)
        guard axes.count == 3 else { return weights.value }
        return builder.reshape(weights.value, Shape([1] + builder.shape(weights.value).extents))
    }

    /// The window of a node, as its attributes say.
    fileprivate struct Frame {
        var axes: [Window.Axis]
        /// Whether `ceil_mode` adds places.
        var isWidened = false

        func window() -> Window { Window(axes[0], axes[1]) }

        /// - Parameters:
        ///   - images: `[rows, height, width, channels]`.
        ///   - rank: Of the node's input: attributes of lines have one axis.
        init(_ call: TracedCall, images: Shape, _ kernel: [Int], _ rank: Int) throws(ONNXError) {
            let isLine = rank == 3
            func pair(_ name: String) throws(ONNXError) -> [Int] {
                let values = try call.call.optionalInts(name) ?? [Int](repeating: 1, count: rank - 2)
                guard values.count == rank - 2, values.allSatisfy({ (1...Int(Int32.max)).contains($0) }) else {
                    throw call.call.failure("has '\(name)' \(values)")
                }
                return isLine ? [1, values[0]] : values
            }
            let strides = try pair("strides")
            let dilations = try pair("dilations")
            let limit = Int(Int32.max)
            guard kernel.count == 2, kernel.allSatisfy({ (1...limit).contains($0) }),
                zip(kernel, dilations).allSatisfy({ $0 * $1 <= limit })
            else { throw call.call.failure("has a window of \(kernel)") }
            let named = try call.call.optionalInts("kernel_shape") ?? (isLine ? [kernel[1]] : kernel)
            guard named == (isLine ? [kernel[1]] : kernel) else {
                throw call.call.failure("has a window of \(named) and weights for \(kernel)")
            }
            var pads = try call.call.optionalInts("pads") ?? [Int](repeating: 0, count: 2 * (rank - 2))
            guard pads.count == 2 * (rank - 2), pads.allSatisfy({ (0...limit / 4).contains($0) }) else {
                throw call.obstacle("has pads of \(pads)")
            }
            if isLine { pads = [0, pads[0], 0, pads[1]] }
            let automatic = try call.call.text("auto_pad", default: "NOTSET")
            let ceils = try call.call.flag("ceil_mode")
            axes = []
            for axis in 0...1 {
                guard let cells = images[axis + 1].fixed else { throw call.obstacle("slides over the rows") }
                var own = Window.Axis(kernel[axis], stride: strides[axis], dilation: dilations[axis])
                switch automatic {
                case "NOTSET": (own.before, own.after) = (pads[axis], pads[axis + 2])
                case "VALID": break
                case "SAME_UPPER", "SAME_LOWER":
                    let places = (cells + own.stride - 1) / own.stride
                    let missing = max(0, (places - 1) * own.stride + own.span - cells)
                    own.before = automatic == "SAME_UPPER" ? missing / 2 : missing - missing / 2
                    own.after = missing - own.before
                default: throw call.call.failure("has an auto_pad '\(automatic)'")
                }
                let free = cells + own.before + own.after - own.span
                if ceils && automatic == "NOTSET" && free >= 0 && free % own.stride != 0 {
                    // A window that would start behind the cells and the padding before them is none.
                    let places = free / own.stride + 2
                    if (places - 1) * own.stride < cells + own.before {
                        own.after += own.stride - free % own.stride
                        isWidened = true
                    }
                }
                axes.append(own)
            }
        }
    }
}
