/// What is wrong with an ONNX file, with what it is given, or what of it is not built here.
package struct ONNXError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The file is none, or contradicts itself.
        case malformed
        /// What ONNX knows and this program does not.
        case unsupported
        /// Inputs that do not fit the model.
        case input
        /// More memory or work than is allowed.
        case limit
    }

    package var kind: Kind
    /// The file, node, tensor or input, such as `node 'scaler' (ai.onnx.ml.Scaler)`.
    package var place: String
    package var problem: String
    /// What to do; `nil` where nothing is known.
    package var advice: String?

    package init(_ kind: Kind, at place: String, _ problem: String, advice: String? = nil) {
        self.kind = kind
        self.place = place
        self.problem = problem
        self.advice = advice
    }

    package var description: String {
        "\(place): \(problem)" + (advice.map { ". \($0)" } ?? "")
    }
}
