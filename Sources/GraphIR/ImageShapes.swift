import TensorCore

/// The extents of images `[n, height, width, channels]`, of which only `n` may be rows.
struct ImageShape {
    var images: Extent
    var height: Int
    var width: Int
    var channels: Int

    init(_ shape: Shape) throws(ShapeMismatch) {
        guard shape.rank == 4, case .fixed(let height) = shape[1],
            case .fixed(let width) = shape[2], case .fixed(let channels) = shape[3]
        else { throw ShapeMismatch("\(shape) is not [rows, height, width, channels]") }
        images = shape[0]
        self.height = height
        self.width = width
        self.channels = channels
    }
}

/// The places of a window over images of a height and width; both are positive.
///
/// - Throws: where the window is impossible, does not fit, or has a padding that it cannot bridge.
func windowPlaces(
    _ window: Window, height: Int, width: Int
) throws(ShapeMismatch) -> (vertical: Int, horizontal: Int) {
    func places(_ axis: Window.Axis, _ cells: Int, _ name: String) throws(ShapeMismatch) -> Int {
        let limit = Shape.maximumExtent
        guard [axis.extent, axis.stride, axis.dilation].allSatisfy({ (1...limit).contains($0) })
        else { throw ShapeMismatch("a window of \(axis) is impossible") }
        guard (0..<axis.span).contains(axis.before), (0..<axis.span).contains(axis.after) else {
            throw ShapeMismatch(
                "the padding of a window of \(axis) must be from 0 to \(axis.span - 1)")
        }
        let places = axis.places(over: cells)
        guard (1...limit).contains(cells), places > 0 else {
            throw ShapeMismatch("a window of \(axis) does not fit a \(name) of \(cells)")
        }
        return places
    }
    return (
        try places(window.vertical, height, "height"), try places(window.horizontal, width, "width")
    )
}

/// The result of a convolution or of one of its gradients; see `Op` for the operands.
func inferConvolution(_ op: Op, _ a: Shape, _ b: Shape) throws(ShapeMismatch) -> Shape {
    /// Checks weights `[window height, window width, inputs, outputs]` for so many groups.
    func weights(
        _ shape: Shape, _ window: Window, _ groups: Int
    ) throws(ShapeMismatch) -> (inputs: Int, outputs: Int) {
        let leading: [Extent] = [
            .fixed(window.vertical.extent), .fixed(window.horizontal.extent),
        ]
        guard shape.rank == 4, Array(shape.extents[..<2]) == leading,
            case .fixed(let inputs) = shape[2], case .fixed(let outputs) = shape[3]
        else {
            throw ShapeMismatch(
                "weights \(shape) are not [\(leading[0]), \(leading[1]), channels, outputs]")
        }
        guard groups > 0, outputs % groups == 0 else {
            throw ShapeMismatch("\(outputs) outputs of \(shape) are not \(groups) equal groups")
        }
        return (inputs, outputs)
    }
    func expectPlaces(
        _ image: ImageShape, _ window: Window, height: Int, width: Int, _ shape: Shape
    ) throws(ShapeMismatch) {
        let places = try windowPlaces(window, height: height, width: width)
        guard places == (image.height, image.width) else {
            throw ShapeMismatch(
                "\(shape) is not \(places.vertical) × \(places.horizontal), the places of \(window) "
                    + "over \(height) × \(width)")
        }
    }

    switch op {
    case .convolution(let window, let groups):
        let x = try ImageShape(a)
        let (inputs, outputs) = try weights(b, window, groups)
        guard inputs * groups == x.channels else {
            throw ShapeMismatch(
                "\(groups) groups of \(inputs) channels of weights \(b) are not those of \(a)")
        }
        let places = try windowPlaces(window, height: x.height, width: x.width)
        return [x.images, .fixed(places.vertical), .fixed(places.horizontal), .fixed(outputs)]
    case .convolutionInputGradient(let window, let groups, let height, let width):
        let g = try ImageShape(a)
        let (inputs, outputs) = try weights(b, window, groups)
        guard outputs == g.channels else {
            throw ShapeMismatch("the outputs of weights \(b) are not the channels of \(a)")
        }
        try expectPlaces(g, window, height: height, width: width, a)
        return [g.images, .fixed(height), .fixed(width), .fixed(inputs * groups)]
    case .convolutionWeightGradient(let window, let groups):
        let (x, g) = (try ImageShape(a), try ImageShape(b))
        guard x.images == g.images else {
            throw ShapeMismatch("\(a) and \(b) differ in the number of images")
        }
        try expectPlaces(g, window, height: x.height, width: x.width, b)
        guard groups > 0, x.channels % groups == 0, g.channels % groups == 0 else {
            throw ShapeMismatch("the channels of \(a) and \(b) are not \(groups) equal groups")
        }
        return [
            .fixed(window.vertical.extent), .fixed(window.horizontal.extent),
            .fixed(x.channels / groups), .fixed(g.channels),
        ]
    default:
        throw ShapeMismatch("is no convolution")
    }
}

/// The result of a pooling operation; see `Op` for the operands.
func inferPooling(_ op: Op, _ operands: [Shape]) throws(ShapeMismatch) -> Shape {
    /// The places over images. Each holds a cell that is data, since neither the padding nor the way
    /// from one read to the next is longer than what it must bridge.
    func places(
        _ window: Window, _ height: Int, _ width: Int
    ) throws(ShapeMismatch) -> (vertical: Int, horizontal: Int) {
        let places = try windowPlaces(window, height: height, width: width)
        for (axis, cells) in [(window.vertical, height), (window.horizontal, width)]
        where axis.extent > 1 && axis.dilation > cells {
            throw ShapeMismatch("the dilation of a window of \(axis) is more than \(cells) cells")
        }
        return places
    }
    func result(_ window: Window, of shape: Shape) throws(ShapeMismatch) -> Shape {
        let x = try ImageShape(shape)
        let places = try places(window, x.height, x.width)
        return [
            x.images, .fixed(places.vertical), .fixed(places.horizontal), .fixed(x.channels),
        ]
    }

    switch op {
    case .maxPool(let window), .averagePool(let window, _):
        return try result(window, of: operands[0])
    case .maxPoolPick(let window):
        guard operands[0] == operands[1] else {
            throw ShapeMismatch("\(operands[0]) and \(operands[1]) differ")
        }
        return try result(window, of: operands[0])
    case .maxPoolSpread(let window):
        let pooled = try result(window, of: operands[0])
        guard operands[1] == pooled else {
            throw ShapeMismatch("\(operands[1]) is not \(pooled), the places over \(operands[0])")
        }
        return operands[0]
    case .averagePoolGradient(let window, _, let height, let width):
        let g = try ImageShape(operands[0])
        let places = try places(window, height, width)
        guard places == (g.height, g.width) else {
            throw ShapeMismatch(
                "\(operands[0]) is not \(places.vertical) × \(places.horizontal), the places of "
                    + "\(window) over \(height) × \(width)")
        }
        return [g.images, .fixed(height), .fixed(width), .fixed(g.channels)]
    default:
        throw ShapeMismatch("is no pooling")
    }
}
