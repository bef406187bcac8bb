/// `RoiAlign`. With `max`, it takes the largest weighted neighbour of all samples, as the ONNX reference and ONNX
/// Runtime do.
enum RegionAlignment: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let image = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        let regions: [Double] = try call.reals(1)
        let batches = try call.integers(2)
        let height = try call.int("output_height", default: 1)
        let width = try call.int("output_width", default: 1)
        let ratio = try call.int("sampling_ratio", default: 0)
        let scale = Double(try call.float("spatial_scale", default: 1))
        let isMax = try call.choice("mode", of: ["avg", "max"], default: "avg") == "max"
        // Before version 16 there was no attribute, and nothing was moved.
        let isHalf =
            try call.choice(
                "coordinate_transformation_mode", of: ["half_pixel", "output_half_pixel"],
                default: call.opset < 16 ? "output_half_pixel" : "half_pixel") == "half_pixel"
        guard shape.count == 4, try call.tensor(1).shape == [batches.count, 4] else {
            throw call.failure(
                "wants four numbers for each of \(batches.count) regions of \(shape), and gets "
                    + "\(try call.tensor(1).shape)",
                kind: .input)
        }
        guard height > 0, width > 0, ratio >= 0 else {
            throw call.failure("makes \(height) × \(width) places with \(ratio) samples")
        }
        let result = [batches.count, shape[1], height, width]
        let count = try call.count(of: result)
        guard count > 0 else { return call.result(result, [Number]()) }
        guard !image.isEmpty, batches.allSatisfy((0..<shape[0]).contains) else {
            throw call.failure(
                "has regions of images \(batches.prefix(8)) in \(shape)", kind: .input)
        }
        var values = [Number](repeating: 0, count: count)
        let plane = shape[2] * shape[3]
        for (region, batch) in batches.enumerated() {
            let shift = isHalf ? 0.5 : 0
            let corners: [Double] = (0..<4).map { (side: Int) -> Double in
                regions[4 * region + side] * scale - shift
            }
            guard corners.allSatisfy({ $0.magnitude < 0x1p40 }) else {
                throw call.failure("has a region of \(corners)", kind: .input)
            }
            var wide = corners[2] - corners[0]
            var high = corners[3] - corners[1]
            if !isHalf {
                wide = max(wide, 1)
                high = max(high, 1)
            }
            let (binWidth, binHeight) = (wide / Double(width), high / Double(height))
            let rows = ratio > 0 ? ratio : Int(max(0, binHeight.rounded(.up)))
            let columns = ratio > 0 ? ratio : Int(max(0, binWidth.rounded(.up)))
            try call.check(products: [shape[1], height, width, rows, columns])
            let samples = Number(max(rows * columns, 1))
            for place in 0..<height * width {
                var isFirst = true
                let target = region * shape[1] * height * width + place
                for sample in 0..<rows * columns {
                    let down: Double = (Double(sample / columns) + 0.5) / Double(rows)
                    let right: Double = (Double(sample % columns) + 0.5) / Double(columns)
                    let y: Double = corners[1] + (Double(place / width) + down) * binHeight
                    let x: Double = corners[0] + (Double(place % width) + right) * binWidth
                    let corner = Corner(y, x, height: shape[2], width: shape[3])
                    let weights = corner.weights.map { Number(rounding: $0) }
                    for channel in 0..<shape[1] {
                        let start = (batch * shape[1] + channel) * plane
                        let parts: [Number] = (0..<4).map { (side: Int) -> Number in
                            weights[side] * image[start + corner.offsets[side]]
                        }
                        let index = target + channel * height * width
                        if isMax {
                            let best = parts.reduce(parts[0]) { max($0, $1) }
                            values[index] = isFirst ? best : max(values[index], best)
                        } else {
                            values[index] += parts[0] + parts[1] + parts[2] + parts[3]
                        }
                    }
                    isFirst = false
                }
                if !isMax {
                    for channel in 0..<shape[1] {
                        values[target + channel * height * width] /= samples
                    }
                }
            }
        }
        return call.result(result, values)
    }

    /// The four neighbours of a position, of which those more than 1 beyond the image weigh nothing.
    private struct Corner {
        var offsets = [0, 0, 0, 0]
        var weights = [0.0, 0, 0, 0]

        init(_ y: Double, _ x: Double, height: Int, width: Int) {
            guard y >= -1, y <= Double(height), x >= -1, x <= Double(width) else { return }
            let row = min(Int(max(y, 0)), height - 1)
            let column = min(Int(max(x, 0)), width - 1)
            let nextRow = min(row + 1, height - 1)
            let nextColumn = min(column + 1, width - 1)
            let down = row == height - 1 ? 0 : max(y, 0) - Double(row)
            let right = column == width - 1 ? 0 : max(x, 0) - Double(column)
            offsets = [
                row * width + column, row * width + nextColumn, nextRow * width + column,
                nextRow * width + nextColumn,
            ]
            weights = [
                (1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right,
            ]
        }
    }
}

