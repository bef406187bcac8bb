import CPURuntime
import GraphIR
package import Kernels
package import ONNX
import Synchronization
import TensorCore

/// What an imported network makes of pictures up to a cut, which mostly lies before its classifier: features of each
/// picture as a row of numbers.
///
/// A picture has the same features, to the bit, whatever pictures stand beside it and however many threads there are,
/// so that they may be computed once and kept. Of a cut with places, `[rows, channels, height, width]`, the features
/// are the means over the places.
package final class Backbone: Sendable {
    package let input: PictureInput
    package let cut: BackboneCut
    /// What was asked for as the cut.
    let asked: String?
    /// Of the pictures that it is given.
    package let height: Int
    package let width: Int
    package let scaling: PixelScaling
    /// Numbers of a picture's features.
    package let features: Int
    /// Its graph and parameters, from which a fine-tuning starts.
    package let network: LoweredNetwork
    /// Places of a feature, whose mean it is.
    private let places: Int
    private let prepared: PreparedNetwork
    private let weights = KeptWeights()
    private let kept = Mutex<Kept?>(nil)

    private struct Kept {
        weak var pool: WorkerPool?
        var inference: BatchInference
    }

    /// - Parameters:
    ///   - height: Of the pictures, as the model wants them.
    ///   - cut: As `BackboneCut` takes it.
    ///   - scaling: Of pixels, as the model was trained with.
    /// - Throws: where the model takes no pictures of that size, or what lies before the cut is no graph.
    package init(
        _ model: ONNXModel, height: Int, width: Int, cut: String? = nil, scaling: PixelScaling,
        limits: ONNXLimits = ONNXLimits()
    ) throws(ONNXError) {
        let input = try PictureInput(of: model)
        try input.check(height: height, width: width)
        guard input.channels == 3 || (scaling.centers.count == 1 && scaling.scales.count == 1) else {
            throw ONNXError(
                .input, at: "the scaling of pixels", "is of three channels, and the model takes grey pictures",
                advice: "Give one center and one scale")
        }
        let place = try BackboneCut(of: model, at: cut)
        // An export with one picture a run is taken for any number of them, where its nodes allow it.
        var binding = ONNXLowering.Binding(batched: [input.name])
        let lowering = ONNXLowering(model, binding: binding, limits: limits)
        let isFirst = input.layout == .channelsFirst
        for (_, axis, key) in lowering.freeExtents {
            let extent = axis == (isFirst ? 2 : 1) ? height : width
            // Names stand for one number each, and exporters give both axes one name where they are equal.
            guard binding.extents.updateValue(extent, forKey: key) ?? extent == extent else {
                throw ONNXError(
                    .input, at: "input '\(input.name)'",
                    "takes pictures as high as wide, and gets \(height) × \(width)")
            }
        }
        network = try Self.lowered(model, binding, to: place, limits)
        (features, places) = try Self.width(of: network.outputs[0], place, input.layout)
        prepared = try PreparedNetwork(network, limits: limits)
        (self.input, self.cut, asked) = (input, place, cut)
        (self.height, self.width, self.scaling) = (height, width, scaling)
    }

    private static func lowered(
        _ model: ONNXModel, _ binding: ONNXLowering.Binding, to cut: BackboneCut, _ limits: ONNXLimits
    ) throws(ONNXError) -> LoweredNetwork {
        let obstacle: ONNXLowering.Obstacle
        do throws(ONNXLowering.Obstacle) {
            return try ONNXLowering(model, binding: binding, limits: limits).lowered(outputs: [cut.value])
        } catch {
            obstacle = error
        }
        throw ONNXError(
            .unsupported, at: obstacle.node,
            obstacle.why + ", so that the model up to \(cut.words), is no graph of float32 over any number of rows",
            advice: "Cut it before that node with --cut, or export it with a first extent that is free, in float32")
    }

    /// How many numbers a row has, and over how many places each is averaged.
    private static func width(
        of output: LoweredNetwork.Output, _ cut: BackboneCut, _ layout: PictureInput.Layout
    ) throws(ONNXError) -> (features: Int, places: Int) {
        let extents = output.shape.extents
        let counts = extents.dropFirst().map { $0.count(rows: 1) }
        let count = counts.reduce(1, *)
        guard extents.first == .rows, output.type == .float32, count > 0 else {
            throw ONNXError(
                .unsupported, at: "the cut",
                "\(cut.words), is \(output.shape) of \(output.type.name), and no row of numbers a picture")
        }
        if count == counts.max() ?? 1 { return (count, 1) }
        // Where pictures come in with channels last, a value may have them last, too.
        guard counts.count == 3, layout == .channelsFirst else {
            throw ONNXError(
                .unsupported, at: "the cut",
                "\(cut.words), is \(output.shape), of which it is not clear what the features are",
                advice: "Cut behind the mean over the places, where a row is [features]")
        }
        return (counts[0], counts[1] * counts[2])
    }

    /// The features of pictures, row by row.
    ///
    /// - Parameters:
    ///   - channels: Of the pictures; grey ones, of 1, are given to a network of colours three times.
    ///   - read: Writes a picture's pixels, 0 to 255, as `[height, width, channels]`; called on any worker.
    /// - Returns: `[rows, features]`.
    /// - Throws: where pictures have colours and the network has none, or features are no numbers.
    package func features(
        rows: Int, channels: Int, pool: WorkerPool,
        read: @Sendable (_ row: Int, _ pixels: inout MutableSpan<Float>) -> Void
    ) throws(ONNXError) -> [Float] {
        guard channels == input.channels || channels == 1 else {
            throw ONNXError(
                .input, at: "input '\(input.name)'",
                "takes pictures of \(input.channels) channels, and gets \(channels)",
                advice: "Convert the pictures")
        }
        guard rows > 0 else { return [] }
        let result = Buffer(count: rows * features)
        let (own, from, port) = (prepared, features, network.outputs[0].port)
        let writer = PictureWriter(self, channels: channels)
        inference(pool).run(rows: rows, parameters: own.parameters) { range, executor in
            writer.write(range, to: executor, read: read)
        } collect: { range, executor in
            guard let region = executor.plan.outputs[port] else { return }
            let source = region.space == .parameters ? own.parameters : executor.arena
            let first = range.lowerBound * from
            if self.places == 1 {
                result.copy(from: source, at: region.offset, to: first, count: range.count * from)
            } else {
                for feature in 0..<range.count * from {
                    let start = region.offset + feature * self.places
                    result[first + feature] = source.withFloats(start..<start + self.places) { numbers in
                        var sum: Float = 0
                        for place in numbers.indices { sum += numbers[place] }
                        return sum / Float(numbers.count)
                    }
                }
            }
        }
        let numbers = result.floats(0..<result.count)
        if let wrong = numbers.firstIndex(where: { !$0.isFinite }) {
            throw ONNXError(
                .input, at: "the cut", "\(cut.words), is \(numbers[wrong]) for picture \(wrong / features + 1)",
                advice: "Check the scaling of pixels and the model")
        }
        return numbers
    }

    private func inference(_ pool: WorkerPool) -> BatchInference {
        kept.withLock { kept in
            if let known = kept, known.pool === pool { return known.inference }
            let made = BatchInference(
                prepared.graph, outputs: network.outputs.map(\.port), layout: prepared.layout,
                batchRows: Self.batchRows, keeping: weights, pool: pool)
            kept = Kept(pool: pool, inference: made)
            return made
        }
    }

    /// One, so that no picture's bits depend on those beside it.
    private static let batchRows = 1
}

