/// Functions of a score in [0, 1] whose products sum to a kernel: `k(s, t) = Σ φ(s) φ(t)`.
///
/// The mean of a group's features stands for its distribution of scores, as far as the kernel tells distributions apart.
package struct ScoreFeatures: Sendable, Hashable {
    /// Where bumps stand; empty for the score itself as the one feature, of the kernel `s · t`.
    package let centers: [Float]
    /// A bump is `factor · exp(−sharpness · (s − center)²)`.
    package let sharpness: Float
    package let factor: Float

    package var count: Int { max(1, centers.count) }

    /// The score itself: distributions are told apart by their means.
    package static let score = ScoreFeatures(centers: [], sharpness: 0, factor: 1)

    /// `k(s, t) = exp(−(s − t)² / length²)`, to 1e-3: bumps of half the length, as far from one another and beyond both
    /// ends, whose products sum to it by the convolution of two Gaussians.
    ///
    /// - Parameter length: 0.1 is that of TensorFlow Model Remediation's `GaussianKernel`.
    package static func gaussian(length: Double = 0.1) -> ScoreFeatures {
        let step = length / 2
        let beyond = 4
        let last = Int((1 / step).rounded(.up)) + beyond
        return ScoreFeatures(
            centers: (-beyond...last).map { Float(Double($0) * step) },
            sharpness: Float(2 / (length * length)),
            factor: Float((1 / Double.pi.squareRoot()).squareRoot()))
    }
}

/// A network that guesses a row's group from its score while the model learns to leave it nothing to guess from.
package struct ScoreAdversary: Sendable, Hashable {
    /// Each is guessed by outputs of its own: rows of each label, where what counts is the score beside the label.
    package let kinds: Int
    package let groups: Int
    /// What the model's loss counts of the adversary's gain; positive.
    package let strength: Float
    /// Units of its one hidden layer.
    package let hidden: Int

    package init(kinds: Int, groups: Int, strength: Float, hidden: Int = 32) {
        self.kinds = kinds
        self.groups = groups
        self.strength = strength
        self.hidden = hidden
    }
}

/// What a row's score adds to the loss beside its own: what the graph and those who feed its input must agree on.
package enum ScoreTerm: Sendable, Hashable {
    /// Each feature times a factor that the row brings.
    case features(ScoreFeatures)
    /// The gain of an adversary, for which the row brings its shares of the kinds' groups.
    case adversary(ScoreAdversary)

    /// Numbers that a row brings.
    package var width: Int {
        switch self {
        case .features(let features): features.count
        case .adversary(let adversary): adversary.kinds * adversary.groups
        }
    }
}