/// `NonMaxSuppression`: of boxes that overlap, the one of the highest score; of equal scores, the first.
enum NonMaxSuppression {
    private struct Box {
        var low: (x: Float, y: Float)
        var high: (x: Float, y: Float)

        var area: Float { (high.x - low.x) * (high.y - low.y) }

        func overlaps(_ other: Box, beyond threshold: Float) -> Bool {
            let wide = min(high.x, other.high.x) - max(low.x, other.low.x)
            let high = min(high.y, other.high.y) - max(low.y, other.low.y)
            guard wide > 0, high > 0, area > 0, other.area > 0 else { return false }
            let shared = wide * high
            return shared / (area + other.area - shared) > threshold
        }
    }

    static func evaluate(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let numbers = try call.array(0, of: Float.self)
        let scores = try call.array(1, of: Float.self)
        let shape = try call.tensor(0).shape
        let scoreShape = try call.tensor(1).shape
        guard shape.count == 3, shape[2] == 4, scoreShape.count == 3, scoreShape[0] == shape[0],
            scoreShape[2] == shape[1]
        else {
            throw call.failure("has boxes of \(shape) and scores of \(scoreShape)", kind: .input)
        }
        let most = max(0, try call.optionalIntegers(2)?.first ?? 0)
        let overlap = try call.optionalReals(3, as: Float.self)?.first ?? 0
        let least = try call.optionalReals(4, as: Float.self)?.first
        guard (0...1).contains(overlap) else {
            throw call.failure("has an 'iou_threshold' of \(overlap)")
        }
        let isCentred = try call.flag("center_point_box")
        let count = shape[1]
        guard most > 0, !scores.isEmpty else { return call.result([0, 3], [Int64]()) }
        try call.check(products: [scoreShape[0], scoreShape[1], count, min(most, count)])
        var boxes: [Box] = []
        boxes.reserveCapacity(numbers.count / 4)
        for start in stride(from: 0, to: numbers.count, by: 4) {
            let (a, b, c, d) = (
                numbers[start], numbers[start + 1], numbers[start + 2], numbers[start + 3]
            )
            boxes.append(
                isCentred
                    ? Box(low: (a - c / 2, b - d / 2), high: (a + c / 2, b + d / 2))
                    : Box(low: (min(b, d), min(a, c)), high: (max(b, d), max(a, c))))
        }
        var result: [Int64] = []
        for row in 0..<scoreShape[0] * scoreShape[1] {
            let batch = row / scoreShape[1]
            var candidates = Array(0..<count)
            if let least { candidates = candidates.filter { scores[row * count + $0] > least } }
            candidates.sort { left, right in
                let (one, other) = (scores[row * count + left], scores[row * count + right])
                return one > other || (!(other > one) && left < right)
            }
            var chosen: [Int] = []
            for candidate in candidates {
                if chosen.count == most { break }
                let box = boxes[batch * count + candidate]
                if chosen.contains(where: {
                    boxes[batch * count + $0].overlaps(box, beyond: overlap)
                }) {
                    continue
                }
                chosen.append(candidate)
                result.append(contentsOf: [
                    Int64(batch), Int64(row % scoreShape[1]), Int64(candidate),
                ])
            }
        }
        return call.result([result.count / 3, 3], result)
    }
}

extension NodeCall {
    /// A text of an attribute that has to be one of a few.
    fileprivate func choice(
        _ name: String, of known: [String], default value: String
    ) throws(ONNXError) -> String {
        let text = try text(name, default: value)
        guard known.contains(text) else { throw failure("has a '\(name)' of '\(text)'") }
        return text
    }
}
