/// A neural network as a value: what comes in, and the layers that it passes through in order.
///
/// ```swift
/// let network = Network(
///     input: .image(height: 28, width: 28, channels: 1),
///     layers: [
///         .convolution(16, kernel: 3), .batchNorm, .relu, .maxPool(2),
///         .convolution(32, kernel: 3), .batchNorm, .relu, .globalAveragePool,
///         .linear(10),
///     ])
/// ```
///
/// A network has no weights. `trainClassifier` makes a `Classifier`, which has.
public struct Network: Sendable, Hashable, Codable {
    /// What comes in for each row.
    public var input: Shape
    /// From the first to the last. The last must leave a number for each class: the logits.
    public var layers: [Layer]

    public init(input: Shape, layers: [Layer]) {
        self.input = input
        self.layers = layers
    }
}

extension Network {
    /// The numbers of one row, between two layers.
    public enum Shape: Sendable, Hashable, Codable {
        /// So many numbers in no order that a layer would use.
        case features(Int)
        /// Cells of a grid with `channels` numbers each. In memory channels change fastest, then
        /// columns, then rows: `[height, width, channels]`.
        case image(height: Int, width: Int, channels: Int)

        /// Places in an order, with `width` numbers each. In memory `[places, width]`.
        case sequence(places: Int, width: Int)

        /// The numbers of a row.
        public var count: Int { extents.reduce(1, *) }

        /// Row-major.
        var extents: [Int] {
            switch self {
            case .features(let count): [count]
            case .image(let height, let width, let channels): [height, width, channels]
            case .sequence(let places, let width): [places, width]
            }
        }
    }

    /// What surrounds an image, so that a window also fits at its rim. Padding is zero for a
    /// convolution and is left out by the pools.
    public enum Padding: Sendable, Hashable, Codable {
        /// As much as gives `⌈cells / stride⌉` places along each axis; an odd cell goes after the image.
        case same
        /// Nothing: `⌊(cells − kernel) / stride⌋ + 1` places.
        case none
        /// So many cells on each side, from 0 to `kernel − 1`.
        case cells(Int)
    }

    /// One layer. Extents, strides and paddings are in cells and hold for both axes of an image.
    public indirect enum Layer: Sendable, Hashable, Codable {
        /// `y = x·W + b`: features to `outputs` features, or each place of a sequence to as many. `W` is `[input,
        /// outputs]`.
        ///
        /// Weights start uniform on ±1/√input, as PyTorch's `Linear` does.
        case linear(_ outputs: Int)

        /// `y = x ∗ W + b`: an image to an image of so many channels. `W` is `[kernel, kernel,
        /// channels/groups, outputs]`.
        ///
        /// `groups` divides the channels before and after into parts that do not see one another; as
        /// many groups as channels make a depthwise convolution. Weights start uniform on
        /// ±1/√(kernel² · channels/groups), as PyTorch's `Conv2d` does.
        case convolution(
            _ outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = .same, groups: Int = 1)

        /// `y = (x − mean) / √(variance + 10⁻⁵) · scale + shift` for each feature or channel.
        ///
        /// In training mean and variance are those of the rows at hand (`TrainingOptions
        /// .normStatistics` says which), afterwards running means of them. A linear layer or
        /// convolution straight before it has no bias, which the norm would cancel. Predicting costs
        /// nothing: a classifier folds its norms into the weights before them.
        ///
        /// Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
        case batchNorm

        /// `max(x, 0)`.
        case relu
        /// `x · Φ(x)`, with the normal distribution function. Source: arXiv:1606.08415.
        case gelu
        /// `x / (1 + e⁻ˣ)`. Source: arXiv:1702.03118.
        case silu
        case tanh
        /// `1 / (1 + e⁻ˣ)`.
        case sigmoid

        /// The greatest of each window, channel by channel; the windows are `kernel` apart unless
        /// `stride` says otherwise.
        case maxPool(_ kernel: Int, stride: Int? = nil, padding: Padding = .none)

        /// The mean of each window's cells of the image, channel by channel.
        case averagePool(_ kernel: Int, stride: Int? = nil, padding: Padding = .none)

        /// The mean of each channel over the whole image, or of each number over all places: an image to `channels`
        /// features, a sequence to `width`.
        case globalAveragePool

        /// An image or a sequence to its numbers in a row.
        case flatten

        /// An image as the sequence of its cells, in reading order, each with its channels. After a convolution
        /// whose stride is its kernel, the places are patches of the image.
        ///
        /// Source: Dosovitskiy et al. 2021, arXiv:2010.11929.
        case places

        /// Adds to each place of a sequence a learned vector of its own, by which a transformer tells places apart. They
        /// start normal, with standard deviation 0.02.
        case positions

        /// A transformer's layer: each place of a sequence looks at all others, then at itself.
        ///
        /// `y = x + attention(norm(x))`, then `y + W₂·gelu(W₁·norm(y))`, with `hidden` numbers in between. `heads`
        /// divide the width. It knows no order: put `.positions` before the first, and one `.layerNorm` after the
        /// last. In training `dropout` is the rate of attention weights, hidden numbers and what both add.
        ///
        /// Source: Vaswani et al. 2017, arXiv:1706.03762; norms first: Xiong et al. 2020, arXiv:2002.04745.
        case transformer(heads: Int, hidden: Int, dropout: Float = 0)

        /// `y = (x − mean) / √(variance + 10⁻⁵) · scale + shift` over the features, or over the numbers of each place
        /// or cell.
        ///
        /// Source: Ba et al. 2016, arXiv:1607.06450.
        case layerNorm

        /// In training zero with probability `rate`, else `x / (1 − rate)`; `x` itself afterwards.
        ///
        /// Source: Srivastava et al. 2014, JMLR 15:1929.
        case dropout(_ rate: Float)

        /// `y = layers(x) + shortcut(x)`, with `x` itself where there is no shortcut. Both must leave
        /// the same shape.
        ///
        /// Source: He et al. 2016, arXiv:1512.03385.
        case residual(_ layers: [Layer], shortcut: [Layer] = [])
    }
}

extension Network.Shape: CustomStringConvertible {
    public var description: String {
        switch self {
        case .features(let count): "\(count) features"
        case .image(let height, let width, let channels):
            "an image of \(height) × \(width) × \(channels)"
        case .sequence(let places, let width):
            "a sequence of \(places) places of \(width)"
        }
    }
}
