/// `Resize` and `Upsample`. Coordinates are computed in floats, as ONNX Runtime does.
enum Resize {
    private enum Mode { case nearest, linear, cubic }

    static func evaluate(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let mode: Mode
        switch try call.text("mode", default: "nearest") {
        case "nearest": mode = .nearest
        case "linear", "bilinear": mode = .linear
        case "cubic": mode = .cubic
        case let other: throw call.failure("has a 'mode' of '\(other)'")
        }
        let axes = try ResizeAxes(call)
        _ = try call.count(of: axes.shape)
        let tensor = try call.tensor(0)
        if mode == .nearest { return try nearest(tensor.elements.array, axes, call) }
        switch tensor.elements {
        case .float32(let values): return [try weighted(values, axes, mode, call)]
        case .float64(let values): return [try weighted(values, axes, mode, call)]
        default: break
        }
        guard let numbers = tensor.elements.numbers else {
            throw call.failure("cannot interpolate \(tensor.type.name)")
        }
        return [try converted(numbers, axes, mode, call)]
    }

    /// Numbers that are no floats are weighted in doubles and cut towards 0.
    private static func converted<Numbers: NumberArray>(
        _ numbers: Numbers, _ axes: ResizeAxes, _ mode: Mode, _ call: NodeCall
    ) throws(ONNXError) -> ONNXValue {
        let result = try weighted(numbers.array.map(\.double), axes, mode, call)
        guard case .tensor(let tensor) = result, case .float64(let values) = tensor.elements else {
            return result
        }
        return .tensor(ONNXTensor(tensor.shape, values.map { Numbers.Element($0) }))
    }

    // MARK: Nearest

    private static func nearest(
        _ elements: some ElementArray, _ axes: ResizeAxes, _ call: NodeCall
    ) throws(ONNXError) -> [ONNXValue] {
        let shape = axes.shape
        guard try call.count(of: shape) > 0 else {
            return call.result(shape, elements.array.prefix(0).map { $0 })
        }
        let pick = try Rounding(call)
        var offsets = [0]
        var outside = [false]
        var step = elements.count
        let crops = axes.axes.contains { $0.coordinates == .tfCropAndResize && !$0.isUnchanged }
        for axis in axes.axes {
            step /= axis.input
            let indices = (0..<axis.output).map { axis.isUnchanged ? $0 : pick($0, axis) }
            offsets = offsets.flatMap { start in indices.map { start + $0 * step } }
            if crops {
                let hidden = (0..<axis.output).map { axis.isOutside($0) }
                outside = outside.flatMap { before in hidden.map { before || $0 } }
            }
        }
        return try picked(elements, offsets, crops ? outside : [], shape, call)
    }

    private static func picked<Values: ElementArray>(
        _ elements: Values, _ offsets: [Int], _ outside: [Bool], _ shape: [Int], _ call: NodeCall
    ) throws(ONNXError) -> [ONNXValue] {
        let source = elements.array
        var values: [Values.Element] = []
        values.reserveCapacity(offsets.count)
        for offset in offsets { values.append(source[offset]) }
        guard outside.contains(true) else { return call.result(shape, values) }
        let number = Double(try call.float("extrapolation_value", default: 0))
        guard let numbers = values.elements.numbers else {
            throw call.failure(
                "cannot put numbers between elements of \(values.elements.type.name)")
        }
        return [filled(numbers, outside, number, shape)]
    }

    private static func filled<Numbers: NumberArray>(
        _ numbers: Numbers, _ outside: [Bool], _ number: Double, _ shape: [Int]
    ) -> ONNXValue {
        var values = numbers.array
        for index in values.indices where outside[index] { values[index] = Numbers.Element(number) }
        return .tensor(ONNXTensor(shape, values))
    }

    /// Which of two neighbours a position between them takes.
    private struct Rounding {
        private enum Kind { case preferFloor, preferCeiling, floor, ceiling, simple }
        private let kind: Kind

        init(_ call: NodeCall) throws(ONNXError) {
            // Before there was the attribute, a smaller axis took the upper neighbour.
            if call.node.operation.name == "Upsample" || call.opset < 11 {
                kind = .simple
                return
            }
            switch try call.text("nearest_mode", default: "round_prefer_floor") {
            case "round_prefer_floor": kind = .preferFloor
            case "round_prefer_ceil": kind = .preferCeiling
            case "floor": kind = .floor
            case "ceil": kind = .ceiling
            case let other: throw call.failure("has a 'nearest_mode' of '\(other)'")
            }
        }

