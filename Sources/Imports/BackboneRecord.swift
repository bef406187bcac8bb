package import ONNX

/// What is kept of a backbone beside what was trained on its features, and told where a model is described.
package struct BackboneRecord: Sendable, Hashable, Codable {
    /// Of the file and its external data.
    package var sha256: String
    /// The program that wrote the file, as it says; empty where it does not.
    package var producer: String
    /// As the file's metadata say it; `nil` where they do not.
    package var licence: String?
    /// What was asked for as the cut; `nil` for what enters the classifier.
    package var asked: String?
    /// The value at the cut, and what it is in words.
    package var cut: String
    package var cutInWords: String
    package var height: Int
    package var width: Int
    package var scaling: PixelScaling
    package var features: Int

    /// - Parameter sha256: Of the file that the model was read from.
    package init(_ backbone: Backbone, of model: ONNXModel, sha256: String) {
        self.sha256 = sha256
        producer = model.producer
        licence = model.licence
        asked = backbone.asked
        cut = backbone.cut.value
        cutInWords = backbone.cut.words
        height = backbone.height
        width = backbone.width
        scaling = backbone.scaling
        features = backbone.features
    }

    /// The same backbone of a file that is read again.
    ///
    /// - Throws: where it is another file, or is cut otherwise than before.
    package func backbone(of model: ONNXModel, sha256: String) throws(ONNXError) -> Backbone {
        guard sha256 == self.sha256 else {
            throw ONNXError(
                .input, at: "the backbone",
                "has the SHA-256 \(sha256), and the features that were learned from are of \(self.sha256)",
                advice: "Give the file with which it was trained")
        }
        let backbone = try Backbone(model, height: height, width: width, cut: asked, scaling: scaling)
        guard backbone.cut.value == cut, backbone.features == features else {
            throw ONNXError(
                .input, at: "the backbone",
                "is cut at \(backbone.cut.words), with \(backbone.features) features, and was at '\(cut)', with "
                    + "\(features)",
                advice: "Use the version of vouch that trained on it")
        }
        return backbone
    }
}

extension ONNXModel {
    /// The licence that the metadata name, under `license` or a key with that word in it.
    package var licence: String? {
        func found(_ isOf: (String) -> Bool) -> String? {
            metadata.first { isOf($0.key.lowercased()) && !$0.value.isEmpty }?.value
        }
        let words = ["license", "licence"]
        return found { words.contains($0) } ?? found { key in words.contains { key.contains($0) } }
    }
}
