package import GraphIR
import NN
package import TensorCore

/// A small residual convolutional network, whose size follows from the picture's.
///
/// Convolutions of 3 × 3 with batch norm, from 16 channels on; while the map is larger than 8 × 8, its sides are
/// halved and its channels doubled; the last map goes through a residual block, and one layer makes the row's
/// features of all its places. What is larger than 40 × 40 begins at half its size.
///
/// - Source: residual blocks: He et al. 2016, arXiv:1512.03385; batch norm: Ioffe & Szegedy 2015, arXiv:1502.03167.
package struct ImageStem: BlockStem {
    package static let kind = "image"

    /// Height, width and channels of a picture, or how many features stand for it already.
    package let shape: [Int]
    /// The channels of each stage; none of a stem that hands over the pixels as they are.
    package let stages: [Int]
    package let width: Int

    /// Of the features.
    private static let features = 128
    private static let firstChannels = 16
    private static let mostChannels = 128
    /// A map of at most this side is not halved any more.
    private static let lastSide = 8
    private static let longSide = 40

    package init(for block: FeatureBlock) {
        guard block.shape.count == 3 else {
            self.init(plain: block.shape)
            return
        }
        var side = min(block.shape[0], block.shape[1])
        if Self.isLong(block.shape) { side = (side + 1) / 2 }
        var stages = [Self.firstChannels]
        while side > Self.lastSide || (stages.count == 1 && side >= 4) {
            side /= 2
            stages.append(min(2 * stages[stages.count - 1], Self.mostChannels))
        }
        self.init(shape: block.shape, stages: stages, width: Self.features)
    }

    private init(plain shape: [Int]) {
        self.init(shape: shape, stages: [], width: shape.reduce(1, *))
    }

    private init(shape: [Int], stages: [Int], width: Int) {
        self.shape = shape
        self.stages = stages
        self.width = width
    }

    /// The pixels or features as they are, of which a linear model has a weight each.
    package var plain: ImageStem { ImageStem(plain: shape) }

    private static func isLong(_ shape: [Int]) -> Bool { min(shape[0], shape[1]) > longSide }

    package func features(
        of block: Value, rows: Extent, training: Bool, in builder: inout GraphBuilder
    ) -> Value {
        guard !stages.isEmpty else { return builder.reshape(block, [rows, .fixed(width)]) }
        var x = block
        var size = (height: shape[0], width: shape[1])
        for (stage, channels) in stages.enumerated() {
            if stage > 0 {
                let window = Window.square(2, stride: 2)
                x = builder.maxPool2D(x, window: window)
                size = window.places(over: size)
            }
            let stride = stage == 0 && Self.isLong(shape) ? 2 : 1
            let window = Window.same(3, stride: stride, height: size.height, width: size.width)
            size = window.places(over: size)
            x = builder.convolved(
                "stage\(stage)", x, channels, window: window, training: training)
            x = builder.activation(.relu, x)
        }
        let last = stages[stages.count - 1]
        let window = Window.same(3, height: size.height, width: size.width)
        let residual = builder.scoped("residual") { b in
            let inner = b.activation(
                .relu, b.convolved("first", x, last, window: window, training: training))
            return b.convolved("second", inner, last, window: window, training: training)
        }
        x = builder.activation(.relu, builder.add(x, residual))
        let places = size.height * size.width * last
        let features = builder.linear(
            "linear", builder.reshape(x, [rows, .fixed(places)]), output: width)
        return builder.activation(.relu, features)
    }
}

extension Window {
    /// The extents of what it leaves.
    fileprivate func places(over size: (height: Int, width: Int)) -> (height: Int, width: Int) {
        (vertical.places(over: size.height), horizontal.places(over: size.width))
    }
}

extension GraphBuilder {
    /// A convolution with a batch norm in place of a bias.
    fileprivate mutating func convolved(
        _ name: String, _ x: Value, _ channels: Int, window: Window, training: Bool
    ) -> Value {
        scoped(name) { b in
            let y = b.convolution2D("convolution", x, output: channels, window: window, bias: false)
            return b.batchNorm("norm", y, training: training)
        }
    }
}
