/// How an axis is resized: its extents, its scale, and where a place of the result lies in the input.
struct ResizeAxis {
    enum Coordinates: String {
        case halfPixel = "half_pixel"
        case halfPixelSymmetric = "half_pixel_symmetric"
        case pytorchHalfPixel = "pytorch_half_pixel"
        case alignCorners = "align_corners"
        case asymmetric
        case tfHalfPixelForNN = "tf_half_pixel_for_nn"
        case tfCropAndResize = "tf_crop_and_resize"
    }

    var input: Int
    var output: Int
    var scale: Float
    /// The part of the axis that is taken, of `tf_crop_and_resize`.
    var start: Float = 0
    var end: Float = 1
    var coordinates: Coordinates

    var isUnchanged: Bool { input == output && scale == 1 && start == 0 && end == 1 }

    /// Where a place of the result lies in the input.
    ///
    /// The length of the result is `scale · input` without rounding where corners are aligned, as the ONNX reference
    /// has it; ONNX Runtime takes the result's extent.
    func position(of place: Int) -> Float {
        let x = Float(place)
        let length = scale * Float(input)
        switch coordinates {
        case .halfPixel: return (x + 0.5) / scale - 0.5
        case .halfPixelSymmetric:
            return Float(input) / 2 * (1 - Float(output) / length) + (x + 0.5) / scale - 0.5
        case .pytorchHalfPixel:
            return output > 1 ? (x + 0.5) / scale - 0.5 : output == 1 && length != 1 ? 0 : -0.5
        case .alignCorners:
            return length == 1 || output == 1 ? 0 : x * Float(input - 1) / (length - 1)
        case .asymmetric: return x / scale
        case .tfHalfPixelForNN: return (x + 0.5) / scale
        case .tfCropAndResize:
            let last = Float(input - 1)
            return output > 1
                ? start * last + x * (end - start) * last / Float(output - 1)
                : 0.5 * (start + end) * last
        }
    }

    /// Whether a place lies outside the input, where `tf_crop_and_resize` puts a fixed number.
    func isOutside(_ place: Int) -> Bool {
        guard coordinates == .tfCropAndResize, !isUnchanged else { return false }
        let position = position(of: place)
        return !(position >= 0 && position <= Float(input - 1))
    }
}

/// The axes of `Resize` and `Upsample`, of all versions.
struct ResizeAxes {
    private(set) var axes: [ResizeAxis] = []

    var shape: [Int] { axes.map(\.output) }

    init(_ call: NodeCall) throws(ONNXError) {
        let shape = try call.tensor(0).shape
        let isUpsample = call.node.operation.name == "Upsample"
        let hasRegion = !isUpsample && call.opset >= 11
        let named = try call.text(
            "coordinate_transformation_mode", default: hasRegion ? "half_pixel" : "asymmetric")
        guard let coordinates = ResizeAxis.Coordinates(rawValue: named) else {
            throw call.failure("has a 'coordinate_transformation_mode' of '\(named)'")
        }
        axes = shape.map {
            ResizeAxis(input: $0, output: $0, scale: 1, coordinates: coordinates)
        }
        var chosen = Array(shape.indices)
        if let given = try call.optionalInts("axes") {
            chosen = try call.axes(given, rank: shape.count)
        }
        if coordinates == .tfCropAndResize {
            let region: [Float] = try call.reals(1, count: 2 * chosen.count, "starts and ends")
            for (place, axis) in chosen.enumerated() {
                axes[axis].start = region[place]
                axes[axis].end = region[chosen.count + place]
            }
        }
        if isUpsample, call.opset < 9 {
            try scale(chosen, by: try call.floats("scales"), call)
            return
        }
        let scalesIndex = hasRegion ? 2 : 1
        // Empty scales stand for scales that are not given.
        if let tensor = try call.optionalTensor(scalesIndex), tensor.count > 0 {
            try scale(chosen, by: try call.reals(scalesIndex), call)
        } else if let sizes = hasRegion ? try call.optionalIntegers(3) : nil, !sizes.isEmpty {
            try size(chosen, to: sizes, call)
        } else {
            throw call.failure("is given neither scales nor extents")
        }
        if let bad = axes.first(where: { $0.output > 0 && $0.input == 0 }) {
            throw call.failure("cannot make \(bad.output) places of none in \(shape)", kind: .input)
        }
    }

    private mutating func scale(_ chosen: [Int], by scales: [Float], _ call: NodeCall)
        throws(ONNXError)
    {
        guard scales.count == chosen.count, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw call.failure(
                "has scales of \(scales.prefix(8)) for \(chosen.count) axes", kind: .input)
        }
        for (axis, scale) in zip(chosen, scales) {
            let extent = (Float(axes[axis].input) * scale).rounded(.down)
            guard extent <= Float(call.limits.tensorElements) else {
                throw call.failure(
                    "scales an extent of \(axes[axis].input) by \(scale)", kind: .limit)
            }
            axes[axis].scale = scale
            axes[axis].output = Int(extent)
        }
    }

    private mutating func size(_ chosen: [Int], to sizes: [Int], _ call: NodeCall) throws(ONNXError)
    {
        guard sizes.count == chosen.count, sizes.allSatisfy({ $0 >= 0 }),
            chosen.allSatisfy({ axes[$0].input > 0 })
        else {
            throw call.failure(
                "cannot bring \(axes.map(\.input)) to extents of \(sizes.prefix(8))", kind: .input)
        }
        _ = try call.count(of: sizes)
        for (axis, size) in zip(chosen, sizes) {
            axes[axis].output = size
            axes[axis].scale = Float(size) / Float(axes[axis].input)
        }
        let scales = chosen.map { axes[$0].scale }
        let common: Float?
        switch try call.text("keep_aspect_ratio_policy", default: "stretch") {
        case "stretch": common = nil
        case "not_larger": common = scales.min()
        case "not_smaller": common = scales.max()
        case let other: throw call.failure("has a 'keep_aspect_ratio_policy' of '\(other)'")
        }
        guard let common else { return }
        for axis in chosen {
            let extent = (common * Float(axes[axis].input)).rounded(.toNearestOrAwayFromZero)
            guard extent <= Float(call.limits.tensorElements) else {
                throw call.failure(
                    "scales an extent of \(axes[axis].input) by \(common)", kind: .limit)
            }
            axes[axis].scale = common
            axes[axis].output = Int(extent)
        }
    }
}
