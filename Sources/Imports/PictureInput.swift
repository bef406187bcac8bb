package import ONNX

/// What pictures an imported network takes: its one input, and where channels lie in it.
package struct PictureInput: Sendable, Hashable {
    package enum Layout: Sendable, Hashable {
        /// `[rows, channels, height, width]`, as torch has it.
        case channelsFirst
        /// `[rows, height, width, channels]`, as TensorFlow has it.
        case channelsLast
    }

    package var name: String
    package var layout: Layout
    /// 1 or 3.
    package var channels: Int
    /// `nil` where the model takes pictures of any height.
    package var height: Int?
    package var width: Int?

    /// - Throws: where the model takes something else than one picture a row.
    package init(of model: ONNXModel) throws(ONNXError) {
        let required = model.graph.requiredInputs
        guard required.count == 1 else {
            throw ONNXError(
                .input, at: "the model",
                "takes \(required.count) inputs (\(required.map(\.name).joined(separator: ", "))), and pictures are "
                    + "one",
                advice: Self.advice)
        }
        let port = required[0]
        let place = "input '\(port.name)'"
        guard case .tensor(.float32, let extents?) = port.kind, extents.count == 4 else {
            throw ONNXError(
                .input, at: place, "\(Self.told(port)), and pictures have four axes of float32", advice: Self.advice)
        }
        let sizes = extents.map { if case .fixed(let count) = $0 { count } else { nil as Int? } }
        name = port.name
        switch (Self.isChannels(sizes[1]), Self.isChannels(sizes[3])) {
        case (true, false): layout = .channelsFirst
        case (false, true): layout = .channelsLast
        default:
            throw ONNXError(
                .input, at: place,
                "\(Self.told(port)), of which neither the second nor the last extent alone is 1 or 3 channels",
                advice: Self.advice)
        }
        let isFirst = layout == .channelsFirst
        channels = sizes[isFirst ? 1 : 3] ?? 0
        (height, width) = isFirst ? (sizes[2], sizes[3]) : (sizes[1], sizes[2])
    }

    private static let advice =
        "Give a network whose one input is [rows, channels, height, width] or [rows, height, width, channels] of "
        + "float32"

    private static func isChannels(_ count: Int?) -> Bool { count == 1 || count == 3 }

    private static func told(_ port: ONNXPort) -> String {
        guard case .tensor(let type, let extents) = port.kind else { return "is no tensor" }
        let told = extents.map { "[" + $0.map(\.description).joined(separator: ", ") + "]" } ?? "of unknown extents"
        return "is \(told) of \(type.name)"
    }

    /// - Throws: where the model takes pictures of another size.
    package func check(height: Int, width: Int) throws(ONNXError) {
        guard height > 0, width > 0, self.height ?? height == height, self.width ?? width == width else {
            let wanted = [self.height, self.width].map { $0.map { "\($0)" } ?? "any" }.joined(separator: " × ")
            throw ONNXError(
                .input, at: "input '\(name)'", "takes pictures of \(wanted), and gets \(height) × \(width)",
                advice: "Give pictures of the model's size, or export the model with another one")
        }
    }
}

/// How a pixel of 0 to 255 becomes a number of a network: `(pixel − center) / scale` of its channel.
package struct PixelScaling: Sendable, Hashable, Codable {
    /// One for all channels, or one each.
    package var centers: [Float]
    package var scales: [Float]

    /// - Throws: where there are other numbers of channels, or a scale is none.
    package init(centers: [Float], scales: [Float]) throws(ONNXError) {
        guard [1, 3].contains(centers.count), [1, 3].contains(scales.count),
            (centers + scales).allSatisfy(\.isFinite), !scales.contains(0)
        else {
            throw ONNXError(
                .input, at: "the scaling of pixels", "has centers \(centers) and scales \(scales)",
                advice: "Give one or three numbers of each, and no scale of 0")
        }
        self.centers = centers
        self.scales = scales
    }

    private init(_ centers: [Float], _ scales: [Float]) {
        self.centers = centers
        self.scales = scales
    }

    /// Pixels as they are.
    package static let none = PixelScaling([0], [1])
    /// 0 to 1.
    package static let unit = PixelScaling([0], [255])
    /// About −1 to 1, as TensorFlow's EfficientNet-Lite takes them.
    package static let symmetric = PixelScaling([127], [128])
    /// By the means and deviations of ImageNet's channels, as torchvision's networks take them.
    package static let imageNet = PixelScaling([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])

    func center(_ channel: Int) -> Float { centers[centers.count == 1 ? 0 : channel] }
    func scale(_ channel: Int) -> Float { scales[scales.count == 1 ? 0 : channel] }
}
