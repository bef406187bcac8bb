/// What numbers become in few bits.
enum Quantization {
    /// `round(value) + zero`, halves to even, at the type's ends beyond them; 0 plus the zero point of NaN.
    static func rounded<Number: FixedWidthInteger>(_ values: [Float], about zero: Number)
        -> [Number]
    {
        let zero = Float(zero)
        var result: [Number] = []
        result.reserveCapacity(values.count)
        for value in values { result.append(rounded(value, about: zero)) }
        return result
    }

    @inline(__always)
    static func rounded<Number: FixedWidthInteger>(_ value: Float, about zero: Float) -> Number {
        let moved = (value == value ? value.rounded(.toNearestOrEven) : 0) + zero
        return moved >= Float(Number.max) ? .max : moved <= Float(Number.min) ? .min : Number(moved)
    }

    /// The smallest scale and the zero point by which all values and 0 fit in 8 bits.
    static func dynamicQuantizeLinear(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let values = try call.array(0, of: Float.self)
        var low: Float = 0
        var high: Float = 0
        for value in values {
            low = min(low, value)
            high = max(high, value)
        }
        guard (high - low).isFinite else {
            throw call.failure(
                "gets values from \(low) to \(high), which have no finite scale", kind: .input)
        }
        let scale = high == low ? 1 : (high - low) / 255
        guard scale > 0 else {
            throw call.failure(
                "gets values from \(low) to \(high), whose scale is 0 in floats", kind: .input)
        }
        let zero = UInt8(max(0, min(255, (-low / scale).rounded(.toNearestOrEven))))
        return [
            .tensor(ONNXTensor(tensor.shape, rounded(values.map { $0 / scale }, about: zero))),
            .tensor(.scalar(scale)), .tensor(.scalar(zero)),
        ]
    }
}

/// Which scale an element takes: all one, one for each place of an axis, or one for each block of an axis.
struct ScaleLayout {
    private enum Kind { case one, axis, blocks }
    private let kind: Kind
    /// Elements of a place of the axis.
    private let inner: Int
    private let extent: Int
    private let block: Int
    private let blocks: Int

    init(_ call: NodeCall, _ shape: [Int], scales: [Int], scaleCount: Int) throws(ONNXError) {
        let blockSize = try call.int("block_size", default: 0)
        guard blockSize >= 0 else { throw call.failure("has blocks of \(blockSize)") }
        let empty = shape.contains(0)
        guard blockSize > 0 || (scaleCount != 1 || scales.count > 1) else {
            (kind, inner, extent, block, blocks) = (.one, 1, 1, 1, 1)
            return
        }
        let axis = try call.axis(try call.int("axis", default: 1), rank: shape.count)
        extent = shape[axis]
        inner = empty ? 1 : shape[(axis + 1)...].reduce(1, *)
        if blockSize == 0 {
            guard scales == [extent] else {
                throw call.failure(
                    "wants \(extent) scales for axis \(axis) of \(shape), and gets \(scales)",
                    kind: .input)
            }
            (kind, block, blocks) = (.axis, 1, extent)
            return
        }
        var expected = shape
        expected[axis] = extent / blockSize + (extent % blockSize == 0 ? 0 : 1)
        guard scales == expected else {
            throw call.failure(
                "wants scales of \(expected) for blocks of \(blockSize) in \(shape), and gets \(scales)",
                kind: .input)
        }
        (kind, block, blocks) = (.blocks, blockSize, expected[axis])
    }

    @inline(__always)
    func scale(of element: Int) -> Int {
        switch kind {
        case .one: return 0
        case .axis: return element / inner % extent
        case .blocks:
            let place = element / inner
            return (place / extent * blocks + place % extent / block) * inner + element % inner
        }
    }
}
