package import Cost
import Evidence
package import Kernels
package import Optim

/// How the model learns.
extension Settings {
    package static let folds: Setting<Int?> = Setting(
        "folds", \.learning.folds, .from(1, to: 100),
        help: "Models that each validate on another part of the rows, and are averaged."
    ).checkedIfAsked {
        guard let count = $0.learning.folds, count > 1, $0.isBounded || $0.columns.time != nil
        else { return nil }
        return
            """
            \(named: folds) is \(count), which does not go with \(named: budget), \(named: steps) \
            or \(named: "time"); leave one of them out
            """
    }.settledByForm(
        \.folds,
        fixed: { configuration, _ in
            configuration.isBounded || configuration.columns.time != nil
                ? Standard(1, "one split, since --budget, --steps or --time allow no other") : nil
        },
        \.folds)

    package static let refits: Setting<Int?> = Setting(
        "refits", \.learning.refits, .from(0, to: 100),
        help: "Further models that learn from validation rows too, for as many epochs as were best."
    ).checkedIfAsked {
        let learning = $0.learning
        return learning.refits ?? 0 > 0 && ($0.isBounded || learning.folds ?? 1 > 1)
            ? """
            \(named: refits) does not go with \(named: budget), \(named: steps) or \(named: folds); \
            leave one of them out
            """
            : nil
    }.settledByForm(
        \.refits,
        fixed: { configuration, recipe in
            configuration.isBounded || recipe.folds > 1
                ? Standard(0, "none with --budget, --steps or several folds") : nil
        }
    ) { PictureRecipe.first(\.refits, $0.refits) }

    package static let batch: Setting<Int?> = Setting(
        "batch", \.learning.batchRows, .positive, help: "Rows of a training step."
    ).settled(\.batchRows) {
        if let pictures = PictureRecipe($0) { return pictures.batch }
        let rows = $0.problem.epochRows
        var batch = rows > 400_000 ? 1024 : rows > 100_000 ? 512 : 32
        while batch < 256, batch * 128 < rows { batch *= 2 }
        return Standard(
            batch, "about 1/128 of \(rows) rows, from 32 to 256; larger above 100,000 rows")
    }.turned(order: 3, as: "batch", by: [2], holding: [learningRate])

    /// Settled once there is a network: see `Learner.settlingShards`.
    package static let shards: Setting<Int?> = Setting(
        "shards", \.learning.shards, .from(1, to: 1024),
        help: """
            Parts that a batch is cut into, which threads work on side by side; another number \
            gives other bits.
            """
    ).checkedIfAsked {
        guard let count = $0.learning.shards, let batch = $0.learning.batchRows, count > batch
        else { return nil }
        return tooMany(count, batchRows: batch)
    }

    static func tooMany(_ shards: Int, batchRows: Int) -> SettingText {
        """
        \(named: "shards") is \(shards), but a batch has \(batchRows) rows, and each shard at \
        least one; ask for fewer, or for a larger \(named: batch)
        """
    }

    package static let learningRate: Setting<Float?> = Setting(
        "learning-rate", \.learning.learningRate, .finiteAndPositive,
        help: "The peak learning rate."
    ).settledByForm(\.learningRate) { PictureRecipe.first(\.learningRate, $0.learningRate) }.turned(
        order: 1, as: "learning rate", by: [0.5, 2])

    package static let weightDecay: Setting<Float?> = Setting(
        "weight-decay", \.learning.weightDecay, .finiteOrZero, help: "Decoupled weight decay."
    ).settledByForm(\.weightDecay) { PictureRecipe.first(\.weightDecay, $0.weightDecay) }.remedy(
        "weight-decay", "Weight decay", [0.01, 0.1, 1],
        source: "Loshchilov & Hutter 2019, arXiv:1711.05101")

    package static let averageDecay: Setting<Float?> = Setting(
        "ema", \.learning.averageDecay, .share(", 0 meaning none"),
        help: "Decay of the averaged weights (EMA), 0 for none."
    ).settled(\.averageDecay) {
        $0.configuration.regularising.averagedShare > 0
            ? Standard(0, "none, since --swa averages over epochs")
            : Standard(0.998, "averaged weights validate and predict, as in the prototype")
    }.remedy(
        "averaged-weights", "Averaged weights (EMA)", [0.99, 0.998],
        source: "Polyak & Juditsky 1992, DOI 10.1137/0330046")

    package static let epochs: Setting<Int?> = Setting(
        "epochs", \.learning.epochs, .positive, help: "The most passes over the training rows."
    ).settled(\.epochs) {
        if let pictures = PictureRecipe.epochs(of: $0) { return pictures }
        let rows = $0.problem.epochRows
        let stepsPerEpoch = max(1, rows / $0.recipe.batchRows)
        let most = min(max(60, 4000 / stepsPerEpoch), 400, max(6, 6_000_000 / max(rows, 1)))
        return Standard(
            max(5, most),
            "60, more on small tables so that there are 4,000 steps, fewer above 100,000 rows")
    }

    package static let patience: Setting<Int?> = Setting(
        "patience", \.learning.patience, .positive,
        help: "Passes without a better validation loss before training stops."
    ).settledByForm(\.patience) { PictureRecipe.first(\.patience, $0.patience) }.remedy(
        "early-stopping", "Early stopping", [3, 8],
        source: "Prechelt 1998, DOI 10.1007/3-540-49430-8_3",
        also: { $0.regularising.keeps = .best })

    package static let optimizer: Setting<TrainConfiguration.OptimizerKind> = Setting(
        "optimizer", \.learning.optimizer, help: "The update rule: adamw or sgd.")

    package static let decaysEverything: Setting<Bool> = Setting(
        "decay-all", \.learning.decaysEverything,
        help: "Let biases, norms and embeddings decay too.")

    package static let momentum: Setting<Float> = Setting(
        "momentum", \.learning.momentum, .share(), help: "Momentum of sgd.")

    package static let schedule: Setting<Schedule.Shape?> = Setting(
        "schedule", \.learning.schedule,
        help: "The learning rate's way: constant, cosine or one-cycle; not given, constant or, of pictures, one-cycle.")

    package static let warmup: Setting<Int> = Setting(
        "warmup", \.learning.warmupSteps, .zeroOrPositive,
        help: "Steps over which the learning rate rises at first.")

    package static let clipNorm: Setting<Float?> = Setting(
        "clip-norm", \.learning.clipNorm, .positive,
        help: "The largest norm of a step's gradient; no limit if not given.")

    package static let steps: Setting<Int?> = Setting(
        "steps", \.learning.steps, .positive,
        help: "Stop after so many steps, as a budget would; the schedule still spans all epochs.")

    package static let budget: Setting<Budget?> = Setting(
        "budget", \.learning.budget,
        help: """
            The most that the whole run may take: a time (60s, 2m), an energy (5kJ, 2Wh), money (0.02EUR, by \
            the prices given) or CO2e (1gCO2e).
            """)

    package static let seed: Setting<UInt64> = Setting(
        "seed", \.learning.seed, help: "The seed of every random choice."
    ).remedies([
        // The control: whatever it claims is a false alarm.
        TrainingRemedy(
            description: .init(
                id: "another-seed", name: "The same under other seeds",
                drawback: .hyperParameters,
                judgedBy: .logLoss, source: "Bouthillier et al. 2021, arXiv:2103.03098"),
            strengths: [], apply: { $1.learning.seed &+= 1_000_003 })
    ])

    package static let precision: Setting<Precision> = Setting(
        "precision", \.learning.precision,
        help: "What training multiplies: f32, or bf16 where the processor has AVX-512 BF16 or AMX.")
}
