package import Models
package import Prediction
package import Tables

/// What is measured: predictions at least; of a run of ours, also the model, its training data and
/// a way to train again.
package struct Subject: Sendable {
    package var test: LabelledPredictions
    package var training: LabelledPredictions?
    /// Rows that the model did not learn from, on which thresholds are fitted: the validation rows.
    package var calibration: LabelledPredictions?
    package var model: TestedModel?
    package var data: TrainingDataFacts?
    package var cost: TrainingCost?
    package var runCost: CommandCost?
    package var tables: TrainingTables?
    package var retrainer: (any Retrainer)?
    package var repeater: (any Repeater)?
    package var canaries: Canaries?
    package var linearModel: (any ComparedModel)?
    /// An additive model beside a black box, a black box beside an additive model.
    package var counterpart: (any ComparedModel)?
    package var rivals: ModelRivals?
    package var answerTrainer: (any AnswerTrainer)?
    /// Of an additive model.
    package var shapes: [ShapeFunctions]
    package var crossValidator: (any CrossValidator)?
    /// What rules did for the training; `nil` without rules.
    package var ruleLabels: RuleLabels?
    /// Of a training that might begin with another run's weights.
    package var carriedOver: CarriedOver?
    /// Where rows without labels were given.
    package var unlabelled: UnlabelledFacts?
    /// Of every random choice that a probe makes.
    package var seed: UInt64
    /// Where those that train for probes count what they do.
    package var work = WorkCounter()
    /// What the probe that is asked next may take.
    package var allowance = ProbeAllowance()
    /// What a second of the nominal machine took this run's training, for prices that people read; it decides
    /// nothing.
    package var secondsPerNominal = 1.0

    package init(
        test: LabelledPredictions, training: LabelledPredictions? = nil,
        calibration: LabelledPredictions? = nil,
        model: TestedModel? = nil, data: TrainingDataFacts? = nil, cost: TrainingCost? = nil,
        tables: TrainingTables? = nil, retrainer: (any Retrainer)? = nil,
        repeater: (any Repeater)? = nil, canaries: Canaries? = nil,
        linearModel: (any ComparedModel)? = nil, counterpart: (any ComparedModel)? = nil,
        rivals: ModelRivals? = nil, answerTrainer: (any AnswerTrainer)? = nil, shapes: [ShapeFunctions] = [],
        crossValidator: (any CrossValidator)? = nil,
        seed: UInt64 = 0
    ) {
        self.test = test
        self.training = training
        self.calibration = calibration
        self.model = model
        self.data = data
        self.cost = cost
        self.tables = tables
        self.retrainer = retrainer
        self.repeater = repeater
        self.canaries = canaries
        self.linearModel = linearModel
        self.counterpart = counterpart
        self.rivals = rivals
        self.answerTrainer = answerTrainer
        self.shapes = shapes
        self.crossValidator = crossValidator
        self.seed = seed
    }

    /// Takes from it all that trains again, of a model that no training of a run's settings makes.
    package mutating func leaveOutTrainings() {
        retrainer = nil
        repeater = nil
        linearModel = nil
        counterpart = nil
        answerTrainer = nil
        crossValidator = nil
    }

    /// What this subject has of what probes may need.
    package var has: Set<Need> {
        var result: Set<Need> = [.predictions]
        if !test.protected.isEmpty { result.insert(.protectedColumns) }
        if training != nil { result.insert(.trainingPredictions) }
        if calibration != nil { result.insert(.calibrationPredictions) }
        if let model {
            result.insert(.model)
            if model.size != nil { result.insert(.modelSize) }
        }
        if data != nil { result.insert(.trainingData) }
        if cost != nil { result.insert(.trainingCost) }
        if runCost != nil { result.insert(.runCost) }
        if tables != nil { result.insert(.trainingTables) }
        if retrainer != nil { result.insert(.retraining) }
        if repeater != nil { result.insert(.repetition) }
        if canaries != nil { result.insert(.canaries) }
        if linearModel != nil { result.insert(.linearModel) }
        if counterpart != nil { result.insert(.counterpart) }
        if rivals != nil { result.insert(.rivals) }
        if answerTrainer != nil { result.insert(.otherAnswers) }
        if !shapes.isEmpty { result.insert(.additiveModel) }
        if unlabelled != nil { result.insert(.unlabelledRows) }
        if crossValidator != nil { result.insert(.crossValidation) }
        if ruleLabels != nil { result.insert(.ruleLabels) }
        if carriedOver != nil { result.insert(.carriedOver) }
        return result
    }
}

