/// Neighbours of a position on one axis, and their weights; a weight of 0 stands for one that is not there.
struct AxisSamples {
    enum Mode { case nearest, linear, cubic }
    enum Padding: String { case zeros, border, reflection }

    let mode: Mode
    let padding: Padding
    let alignsCorners: Bool

    var taps: Int {
        switch mode {
        case .nearest: 1
        case .linear: 2
        case .cubic: 4
        }
    }

    /// Where −1 to 1 lies on an axis.
    func position(_ coordinate: Double, extent: Int) -> Double {
        // NaN is taken for −1, as PyTorch does.
        let x = coordinate == coordinate ? coordinate : -1
        let position =
            alignsCorners
            ? (x + 1) / 2 * Double(extent - 1) : ((x + 1) * Double(extent) - 1) / 2
        return max(-0x1p40, min(0x1p40, position))
    }

    /// Writes indices and weights of the neighbours of a position, from a place of the arrays on.
    func sample(
        _ position: Double, extent: Int, _ indices: inout [Int], _ weights: inout [Double],
        at place: Int
    ) {
        let low = alignsCorners ? 0 : -0.5
        let high = alignsCorners ? Double(extent - 1) : Double(extent) - 0.5
        var x = mode == .nearest ? position.rounded(.toNearestOrEven) : position
        if x < low || x > high {
            switch padding {
            case .zeros: break
            // The cubic kernel slides over repeated borders, as in PyTorch and ONNX Runtime.
            case .border: if mode != .cubic { x = max(0, min(Double(extent - 1), x)) }
            case .reflection: x = reflected(x, low, high)
            }
        }
        let base = x.rounded(.down)
        let t = x - base
        switch mode {
        case .nearest: write(base, 1, extent, low, high, &indices, &weights, place)
        case .linear:
            write(base, 1 - t, extent, low, high, &indices, &weights, place)
            write(base + 1, t, extent, low, high, &indices, &weights, place + 1)
        case .cubic:
            for tap in 0..<4 {
                let distance = (Double(tap) - 1 - t).magnitude
                let a = -0.75
                let weight =
                    distance <= 1
                    ? ((a + 2) * distance - (a + 3)) * distance * distance + 1
                    : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
                write(
                    base + Double(tap) - 1, weight, extent, low, high, &indices, &weights,
                    place + tap)
            }
        }
    }

    private func write(
        _ x: Double, _ weight: Double, _ extent: Int, _ low: Double, _ high: Double,
        _ indices: inout [Int], _ weights: inout [Double], _ place: Int
    ) {
        let last = Double(extent - 1)
        let isInside = x >= 0 && x <= last
        weights[place] = isInside || padding != .zeros ? weight : 0
        let inside =
            isInside || padding != .reflection ? x : reflected(x, low, high).rounded(.towardZero)
        indices[place] = Int(max(0, min(last, inside)))
    }

    private func reflected(_ x: Double, _ low: Double, _ high: Double) -> Double {
        let range = high - low
        guard range > 0 else { return low }
        let beyond = x < low ? low - x : x > high ? x - high : 0
        if beyond == 0 { return x }
        let turns = (beyond / range).rounded(.towardZero)
        let rest = beyond - turns * range
        let isEven = turns.truncatingRemainder(dividingBy: 2) == 0
        return (x < low) == isEven ? low + rest : high - rest
    }
}

