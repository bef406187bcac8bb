import GraphIR

extension Network {
    static let building = "building the network"

    /// What each layer leaves of a row, in order.
    ///
    /// - Throws: the first layer that cannot take what the one before it leaves.
    public func outputShapes() throws(NetworkError) -> [Shape] {
        let place = LayerPlace()
        try place.checkSize(input)
        return try Self.shapes(of: layers, from: input, in: place)
    }

    /// The number of classes: what the last layer leaves.
    func classCount() throws(NetworkError) -> Int {
        let last = try outputShapes().last ?? input
        guard case .features(let count) = last, count > 1 else {
            throw NetworkError(
                Self.building, at: "the last layer",
                "it leaves \(last), where a classifier needs a number for each of at least 2 classes",
                nextStep: "End the network with .linear(classes).")
        }
        return count
    }

    private static func shapes(
        of layers: [Layer], from input: Shape, in place: LayerPlace
    ) throws(NetworkError) -> [Shape] {
        var shapes: [Shape] = []
        for (index, layer) in layers.enumerated() {
            shapes.append(
                try shape(after: layer, of: shapes.last ?? input, at: place.layer(index)))
        }
        return shapes
    }

    /// What a layer leaves of `input`.
    static func shape(
        after layer: Layer, of input: Shape, at place: LayerPlace
    ) throws(NetworkError) -> Shape {
        let result = try place.result(of: layer, input)
        try place.checkSize(result)
        return result
    }
}

/// Where a layer stands, such as `layer 4.2`: the second one inside the fourth. Layers are counted
/// from 1.
struct LayerPlace {
    private var path: [String] = []

    func layer(_ index: Int) -> LayerPlace { inside("\(index + 1)") }

    /// Inside a residual's shortcut.
    var shortcut: LayerPlace { inside("shortcut") }

    private func inside(_ part: String) -> LayerPlace {
        var inner = self
        inner.path.append(part)
        return inner
    }

    /// The name of the layer's parameters and nodes.
    var scope: String { "layer" + path.joined(separator: ".") }

    private var text: String {
        path.isEmpty ? "the input" : "layer " + path.joined(separator: ".")
    }

    func error(_ problem: String, _ nextStep: String) -> NetworkError {
        NetworkError(Network.building, at: text, problem, nextStep: nextStep)
    }

    /// Every extent at least 1, at most 2³¹ numbers a row.
    func checkSize(_ shape: Network.Shape) throws(NetworkError) {
        let extents = shape.extents
        let size = extents.reduce(1.0) { $0 * Double($1) }
        guard extents.allSatisfy({ $0 > 0 }), size < 0x1p31 else {
            throw error("\(shape) cannot be", "Give extents of at least 1, and below 2³¹ numbers.")
        }
    }

