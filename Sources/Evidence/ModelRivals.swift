package import Prediction

/// What a model costs to make and to use: counted, but for a clock's seconds.
package struct ModelCost: Sendable, Hashable {
    /// Floating-point operations of all steps of its trainings, forward and backward.
    package var trainingOperations: Double
    /// Of a clock, of this machine as busy as it was; `nil` where that is not known.
    package var trainingSeconds: Double?
    /// Floating-point operations of a row's prediction, once it is encoded.
    package var operationsPerRow: Double
    /// Numbers that training moved.
    package var parameters: Int
    /// Of the weights as stored.
    package var bytes: Int

    package init(
        trainingOperations: Double, trainingSeconds: Double?, operationsPerRow: Double,
        parameters: Int, bytes: Int
    ) {
        self.trainingOperations = trainingOperations
        self.trainingSeconds = trainingSeconds
        self.operationsPerRow = operationsPerRow
        self.parameters = parameters
        self.bytes = bytes
    }
}

/// A kind of model that a run's might be replaced by.
package protocol RivalModel: ComparedModel {
    /// What `--model` calls it.
    var kind: String { get }
    /// What it says of the test rows, in their order, and what it cost; asked twice, it trains once.
    func told() throws -> (predictions: LabelledPredictions, cost: ModelCost)
}

extension RivalModel {
    package func predictions() throws -> LabelledPredictions { try told().predictions }
}

/// A run's model among those of other kinds on the same rows.
package struct ModelRivals: Sendable {
    /// What `--model` calls the run's.
    package var kind: String
    package var cost: ModelCost
    package var others: [any RivalModel]
    /// Kinds that cannot be set beside it: what ended its training says nothing of what theirs would take.
    package var absent: [String]
    /// Which loss above the run's model's does not matter, as a share of its loss.
    package var margin: Double

    package init(
        kind: String, cost: ModelCost, others: [any RivalModel], absent: [String] = [], margin: Double
    ) {
        self.kind = kind
        self.cost = cost
        self.others = others
        self.absent = absent
        self.margin = margin
    }
}
