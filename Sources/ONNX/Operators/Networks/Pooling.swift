import RealModule

/// What a pooling does with the elements that its window sees.
private protocol PoolStep {
    associatedtype Number: ONNXNumber
    mutating func begin()
    mutating func add(_ value: Number, at offset: Int)
    /// - Parameters:
    ///   - seen: Elements that were added.
    ///   - padded: These, and those of the padding.
    mutating func finish(seen: Int, padded: Int)
}

/// Images of a batch, and the windows of a pooling over them.
private struct PoolShapes {
    let windows: Windows
    /// Batch times channels.
    let planes: Int
    let result: [Int]
    let count: Int

    init(_ call: NodeCall) throws(ONNXError) {
        let shape = try call.tensor(0).shape
        guard shape.count >= 3 else {
            throw call.failure("cannot pool \(shape): it has no image axes", kind: .input)
        }
        guard let kernel = try call.optionalInts("kernel_shape") else {
            throw call.failure("misses the attribute 'kernel_shape'")
        }
        let attributes = try WindowAttributes(call, kernel: kernel)
        windows = try attributes.windows(
            over: Array(shape[2...]), ceiling: try call.flag("ceil_mode"))
        for axis in windows.axes where axis.before >= axis.reach || axis.after >= axis.reach {
            throw call.failure(
                "pads by \(max(axis.before, axis.after)), where its window reaches over \(axis.reach)"
            )
        }
        result = Array(shape[..<2]) + windows.places
        count = try call.count(of: result)
        guard count > 0 else {
            planes = 0
            return
        }
        planes = shape[0] * shape[1]
        var factors = [planes]
        for axis in windows.axes {
            factors.append((0..<axis.places).reduce(0) { $0 + axis.taps(at: $1).count })
        }
        try call.check(products: factors)
    }

    func run<Step: PoolStep>(_ values: [Step.Number], _ step: inout Step) {
        guard count > 0 else { return }
        let (depth, height, width) = (windows.axes[0], windows.axes[1], windows.axes[2])
        let columns = (0..<width.places).map { width.taps(at: $0) }
        let paddedColumns = (0..<width.places).map { width.paddedTaps(at: $0) }
        for plane in 0..<planes {
            for d in 0..<depth.places {
                let slices = depth.taps(at: d)
                for h in 0..<height.places {
                    let rows = height.taps(at: h)
                    let padded = depth.paddedTaps(at: d) * height.paddedTaps(at: h)
                    for w in 0..<width.places {
                        let taps = columns[w]
                        let start = w * width.stride - width.before
                        step.begin()
                        for kd in slices {
                            let z =
                                plane * depth.extent + d * depth.stride - depth.before + kd
                                * depth.dilation
                            for kh in rows {
                                let y =
                                    z * height.extent + h * height.stride - height.before + kh
                                    * height.dilation
                                let row = y * width.extent + start
                                for kw in taps {
                                    step.add(
                                        values[row + kw * width.dilation],
                                        at: row + kw * width.dilation)
                                }
                            }
                        }
                        step.finish(
                            seen: slices.count * rows.count * taps.count,
                            padded: padded * paddedColumns[w])
                    }
                }
            }
        }
    }
}

enum AveragePool: RealOperator {
    private struct Step<Number: ONNXReal>: PoolStep {
        let countsPadding: Bool
        var results: [Number] = []
        private var sum: Number = 0

        init(countsPadding: Bool) { self.countsPadding = countsPadding }
        mutating func begin() { sum = 0 }
        mutating func add(_ value: Number, at _: Int) { sum += value }
        mutating func finish(seen: Int, padded: Int) {
            let count = countsPadding ? padded : seen
            results.append(count == 0 ? 0 : sum / Number(count))
        }
    }

    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let shapes = try PoolShapes(call)
        var step = Step<Number>(countsPadding: try call.flag("count_include_pad"))
        shapes.run(try call.reals(0), &step)
        return call.result(shapes.result, step.results)
    }
}

enum LpPool: RealOperator {
    private struct Step<Number: ONNXReal>: PoolStep {
        let norm: LpNorm
        var results: [Number] = []
        private var sum: Number = 0

        init(norm: LpNorm) { self.norm = norm }
        mutating func begin() { sum = 0 }
        mutating func add(_ value: Number, at _: Int) { sum += norm.power(value) }
        mutating func finish(seen _: Int, padded _: Int) { results.append(norm.root(sum)) }
    }

    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let shapes = try PoolShapes(call)
        var step = Step<Number>(norm: try LpNorm(call))
        shapes.run(try call.reals(0), &step)
        return call.result(shapes.result, step.results)
    }
}

/// `(Σ |x|ᵖ)^(1/p)`
struct LpNorm {
    private let p: Int

    init(_ call: NodeCall) throws(ONNXError) {
        p = try call.int("p", default: 2)
        guard p >= 1 else { throw call.failure("has a norm of order \(p)") }
    }

    @inline(__always)
    func power<Number: ONNXReal>(_ value: Number) -> Number {
        switch p {
        case 1: value.magnitude
        case 2: value * value
        default: Number.pow(value.magnitude, p)
        }
    }

    func root<Number: ONNXReal>(_ sum: Number) -> Number {
        switch p {
        case 1: sum
        case 2: sum.squareRoot()
        default: Number.root(sum, p)
        }
    }
}

/// `MaxPool`, with the offsets of the largest elements in the whole tensor.
///
/// A window that lies in the padding alone gives the type's lowest number and the offset −1.
enum MaxPool {
    private struct Step<Number: ONNXNumber>: PoolStep {
        var results: [Number] = []
        var offsets: [Int] = []
        private var best = Number.lowest
        private var offset = -1

        init() {}
        mutating func begin() {
            best = .lowest
            offset = -1
        }
        mutating func add(_ value: Number, at place: Int) {
            if value > best || offset < 0 {
                best = value
                offset = place
            }
        }
        mutating func finish(seen _: Int, padded _: Int) {
            results.append(best)
            offsets.append(offset)
        }
    }

    static func evaluate(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        switch try call.tensor(0).elements {
        case .float32(let values): return try pooled(values, call)
        case .float64(let values): return try pooled(values, call)
        case .float16(let values): return try pooled(values, call)
        case .bfloat16(let values): return try pooled(values, call)
        case .int8(let values): return try pooled(values, call)
        case .uint8(let values): return try pooled(values, call)
        default:
            throw call.failure(
                "wants floats or numbers of 8 bits, and gets \(try call.tensor(0).type.name)")
        }
    }

    private static func pooled<Number: ONNXNumber>(
        _ values: [Number], _ call: NodeCall
    ) throws(ONNXError) -> [ONNXValue] {
        let shapes = try PoolShapes(call)
        var step = Step<Number>()
        shapes.run(values, &step)
        let first = call.result(shapes.result, step.results)
        guard call.wants(output: 1) else { return first + [.none] }
        var offsets = step.offsets.map { Int64($0) }
        if try call.flag("storage_order") {
            // Column by column: the first axis of the image is the one that runs fastest.
            let axes = shapes.windows.axes.suffix(shapes.windows.rank)
            let size = shapes.windows.imageCount
            for index in offsets.indices where offsets[index] >= 0 {
                var rest = step.offsets[index] % size
                var turned = 0
                for axis in axes.reversed() {
                    turned = turned * axis.extent + rest % axis.extent
                    rest /= axis.extent
                }
                offsets[index] = Int64(step.offsets[index] / size * size + turned)
            }
        }
        return first + call.result(shapes.result, offsets)
    }
}
