import GraphIR
import NN
import TensorCore
import Training

/// What is trained, with data that look like it.
struct Model {
    let training: Graph
    let inference: Graph
    private let width: Int
    private let classes: Int

    /// - Parameter depth: Hidden layers of the perceptron.
    init(_ name: String, hidden: Int, depth: Int) throws {
        (width, classes) =
            switch name {
            case "cnn": (32 * 32 * 3, 10)
            case "transformer": (64 * hidden, 2)
            default: (100, 2)
            }
        func graph(_ training: Bool) throws -> Graph {
            var b = GraphBuilder()
            let logits =
                switch name {
                case "members": Self.members(&b, hidden: hidden)
                case "cnn": Self.images(&b, training: training)
                case "transformer": Self.sequence(&b, width: hidden, training: training)
                default: Self.perceptron(&b, hidden: hidden, depth: depth)
                }
            if training {
                let labels = b.input(.label, [.rows], dtype: .int32)
                let weights = b.input(.weight, [.rows, 1])
                let losses = b.softmaxCrossEntropy(logits: logits, labels: labels)
                let shape = b.shape(losses)
                let rows: Shape = shape.rank == 3 ? shape : [.rows, 1]
                b.output(
                    .loss, b.weightedSum(losses: b.reshape(losses, rows), weights: weights))
            } else {
                b.output(.logits, logits)
            }
            return try b.build()
        }
        training = try graph(true)
        inference = try graph(false)
    }

    /// 100–H–…–H–2 with ReLU.
    private static func perceptron(
        _ b: inout GraphBuilder, hidden: Int, depth: Int
    ) -> Value {
        var x = b.input(.numeric, [.rows, 100])
        for layer in 0..<depth {
            x = b.activation(.relu, b.linear("layer\(layer)", x, output: hidden))
        }
        return b.linear("head", x, output: 2)
    }

    /// Sixteen such perceptrons as batched products.
    private static func members(_ b: inout GraphBuilder, hidden: Int) -> Value {
        var x = b.input(.numeric, [1, .rows, 100])
        for layer in 0..<2 {
            x = b.activation(
                .relu, b.memberLinear("layer\(layer)", x, members: 16, output: hidden))
        }
        return b.memberLinear("head", x, members: 16, output: 2)
    }

    /// Six 3×3 convolutions, 3→32→32, pool, →64→64, pool, →128→128, pool, linear; batch norm over
    /// the batch, ReLU.
    private static func images(_ b: inout GraphBuilder, training: Bool) -> Value {
        var x = b.reshape(b.input(.numeric, [.rows, 3072]), [.rows, 32, 32, 3])
        for (stage, channels) in [32, 64, 128].enumerated() {
            for number in 0..<2 {
                x = b.scoped("stage\(stage)layer\(number)") { b in
                    let y = b.convolution2D(
                        "convolution", x, output: channels, window: .square(3, padding: 1),
                        bias: false)
                    let norm = b.batchNorm("norm", y, training: training)
                    return b.activation(.relu, norm)
                }
            }
            x = b.maxPool2D(x, window: .square(2, stride: 2))
        }
        return b.linear("head", b.reshape(x, [.rows, .fixed(4 * 4 * 128)]), output: 10)
    }

    /// One encoder layer over 64 places, four heads, four times the width inside; the mean of the places
    /// decides.
    private static func sequence(
        _ b: inout GraphBuilder, width: Int, training: Bool
    ) -> Value {
        let x = b.reshape(
            b.input(.numeric, [.rows, .fixed(64 * width)]), [.rows, 64, .fixed(width)])
        let layer = TransformerEncoderLayer(
            heads: 4, hidden: 4 * width, activation: .relu, norm: .after, dropout: 0)
        let y = b.transformerEncoderLayer("encoder", x, layer, training: training)
        return b.linear(
            "head", b.reshape(b.mean(y, axes: [1]), [.rows, .fixed(width)]), output: 2)
    }

    func data(rows: Int) -> EncodedData {
        let random = CounterRandom(seed: 1, name: "benchmark")
        let numbers = (0..<rows * width).map {
            Float(random.uniform(step: 0, index: UInt64($0))) * 2 - 1
        }
        let labels = (0..<rows).map { row in
            numbers[row * width] + numbers[row * width + 1] > 0 ? Int32(1) : 0
        }
        return EncodedData(
            rows: rows, numeric: numbers, numericWidth: width, categories: [], categoryWidth: 0,
            labels: .classes(labels))
    }
}