        func callAsFunction(_ place: Int, _ axis: ResizeAxis) -> Int {
            let position = axis.position(of: place)
            let whole: Float
            switch kind {
            case .preferFloor:
                let floor = position.rounded(.down)
                whole = position - floor > 0.5 ? floor + 1 : floor
            case .preferCeiling:
                let floor = position.rounded(.down)
                whole = position - floor >= 0.5 ? floor + 1 : floor
            case .floor: whole = position.rounded(.down)
            case .ceiling: whole = position.rounded(.up)
            case .simple:
                whole = axis.scale < 1 ? position.rounded(.up) : position.rounded(.towardZero)
            }
            // The last place may be none that a float holds.
            return min(
                Int(max(0, min(whole == whole ? whole : 0, Float(axis.input - 1)))), axis.input - 1)
        }
    }

    // MARK: Linear and cubic

    private static func weighted<Number: ONNXReal>(
        _ input: [Number], _ axes: ResizeAxes, _ mode: Mode, _ call: NodeCall
    ) throws(ONNXError) -> ONNXValue {
        let shape = axes.shape
        guard try call.count(of: shape) > 0 else { return .tensor(ONNXTensor(shape, [Number]())) }
        let kernel = ResizeKernel(
            isCubic: mode == .cubic, a: Double(try call.float("cubic_coeff_a", default: -0.75)),
            widens: try call.flag("antialias"), excludesOutside: try call.flag("exclude_outside"))
        var values = input
        var current = axes.axes.map(\.input)
        for (place, axis) in axes.axes.enumerated() where !axis.isUnchanged {
            let inner = current[(place + 1)...].reduce(1, *)
            let outer = current[..<place].reduce(1, *)
            current[place] = axis.output
            let count = try call.count(of: current)
            let taps = kernel.taps(scale: axis.scale)
            _ = try call.count(of: [axis.output, taps])
            try call.check(products: [count, taps])
            let (indices, weights) = kernel.weights(axis, taps: taps, as: Number.self)
            var result = [Number](repeating: 0, count: count)
            for row in 0..<outer {
                for output in 0..<axis.output {
                    let target = (row * axis.output + output) * inner
                    for tap in output * taps..<(output + 1) * taps {
                        let weight = weights[tap]
                        if weight == 0 { continue }
                        let source = (row * axis.input + indices[tap]) * inner
                        for index in 0..<inner {
                            result[target + index] += weight * values[source + index]
                        }
                    }
                }
            }
            values = result
        }
        if axes.axes.contains(where: { axis in (0..<axis.output).contains { axis.isOutside($0) } })
        {
            let number = Number(try call.float("extrapolation_value", default: 0))
            var outside = [false]
            for axis in axes.axes {
                let hidden = (0..<axis.output).map { axis.isOutside($0) }
                outside = outside.flatMap { before in hidden.map { before || $0 } }
            }
            for index in values.indices where outside[index] { values[index] = number }
        }
        return .tensor(ONNXTensor(shape, values))
    }
}

/// The weights by which neighbours make a place of a resized axis.
private struct ResizeKernel {
    let isCubic: Bool
    let a: Double
    /// Whether the kernel widens where an axis shrinks.
    let widens: Bool
    let excludesOutside: Bool

    private func stretch(_ scale: Float) -> Double { widens ? Double(min(scale, 1)) : 1 }

    /// Neighbours from the first on, relative to the position's floor.
    private func first(_ scale: Float) -> Double {
        ((isCubic ? -2 : -1) / stretch(scale)).rounded(.down) + 1
    }

    func taps(scale: Float) -> Int {
        let count = 2 - 2 * first(scale)
        return count < Double(Int32.max) ? Int(count) : Int(Int32.max)
    }

    private func height(_ distance: Double) -> Double {
        let x = distance.magnitude
        if !isCubic { return max(0, 1 - x) }
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
    }

    /// Neighbours beyond the ends count as the end, or not at all.
    func weights<Number: ONNXReal>(
        _ axis: ResizeAxis, taps: Int, as _: Number.Type
    ) -> (indices: [Int], weights: [Number]) {
        var indices: [Int] = []
        var weights: [Number] = []
        indices.reserveCapacity(axis.output * taps)
        weights.reserveCapacity(axis.output * taps)
        let scale = stretch(axis.scale)
        let start = first(axis.scale)
        let last = Double(axis.input - 1)
        var heights = [Double](repeating: 0, count: taps)
        for output in 0..<axis.output {
            // Positions beyond the input by more than the kernel see the end alone.
            let position = Double(axis.position(of: output))
            let clamped = max(
                -Double(taps), min(last + Double(taps), position == position ? position : 0))
            let base = clamped.rounded(.down)
            var sum = 0.0
            for tap in 0..<taps {
                let place = base + start + Double(tap)
                let isOutside = excludesOutside && !(0...last).contains(place)
                heights[tap] = isOutside ? 0 : height((place - clamped) * scale)
                sum += heights[tap]
                indices.append(Int(max(0, min(last, place))))
            }
            if sum == 0 { sum = 1 }
            for height in heights { weights.append(Number(rounding: height / sum)) }
        }
        return (indices, weights)
    }
}