    fileprivate func result(
        of layer: Network.Layer, _ input: Network.Shape
    ) throws(NetworkError) -> Network.Shape {
        switch layer {
        case .linear(let outputs):
            switch input {
            case .features: return .features(outputs)
            case .sequence(let places, _): return .sequence(places: places, width: outputs)
            case .image:
                throw error(
                    "a linear layer takes features, and \(input) comes in",
                    "Put .flatten or .globalAveragePool before it.")
            }
        case .convolution(let outputs, let kernel, let stride, let padding, let groups):
            let image = try image(input, for: "a convolution")
            guard groups > 0, image.channels % groups == 0, outputs % groups == 0 else {
                throw error(
                    "\(groups) groups do not divide \(image.channels) channels into \(outputs)",
                    "Give a number of groups that divides both.")
            }
            let window = try window(kernel, stride, padding, over: image)
            return .image(
                height: window.vertical.places(over: image.height),
                width: window.horizontal.places(over: image.width), channels: outputs)
        case .maxPool(let kernel, let stride, let padding),
            .averagePool(let kernel, let stride, let padding):
            let image = try image(input, for: "a pool")
            let window = try window(kernel, stride ?? kernel, padding, over: image)
            return .image(
                height: window.vertical.places(over: image.height),
                width: window.horizontal.places(over: image.width), channels: image.channels)
        case .globalAveragePool:
            if case .sequence(_, let width) = input { return .features(width) }
            return .features(try image(input, for: "a global average pool").channels)
        case .places:
            let image = try image(input, for: "a layer of places")
            return .sequence(places: image.height * image.width, width: image.channels)
        case .positions:
            _ = try sequence(input, for: "a layer of positions")
            return input
        case .transformer(let heads, let hidden, let dropout):
            let width = try sequence(input, for: "a transformer").width
            guard heads > 0, width % heads == 0, (1..<1 << 31).contains(hidden) else {
                throw error(
                    "\(heads) heads and \(hidden) hidden numbers do not go with a width of \(width)",
                    "Give a number of heads that divides the width, and at least 1 hidden number.")
            }
            guard dropout >= 0, dropout < 1 else {
                throw error(
                    "a dropout rate of \(dropout) cannot be", "Give one from 0 to below 1.")
            }
            return input
        case .flatten:
            return .features(input.count)
        case .dropout(let rate):
            guard rate >= 0, rate < 1 else {
                throw error("a dropout rate of \(rate) cannot be", "Give one from 0 to below 1.")
            }
            return input
        case .residual(let layers, let shortcut):
            let body = try last(of: layers, input)
            let other = try self.shortcut.last(of: shortcut, input)
            guard body == other else {
                throw error(
                    "the layers of the residual leave \(body), the shortcut \(other)",
                    "Give it a shortcut such as [.convolution(channels, kernel: 1)] that leaves the "
                        + "same.")
            }
            return body
        case .batchNorm, .layerNorm, .relu, .gelu, .silu, .tanh, .sigmoid:
            return input
        }
    }

    private func last(
        of layers: [Network.Layer], _ input: Network.Shape
    ) throws(NetworkError) -> Network.Shape {
        var shape = input
        for (index, inner) in layers.enumerated() {
            shape = try Network.shape(after: inner, of: shape, at: layer(index))
        }
        return shape
    }

    private func image(
        _ shape: Network.Shape, for layer: String
    ) throws(NetworkError) -> (height: Int, width: Int, channels: Int) {
        guard case .image(let height, let width, let channels) = shape else {
            throw error(
                "\(layer) takes an image, and \(shape) come in",
                "Put it before .flatten and .globalAveragePool, or give the network an image.")
        }
        return (height, width, channels)
    }

    private func sequence(
        _ shape: Network.Shape, for layer: String
    ) throws(NetworkError) -> (places: Int, width: Int) {
        guard case .sequence(let places, let width) = shape else {
            throw error(
                "\(layer) takes a sequence, and \(shape) comes in",
                "Put .places before it, or give the network a sequence.")
        }
        return (places, width)
    }

    private func window(
        _ kernel: Int, _ stride: Int, _ padding: Network.Padding,
        over image: (height: Int, width: Int, channels: Int)
    ) throws(NetworkError) -> Window {
        guard (1...0x7FFF).contains(kernel), (1...0x7FFF).contains(stride) else {
            throw error(
                "a kernel of \(kernel) with a stride of \(stride) cannot be",
                "Give both at least 1.")
        }
        if case .cells(let cells) = padding, !(0..<kernel).contains(cells) {
            throw error(
                "a padding of \(cells) cells does not go with a kernel of \(kernel)",
                "Give one from 0 to \(kernel - 1).")
        }
        let window = Window(kernel, stride: stride, padding, over: image)
        guard window.vertical.places(over: image.height) > 0,
            window.horizontal.places(over: image.width) > 0
        else {
            throw error(
                "a kernel of \(kernel) does not fit \(image.height) × \(image.width) cells",
                "Make it smaller, pad, or shrink the image less before.")
        }
        return window
    }
}

extension Window {
    /// A layer's window, with the padding that it asks for.
    init(
        _ kernel: Int, stride: Int, _ padding: Network.Padding,
        over image: (height: Int, width: Int, channels: Int)
    ) {
        switch padding {
        case .same:
            self = .same(kernel, stride: stride, height: image.height, width: image.width)
        case .none: self = .square(kernel, stride: stride)
        case .cells(let cells): self = .square(kernel, stride: stride, padding: cells)
        }
    }
}
