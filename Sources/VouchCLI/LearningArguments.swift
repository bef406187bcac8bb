import ArgumentParser
import Runs

/// How the model learns.
struct LearningArguments: ParsableArguments {
    @Option(Settings.optimizer) var optimizer
    @Option(Settings.learningRate) var learningRate
    @Option(Settings.weightDecay) var weightDecay
    @Flag(Settings.decaysEverything) var decaysEverything
    @Option(Settings.momentum) var momentum
    @Option(Settings.schedule) var schedule
    @Option(Settings.warmup) var warmup
    @Option(Settings.clipNorm) var clipNorm
    @Option(Settings.averageDecay) var averageDecay
    @Option(Settings.batch) var batch
    @Option(Settings.shards) var shards
    @Option(Settings.epochs) var epochs
    @Option(Settings.patience) var patience
    @Option(Settings.folds) var folds
    @Option(Settings.refits) var refits
    @Option(Settings.steps) var steps
    @Option(textOf: Settings.budget) var budget
    @Option(Settings.seed) var seed
    @Option(Settings.precision) var precision
    @Option(Settings.from) var from
    @Option(Settings.carriedRate) var carriedRate

    func apply(to configuration: inout TrainConfiguration) throws {
        configuration[Settings.optimizer] = optimizer
        configuration[Settings.learningRate] = learningRate
        configuration[Settings.weightDecay] = weightDecay
        configuration[Settings.decaysEverything] = decaysEverything
        configuration[Settings.momentum] = momentum
        configuration[Settings.schedule] = schedule
        configuration[Settings.warmup] = warmup
        configuration[Settings.clipNorm] = clipNorm
        configuration[Settings.averageDecay] = averageDecay
        configuration[Settings.batch] = batch
        configuration[Settings.shards] = shards
        configuration[Settings.epochs] = epochs
        configuration[Settings.patience] = patience
        configuration[Settings.folds] = folds
        configuration[Settings.refits] = refits
        configuration[Settings.steps] = steps
        configuration[Settings.budget] = try budget.map(parseBudget)
        configuration[Settings.seed] = seed
        configuration[Settings.precision] = precision
        configuration[Settings.from] = from
        configuration[Settings.carriedRate] = carriedRate
    }
}

/// What holds a network back from learning its rows by heart.
struct RegularisingArguments: ParsableArguments {
    @Option(Settings.mixup) var mixup
    @Option(Settings.inputNoise) var inputNoise
    @Option(Settings.categorySwap) var categorySwap
    @Option(Settings.averagedShare) var averagedShare
    @Option(Settings.sharpness) var sharpness
    @Option(Settings.dropoutPasses) var dropoutPasses
    @Option(Settings.robustLoss) var robustLoss
    @Option(Settings.keeps) var keeps

    func apply(to configuration: inout TrainConfiguration) {
        configuration[Settings.mixup] = mixup
        configuration[Settings.inputNoise] = inputNoise
        configuration[Settings.categorySwap] = categorySwap
        configuration[Settings.averagedShare] = averagedShare
        configuration[Settings.sharpness] = sharpness
        configuration[Settings.dropoutPasses] = dropoutPasses
        configuration[Settings.robustLoss] = robustLoss
        configuration[Settings.keeps] = keeps
    }
}
