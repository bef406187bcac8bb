package import Cost
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
    /// Rules that label rows without an answer; `nil` where these are left out.
    package var rules: LabelRules?
    /// A file of rows that were labelled since: they are learned from, and no row of it validates or is a test row, unless
    /// folds let every row validate in its turn.
    package var answers: String?
    /// A file of rows without labels to learn from, where that helps.
    package var unlabelled: String?
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
    /// In runs that carry something over.
    private var carried: CarryOptions?
    package var carry: CarryOptions {
        get { carried ?? CarryOptions() }
        set { carried = newValue == CarryOptions() ? nil : newValue }
    }
    /// The edition of the recipe, in runs since there are several.
    private var recipe: RecipeEdition? = .current
    /// Which rules settle what is not asked for. A run keeps its own, so that it is trained again as it was.
    package var edition: RecipeEdition {
        get { recipe ?? .first }
        set { recipe = newValue }
    }

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
        /// Columns of paths of pictures; `nil` for none.
        package var images: [String]?
        /// Whose features of pictures are learned from; `nil` where pixels are.
        package var backbone: BackboneRequest?
        /// Whether rows whose picture cannot be read are left out; `nil` for no.
        package var skipsBroken: Bool?
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
        /// The width of a number's vector; `nil` for the recipe's, which no command changes.
        package var numberWidth: Int?
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

        var settledNumbers: NumberForm { numbers ?? form.settings.numbers.value }
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
        package init(_ text: String) throws(VouchError) {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let constraint = FairnessConstraint(rawValue: parts[0]),
                let strength = Double(parts[1]), strength > 0, strength.isFinite
            else {
                throw VouchError(
                    "--fair-penalty is \"\(text)\"; write a gap and a strength above 0, such as "
                        + "demographic-parity=5. Gaps: "
                        + FairnessConstraint.allCases.map(\.rawValue).joined(separator: ", "))
            }
            self.init(constraint, strength: strength)
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
        /// `nil` for what fits the rows: constant, of pictures one cycle.
        package var schedule: Schedule.Shape?
        package var warmupSteps = 0
        package var clipNorm: Float?
        /// Of the averaged weights; 0 for none.
        package var averageDecay: Float?
        package var batchRows: Int?
        /// That a batch is cut into; `nil` for the rule of `Trainer.shardCount`.
        package var shards: Int?
        package var epochs: Int?
        package var patience: Int?
        /// Models that are each trained on all rows but one part, and averaged; 1 for one split.
        package var folds: Int?
        /// Further models that take the validation rows in.
        package var refits: Int?
        package var steps: Int?
        /// Of time, as every version has kept it.
        private var budgetSeconds: Double?
        /// One that is not of time.
        private var otherBudget: Budget?
        package var seed: UInt64 = 0
        package var precision = Precision.float32

        package init() {}

        /// What the whole command may take; `nil` for no limit.
        package var budget: Budget? {
            get { otherBudget ?? budgetSeconds.map { .seconds($0) } }
            set {
                let isOfTime = newValue?.measure == .time
                budgetSeconds = isOfTime ? newValue?.amount : nil
                otherBudget = isOfTime ? nil : newValue
            }
        }
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
        package var probeSeconds = 20.0
        /// Which loss above this model's does not matter, as a share of its loss; `nil` for
        /// `NonInferiority.usualShare`.
        package var margin: Double?
        /// `nil` for none.
        package var crossValidation: CrossValidationPlan?
        /// The tariff at which the run is billed, each part `nil` where it is not said: the country's letters,
        package var grid: String?
        /// grams of CO2 equivalents a kilowatt-hour,
        package var carbonIntensity: Double?
        /// and the prices of electricity and of the machine.
        package var pricePerKilowattHour: Price?
        package var pricePerHour: Price?

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
