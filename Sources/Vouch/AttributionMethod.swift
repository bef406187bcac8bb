/// How `Classifier.attributions` divides a prediction among the features of a row.
///
/// `x` is the row, `b` a baseline, `f` the explained number and `∂f` its gradient for the features. Where
/// there are several baselines, what depends on one is averaged over all. Only integrated gradients, expected
/// gradients and DeepLIFT sum to `f(x) − f(b)`; `Attributions.residuals` says how far each row is from it.
public enum AttributionMethod: Sendable, Hashable {
    /// `|∂f(x)|`. Source: Simonyan et al. 2013, arXiv:1312.6034.
    case saliency
    /// `x · ∂f(x)`. Source: Shrikumar et al. 2016, arXiv:1605.01713.
    case inputTimesGradient
    /// `(x − b) · ∫₀¹ ∂f(b + α·(x − b)) dα`.
    ///
    /// With `steps`, by as many nodes of Gauss-Legendre quadrature. Without, by as many as it takes
    /// for the residual to be at most 10⁻⁴ of the range between the row's number and the baselines'.
    /// Source: Sundararajan et al. 2017, arXiv:1703.01365.
    case integratedGradients(steps: Int? = nil)
    /// The mean of `(x − b) · ∂f(b + α·(x − b))` over so many draws of a baseline and of `α` on [0, 1).
    /// Source: Erion et al. 2021, arXiv:1906.10670.
    case expectedGradients(draws: Int = 1000)
    /// The mean of `∂f(x + noise)` over normal noise with the given standard deviation at each feature.
    /// Source: Smilkov et al. 2017, arXiv:1706.03825.
    case smoothGrad(noise: Float, samples: Int = 100)
    /// The variance of `∂f(x + noise)`. Source: Adebayo et al. 2018, arXiv:1806.08393.
    case varGrad(noise: Float, samples: Int = 100)
    /// Differences of activations from the baseline's, passed back by the rescale rule. A product or quotient
    /// of two values that both differ is divided by its Shapley values. Max-pooling has no rule.
    /// Source: Shrikumar et al. 2017, arXiv:1704.02685.
    case deepLIFT
    /// Layer-wise relevance propagation by the ε-rule: what each layer's inputs gave to its outputs. It knows
    /// no baseline; its base is 0, and what biases gave is in the residual. Explain a logit with it:
    /// softmax and sigmoid have no rule.
    /// Source: Bach et al. 2015, DOI 10.1371/journal.pone.0130140.
    case relevancePropagation(epsilon: Float = 1e-9)
    /// `f(x) − f(x with one feature of b)`. Source: Zeiler & Fergus 2014, arXiv:1311.2901.
    case occlusion
}

/// The number that an attribution explains.
public enum AttributedOutput: Sendable, Hashable {
    /// The network's own number for a class.
    case logit(Int)
    /// The probability of a class.
    case probability(Int)
}

/// What each feature of each row contributed to a classifier's output.
public struct Attributions: Sendable, Hashable {
    public let rows: Int
    /// Numbers of a row.
    public let features: Int
    /// `[rows, features]`, one row after the other.
    public let values: [Double]
    /// `[rows, features]`: of what was drawn at random; 0 where nothing was.
    public let standardErrors: [Double]
    /// The explained number of each row.
    public let outputs: [Double]
    /// What contributions start from: the mean of the baselines' explained numbers.
    public let base: Double
    /// Of each row, `output − base − Σ values`.
    public let residuals: [Double]
}
