import Kernels
import NN
import Optim
import Training

/// How a network is trained. All of it but `threads` decides the bits of the weights; the same data,
/// options and type of machine give the same bits.
public struct TrainingOptions: Sendable, Hashable {
    /// The most passes over the training rows.
    public var epochs: Int
    /// Rows of a step. A batch is cut into at most 16 shards, which are what threads share: of 64 rows for
    /// linear layers and wherever there are batch norms, of fewer for convolutions, which do more with a
    /// row. Rows that do not fill a last batch are left out of the epoch, others each time.
    public var batchRows: Int
    public var optimizer: Optimizer
    /// The peak of the schedule.
    public var learningRate: Float
    public var schedule: Schedule
    /// A step multiplies each weight, but no bias or norm, by `1 − rate · weightDecay`.
    public var weightDecay: Float
    /// The share of the target that is spread evenly over all classes, from 0 to below 1.
    ///
    /// Source: Szegedy et al. 2016, arXiv:1512.00567.
    public var labelSmoothing: Float
    /// The decay of an exponential average of the weights, such as 0.999, which is then what is kept;
    /// `nil` for the weights themselves.
    public var averageDecay: Float?
    /// The greatest norm of a step's gradient; a longer one is scaled down to it.
    public var clipNorm: Float?
    public var normStatistics: NormStatistics
    /// How training images are varied; for networks on images only.
    public var augmentation: Augmentation?
    /// The share of the rows, drawn by the seed, that no gradient sees. With such rows the weights of the
    /// epoch with the lowest loss on them are kept, without them the last. From 0 to below 1.
    public var validationShare: Double
    /// Epochs without a lower validation loss that end the training; `nil` to go through all.
    public var patience: Int?
    public var seed: UInt64
    /// Threads; the bits do not depend on it. `nil` for as many as the process has processors.
    public var threads: Int?
    /// What a training step multiplies.
    public var precision: Precision

    public init(
        epochs: Int = 10, batchRows: Int = 128, optimizer: Optimizer = .adamW,
        learningRate: Float = 1e-3, schedule: Schedule = .cosine, weightDecay: Float = 1e-2,
        labelSmoothing: Float = 0, averageDecay: Float? = nil, clipNorm: Float? = nil,
        normStatistics: NormStatistics = .batch, augmentation: Augmentation? = nil,
        validationShare: Double = 0, patience: Int? = nil, seed: UInt64 = 0, threads: Int? = nil,
        precision: Precision = .float32
    ) {
        self.epochs = epochs
        self.batchRows = batchRows
        self.optimizer = optimizer
        self.learningRate = learningRate
        self.schedule = schedule
        self.weightDecay = weightDecay
        self.labelSmoothing = labelSmoothing
        self.averageDecay = averageDecay
        self.clipNorm = clipNorm
        self.normStatistics = normStatistics
        self.augmentation = augmentation
        self.validationShare = validationShare
        self.patience = patience
        self.seed = seed
        self.threads = threads
        self.precision = precision
    }
}

extension TrainingOptions {
    /// The update rule.
    public enum Optimizer: Sendable, Hashable {
        /// With β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. Source: Loshchilov & Hutter 2019, arXiv:1711.05101.
        case adamW
        /// `v ← momentum·v + g; p ← p − rate·(g + momentum·v)`.
        case nesterov(momentum: Float)
    }

    /// How the learning rate moves over all epochs' steps.
    public enum Schedule: Sendable, Hashable {
        case constant
        /// Down to 0 along half a cosine. Source: arXiv:1608.03983.
        case cosine
        /// Up from 1/25 over the first 30 %, down to 10⁻⁴ of the peak. Source: arXiv:1708.07120.
        case oneCycle
    }

    /// The rows over which batch norms take their statistics in training.
    public enum NormStatistics: Sendable, Hashable {
        /// The whole batch, as one device in PyTorch does it.
        case batch
        /// Each shard of a batch, of at least 64 rows where the batch has as many, takes its own ("ghost
        /// batch norm"), as several graphics cards do. A batch below 128 rows is one shard.
        ///
        /// Source: Hoffer et al. 2017, arXiv:1705.08741.
        case shard
    }

    /// The factors of matrix products and convolutions; sums and weights are float32 whatever it is.
    public enum Precision: Sendable, Hashable {
        case float32
        /// Rounded to bfloat16 where the processor multiplies these faster (AVX-512 BF16 or AMX); elsewhere
        /// the same as `float32`, bit for bit.
        case bfloat16
    }

