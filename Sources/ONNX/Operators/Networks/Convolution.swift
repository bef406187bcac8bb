/// `Conv` as a product of the filters and of what their taps see.
enum Convolution: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let image = try call.reals(0, as: Number.self)
        let filters = try call.reals(1, as: Number.self)
        let shapes = try ConvolutionShapes(
            call, image: try call.tensor(0).shape, filters: try call.tensor(1).shape)
        var bias: [Number]?
        if call.optionalValue(2) != nil {
            bias = try call.reals(2, count: shapes.outputs, "offsets for \(shapes.outputs) filters")
        }
        let result = try convolved(image, filters, bias, shapes, call)
        return call.result(shapes.result, result)
    }

    static func convolved<Number: ProductNumber>(
        _ image: [Number], _ filters: [Number], _ bias: [Number]?, _ shapes: ConvolutionShapes,
        _ call: NodeCall
    ) throws(ONNXError) -> [Number] {
        let count = try call.count(of: shapes.result)
        guard count > 0 else { return [] }
        var result = [Number](repeating: .zero, count: count)
        let windows = shapes.windows
        let depth = shapes.groupInputs * windows.kernelCount
        try call.check(products: [count, max(depth, 1)])
        let rows = shapes.outputs / shapes.groups
        let places = windows.placeCount
        // A window of one tap that steps by 1 sees the image itself.
        let isDirect = windows.axes.allSatisfy {
            $0.kernel == 1 && $0.stride == 1 && $0.before == 0 && $0.after == 0
        }
        let parts = windows.parts(rows: depth)
        var columns = [Number](
            repeating: .zero, count: isDirect ? 0 : depth * (parts.map(\.count).max() ?? 0))
        for batch in 0..<shapes.batch {
            for group in 0..<shapes.groups {
                let source =
                    (batch * shapes.inputs + group * shapes.groupInputs) * windows.imageCount
                let target = (batch * shapes.outputs + group * rows) * places
                for part in isDirect ? [0..<places] : parts {
                    if !isDirect {
                        windows.gather(
                            image, at: source, channels: shapes.groupInputs, places: part,
                            into: &columns)
                    }
                    MatrixProduct.multiply(
                        filters, at: group * rows * depth, rows: rows, isDirect ? image : columns,
                        at: isDirect ? source : 0, bStep: part.count, depth: depth,
                        columns: part.count,
                        into: &result, at: target + part.lowerBound, resultStep: places)
                }
            }
        }
        if let bias {
            for row in 0..<shapes.batch * shapes.outputs {
                let offset = bias[row % shapes.outputs]
                for index in row * places..<(row + 1) * places {
                    result[index] = result[index].adding(offset)
                }
            }
        }
        return result
    }
}

/// The extents of a convolution, checked against one another.
struct ConvolutionShapes {
    let batch: Int
    let inputs: Int
    let outputs: Int
    let groups: Int
    /// Channels that a filter sees.
    let groupInputs: Int
    let windows: Windows
    let result: [Int]

    init(_ call: NodeCall, image: [Int], filters: [Int]) throws(ONNXError) {
        guard image.count >= 3, filters.count == image.count else {
            throw call.failure("cannot move filters of \(filters) over \(image)", kind: .input)
        }
        let kernel = Array(filters[2...])
        try call.checkKernel(kernel)
        groups = try call.int("group", default: 1)
        batch = image[0]
        inputs = image[1]
        outputs = filters[0]
        groupInputs = filters[1]
        let (wanted, overflows) = groupInputs.multipliedReportingOverflow(by: groups)
        guard groups >= 1, outputs % groups == 0, !overflows, wanted == inputs else {
            throw call.failure(
                "cannot move filters of \(filters) over \(image) in \(groups) groups", kind: .input)
        }
        windows = try WindowAttributes(call, kernel: kernel).windows(
            over: Array(image[2...]), ceiling: false)
        result = [batch, outputs] + windows.places
        // Where there are no channels, extents say nothing of a memory that is there.
        _ = try call.count(of: Array(image[2...]))
        _ = try call.count(of: kernel)
    }
}

