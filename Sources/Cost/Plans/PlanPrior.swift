import Foundation

/// How much a plan can know of a training before it begins.
package enum PlanKnowledge: String, Codable, Sendable, CaseIterable {
    /// The same training was done before on this machine: every step is known, and what followed.
    case training
    /// Every step is counted: nothing stops early, or the same training was done on another machine.
    case steps
    /// The same columns and the same answer were learned before, on this machine or another.
    case table
    /// How many epochs it takes is guessed from other tables.
    case nothing

    /// What is not known, in a sentence.
    package var sentence: String {
        switch self {
        case .training: "the same training was done here before, so that every step is known"
        case .steps:
            "every step of the training is counted; what probes take here was not seen before"
        case .table:
            "how many epochs it takes is guessed from earlier runs of this table"
        case .nothing: "how many epochs it takes is guessed from other tables"
        }
    }
}

/// Two quotients of a real time and the planned one, between which nine of ten are expected.
package struct RatioBounds: Codable, Sendable, Hashable {
    package var lower: Double
    package var upper: Double

    package init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }
}

/// What is taken for granted of trainings where this machine has seen too few: a dated table that is shipped.
///
/// `Benchmarks/cost/plans/prior` makes it from the runs of `Benchmarks/cost/plans/run`.
package struct PlanPrior: Codable, Sendable, Hashable {
    package var dated: String
    package var source: String
    /// The epoch that was kept over the most epochs, at quantile levels that stand equally far apart, over tables.
    package var keptShares: [Double]
    /// The same of a second training of a table, over that of the first.
    package var repeatedShares: [Double]
    /// What probes take over their counted work at the pace of the training's steps.
    package var probeFactor: Double
    /// What a run takes beside reading, training and probes: predicting its rows, writing its report.
    package var otherSeconds: Double
    package var ratios: Ratios

    /// By what a plan knows.
    package struct Ratios: Codable, Sendable, Hashable {
        package var training: RatioBounds
        package var steps: RatioBounds
        package var table: RatioBounds
        package var nothing: RatioBounds
    }

    package func ratios(_ knowledge: PlanKnowledge) -> RatioBounds {
        switch knowledge {
        case .training: ratios.training
        case .steps: ratios.steps
        case .table: ratios.table
        case .nothing: ratios.nothing
        }
    }

    /// - Throws: where the text is not such a table.
    package init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(PlanPrior.self, from: Data(json))
    }

    package static let shipped: PlanPrior = {
        do {
            return try PlanPrior(json: PackageResources.plan_prior_json)
        } catch {
            preconditionFailure("the shipped table of plans: \(error)")
        }
    }()
}