    /// Random changes of a training image, drawn anew each epoch.
    public struct Augmentation: Sendable, Hashable {
        /// The most cells that an image moves along each axis, either way, all distances alike; zeros
        /// come in from outside.
        public var shift: Int
        /// Whether every other image, by chance, is mirrored left to right.
        public var flipsHorizontally: Bool

        public init(shift: Int = 0, flipsHorizontally: Bool = false) {
            self.shift = shift
            self.flipsHorizontally = flipsHorizontally
        }
    }
}

extension TrainingOptions {
    /// - Throws: `NetworkError` naming the option, its value and what would do.
    func validate(rows: Int, input: Network.Shape) throws(NetworkError) {
        func require(
            _ holds: Bool, _ option: String, _ value: Any, _ wanted: String
        ) throws(NetworkError) {
            if holds { return }
            throw NetworkError(
                "training a classifier", at: "options.\(option)", "it is \(value)",
                nextStep: "Give \(wanted).")
        }
        try require(epochs > 0, "epochs", epochs, "at least 1")
        try require(batchRows > 0, "batchRows", batchRows, "at least 1")
        try require(
            learningRate > 0 && learningRate.isFinite, "learningRate", learningRate,
            "a positive number")
        if case .nesterov(let momentum) = optimizer {
            try require(
                momentum > 0 && momentum < 1, "optimizer", momentum,
                "a momentum between 0 and 1")
        }
        try require(
            weightDecay >= 0 && weightDecay.isFinite, "weightDecay", weightDecay,
            "a number of at least 0")
        try require(
            labelSmoothing >= 0 && labelSmoothing < 1, "labelSmoothing", labelSmoothing,
            "a share from 0 to below 1")
        if let averageDecay {
            try require(
                averageDecay > 0 && averageDecay < 1, "averageDecay", averageDecay,
                "a number between 0 and 1, or nil")
        }
        if let clipNorm {
            try require(clipNorm > 0, "clipNorm", clipNorm, "a positive number, or nil")
        }
        try require(
            validationShare >= 0 && validationShare < 1
                && (validationShare == 0 || (1..<rows).contains(validationRows(of: rows))),
            "validationShare", validationShare,
            "0, or a share that leaves rows of the \(rows) on both sides")
        if let patience {
            try require(patience > 0, "patience", patience, "at least 1, or nil")
            try require(
                validationShare > 0, "patience", patience,
                "a validationShare too, since patience looks at these rows, or nil")
        }
        if let threads {
            try require((1...1024).contains(threads), "threads", threads, "from 1 to 1024, or nil")
        }
        if let augmentation {
            guard case .image(let height, let width, _) = input else {
                return try require(
                    false, "augmentation", "for images, where the network takes \(input)", "nil")
            }
            try require(
                (0..<min(height, width)).contains(augmentation.shift), "augmentation.shift",
                augmentation.shift, "at least 0 and less than the image's extents")
        }
    }

    func validationRows(of rows: Int) -> Int { Int((Double(rows) * validationShare).rounded()) }

    var trainingSettings: TrainingSettings {
        let rule: OptimizerSettings.Rule =
            switch optimizer {
            case .adamW: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
            case .nesterov(let momentum): .sgd(momentum: momentum, nesterov: true)
            }
        let shape: Optim.Schedule.Shape =
            switch schedule {
            case .constant: .constant
            case .cosine: .cosine
            case .oneCycle: .oneCycle
            }
        return TrainingSettings(
            optimizer: OptimizerSettings(
                rule: rule, learningRate: learningRate, schedule: .init(shape: shape),
                weightDecay: weightDecay, clipNorm: clipNorm, averageDecay: averageDecay),
            batchRows: batchRows, maximumEpochs: epochs, patience: patience ?? .max, seed: seed,
            precision: precision == .bfloat16 ? .bfloat16 : .float32)
    }

    var statistics: NN.NormStatistics {
        switch normStatistics {
        case .shard: .shard
        case .batch: .batch
        }
    }

    func imageAugmentation(of input: Network.Shape) -> ImageAugmentation? {
        guard let augmentation, case .image(let height, let width, let channels) = input else {
            return nil
        }
        return ImageAugmentation(
            height: height, width: width, channels: channels, shift: augmentation.shift,
            flipsHorizontally: augmentation.flipsHorizontally)
    }
}
