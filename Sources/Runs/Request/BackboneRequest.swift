import Foundation
package import Imports
import ONNX

/// What is asked of a network that somebody else trained, whose features of pictures are learned from.
package struct BackboneRequest: Codable, Sendable, Hashable {
    /// An ONNX file.
    package var file: String
    /// The node or value at which it is cut; `nil` for what enters its classifier.
    package var cut: String?
    /// As it was written, such as `imagenet`.
    package var pixels: String
    /// Of the pictures that it is given, where it takes any size; `nil` for the usual side.
    package var side: Int?

    package init(file: String, cut: String?, pixels: String, side: Int?) {
        self.file = file
        self.cut = cut
        self.pixels = pixels
        self.side = side
    }

    /// As most networks of pictures were trained.
    package static let usualSide = 224

    private static let scalings: [(name: String, scaling: PixelScaling, meaning: String)] = [
        ("raw", .none, "0 to 255"),
        ("unit", .unit, "0 to 1"),
        ("symmetric", .symmetric, "(pixel − 127) / 128, as TensorFlow's EfficientNet-Lite"),
        ("imagenet", .imageNet, "by ImageNet's means and deviations, as torchvision's networks"),
    ]

    /// What may be written for the pixels.
    package static let pixelsHelp =
        scalings.map { "\($0.name) (\($0.meaning))" }.joined(separator: ", ")
        + " or CENTER/SCALE for numbers of 0 to 255, such as 127.5/127.5, with a comma between those of three channels"

    /// - Throws: where the text names no scaling.
    package var scaling: PixelScaling {
        get throws(VouchError) {
            if let known = Self.scalings.first(where: { $0.name == pixels.lowercased() }) { return known.scaling }
            let parts = pixels.split(separator: "/", omittingEmptySubsequences: false).map { part in
                part.split(separator: ",", omittingEmptySubsequences: false).map { text in
                    Float(text.trimmingCharacters(in: .whitespaces))
                }
            }
            let numbers = parts.map { $0.compactMap(\.self) }
            do throws(ONNXError) {
                if parts.count == 2, zip(parts, numbers).allSatisfy({ $0.count == $1.count }) {
                    return try PixelScaling(centers: numbers[0], scales: numbers[1])
                }
            } catch {
                throw VouchError("--pixels is \"\(pixels)\": \(error)")
            }
            throw VouchError("--pixels is \"\(pixels)\", which is none of \(Self.pixelsHelp)")
        }
    }
}
