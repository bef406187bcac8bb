package import Figures
package import Prediction

/// What a probe must be given before it can measure.
package enum Need: String, Codable, Sendable, CaseIterable {
    /// Predictions of rows with known answers: what every subject has, whoever's model it is.
    case predictions
    /// A group of every row, for one protected column or more.
    case protectedColumns
    /// Predictions of the rows that were trained on.
    case trainingPredictions
    /// Predictions of rows that the model did not learn from and that are not those measured on.
    case calibrationPredictions
    /// A model that predicts rows that the probe makes up.
    case model
    /// What the model keeps.
    case modelSize
    /// Training anew, with other rows, seeds or settings.
    case retraining
    /// Training as the run did, at its full cost.
    case repetition
    /// Rows that were planted among the training rows.
    case canaries
    /// All of the run's procedure, repeated on parts of its rows.
    case crossValidation
    /// A linear model of the same training rows.
    case linearModel
    /// A model of the other kind on the same training rows: additive, or a black box.
    case counterpart
    /// Models of the other kinds on the same training rows.
    case rivals
    /// Training on other answers for the same rows.
    case otherAnswers
    /// A model that is a sum of functions.
    case additiveModel
    /// What is known of the training data.
    case trainingData
    /// What the training took.
    case trainingCost
    /// What the whole command took, probes included.
    case runCost
    /// What rows without labels brought to the training.
    case unlabelledRows
    /// The tables of training and test rows as they were read.
    case trainingTables
    /// Rules that labelled rows to learn from.
    case ruleLabels
    /// What came of another run's weights.
    case carriedOver

    /// In a sentence that says why a probe was left out.
    package var absence: String {
        switch self {
        case .unlabelledRows: "no rows without labels were given (--unlabelled)"
        case .predictions: "there are no predictions of rows with known answers"
        case .protectedColumns: "no protected column was named (--protected)"
        case .trainingPredictions: "there are no predictions of training rows"
        case .calibrationPredictions: "there are no predictions of calibration rows"
        case .model, .modelSize: "only predictions were given, not the model"
        case .retraining: "only predictions were given, not a training to repeat"
        case .repetition:
            "only predictions were given, or the training was ended by a clock (--budget)"
        case .canaries: "no canaries were planted (--canaries)"
        case .crossValidation: "no cross-validation was asked for (--cv)"
        case .linearModel: "only predictions were given, not the rows for a linear model"
        case .counterpart:
            "only predictions were given, or there are more than two classes, or --steps or --budget ended the training"
        case .rivals: "only predictions were given, not the rows for models of other kinds"
        case .otherAnswers:
            "only predictions were given, or the model is additive and needs no other explanation"
        case .additiveModel: "the model is no sum of functions (--model additive)"
        case .trainingData: "only predictions were given, not the training data"
        case .trainingCost: "only predictions were given, not the training"
        case .runCost: "the command is not at its end"
        case .trainingTables: "only predictions were given, not the tables"
        case .ruleLabels: "no rules labelled rows (--rules)"
        case .carriedOver: "no weights of another run were asked for (--from)"
        }
    }
}

/// Takes a subject and returns numbers that somebody could argue with.
///
/// `Documentation/AddingAProbe.md` is the walk.
package protocol Probe: Sendable {
    var description: ProbeDescription { get }
    /// Seconds of the nominal machine that measuring this subject within its allowance is expected to take:
    /// from counts, never from a clock. A few times off is good enough.
    func expectedSeconds(_ subject: Subject) -> Double
    /// Trainings at the run's own settings that measuring takes, for its price.
    func trainings(_ subject: Subject) -> Int
    /// - Throws: an error that says why this subject cannot be measured.
    func measure(_ subject: Subject) throws -> Findings
}

extension Probe {
    package func trainings(_ subject: Subject) -> Int { 0 }
}

/// What is known of a probe before it runs.
package struct ProbeDescription: Sendable, Hashable {
    /// Stable, such as `permutationImportance`.
    package var id: String
    /// In a sentence: "Permutation importance".
    package var name: String
    package var drawback: Drawback
    package var needs: Set<Need>
    /// Held-out rows whose answers or predictions it is shown: `.test` for those that are
    /// measured on, whatever their file, `.validation` for those that thresholds are fitted on.
    /// Each is a line in the run's ledger; what is not named is not in the subject it measures.
    package var looksAt: Set<RowSplit>
    /// Every metric that it may return.
    package var metrics: [MetricDefinition]
    /// Whether it counts what a model is, without an error: a difference of two such numbers is exact.
    package var isCounted: Bool

    package init(
        id: String, name: String, drawback: Drawback, needs: Set<Need>,
        looksAt: Set<RowSplit>, metrics: [MetricDefinition], isCounted: Bool = false
    ) {
        self.id = id
        self.name = name
        self.drawback = drawback
        self.needs = needs
        self.looksAt = looksAt
        self.metrics = metrics
        self.isCounted = isCounted
    }

    /// Whether it trains models that nobody asked for by an option of their own.
    package var trains: Bool { !needs.isDisjoint(with: Need.ofTraining) }
}

extension Need {
    fileprivate static let ofTraining: Set<Need> = [
        .retraining, .repetition, .linearModel, .counterpart, .rivals, .otherAnswers,
    ]
}

/// What a probe found: numbers, and figures and tables that show them.
package struct Findings: Sendable, Hashable {
    package var measurements: [Measurement]
    package var figures: [Figure]
    package var groups: [GroupTable]

    package init(
        measurements: [Measurement] = [], figures: [Figure] = [], groups: [GroupTable] = []
    ) {
        self.measurements = measurements
        self.figures = figures
        self.groups = groups
    }
}

/// Measurements for each group of one protected column.
package struct GroupTable: Codable, Sendable, Hashable {
    package var column: String
    package var rows: [GroupRow]
    /// Differences between the groups, where they were measured.
    package var gaps: [Measurement]

    package init(column: String, rows: [GroupRow], gaps: [Measurement] = []) {
        self.column = column
        self.rows = rows
        self.gaps = gaps
    }
}

package struct GroupRow: Codable, Sendable, Hashable {
    package var group: String
    /// `nil` where the count is withheld because it is small.
    package var rows: Int?
    package var measurements: [Measurement]

    package init(group: String, rows: Int?, measurements: [Measurement]) {
        self.group = group
        self.rows = rows
        self.measurements = measurements
    }
}
