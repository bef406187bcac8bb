import RealModule

/// Windows of signals, and the weights of mel bands: tensors that are made from a few numbers.
enum SignalWindows {
    /// `Σ (−1)ᵏ · coefficients[k] · cos(2πkn / N)`
    private static func window(
        _ call: NodeCall, _ coefficients: [Double]
    ) throws(ONNXError) -> [ONNXValue] {
        guard let size = try call.integers(0).first else { throw call.failure("is given no size") }
        let count = try call.count(of: [size])
        let length = try call.flag("periodic", default: true) ? count : count - 1
        var values: [Double] = []
        values.reserveCapacity(count)
        for place in 0..<count {
            var sum = 0.0
            for (order, coefficient) in coefficients.enumerated() {
                let angle = 2 * Double.pi * Double(order) * Double(place) / Double(max(length, 1))
                sum += (order % 2 == 0 ? 1 : -1) * coefficient * Double.cos(angle)
            }
            values.append(sum)
        }
        return try typed(call, [count], values)
    }

    static func blackman(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        try window(call, [0.42, 0.5, 0.08])
    }

    static func hamming(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        try window(call, [25 / 46, 21 / 46])
    }

    static func hann(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        try window(call, [0.5, 0.5])
    }

    /// Numbers in the type that the attribute `output_datatype` asks for.
    private static func typed(
        _ call: NodeCall, _ shape: [Int], _ values: [Double]
    ) throws(ONNXError) -> [ONNXValue] {
        let number = try call.int("output_datatype", default: ElementType.float32.rawValue)
        guard let type = ElementType(rawValue: number), type != .bool, type != .string,
            let elements = Elements.float64(values).converted(to: type)
        else { throw call.failure("makes numbers of \(ElementType.name(ofNumber: number))") }
        return call.result(ONNXTensor(shape, elements))
    }

    /// Triangles over the bins of a spectrum, even on the mel scale `2595 · log₁₀(1 + f / 700)`.
    static func melWeightMatrix(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        func whole(_ index: Int) throws(ONNXError) -> Int {
            guard let value = try call.integers(index).first, value > 0 else {
                throw call.failure("wants a number above 0 as input \(index + 1)", kind: .input)
            }
            return value
        }
        func frequency(_ index: Int) throws(ONNXError) -> Double {
            let values: [Double] = try call.reals(index)
            guard let value = values.first, value >= 0, value.isFinite else {
                throw call.failure("wants a frequency as input \(index + 1)", kind: .input)
            }
            return value
        }
        let bands = try whole(0)
        let length = try whole(1)
        let rate = try whole(2)
        let low = 2595 * Double.log10(1 + (try frequency(3)) / 700)
        let high = 2595 * Double.log10(1 + (try frequency(4)) / 700)
        let bins = length / 2 + 1
        var values = [Double](repeating: 0, count: try call.count(of: [bins, bands]))
        let step = (high - low) / Double(bands + 2)
        var edges: [Int] = []
        for edge in 0..<bands + 2 {
            let frequency = 700 * (Double.exp10((low + Double(edge) * step) / 2595) - 1)
            let bin = (Double(length + 1) * frequency / Double(rate)).rounded(.down)
            guard bin >= 0, bin < Double(bins) else {
                throw call.failure(
                    "has a band at \(frequency) Hz beyond the \(bins) bins of a spectrum at \(rate) Hz",
                    kind: .input)
            }
            edges.append(Int(bin))
        }
        for band in 0..<bands {
            let (left, centre, right) = (edges[band], edges[band + 1], edges[band + 2])
            guard left <= centre, centre <= right else {
                throw call.failure("has frequencies that fall", kind: .input)
            }
            if left == centre {
                values[centre * bands + band] = 1
            } else {
                for bin in left...centre {
                    values[bin * bands + band] = Double(bin - left) / Double(centre - left)
                }
            }
            for bin in centre..<right {
                values[bin * bands + band] = Double(right - bin) / Double(right - centre)
            }
        }
        return try typed(call, [bins, bands], values)
    }
}
