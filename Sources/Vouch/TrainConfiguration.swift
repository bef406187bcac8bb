package import Fairness
package import Kernels
package import NN
package import Optim
package import Prediction
package import Tables
package import Training

/// Everything that a training run was asked to do; written to the run folder as it was.
package struct TrainConfiguration: Codable, Sendable, Hashable {
    package var data: String
    package var test: String?
    package var columns = ColumnRoles()
    package var reading = ReadingOptions()
    package var model = ModelOptions()
    package var learning = LearningOptions()
    package var regularising = RegularisingOptions()
    package var splits = SplitOptions()
    /// Cost of a false positive and of a false negative; the decision threshold follows from them.
    package var costs: LabelledPredictions.Costs?
    package var evidence = EvidenceOptions()
    package var output: String

    package init(data: String, output: String) {
        self.data = data
        self.output = output
    }

    package struct ColumnRoles: Codable, Sendable, Hashable {
        package var target = ""
        package var protected: [String] = []
        package var group: String?
        package var time: String?
        package var weight: String?
        package var id: [String] = []
        package var exclude: [String] = []
        /// A YAML file with a kind or role for some columns.
        package var schemaFile: String?
        /// Whether protected columns are features too.
        package var usesProtected = false
        package var task: Task?
        package var positive: String?
        /// Edges that cut protected columns of numbers into groups, by column; quartiles where not given.
        package var groupBins: [String: [Double]]?
        /// Names of groups of protected columns by their text, such as `1` to `male`, by column.
        package var groupLabels: [String: [String: String]]?

        package init() {}
    }

    package enum Task: String, Codable, Sendable, Hashable, CaseIterable {
        case binary, multiclass, regression
    }

    package struct ReadingOptions: Codable, Sendable, Hashable {
        package var delimiter: String?
        package var decimalComma: Bool?
        package var encoding = "utf-8"
        /// Texts that mean a missing cell; `nil` for the usual ones.
        package var missing: [String]?

        package init() {}
    }

    package enum ModelKind: String, Codable, Sendable, Hashable, CaseIterable {
        case linear, mlp, ensemble, additive
    }

    /// How numbers enter the network; see `NumberEmbedding`.
    package enum NumberForm: String, Codable, Sendable, Hashable, CaseIterable {
        /// Scaled, as they are.
        case plain
        /// A line and a curve over bins.
        case piecewise
        /// A line and learned waves.
        case periodic
    }

    package enum RegressionLoss: String, Codable, Sendable, Hashable, CaseIterable {
        case squared, huber, pinball
    }

    /// What is `nil` is settled by the recipe; see `Recipe`.
    package struct ModelOptions: Codable, Sendable, Hashable {
        package var kind: ModelKind?
        package var members: Int?
        package var width: Int?
        package var depth: Int?
        package var activation: Activation?
        package var dropout: Float?
        package var numbers: NumberForm?
        /// The most bins of each number.
        package var bins: Int?
        package var binEdges: NumberBins.Edges?
        package var valueCodes: ValueAtoms.Rule?
        package var labelSmoothing: Float = 0
        package var loss = RegressionLoss.squared
        /// Of the pinball loss.
        package var quantile: Float = 0.5
        /// Two quantiles that a regression predicts too, the lower first; `nil` for none.
        package var quantiles: [Float]?
        /// Weighs rows so that every class weighs the same.
        package var balancesClasses = false
        /// The most pairs of columns of an additive model.
        package var pairs: Int?
        /// Weighs rows so that the label does not depend on the protected groups; `nil` for no.
        package var reweighsGroups: Bool?
        /// On differences between the protected groups' scores; `nil` for none.
        package var fairPenalty: FairPenaltyOptions?
        /// How numbers are changed so that they tell less of the protected groups; `nil` for not.
        package var groupRepair: GroupRepair.Rule?

        package init() {}

        var settledNumbers: NumberForm {
            if let numbers { return numbers }
            return switch kind ?? .ensemble {
            case .ensemble, .additive: .piecewise
            case .linear, .mlp: .plain
            }
        }
    }

    /// A penalty on a gap as a term of the training loss; see `PenaltyMeasure`.
    package struct FairPenaltyOptions: Codable, Sendable, Hashable {
        package var constraint: FairnessConstraint
        package var strength: Double
        /// What of the groups' scores is compared; their means where `nil`.
        package var measure: PenaltyMeasure?

        var settledMeasure: PenaltyMeasure { measure ?? .means }

        package init(
            _ constraint: FairnessConstraint, strength: Double, measure: PenaltyMeasure? = nil
        ) {
            self.constraint = constraint
            self.strength = strength
            self.measure = measure
        }

        /// `demographic-parity=5`.
        ///
        /// - Throws: where the gap is unknown or the strength no positive number.
        package init(
            _ text: String, measure: PenaltyMeasure? = nil
        ) throws(VouchError) {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let constraint = FairnessConstraint(rawValue: parts[0]),
                let strength = Double(parts[1]), strength > 0, strength.isFinite
            else {
                throw VouchError(
                    "--fair-penalty is \"\(text)\"; write a gap and a strength above 0, such as "
                        + "demographic-parity=5. Gaps: "
                        + FairnessConstraint.allCases.map(\.rawValue).joined(separator: ", "))
            }
            self.init(constraint, strength: strength, measure: measure)
        }
    }

    package enum OptimizerKind: String, Codable, Sendable, Hashable, CaseIterable {
        case adamw, sgd
    }

    /// What is `nil` is settled by the recipe; see `Recipe`.
    package struct LearningOptions: Codable, Sendable, Hashable {
        package var optimizer = OptimizerKind.adamw
        package var learningRate: Float?
        package var weightDecay: Float?
        package var decaysEverything = false
        package var momentum: Float = 0.9
        package var schedule = Schedule.Shape.constant
        package var warmupSteps = 0
        package var clipNorm: Float?
        /// Of the averaged weights; 0 for none.
        package var averageDecay: Float?
        package var batchRows: Int?
        package var epochs: Int?
        package var patience: Int?
        /// Models that are each trained on all rows but one part, and averaged; 1 for one split.
        package var folds: Int?
        /// Further models that take the validation rows in.
        package var refits: Int?
        package var steps: Int?
        package var budgetSeconds: Double?
        package var seed: UInt64 = 0
        package var precision = Precision.float32

        package init() {}
    }

    package struct SplitOptions: Codable, Sendable, Hashable {
        /// The share of rows held back for choices during training.
        package var validation = 0.15
        /// The share of rows held back for the report, where no test file is given.
        package var test = 0.2
        /// Rows with random answers that are planted among the training rows; see `PlantedRows`.
        package var canaries = 0

        package init() {}
    }

    package struct EvidenceOptions: Codable, Sendable, Hashable {
        /// For all probes together, in seconds of counted work (`NominalMachine`); those that train nothing
        /// and count for less than a second run in any case.
        package var probeSeconds = 50.0
        /// `nil` for none.
        package var crossValidation: CrossValidationPlan?

        package init() {}
    }

    /// How often all of a run is repeated on parts of its rows.
    package struct CrossValidationPlan: Codable, Sendable, Hashable {
        /// Parts, each held out once a repetition.
        package var folds: Int
        package var repetitions: Int

        package init(folds: Int, repetitions: Int) {
            self.folds = folds
            self.repetitions = repetitions
        }

        package var trainings: Int { folds * repetitions }
    }
}

