import RealModule

/// What becomes of the scores of a learned model, in 32-bit floats and by the formulas of ONNX Runtime.
///
/// The numbers are those by which ONNX Runtime reads `post_transform` of `TreeEnsemble`; the ONNX text has 1 for
/// SOFTMAX and 2 for LOGISTIC there.
enum PostTransform: Int, Sendable {
    case none = 0
    case logistic, softmax, softmaxZero, probit

    init(_ call: NodeCall) throws(ONNXError) {
        let text = try call.text("post_transform", default: "NONE")
        switch text {
        case "NONE": self = .none
        case "SOFTMAX": self = .softmax
        case "LOGISTIC": self = .logistic
        case "SOFTMAX_ZERO": self = .softmaxZero
        case "PROBIT": self = .probit
        default: throw call.failure("asks for a transform '\(text)', which is none of ONNX's")
        }
    }

    /// Transforms the scores of one row that has two at least.
    func apply(_ scores: inout [Float], _ row: Range<Int>) {
        switch self {
        case .none: break
        case .logistic: for index in row { scores[index] = Self.logistic(scores[index]) }
        case .probit: for index in row { scores[index] = Self.probit(scores[index]) }
        case .softmax, .softmaxZero: normalize(&scores, row)
        }
    }

    /// `exp(x − max)` divided by its sum; of `softmaxZero`, a score of 0 stays `0 · exp(−max)` and counts for nothing.
    private func normalize(_ scores: inout [Float], _ row: Range<Int>) {
        var greatest = -Float.greatestFiniteMagnitude
        for index in row where scores[index] > greatest { greatest = scores[index] }
        var sum: Float = 0
        for index in row {
            if self == .softmaxZero && !(scores[index] > 1e-7 || scores[index] < -1e-7) {
                scores[index] *= Float.exp(-greatest)
            } else {
                scores[index] = Float.exp(scores[index] - greatest)
                sum += scores[index]
            }
        }
        for index in row { scores[index] /= sum }
    }

    static func logistic(_ x: Float) -> Float {
        let value = 1 / (1 + Float.exp(-x.magnitude))
        return x < 0 ? 1 - value : value
    }

    /// `√2 · erf⁻¹(2p − 1)` by Winitzki's formula with a = 0.147, as ONNX Runtime computes it; it is right to two
    /// digits.
    static func probit(_ p: Float) -> Float {
        let x = 2 * p - 1
        let logarithm = Float.log((1 - x) * (1 + x))
        let half = 2 / (3.14159265 * 0.147) + 0.5 * logarithm
        let root = (-half + (half * half - 1 / 0.147 * logarithm).squareRoot()).squareRoot()
        return 1.41421356 * (x < 0 ? -root : root)
    }

    /// The scores of a row of one score, of which ONNX Runtime makes two for a model of two classes.
    enum SecondClass {
        /// The score is a probability.
        case complement
        /// The score is signed.
        case opposite
        /// There is no second.
        case absent
    }

    /// The two scores of a row of one score. As in ONNX Runtime, SOFTMAX and SOFTMAX_ZERO do nothing to them, and
    /// PROBIT gives one score alone; what ONNX Runtime leaves in the second place then is 0 here.
    func pair(_ score: Float, _ second: SecondClass) -> (Float, Float) {
        if self == .probit { return (Self.probit(score), 0) }
        switch second {
        case .absent: return (score, 0)
        case .complement, .opposite:
            if self == .logistic { return (Self.logistic(-score), Self.logistic(score)) }
            return (second == .complement ? 1 - score : -score, score)
        }
    }
}