/// Writes pictures into the input of a backbone's graph.
private struct PictureWriter: Sendable {
    private let backbone: Backbone
    private let channels: Int

    init(_ backbone: Backbone, channels: Int) {
        self.backbone = backbone
        self.channels = channels
    }

    func write(
        _ rows: Range<Int>, to executor: Executor, read: (_ row: Int, _ pixels: inout MutableSpan<Float>) -> Void
    ) {
        guard let port = backbone.network.inputs.first?.numbers, let region = executor.plan.inputs[port] else { return }
        let places = backbone.height * backbone.width
        let target = backbone.input.channels
        var pixels = [Float](repeating: 0, count: places * channels)
        for (index, row) in rows.enumerated() {
            var span = pixels.mutableSpan
            read(row, &span)
            let start = region.offset + index * places * target
            let isFirst = backbone.input.layout == .channelsFirst
            executor.arena.withMutableFloats(start..<start + places * target) { numbers in
                for channel in 0..<target {
                    let (center, scale) = (backbone.scaling.center(channel), backbone.scaling.scale(channel))
                    let source = channels == 1 ? 0 : channel
                    for place in 0..<places {
                        let number = (pixels[place * channels + source] - center) / scale
                        numbers[isFirst ? channel * places + place : place * target + channel] = number
                    }
                }
            }
        }
    }
}