extension LabelledPredictions.Costs {
    /// The probability above which a positive decision costs less: `fp / (fp + fn)`.
    package var threshold: Double { falsePositive / (falsePositive + falseNegative) }
}

/// A request that cannot be carried out: what is wrong and what to do next.
package struct VouchError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

extension TrainConfiguration {
    /// Checks what can be checked before any file is read.
    ///
    /// - Throws: `VouchError` naming the option, its value and what would be accepted.
    package func validate() throws(VouchError) {
        func require<Value>(
            _ holds: (Value) -> Bool, _ option: String, _ value: Value?, _ wanted: String
        ) throws(VouchError) {
            guard let value, !holds(value) else { return }
            throw VouchError("--\(option) is \(value); it must be \(wanted)")
        }
        let learning = learning
        try require({ (1...1024).contains($0) }, "members", model.members, "from 1 to 1024")
        try require({ (1...65_536).contains($0) }, "width", model.width, "from 1 to 65536")
        try require({ (0...100).contains($0) }, "depth", model.depth, "from 0 to 100")
        try require({ (1...1024).contains($0) }, "bins", model.bins, "from 1 to 1024")
        if model.bins != nil || model.binEdges != nil, model.settledNumbers != .piecewise {
            throw VouchError(
                "--bins and --bin-edges go with --numbers piecewise, but numbers are "
                    + "\(model.settledNumbers.rawValue)")
        }
        if model.valueCodes != nil, model.settledNumbers == .plain {
            throw VouchError(
                "--value-codes goes with --numbers piecewise or periodic, but numbers are plain")
        }
        try require({ (0...1000).contains($0) }, "pairs", model.pairs, "from 0 to 1000")
        if model.pairs != nil, model.kind != .additive {
            throw VouchError("--pairs goes with --model additive")
        }
        if model.kind == .additive,
            let option = [
                ("members", model.members != nil), ("width", model.width != nil),
                ("depth", model.depth != nil), ("activation", model.activation != nil),
                ("dropout", model.dropout != nil),
            ].first(where: \.1)?.0
        {
            throw VouchError(
                "--\(option) does not go with --model additive, which is a sum of functions of columns"
            )
        }
        if let quantiles = model.quantiles {
            guard quantiles.count == 2, quantiles[0] > 0, quantiles[0] < quantiles[1],
                quantiles[1] < 1
            else {
                throw VouchError(
                    "--quantiles takes two numbers between 0 and 1, the lower first, such as 0.05,0.95"
                )
            }
            guard model.kind != .additive else {
                throw VouchError(
                    "--quantiles does not go with --model additive, which has one output")
            }
        }
        if let penalty = model.fairPenalty {
            try require({ $0 > 0 && $0.isFinite }, "fair-penalty", penalty.strength, "positive")
            guard !columns.protected.isEmpty else {
                throw VouchError(
                    "--fair-penalty is on gaps between protected groups, and there are none. Name a column: "
                        + "--protected COLUMN")
            }
            guard regularising.mixup == 0 else {
                throw VouchError(
                    "--fair-penalty does not go with --mixup: a mixed row is of two groups. Leave one of "
                        + "them out")
            }
        }
        if let repair = model.groupRepair {
            let option = String(repair.method.option.dropFirst(2))
            try require(
                { $0 > 0 && $0 <= 1 }, option, repair.strength, "above 0 and up to 1, the whole")
            guard !columns.protected.isEmpty || columns.schemaFile != nil else {
                throw VouchError(
                    "--\(option) changes numbers by protected groups, and there are none. Name a column: "
                        + "--protected COLUMN")
            }
        }
        let share = { (value: Float) in value >= 0 && value < 1 }
        try require(share, "dropout", model.dropout, "in [0, 1)")
        try require(share, "label-smoothing", model.labelSmoothing, "in [0, 1)")
        try require({ $0 > 0 && $0 < 1 }, "quantile", model.quantile, "in (0, 1)")
        try require(
            { $0 > 0 && $0.isFinite }, "learning-rate", learning.learningRate, "positive")
        try require(
            { $0 >= 0 && $0.isFinite }, "weight-decay", learning.weightDecay, "zero or positive")
        try require(share, "momentum", learning.momentum, "in [0, 1)")
        try require(share, "ema", learning.averageDecay, "in [0, 1), 0 meaning none")
        try require({ $0 >= 0 }, "warmup", learning.warmupSteps, "zero or positive")
        try require({ $0 > 0 }, "clip-norm", learning.clipNorm, "positive")
        try require({ $0 > 0 }, "batch", learning.batchRows, "positive")
        try require({ $0 > 0 }, "epochs", learning.epochs, "positive")
        try require({ $0 > 0 }, "patience", learning.patience, "positive")
        try require({ (1...100).contains($0) }, "folds", learning.folds, "from 1 to 100")
        if let folds = learning.folds, folds > 1,
            learning.budgetSeconds != nil || learning.steps != nil || columns.time != nil
        {
            throw VouchError(
                "--folds is \(folds), which does not go with --budget, --steps or --time; "
                    + "leave one of them out")
        }
        try require({ (0...100).contains($0) }, "refits", learning.refits, "from 0 to 100")
        if learning.refits ?? 0 > 0,
            learning.budgetSeconds != nil || learning.steps != nil || learning.folds ?? 1 > 1
        {
            throw VouchError(
                "--refits does not go with --budget, --steps or --folds; leave one of them out")
        }
        try require({ $0 > 0 }, "steps", learning.steps, "positive")
        if let plan = evidence.crossValidation {
            guard (2...100).contains(plan.folds), (1...100).contains(plan.repetitions) else {
                throw VouchError(
                    "--cv is \(plan.folds)x\(plan.repetitions); it takes 2 to 100 folds and 1 to "
                        + "100 repetitions")
            }
            if columns.time != nil {
                throw VouchError(
                    "--cv does not go with --time, as it trains on rows that are later than those "
                        + "it measures on; leave one of them out")
            }
        }
        try require(
            { $0 > 0 && $0 < 1 }, "validation-share", splits.validation, "between 0 and 1")
        try require(
            { $0 > 0 && $0 + splits.validation < 1 }, "test-share", splits.test,
            "between 0 and 1, with room for training rows")
        try regularising.validate(model, learning)
        try require(
            { $0 == 0 || (2...10_000).contains($0) }, "canaries", splits.canaries,
            "from 2 to 10000, or 0 for none")
        if let costs {
            try require(
                { $0 > 0 && $0.isFinite }, "cost fp", costs.falsePositive, "a positive number")
            try require(
                { $0 > 0 && $0.isFinite }, "cost fn", costs.falseNegative, "a positive number")
        }
    }
}