/// `GridSample` over images of two or three axes.
enum GridSample: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let image = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        let gridShape = try call.tensor(1).shape
        let rank = shape.count - 2
        guard (2...3).contains(rank), gridShape.count == shape.count, gridShape[0] == shape[0],
            gridShape[rank + 1] == rank
        else {
            throw call.failure("cannot sample \(shape) at a grid of \(gridShape)", kind: .input)
        }
        let samples = try samples(call)
        let places = Array(gridShape[1...rank])
        let result = [shape[0], shape[1]] + places
        let count = try call.count(of: result)
        guard count > 0 else { return call.result(result, [Number]()) }
        let extents = Array(shape[2...])
        guard !extents.contains(0) else {
            throw call.failure("cannot sample \(shape)", kind: .input)
        }
        let grid: [Double] = try call.reals(1)
        let taps = samples.taps
        let all = rank == 2 ? taps * taps : taps * taps * taps
        try call.check(products: [count, all])
        let placeCount = places.reduce(1, *)
        let size = extents.reduce(1, *)
        var values = [Number](repeating: 0, count: count)
        var indices = [Int](repeating: 0, count: rank * taps)
        var weights = [Double](repeating: 0, count: rank * taps)
        var offsets = [Int](repeating: 0, count: all)
        var factors = [Number](repeating: 0, count: all)
        for batch in 0..<shape[0] {
            for place in 0..<placeCount {
                let start = (batch * placeCount + place) * rank
                for axis in 0..<rank {
                    // A grid gives the last axis first.
                    let position = samples.position(
                        grid[start + rank - 1 - axis], extent: extents[axis])
                    samples.sample(
                        position, extent: extents[axis], &indices, &weights, at: axis * taps)
                }
                for combination in 0..<all {
                    var rest = combination
                    var offset = 0
                    var step = 1
                    var weight = 1.0
                    for axis in (0..<rank).reversed() {
                        let tap = axis * taps + rest % taps
                        rest /= taps
                        offset += indices[tap] * step
                        step *= extents[axis]
                        weight *= weights[tap]
                    }
                    offsets[combination] = offset
                    factors[combination] = Number(rounding: weight)
                }
                for channel in 0..<shape[1] {
                    let plane = batch * shape[1] + channel
                    var sum: Number = 0
                    for combination in 0..<all where factors[combination] != 0 {
                        sum += factors[combination] * image[plane * size + offsets[combination]]
                    }
                    values[plane * placeCount + place] = sum
                }
            }
        }
        return call.result(result, values)
    }

    private static func samples(_ call: NodeCall) throws(ONNXError) -> AxisSamples {
        let mode: AxisSamples.Mode
        switch try call.text("mode", default: "bilinear") {
        case "nearest": mode = .nearest
        case "bilinear", "linear": mode = .linear
        case "bicubic", "cubic": mode = .cubic
        case let other: throw call.failure("has a 'mode' of '\(other)'")
        }
        let named = try call.text("padding_mode", default: "zeros")
        guard let padding = AxisSamples.Padding(rawValue: named) else {
            throw call.failure("has a 'padding_mode' of '\(named)'")
        }
        return AxisSamples(
            mode: mode, padding: padding, alignsCorners: try call.flag("align_corners"))
    }
}

/// `AffineGrid`: the places of an image, moved by a matrix for each of a batch.
enum AffineGrid: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let matrices = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        let size = try call.integers(1)
        let rank = size.count - 2
        guard (2...3).contains(rank), shape == [size[0], rank, rank + 1] else {
            throw call.failure(
                "cannot move an image of \(size) by matrices of \(shape)", kind: .input)
        }
        let result = [size[0]] + size[2...] + [rank]
        let count = try call.count(of: result)
        guard count > 0 else { return call.result(result, [Number]()) }
        let aligns = try call.flag("align_corners")
        var coordinates: [[Double]] = []
        for extent in size[2...] { coordinates.append(places(extent, aligns)) }
        var values: [Number] = []
        values.reserveCapacity(count)
        var place = [Int](repeating: 0, count: rank)
        for index in 0..<count / rank {
            var rest = index
            for axis in (0..<rank).reversed() {
                place[axis] = rest % size[2 + axis]
                rest /= size[2 + axis]
            }
            for row in 0..<rank {
                let start = (rest * rank + row) * (rank + 1)
                var sum = matrices[start + rank].double
                for column in 0..<rank {
                    let axis = rank - 1 - column
                    sum += matrices[start + column].double * coordinates[axis][place[axis]]
                }
                values.append(Number(rounding: sum))
            }
        }
        return call.result(result, values)
    }

    /// Middles of `extent` places between −1 and 1, or places from −1 to 1.
    private static func places(_ extent: Int, _ aligns: Bool) -> [Double] {
        var places: [Double] = []
        places.reserveCapacity(extent)
        for place in 0..<extent {
            let x = 2 * Double(place)
            if !aligns {
                places.append((x + 1) / Double(extent) - 1)
            } else {
                places.append(extent > 1 ? x / Double(extent - 1) - 1 : -1)
            }
        }
        return places
    }
}
