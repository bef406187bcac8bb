import GraphIR
import Kernels
import TensorCore

// Steps of operations on images `[n, height, width, channels]`.

extension SlidingAxis {
    /// A window's axis over so many cells.
    init(_ axis: Window.Axis, over cells: Int) {
        self.init(
            input: cells, output: axis.places(over: cells), window: axis.extent,
            stride: axis.stride, dilation: axis.dilation, before: axis.before)
    }
}

extension Lowering {
    /// A convolution or one of its gradients.
    ///
    /// - Parameter value: The node whose result the step leaves: the convolution's own, or that of the
    ///   bias or ReLU that it takes along.
    mutating func lowerConvolution(
        _ node: Node, a: Block, b: Block, bias: Block?, appliesReLU: Bool, to value: Value
    ) {
        let (ea, eb) = (extents(node.inputs[0]), extents(node.inputs[1]))
        var shape: ConvolutionShape
        switch node.op {
        case .convolution(let window, let groups):
            shape = ConvolutionShape(
                kind: .forward, images: ea[0], channels: ea[3], outputs: eb[3], groups: groups,
                vertical: SlidingAxis(window.vertical, over: ea[1]),
                horizontal: SlidingAxis(window.horizontal, over: ea[2]), hasBias: bias != nil,
                appliesReLU: appliesReLU)
        case .convolutionInputGradient(let window, let groups, let height, let width):
            shape = ConvolutionShape(
                kind: .inputGradient, images: ea[0], channels: eb[2] * groups, outputs: eb[3],
                groups: groups, vertical: SlidingAxis(window.vertical, over: height),
                horizontal: SlidingAxis(window.horizontal, over: width))
        case .convolutionWeightGradient(let window, let groups):
            shape = ConvolutionShape(
                kind: .weightGradient, images: ea[0], channels: ea[3], outputs: eb[3],
                groups: groups, vertical: SlidingAxis(window.vertical, over: ea[1]),
                horizontal: SlidingAxis(window.horizontal, over: ea[2]))
        default:
            preconditionFailure("\(node.op) is no convolution")
        }
        shape.precision = precision
        let c = target(value)
        let index = convolutions.count
        convolutions.append(shape)
        emit(value, reads: [a, b] + (bias.map { [$0] } ?? []), writes: [c]) { region in
            .convolution(index, a: region(a), b: region(b), bias: bias.map(region), c: region(c))
        }
    }

    mutating func lowerMaxPool(
        _ node: Node, _ window: Window, _ operands: [Block], to value: Value
    ) {
        let use: MaxPoolUse =
            switch node.op {
            case .maxPoolPick: .pick
            case .maxPoolSpread: .spread
            default: .greatest
            }
        let x = extents(node.inputs[0])
        let index = maxPools.count
        maxPools.append(poolShape(window, x[0], height: x[1], width: x[2], channels: x[3]))
        let y = target(value)
        let u = use == .greatest ? nil : operands[1]
        emit(value, reads: operands, writes: [y]) { region in
            .maxPool(index, use, x: region(operands[0]), u: u.map(region), y: region(y))
        }
    }

    mutating func lowerAveragePool(_ node: Node, _ x: Block, to value: Value) {
        let e = extents(node.inputs[0])
        let kind: AveragePool.Kind
        switch node.op {
        case .averagePool(let window, let counts):
            kind = AveragePool.Kind(
                shape: poolShape(window, e[0], height: e[1], width: e[2], channels: e[3]),
                countsPadding: counts, isGradient: false)
        case .averagePoolGradient(let window, let counts, let height, let width):
            kind = AveragePool.Kind(
                shape: poolShape(window, e[0], height: height, width: width, channels: e[3]),
                countsPadding: counts, isGradient: true)
        default:
            preconditionFailure("\(node.op) is no average pooling")
        }
        let index = averagePools.count
        averagePools.append(kind)
        let y = target(value)
        emit(value, reads: [x], writes: [y]) { .averagePool(index, x: $0(x), y: $0(y)) }
    }

    private func poolShape(
        _ window: Window, _ images: Int, height: Int, width: Int, channels: Int
    ) -> PoolShape {
        PoolShape(
            images: images, channels: channels,
            vertical: SlidingAxis(window.vertical, over: height),
            horizontal: SlidingAxis(window.horizontal, over: width))
    }
}
