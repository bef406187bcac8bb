import GraphIR
import RealModule
import TensorCore

/// What a row's score adds to the loss; see `ScoreTerm`.
extension GraphBuilder {
    /// The features of sigmoid(logit), each times its column of the input `penalty`, summed: of the logits' shape.
    mutating func pushed(_ logits: Value, by features: ScoreFeatures) -> Value {
        let factors = input(.penalty, [.rows, .fixed(features.count)])
        let score = unary(.sigmoid, logits)
        guard !features.centers.isEmpty else { return multiply(score, factors) }
        var parts: [Value] = []
        for (place, center) in features.centers.enumerated() {
            let distance = unary(.square, offset(score, by: -center))
            let bump = unary(.exp, scale(distance, by: -features.sharpness))
            parts.append(
                multiply(scale(bump, by: features.factor), columns(factors, place..<place + 1)))
        }
        return parts.dropFirst().reduce(parts[0]) { add($0, $1) }
    }

    /// `strength · Σ_kinds Σ_groups share · (log q + log groups)`, where `q` is what an adversary makes of the logit and the
    /// shares are the row's, in the input `penalty`: what the adversary gains over a guess, in nats.
    ///
    /// The model's gradient is that of this number, so that it learns to leave less to gain; the adversary's is that
    /// of its own loss, the negative gain, whatever the strength.
    ///
    /// - Parameter logits: `[rows, 1]`.
    /// - Returns: `[rows, 1]`.
    mutating func gain(of adversary: ScoreAdversary, from logits: Value) -> Value {
        let shape: Shape = [.rows, .fixed(adversary.kinds), .fixed(adversary.groups)]
        let width = adversary.kinds * adversary.groups
        let shares = input(.penalty, [.rows, .fixed(width)])
        return scoped("adversary") { b in
            // Squeezed, so that rows are spread and none is far off; that hides nothing, as it keeps their order.
            let squeezed = b.scale(b.unary(.tanh, b.scale(logits, by: 0.25)), by: 2)
            let seen = b.scaleGradient(squeezed, by: -adversary.strength)
            let hidden = b.activation(.relu, b.linear("hidden", seen, output: adversary.hidden))
            let guesses = b.reshape(b.linear("groups", hidden, output: width), shape)
            let gains = b.offset(
                b.apply(.logSoftmax, [guesses]), by: Float.log(Float(adversary.groups)))
            let row = b.sum(b.multiply(b.reshape(shares, shape), gains), axes: [1, 2])
            let gain = b.reshape(row, [.rows, 1])
            return b.scale(
                b.scaleGradient(gain, by: -1 / adversary.strength), by: adversary.strength)
        }
    }
}
