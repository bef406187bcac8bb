import Evidence
import Fairness
import Figures
import Prediction
import Tables
import Training

/// Something against a drawback that is done by training anew: a change of the run's settings.
struct TrainingRemedy: Sendable {
    var description: RemedyDescription
    /// Of these the validation rows choose where no strength is given; empty where it has none.
    var strengths: [Float]
    /// Whether a strength must be given: the validation loss would choose the weakest.
    var needsStrength = false
    var isOfClassesOnly = false
    /// Of a remedy of gaps: what it adds to the run's command line.
    var options: @Sendable (_ strength: Float) -> String = { _ in "" }
    /// Changes a configuration in which everything else is settled.
    var apply: @Sendable (_ strength: Float, inout TrainConfiguration) -> Void

    /// `dropout` or `dropout=0.3`: a remedy and its strength.
    ///
    /// - Returns: `nil` where no remedy that trains anew has the name.
    /// - Throws: where the strength is no number, or the remedy takes none.
    static func parse(_ text: String) throws(VouchError) -> (TrainingRemedy, strength: Float?)? {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard let remedy = all.first(where: { $0.description.id == parts.first }) else {
            return nil
        }
        guard parts.count == 2 else {
            guard !remedy.needsStrength else {
                throw VouchError(
                    "--remedy is \"\(text)\"; say how strong, such as \(text)=\(remedy.strengths[0])"
                )
            }
            return (remedy, nil)
        }
        guard !remedy.strengths.isEmpty else {
            throw VouchError("--remedy is \"\(text)\", but \(parts[0]) takes no strength")
        }
        guard let strength = Float(parts[1]), strength.isFinite else {
            throw VouchError(
                "--remedy is \"\(text)\"; write its strength as a number, such as "
                    + "\(parts[0])=\(remedy.strengths[0])")
        }
        return (remedy, strength)
    }

    /// The metric that decides: the loss that a user of the task knows.
    func judged(isRegression: Bool) -> RemedyDescription {
        var result = description
        if isRegression { result.judgedBy = "rootMeanSquaredError" }
        return result
    }

    private static func overfitting(
        _ id: String, _ name: String, _ strengths: [Float], source: String,
        isOfClassesOnly: Bool = false,
        apply: @escaping @Sendable (Float, inout TrainConfiguration) -> Void
    ) -> TrainingRemedy {
        TrainingRemedy(
            description: .init(
                id: id, name: name, drawback: .overfitting, judgedBy: "logLoss", source: source),
            strengths: strengths, isOfClassesOnly: isOfClassesOnly, apply: apply)
    }

    /// A penalty in the loss: one for each gap and each way to compare scores.
    private static func fairPenalty(
        _ measure: PenaltyMeasure, _ constraint: FairnessConstraint
    ) -> TrainingRemedy {
        // Of equalized odds the proof's changes hold the two gaps apart; the first decides.
        let gap =
            constraint == .demographicParity ? "selectionRateGap" : "truePositiveRateGap"
        let form = measure.remedy
        return TrainingRemedy(
            description: .init(
                id: "\(form.id)-\(constraint.rawValue)",
                name: form.name(constraint.text), drawback: .bias, judgedBy: gap,
                source: form.source),
            strengths: [form.strength], needsStrength: true, isOfClassesOnly: true,
            options: {
                "--fair-penalty \(constraint.rawValue)=\(NumberText.plain(Double($0)))"
                    + (measure == .means ? "" : " --fair-penalty-measure \(measure.rawValue)")
            },
            apply: {
                $1.model.fairPenalty = .init(
                    constraint, strength: Double($0), measure: measure == .means ? nil : measure)
            })
    }

    private static func repair(
        _ method: GroupRepair.Rule.Method, _ name: String, source: String
    ) -> TrainingRemedy {
        TrainingRemedy(
            description: .init(
                id: String(method.option.dropFirst(2)), name: name, drawback: .bias,
                judgedBy: "selectionRateGap", source: source),
            strengths: [1], needsStrength: true, isOfClassesOnly: true,
            options: { "\(method.option) \(NumberText.plain(Double($0)))" },
            apply: { $1.model.groupRepair = .init(method, strength: Double($0)) })
    }

    static let all: [TrainingRemedy] =
        ofOverfitting + ofGaps + [
            // The control: whatever it claims is a false alarm.
            TrainingRemedy(
                description: .init(
                    id: "another-seed", name: "The same under other seeds",
                    drawback: .hyperParameters,
                    judgedBy: "logLoss", source: "Bouthillier et al. 2021, arXiv:2103.03098"),
                strengths: [], apply: { $1.learning.seed &+= 1_000_003 })
        ]

