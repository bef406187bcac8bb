import Figures

/// What holds a network back from learning its rows by heart.
extension Settings {
    private static func plain(_ number: Float) -> String { NumberText.plain(Double(number)) }

    package static let mixup: Setting<Float> = Setting(
        "mixup", \.regularising.mixup,
        Allowed("from 0 to 1, 0 meaning none") { $0 >= 0 && $0 <= 1 },
        help: "Mix encoded rows in pairs, in shares from Beta(α, α): α from 0 to 1, 0 for none."
    ).told { $0 > 0 ? "rows mixed in pairs, Beta(\(plain($0)))" : nil }.remedy(
        "mixup", "Mixup of encoded rows", [0.1, 0.3, 1],
        source: "Zhang et al. 2018, arXiv:1710.09412")

    package static let inputNoise: Setting<Float> = Setting(
        "input-noise", \.regularising.inputNoise, .finiteOrZero,
        help: "Standard deviation of the noise that is added to scaled numbers in training."
    ).told { $0 > 0 ? "noise of \(plain($0)) on scaled numbers" : nil }.remedy(
        "input-noise", "Noise on scaled numbers", [0.05, 0.2, 0.5],
        source: "Bishop 1995, DOI 10.1162/neco.1995.7.1.108")

    package static let categorySwap: Setting<Float> = Setting(
        "category-swap", \.regularising.categorySwap,
        Allowed("from 0 to 1") { $0 >= 0 && $0 <= 1 },
        help: "Probability that a category is swapped for another row's in training."
    ).told { $0 > 0 ? "categories swapped at \(plain($0))" : nil }.remedy(
        "category-swap", "Swapped categories", [0.05, 0.1, 0.3],
        source: "Bahri et al. 2022, arXiv:2106.15147")

    package static let averagedShare: Setting<Float> = Setting(
        "swa", \.regularising.averagedShare, .share(", 0 meaning none"),
        help: "The last share of the epochs whose weights are averaged (SWA), 0 for none."
    ).checkedIfAsked {
        $0.learning.averageDecay ?? 0 > 0
            ? """
            \(named: averagedShare) and \(named: averageDecay) both average the weights; \
            leave one of them out
            """
            : nil
    }.told {
        $0 > 0 ? "weights averaged over the last \(plain($0)) of the epochs" : nil
    }.remedy(
        "swa", "Weights averaged over epochs (SWA)", [0.25, 0.5],
        source: "Izmailov et al. 2018, arXiv:1803.05407", also: { $0.learning.averageDecay = 0 })

    package static let sharpness: Setting<Float> = Setting(
        "sam", \.regularising.sharpness, .finiteOrZero,
        help: "Radius of sharpness-aware steps (SAM), 0 for none; they take twice the time."
    ).told { $0 > 0 ? "sharpness-aware steps of radius \(plain($0))" : nil }.remedy(
        "sam", "Sharpness-aware steps (SAM)", [0.02, 0.05, 0.2],
        source: "Foret et al. 2021, arXiv:2010.01412")

    package static let dropoutPasses: Setting<Int> = Setting(
        "mc-dropout", \.regularising.dropoutPasses, .from(0, to: 1000),
        help: "Passes with dropout that a prediction is the mean of, 0 for one without."
    ).checkedIfAsked {
        $0.model.dropout == 0
            ? """
            \(named: dropoutPasses) is \($0.regularising.dropoutPasses), but \(named: dropout) \
            is 0, so that all passes are the same; leave one of them out
            """
            : nil
    }.told { $0 > 0 ? "predictions averaged over \($0) passes with dropout" : nil }.remedy(
        "mc-dropout", "Predictions with dropout, averaged", [10, 30],
        source: "Gal & Ghahramani 2016, arXiv:1506.02142")

    package static let robustLoss: Setting<Float?> = Setting(
        "robust-loss", \.regularising.robustLoss,
        Allowed("above 0, to 1") { $0 > 0 && $0 <= 1 },
        help: """
            Learn classes by a loss that wrong labels pull less, (1 − p^q)/q of the probability p of a row's class: \
            q above 0, to 1, such as 0.7.
            """
    ).ofClassesOnly().told {
        $0.map { "generalised cross-entropy, q = \(plain($0))" }
    }

    package static let keeps: Setting<TrainConfiguration.KeptWeights> = Setting(
        "keep", \.regularising.keeps,
        help: "The weights to keep: best (of the lowest validation loss, which stops) or last.")
}
