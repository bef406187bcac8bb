package import Evidence
package import Prediction
import Statistics

/// Models of several kinds on the same rows: what each costs, and whether it is worse than the run's.
///
/// A model is *cheaper* where its prediction takes fewer operations, which are counted; of as many, where it has fewer
/// parameters. What its training took stands beside, as that is paid once. It is on the *frontier* where none that costs as
/// little or less has a lower mean loss.
///
/// *Not worse* is said within a margin (`NonInferiority`), allowing for the number of models that are asked about; *worse* of
/// all of them needs no such allowance, as each must be shown to be.
package struct ModelFrontier: Sendable {
    /// The cheapest first; those whose cost is not known last.
    package let entries: [Entry]
    /// What `--model` calls the run's.
    package let kind: String
    package let cost: ModelCost
    /// The margin, as a share of the run's model's loss.
    package let margin: Double
    /// Kinds of model that were not trained.
    package let missing: [String]
    /// Kinds that cannot be set beside the run's.
    package let absent: [String]

    package struct Entry: Sendable {
        package var kind: String
        /// `nil` where nobody told.
        package var cost: ModelCost?
        package var comparison: NonInferiority
        package var verdict: NonInferiority.Verdict
        /// Than the run's model.
        package var isCheaper: Bool
        package var isOnFrontier = false
    }

    /// What the rows say to *do you need it?*
    package enum Answer: Sendable, Hashable {
        /// A cheaper one is not worse; which, by its kind.
        case notNeeded(String)
        /// Every cheaper kind is worse beyond the margin.
        case needed
        /// None was shown to be not worse, and not every one to be worse.
        case cannotTell
        /// No kind of model is cheaper.
        case cheapest
    }

    /// What one model says of the rows, and what it cost.
    package struct Candidate: Sendable {
        package var kind: String
        package var predictions: Predictions
        package var cost: ModelCost?

        package init(kind: String, predictions: Predictions, cost: ModelCost?) {
            self.kind = kind
            self.predictions = predictions
            self.cost = cost
        }
    }

    /// - Parameters:
    ///   - test: What the run's model says of the rows.
    ///   - missing: Kinds that were not trained.
    package init(
        _ candidates: [Candidate], beside test: LabelledPredictions, _ rivals: ModelRivals,
        missing: [String] = []
    ) throws {
        let family = try candidates.map {
            try NonInferiority(of: $0.predictions, beside: test, share: rivals.margin)
        }
        let verdicts = NonInferiority.verdicts(family)
        var entries = candidates.indices.map { place in
            Entry(
                kind: candidates[place].kind, cost: candidates[place].cost,
                comparison: family[place], verdict: verdicts[place],
                isCheaper: candidates[place].cost.map { $0.isBelow(rivals.cost) } ?? false)
        }
        // Equal costs stay in the order that they came in.
        entries = entries.enumerated().sorted { one, other in
            guard let left = one.element.cost else { return false }
            guard let right = other.element.cost else { return true }
            if left.isBelow(right) || right.isBelow(left) { return left.isBelow(right) }
            return one.offset < other.offset
        }.map(\.element)
        for place in entries.indices {
            entries[place].isOnFrontier = Self.isOnFrontier(
                entries[place], entries, own: rivals.cost)
        }
        self.entries = entries
        self.missing = missing
        absent = rivals.absent
        kind = rivals.kind
        cost = rivals.cost
        margin = rivals.margin
    }

    /// The run's own model is on it unless one that is no dearer has a lower loss.
    package var ownIsOnFrontier: Bool {
        !entries.contains { entry in
            guard let other = entry.cost, let value = entry.comparison.difference.value else {
                return false
            }
            return !cost.isBelow(other) && value < 0
        }
    }

    private static func isOnFrontier(
        _ entry: Entry, _ entries: [Entry], own: ModelCost
    ) -> Bool {
        guard let cost = entry.cost, let value = entry.comparison.difference.value else {
            return false
        }
        if !cost.isBelow(own), value > 0 { return false }
        return !entries.contains { other in
            guard let price = other.cost, let loss = other.comparison.difference.value else {
                return false
            }
            return !cost.isBelow(price) && loss < value
        }
    }

    package var answer: Answer {
        let cheaper = entries.filter(\.isCheaper)
        if let found = cheaper.first(where: { $0.verdict == .notWorse }) {
            return .notNeeded(found.kind)
        }
        if !missing.isEmpty || !absent.isEmpty { return .cannotTell }
        if cheaper.isEmpty { return .cheapest }
        return cheaper.allSatisfy { $0.verdict == .worse } ? .needed : .cannotTell
    }
}

extension ModelCost {
    fileprivate func isBelow(_ other: ModelCost) -> Bool {
        (operationsPerRow, parameters) < (other.operationsPerRow, other.parameters)
    }
}