extension TrainConfiguration.RegularisingOptions {
    /// - Throws: `VouchError` naming the option, its value and what would be accepted.
    fileprivate func validate(
        _ model: TrainConfiguration.ModelOptions, _ learning: TrainConfiguration.LearningOptions
    ) throws(VouchError) {
        func require(_ holds: Bool, _ option: String, _ value: some Any, _ wanted: String)
            throws(VouchError)
        {
            guard !holds else { return }
            throw VouchError("--\(option) is \(value); it must be \(wanted)")
        }
        let isShare = { (value: Float) in value >= 0 && value <= 1 }
        try require(isShare(mixup), "mixup", mixup, "from 0 to 1, 0 meaning none")
        try require(
            inputNoise >= 0 && inputNoise.isFinite, "input-noise", inputNoise, "zero or positive")
        try require(isShare(categorySwap), "category-swap", categorySwap, "from 0 to 1")
        try require(
            averagedShare >= 0 && averagedShare < 1, "swa", averagedShare,
            "in [0, 1), 0 meaning none")
        try require(
            sharpness >= 0 && sharpness.isFinite, "sam", sharpness, "zero or positive")
        try require(
            (0...1000).contains(dropoutPasses), "mc-dropout", dropoutPasses, "from 0 to 1000")
        if averagedShare > 0, learning.averageDecay ?? 0 > 0 {
            throw VouchError("--swa and --ema both average the weights; leave one of them out")
        }
        if dropoutPasses > 0, model.dropout == 0 {
            throw VouchError(
                "--mc-dropout is \(dropoutPasses), but --dropout is 0, so that all passes are the same; "
                    + "leave one of them out")
        }
    }
}