extension NodeCall {
    /// Refuses a `kernel_shape` that is not that of the filters.
    func checkKernel(_ kernel: [Int]) throws(ONNXError) {
        if let told = try optionalInts("kernel_shape"), told != kernel {
            throw failure("has filters of \(kernel) and a 'kernel_shape' of \(told)")
        }
    }
}

/// `ConvTranspose`: products of filters and image, added where their taps lie.
enum TransposedConvolution: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let image = try call.reals(0, as: Number.self)
        let filters = try call.reals(1, as: Number.self)
        let imageShape = try call.tensor(0).shape
        let filterShape = try call.tensor(1).shape
        guard imageShape.count >= 3, filterShape.count == imageShape.count else {
            throw call.failure(
                "cannot move filters of \(filterShape) over \(imageShape)", kind: .input)
        }
        let kernel = Array(filterShape[2...])
        try call.checkKernel(kernel)
        let groups = try call.int("group", default: 1)
        let batch = imageShape[0]
        let inputs = imageShape[1]
        guard groups >= 1, inputs % groups == 0, filterShape[0] == inputs else {
            throw call.failure(
                "cannot move filters of \(filterShape) over \(imageShape) in \(groups) groups",
                kind: .input)
        }
        let windows = try windows(call, kernel, Array(imageShape[2...]))
        _ = try call.count(of: Array(imageShape[2...]))
        _ = try call.count(of: kernel)
        let (outputs, overflows) = filterShape[1].multipliedReportingOverflow(by: groups)
        guard !overflows else { throw call.failure("has filters of \(filterShape)", kind: .limit) }
        let shape = [batch, outputs] + windows.axes.suffix(windows.rank).map(\.extent)
        let count = try call.count(of: shape)
        guard count > 0 else { return call.result(shape, [Number]()) }
        var result = [Number](repeating: 0, count: count)
        let depth = inputs / groups
        let channels = filterShape[1]
        let rows = channels * windows.kernelCount
        try call.check(products: [batch, groups, rows, depth, windows.placeCount])
        let parts = windows.parts(rows: rows)
        var columns = [Number](repeating: 0, count: rows * (parts.map(\.count).max() ?? 0))
        for group in 0..<groups where depth > 0 {
            let turned = MatrixProduct.transposed(
                filters, at: group * depth * rows, rows: depth, columns: rows)
            for item in 0..<batch {
                for part in parts {
                    MatrixProduct.multiply(
                        turned, at: 0, rows: rows, image,
                        at: (item * inputs + group * depth) * windows.placeCount + part.lowerBound,
                        bStep: windows.placeCount, depth: depth, columns: part.count,
                        into: &columns, at: 0,
                        resultStep: part.count)
                    windows.scatter(
                        columns, channels: channels, places: part, into: &result,
                        at: (item * outputs + group * channels) * windows.imageCount)
                }
            }
        }
        if call.optionalValue(2) != nil {
            let bias: [Number] = try call.reals(
                2, count: outputs, "offsets for \(outputs) channels")
            let size = windows.imageCount
            for row in 0..<batch * outputs {
                for index in row * size..<(row + 1) * size { result[index] += bias[row % outputs] }
            }
        }
        return call.result(shape, result)
    }

    private static func windows(
        _ call: NodeCall, _ kernel: [Int], _ input: [Int]
    ) throws(ONNXError) -> Windows {
        let attributes = try WindowAttributes(call, kernel: kernel)
        var padding = try call.ints("output_padding", default: [])
        if padding.isEmpty { padding = [Int](repeating: 0, count: kernel.count) }
        guard padding.count == kernel.count,
            padding.allSatisfy({ (0...WindowAttributes.bound).contains($0) })
        else {
            throw call.failure("has an 'output_padding' of \(padding)")
        }
        var image = try call.optionalInts("output_shape")
        if image?.isEmpty == true { image = nil }
        // Some exporters give the extents of batch and channels too.
        if let given = image, given.count == kernel.count + 2 { image = Array(given[2...]) }
        if let image {
            guard image.count == kernel.count,
                image.allSatisfy({ (1...WindowAttributes.bound).contains($0) })
            else {
                throw call.failure("has an 'output_shape' of \(image)")
            }
        }
        return try attributes.transposedWindows(from: input, image: image, outputPadding: padding)
    }
}