/// A model with the raw rows that it was tested on.
package struct TestedModel: Sendable {
    package var predictor: any Predictor
    /// The rows of `Subject.test`, in its order.
    package var table: Table
    /// Seconds of the nominal machine that predicting them all takes.
    package var secondsPerPrediction: Double
    /// `nil` of a model that is only asked.
    package var size: Size?

    package init(
        predictor: any Predictor, table: Table, secondsPerPrediction: Double, size: Size? = nil
    ) {
        self.predictor = predictor
        self.table = table
        self.secondsPerPrediction = secondsPerPrediction
        self.size = size
    }

    /// What a model keeps.
    package struct Size: Sendable, Hashable {
        /// Numbers that training moved.
        package var parameters: Int
        /// Of the weights as stored.
        package var bytes: Int
        /// Rows that they were learned from.
        package var trainingRows: Int

        package init(parameters: Int, bytes: Int, trainingRows: Int) {
            self.parameters = parameters
            self.bytes = bytes
            self.trainingRows = trainingRows
        }
    }
}

/// What is known of the data that a model learned from.
package struct TrainingDataFacts: Sendable, Hashable {
    /// Rows that trained or validated.
    package var rows: Int
    package var features: Int
    /// Rows of each class, by name; empty for a regression.
    package var classes: [ClassCount]
    /// Cells without a value, of `rows · features`.
    package var missingCells: Int
    /// Rows that repeat an earlier one, target included.
    package var repeatedRows: Int
    /// Rows with the same features as another row and another target.
    package var conflictingRows: Int

    package struct ClassCount: Sendable, Hashable {
        package var name: String
        package var rows: Int

        package init(name: String, rows: Int) {
            self.name = name
            self.rows = rows
        }
    }

    package init(
        rows: Int, features: Int, classes: [ClassCount], missingCells: Int, repeatedRows: Int,
        conflictingRows: Int
    ) {
        self.rows = rows
        self.features = features
        self.classes = classes
        self.missingCells = missingCells
        self.repeatedRows = repeatedRows
        self.conflictingRows = conflictingRows
    }
}

/// What a training took.
package struct TrainingCost: Sendable, Hashable {
    package var usage: Usage
    /// Floating-point operations of all training steps, counted from the graph.
    package var floatingPointOperations: Double
    package var peakMemoryBytes: Int
    /// Cores that were at work.
    package var threads: Int
    package var trainingRows: Int

    package init(
        usage: Usage, floatingPointOperations: Double, peakMemoryBytes: Int, threads: Int,
        trainingRows: Int
    ) {
        self.usage = usage
        self.floatingPointOperations = floatingPointOperations
        self.peakMemoryBytes = peakMemoryBytes
        self.threads = threads
        self.trainingRows = trainingRows
    }
}

/// What a whole command took, from its start to its report.
package struct CommandCost: Sendable, Hashable {
    /// Of a clock, for all probes together.
    package var probeSeconds: Double
    /// Counted work of the probes, in seconds of the nominal machine.
    package var probeWorkSeconds: Double
    /// What `probeWorkSeconds` was allowed to be.
    package var probeBudgetSeconds: Double
    package var usage: Usage
    package var trainingRows: Int
    /// What it was expected to take; `nil` where nobody said so beforehand.
    package var planned: ExpectedSeconds?

    package init(
        probeSeconds: Double, probeWorkSeconds: Double, probeBudgetSeconds: Double, usage: Usage,
        trainingRows: Int, planned: ExpectedSeconds? = nil
    ) {
        self.probeSeconds = probeSeconds
        self.probeWorkSeconds = probeWorkSeconds
        self.probeBudgetSeconds = probeBudgetSeconds
        self.usage = usage
        self.trainingRows = trainingRows
        self.planned = planned
    }
}

/// Trains a model of another kind on the rows that the run's model learned from, and predicts the test rows.
package protocol ComparedModel: Sendable {
    /// Of the nominal machine.
    var expectedSeconds: Double { get }
    /// Of the test rows, in their order.
    func predictions() throws -> LabelledPredictions
}

/// Trains models like the run's on other answers of two classes, no and yes.
package protocol AnswerTrainer: Sendable {
    /// Of one training on so many rows, of the nominal machine.
    func expectedSeconds(learning rows: Int) -> Double
    /// - Parameters:
    ///   - places: Rows of `TrainingTables.training`.
    ///   - answers: One a place.
    func predictor(
        learning places: [Int], answers: [Bool], seed: UInt64
    ) throws -> any Predictor
}

/// Repeats all that a run did, from split to model, on parts of its training and validation rows.
package protocol CrossValidator: Sendable {
    var folds: Int { get }
    var repetitions: Int { get }
    /// Of each fold of each repetition: the rows that were held out, as its model predicts them.
    func heldOut() throws -> [LabelledPredictions]
}
