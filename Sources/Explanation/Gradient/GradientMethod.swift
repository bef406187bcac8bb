/// How a prediction is divided among a row's numbers by its gradient or its activations.
///
/// Below, `x` is the row, `b` a baseline row, `f` the explained number and `∂f` its gradient. With several
/// baselines, what depends on one is averaged over all.
package enum GradientMethod: Sendable, Hashable {
    /// `|∂f(x)|`: how steep the prediction is. Source: Simonyan et al. 2013, arXiv:1312.6034.
    case saliency
    /// `x · ∂f(x)`. Source: Shrikumar et al. 2016, arXiv:1605.01713.
    case inputTimesGradient
    /// `(x − b) · ∫₀¹ ∂f(b + α·(x − b)) dα`: complete. Source: Sundararajan et al. 2017, arXiv:1703.01365.
    case integratedGradients(PathSteps = .adaptive())
    /// The mean of `(x − b) · ∂f(b + α·(x − b))` over baselines and `α` drawn at random: complete on average.
    /// Source: Erion et al. 2021, arXiv:1906.10670; in Captum `GradientShap`.
    case expectedGradients(draws: Int = 1000)
    /// The mean of `∂f(x + noise)`. Source: Smilkov et al. 2017, arXiv:1706.03825.
    case smoothGrad(samples: Int = 100)
    /// The variance of `∂f(x + noise)`. Source: Adebayo et al. 2018, arXiv:1806.08393.
    case varGrad(samples: Int = 100)
    /// DeepLIFT with the rescale rule: complete; see `DifferenceRule`.
    case deepLIFT
    /// Layer-wise relevance propagation with the ε-rule; see `RelevanceRule`. It knows no baseline.
    case relevancePropagation(epsilon: Float = 1e-9)
    /// `f(x) − f(x with a feature of b)`. Source: Zeiler & Fergus 2014, arXiv:1311.2901.
    case occlusion

    /// Where the path between a baseline and the row is looked at.
    package enum PathSteps: Sendable, Hashable {
        /// So many nodes of Gauss-Legendre quadrature, as Captum's default, which takes 50.
        case fixed(Int)
        /// The path is halved where the quadrature of a part misses the part's change of `f`, until the whole
        /// misses it by at most a share of the output's range.
        case adaptive(tolerance: Double = 1e-4)
    }

    package var name: String {
        switch self {
        case .saliency: "saliency"
        case .inputTimesGradient: "input × gradient"
        case .integratedGradients: "integrated gradients"
        case .expectedGradients: "expected gradients"
        case .smoothGrad: "SmoothGrad"
        case .varGrad: "VarGrad"
        case .deepLIFT: "DeepLIFT"
        case .relevancePropagation: "layer-wise relevance propagation"
        case .occlusion: "occlusion"
        }
    }

    /// Whether contributions sum to `f(x) − mean f(b)`: at once, or on average over what is drawn.
    package var isComplete: Bool {
        switch self {
        case .integratedGradients, .expectedGradients, .deepLIFT: true
        default: false
        }
    }

    /// Points of a row that are looked at together, whose samples are kept.
    var samples: Int {
        switch self {
        case .expectedGradients(let draws): draws
        case .smoothGrad(let samples), .varGrad(let samples): samples
        default: 1
        }
    }
}