    private static let ofOverfitting: [TrainingRemedy] = [
        overfitting(
            "dropout", "Dropout", [0.1, 0.3, 0.5], source: "Srivastava et al. 2014, JMLR 15:1929"
        ) { $1.model.dropout = $0 },
        overfitting(
            "weight-decay", "Weight decay", [0.01, 0.1, 1],
            source: "Loshchilov & Hutter 2019, arXiv:1711.05101"
        ) { $1.learning.weightDecay = $0 },
        overfitting(
            "label-smoothing", "Label smoothing", [0.05, 0.1, 0.2],
            source: "Szegedy et al. 2016, arXiv:1512.00567", isOfClassesOnly: true
        ) { $1.model.labelSmoothing = $0 },
        overfitting(
            "averaged-weights", "Averaged weights (EMA)", [0.99, 0.998],
            source: "Polyak & Juditsky 1992, DOI 10.1137/0330046"
        ) { $1.learning.averageDecay = $0 },
        overfitting(
            "early-stopping", "Early stopping", [3, 8],
            source: "Prechelt 1998, DOI 10.1007/3-540-49430-8_3"
        ) {
            $1.regularising.keeps = .best
            $1.learning.patience = Int($0)
        },
        overfitting(
            "mixup", "Mixup of encoded rows", [0.1, 0.3, 1],
            source: "Zhang et al. 2018, arXiv:1710.09412"
        ) { $1.regularising.mixup = $0 },
        overfitting(
            "input-noise", "Noise on scaled numbers", [0.05, 0.2, 0.5],
            source: "Bishop 1995, DOI 10.1162/neco.1995.7.1.108"
        ) { $1.regularising.inputNoise = $0 },
        overfitting(
            "category-swap", "Swapped categories", [0.05, 0.1, 0.3],
            source: "Bahri et al. 2022, arXiv:2106.15147"
        ) { $1.regularising.categorySwap = $0 },
        overfitting(
            "swa", "Weights averaged over epochs (SWA)", [0.25, 0.5],
            source: "Izmailov et al. 2018, arXiv:1803.05407"
        ) {
            $1.regularising.averagedShare = $0
            $1.learning.averageDecay = 0
        },
        overfitting(
            "sam", "Sharpness-aware steps (SAM)", [0.02, 0.05, 0.2],
            source: "Foret et al. 2021, arXiv:2010.01412"
        ) { $1.regularising.sharpness = $0 },
        overfitting(
            "mc-dropout", "Predictions with dropout, averaged", [10, 30],
            source: "Gal & Ghahramani 2016, arXiv:1506.02142"
        ) { $1.regularising.dropoutPasses = Int($0) },
        overfitting(
            "ensemble", "Ensemble of members with shared layers", [4, 8],
            source: "Gorishniy et al. 2025, arXiv:2410.24210"
        ) {
            $1.model.kind = .ensemble
            $1.model.members = Int($0)
        },
    ]

    private static let ofGaps: [TrainingRemedy] =
        [
            TrainingRemedy(
                description: .init(
                    id: "reweighing", name: "Rows reweighed by group and label", drawback: .bias,
                    judgedBy: "selectionRateGap",
                    source: "Kamiran & Calders 2012, DOI 10.1007/s10115-011-0463-8"),
                strengths: [], isOfClassesOnly: true, options: { _ in "--reweigh-groups" },
                apply: { $1.model.reweighsGroups = true }),
            repair(
                .quantiles, "Numbers moved to the median of the groups' distributions",
                source: "Feldman et al. 2015, DOI 10.1145/2783258.2783311"),
            repair(
                .correlation, "Numbers without what the groups say of them",
                source: "Fairlearn 0.15, CorrelationRemover"),
        ]
        + PenaltyMeasure.allCases.flatMap { measure in
            FairnessConstraint.allCases.map { fairPenalty(measure, $0) }
        }
}

extension PenaltyMeasure {
    /// The penalty as a remedy: an id and a name to which a gap is added, a strength to begin with, and who it is by.
    fileprivate var remedy:
        (id: String, name: (_ gap: String) -> String, strength: Float, source: String)
    {
        let penalty = { (rest: String) in
            { (gap: String) in "Penalty on the \(gap) gap in the training loss" + rest }
        }
        return switch self {
        case .means:
            ("fair-penalty", penalty(""), 5, "Bendekgey & Sudderth 2021, arXiv:2105.14119")
        case .mmd:
            (
                "mmd-penalty", penalty(", of distributions (MinDiff)"), 5,
                "Prost et al. 2019, arXiv:1910.11779"
            )
        case .hsic:
            (
                "hsic-penalty", penalty(", of dependence (HSIC)"), 20,
                "Pérez-Suay et al. 2017, arXiv:1710.05578"
            )
        case .adversary:
            (
                "fair-adversary", { "Learning against an adversary on the \($0) gap" }, 1,
                "Zhang et al. 2018, arXiv:1801.07593"
            )
        }
    }
}

extension TrainingRemedy {
    /// A remedy of gaps that trains anew, with its strength; 0 where it has none.
    ///
    /// - Parameter user: Who takes it, for the error.
    /// - Throws: where there is none of the name, or its strength is not said.
    static func ofGaps(
        _ text: String, for user: String
    ) throws(VouchError) -> (remedy: TrainingRemedy, strength: Float) {
        guard let (remedy, strength) = try parse(text), remedy.description.drawback == .bias else {
            throw VouchError(
                "--remedy is \"\(text)\"; \(user) takes remedies of gaps that train anew: "
                    + all.filter { $0.description.drawback == .bias }
                    .map(\.description.id).joined(separator: ", "))
        }
        return (remedy, strength ?? 0)
    }
}

extension TrainConfiguration {
    /// With everything that a remedy might disturb set to what the run settled on, so that it changes
    /// what it says and nothing else.
    func pinned(to recipe: Recipe) -> TrainConfiguration {
        var result = self
        result.model.kind = recipe.kind
        result.model.members = recipe.kind == .ensemble ? recipe.members : nil
        if recipe.kind == .additive {
            result.model.pairs = recipe.pairs
        } else {
            result.model.width = recipe.width
            result.model.depth = recipe.depth
            result.model.dropout = recipe.dropout
        }
        result.model.numbers = recipe.numbers
        result.learning.learningRate = recipe.learningRate
        result.learning.weightDecay = recipe.weightDecay
        result.learning.averageDecay = recipe.averageDecay
        result.learning.batchRows = recipe.batchRows
        result.learning.epochs = recipe.epochs
        result.learning.patience = recipe.patience
        let isBounded = learning.budgetSeconds != nil || learning.steps != nil
        result.learning.folds = isBounded || columns.time != nil ? nil : recipe.folds
        result.learning.refits = isBounded || recipe.folds > 1 ? nil : recipe.refits
        return result
    }
}
