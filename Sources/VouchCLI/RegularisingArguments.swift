import ArgumentParser
import Vouch

/// What holds a network back from learning its rows by heart.
struct RegularisingArguments: ParsableArguments {
    private static let defaults = TrainConfiguration.RegularisingOptions()

    @Option(
        help: "Mix encoded rows in pairs, in shares from Beta(α, α): α from 0 to 1, 0 for none.")
    var mixup = Self.defaults.mixup

    @Option(help: "Standard deviation of the noise that is added to scaled numbers in training.")
    var inputNoise = Self.defaults.inputNoise

    @Option(help: "Probability that a category is swapped for another row's in training.")
    var categorySwap = Self.defaults.categorySwap

    @Option(help: "The last share of the epochs whose weights are averaged (SWA), 0 for none.")
    var swa = Self.defaults.averagedShare

    @Option(help: "Radius of sharpness-aware steps (SAM), 0 for none; they take twice the time.")
    var sam = Self.defaults.sharpness

    @Option(help: "Passes with dropout that a prediction is the mean of, 0 for one without.")
    var mcDropout = Self.defaults.dropoutPasses

    @Option(help: "The weights to keep: best (of the lowest validation loss, which stops) or last.")
    var keep = Self.defaults.keeps

    var options: TrainConfiguration.RegularisingOptions {
        var options = Self.defaults
        options.mixup = mixup
        options.inputNoise = inputNoise
        options.categorySwap = categorySwap
        options.averagedShare = swa
        options.sharpness = sam
        options.dropoutPasses = mcDropout
        options.keeps = keep
        return options
    }
}
