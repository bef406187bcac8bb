/// A window that moves along one axis of an image: `position = place · stride − before + tap · dilation`.
struct WindowAxis {
    /// Of the image.
    var extent = 1
    /// Taps.
    var kernel = 1
    var stride = 1
    var dilation = 1
    /// Padding at both ends.
    var before = 0
    var after = 0
    var places = 1

    /// Positions from the first tap to the last.
    var reach: Int { (kernel - 1) * dilation + 1 }

    /// Places at which a tap lies in the image.
    func places(ofTap tap: Int) -> Range<Int> {
        let shift = tap * dilation - before
        let first = shift >= 0 ? 0 : (stride - 1 - shift) / stride
        let end = extent - 1 - shift < 0 ? 0 : (extent - 1 - shift) / stride + 1
        let upper = min(places, end)
        return min(first, upper)..<upper
    }

    /// Taps that lie in the image at a place.
    func taps(at place: Int) -> Range<Int> {
        let start = place * stride - before
        let first = start >= 0 ? 0 : (dilation - 1 - start) / dilation
        let upper = taps(from: start, before: extent)
        return min(first, upper)..<upper
    }

    /// Taps that lie in the image or its padding at a place, which in the last place of a rounded-up count is not all.
    func paddedTaps(at place: Int) -> Int {
        taps(from: place * stride - before, before: extent + after)
    }

    private func taps(from start: Int, before end: Int) -> Int {
        end - 1 - start < 0 ? 0 : min(kernel, (end - 1 - start) / dilation + 1)
    }
}

/// Windows over images of one to three axes; axes that an image lacks are put before its own, with an extent of 1.
struct Windows {
    /// Three.
    let axes: [WindowAxis]
    /// Axes of the image.
    let rank: Int

    /// Elements of an image.
    var imageCount: Int { axes[0].extent * axes[1].extent * axes[2].extent }
    var placeCount: Int { axes[0].places * axes[1].places * axes[2].places }
    var kernelCount: Int { axes[0].kernel * axes[1].kernel * axes[2].kernel }
    var places: [Int] { axes.suffix(rank).map(\.places) }

    init(_ own: [WindowAxis]) {
        rank = own.count
        axes = [WindowAxis](repeating: WindowAxis(), count: 3 - own.count) + own
    }
}

/// The attributes of windows, as the file gives them.
struct WindowAttributes {
    enum Padding: String {
        case given = "NOTSET"
        case sameUpper = "SAME_UPPER"
        case sameLower = "SAME_LOWER"
        case none = "VALID"
    }

    let padding: Padding
    let strides: [Int]
    let dilations: [Int]
    /// All starts, then all ends.
    let pads: [Int]

    private let call: NodeCall
    private let rank: Int
    private let kernel: [Int]

    /// Extents, strides and the like from here on are refused, so that sums of their products can be counted.
    static let bound = Int(Int32.max)

    /// - Parameter kernel: Extents of the window.
    init(_ call: NodeCall, kernel: [Int]) throws(ONNXError) {
        self.call = call
        self.kernel = kernel
        let rank = kernel.count
        self.rank = rank
        guard (1...3).contains(rank) else {
            throw call.failure(
                "has windows of \(rank) axes, of which 1 to 3 are built here", kind: .unsupported)
        }
        let text = try call.text("auto_pad", default: Padding.given.rawValue)
        guard let padding = Padding(rawValue: text.isEmpty ? Padding.given.rawValue : text) else {
            throw call.failure("has an 'auto_pad' of '\(text)'")
        }
        self.padding = padding
        func read(
            _ name: String, default value: Int, count: Int, from lowest: Int
        ) throws(ONNXError) -> [Int] {
            let values = try call.ints(name, default: [])
            if values.isEmpty { return [Int](repeating: value, count: count) }
            guard values.count == count, values.allSatisfy({ (lowest...Self.bound).contains($0) })
            else {
                throw call.failure(
                    "has '\(name)' of \(values), and wants \(count) numbers from \(lowest) to \(Self.bound)"
                )
            }
            return values
        }
        strides = try read("strides", default: 1, count: rank, from: 1)
        dilations = try read("dilations", default: 1, count: rank, from: 1)
        pads =
            padding == .given
            ? try read("pads", default: 0, count: 2 * rank, from: 0)
            : [Int](repeating: 0, count: 2 * rank)
        guard kernel.allSatisfy({ (1...Self.bound).contains($0) }) else {
            throw call.failure("has a window of \(kernel)")
        }
    }

    private func axis(_ index: Int, _ extent: Int) -> WindowAxis {
        WindowAxis(
            extent: extent, kernel: kernel[index], stride: strides[index],
            dilation: dilations[index],
            before: pads[index], after: pads[rank + index])
    }

    /// The places of windows over an image.
    ///
    /// - Parameter ceiling: Whether a last window that ends beyond the padding counts, if it starts before the padding
    ///   at the end.
    func windows(over image: [Int], ceiling: Bool) throws(ONNXError) -> Windows {
        try check(image)
        var axes: [WindowAxis] = []
        for index in 0..<rank {
            var axis = axis(index, image[index])
            if padding == .sameUpper || padding == .sameLower {
                axis.places = (axis.extent - 1) / axis.stride + 1
                let total = max((axis.places - 1) * axis.stride + axis.reach - axis.extent, 0)
                axis.before = padding == .sameUpper ? total / 2 : total - total / 2
                axis.after = total - axis.before
            } else {
                let room = axis.extent + axis.before + axis.after - axis.reach
                guard room >= 0 else {
                    throw call.failure(
                        "has a window that reaches over \(axis.reach) positions of an axis with "
                            + "\(axis.extent + axis.before + axis.after), in an image of \(image)",
                        kind: .input)
                }
                axis.places = room / axis.stride + 1
                if ceiling, room % axis.stride != 0,
                    axis.places * axis.stride < axis.extent + axis.before
                {
                    axis.places += 1
                }
            }
            axes.append(axis)
        }
        return Windows(axes)
    }

    /// The windows of a transposed convolution: its image is what comes out, and its places are what goes in.
    ///
    /// - Parameter image: Extents that the file gives; `nil` where they follow from the padding.
    func transposedWindows(
        from input: [Int], image: [Int]?, outputPadding: [Int]
    ) throws(ONNXError) -> Windows {
        try check(input)
        var axes: [WindowAxis] = []
        for index in 0..<rank {
            var axis = axis(index, 0)
            axis.places = input[index]
            let whole = (input[index] - 1) * axis.stride + outputPadding[index] + axis.reach
            let same = padding == .sameUpper || padding == .sameLower
            if let given = image?[index] ?? (same ? input[index] * axis.stride : nil) {
                let total = max(whole - given, 0)
                axis.extent = given
                axis.before = padding == .sameUpper ? total / 2 : total - total / 2
                axis.after = total - axis.before
            } else {
                axis.extent = whole - axis.before - axis.after
            }
            guard axis.extent > 0 else {
                throw call.failure(
                    "makes an image of an extent of \(axis.extent) from \(input)", kind: .input)
            }
            axes.append(axis)
        }
        return Windows(axes)
    }

    private func check(_ image: [Int]) throws(ONNXError) {
        guard image.count == rank else {
            throw call.failure(
                "has a window of \(kernel) for an image of \(image)", kind: .input)
        }
        guard image.allSatisfy({ (1...Self.bound).contains($0) }) else {
            throw call.failure("gets an image of \(image)", kind: .input)
        }
    }
}
