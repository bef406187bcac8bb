import GraphIR
import NN
import TensorCore

extension Network {
    /// The graph that predicts: input `numeric`, outputs `logits` and `prediction`, the softmax of
    /// the logits; both `[rows, classes]`.
    func inferenceGraph() throws(NetworkError) -> Graph {
        var builder = GraphBuilder()
        let outputs = try forward(in: &builder, training: false, .batch)
        let (logits, prediction) = try head().predictions(of: outputs, in: &builder)
        builder.output(.logits, logits)
        builder.output(.prediction, prediction)
        return try build(builder)
    }

    /// The graph that learns: further inputs `label` and `weight`, output `loss = Σ weight·loss`.
    func trainingGraph(
        _ statistics: NormStatistics, labelSmoothing: Float
    ) throws(NetworkError) -> Graph {
        var builder = GraphBuilder()
        let outputs = try forward(in: &builder, training: true, statistics)
        try head(labelSmoothing: labelSmoothing).addLoss(of: outputs, to: &builder)
        return try build(builder)
    }

    private func head(labelSmoothing: Float = 0) throws(NetworkError) -> TaskHead {
        TaskHead(task: .multiclass(classes: try classCount()), labelSmoothing: labelSmoothing)
    }

    private func build(_ builder: GraphBuilder) throws(NetworkError) -> Graph {
        do { return try builder.build() } catch { throw NetworkError(error) }
    }

    private func forward(
        in builder: inout GraphBuilder, training: Bool, _ statistics: NormStatistics
    ) throws(NetworkError) -> Value {
        _ = try classCount()
        let x = builder.numberBlock(input.extents)
        let pass = ForwardPass(training: training, statistics: statistics)
        return try pass.run(layers, on: (x, input), at: LayerPlace(), in: &builder).value
    }
}

/// Builds the nodes of layers, for training or not.
private struct ForwardPass {
    var training: Bool
    var statistics: NormStatistics

    func run(
        _ layers: [Network.Layer], on input: (value: Value, shape: Network.Shape),
        at place: LayerPlace, in builder: inout GraphBuilder
    ) throws(NetworkError) -> (value: Value, shape: Network.Shape) {
        var (x, shape) = input
        for (index, layer) in layers.enumerated() {
            let isNormed = index + 1 < layers.count && layers[index + 1] == .batchNorm
            let here = place.layer(index)
            x = try apply(layer, to: (x, shape), at: here, bias: !isNormed, in: &builder)
            shape = try Network.shape(after: layer, of: shape, at: here)
        }
        return (x, shape)
    }

    private func apply(
        _ layer: Network.Layer, to input: (value: Value, shape: Network.Shape),
        at place: LayerPlace, bias: Bool, in b: inout GraphBuilder
    ) throws(NetworkError) -> Value {
        let x = input.value
        let name = place.scope
        func window(_ kernel: Int, _ stride: Int, _ padding: Network.Padding) -> Window {
            guard case .image(let height, let width, let channels) = input.shape else {
                preconditionFailure("\(name) was checked to take an image")
            }
            return Window(kernel, stride: stride, padding, over: (height, width, channels))
        }
        switch layer {
        case .linear(let outputs):
            return b.linear(name, x, output: outputs, hasBias: bias)
        case .convolution(let outputs, let kernel, let stride, let padding, let groups):
            return b.convolution2D(
                name, x, output: outputs, window: window(kernel, stride, padding), groups: groups,
                bias: bias)
        case .batchNorm:
            return b.batchNorm(name, x, training: training, statistics: statistics)
        case .relu: return b.activation(.relu, x)
        case .gelu: return b.activation(.gelu, x)
        case .silu: return b.activation(.silu, x)
        case .tanh: return b.activation(.tanh, x)
        case .sigmoid: return b.activation(.sigmoid, x)
        case .maxPool(let kernel, let stride, let padding):
            return b.maxPool2D(x, window: window(kernel, stride ?? kernel, padding))
        case .averagePool(let kernel, let stride, let padding):
            return b.averagePool2D(x, window: window(kernel, stride ?? kernel, padding))
        case .globalAveragePool: return b.globalAveragePool(x)
        case .places:
            let channels = b.shape(x)[3]
            return b.reshape(
                x, [.rows, .fixed(input.shape.count / channels.count(rows: 1)), channels])
        case .positions: return b.positions(name, x)
        case .transformer(let heads, let hidden, let dropout):
            return b.transformerEncoderLayer(
                name, x,
                TransformerEncoderLayer(heads: heads, hidden: hidden, dropout: dropout),
                training: training)
        case .layerNorm: return b.layerNorm(name, x)
        case .flatten:
            return b.reshape(x, [.rows, .fixed(input.shape.count)])
        case .dropout(let rate):
            return training ? b.dropout(x, rate: rate) : x
        case .residual(let layers, let shortcut):
            let body = try run(layers, on: input, at: place, in: &b).value
            let other = try run(shortcut, on: input, at: place.shortcut, in: &b).value
            return b.add(body, other)
        }
    }
}