/// A time such as `60s`, `2m`, `1.5h`, in seconds.
///
/// - Throws: `VouchError` with examples of what is accepted.
package func parseDuration(
    _ text: String, option: String = "--budget", allowsZero: Bool = false
) throws(VouchError) -> Double {
    let units: [(suffix: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600),
    ]
    for unit in units where text.hasSuffix(unit.suffix) {
        if let amount = Double(text.dropLast(unit.suffix.count)), amount.isFinite,
            allowsZero ? amount >= 0 : amount > 0
        {
            return amount * unit.seconds
        }
    }
    throw VouchError("\(option) is \"\(text)\", which is not a time; write 60s, 2m or 1.5h")
}

/// `5x2` as five folds, twice.
///
/// - Throws: `VouchError` with an example.
package func parseCrossValidation(
    _ text: String
) throws(VouchError) -> TrainConfiguration.CrossValidationPlan {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let folds = parts[0], parts.count <= 2, let repetitions = parts.count == 2 ? parts[1] : 1
    else {
        throw VouchError("--cv is \"\(text)\"; write folds and repetitions, such as 5x2")
    }
    return .init(folds: folds, repetitions: repetitions)
}

/// `fp=1,fn=5` as costs.
package func parseCosts(_ text: String) throws(VouchError) -> LabelledPredictions.Costs {
    var found: [String: Double] = [:]
    for part in text.split(separator: ",") {
        let pair = part.split(separator: "=", maxSplits: 1)
        guard pair.count == 2, let number = Double(pair[1]) else { continue }
        found[String(pair[0])] = number
    }
    guard let positive = found["fp"], let negative = found["fn"], found.count == 2 else {
        throw VouchError("--cost is \"\(text)\"; write both costs, such as fp=1,fn=5")
    }
    return .init(falsePositive: positive, falseNegative: negative)
}
