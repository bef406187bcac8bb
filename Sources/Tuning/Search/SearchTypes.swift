/// Settings of a training by their ids, which are options of `vouch train` without dashes, and what each says as a text.
///
/// What is not named is left to the recipe, so that the empty point is the default.
package struct SearchPoint: Hashable, Codable, Sendable {
    package var values: [String: String]

    package static let standard = SearchPoint([:])

    package init(_ values: [String: String]) { self.values = values }
}

/// What a setting may be in a search.
package enum SearchDomain: Hashable, Codable, Sendable {
    case real(lower: Double, upper: Double, isLogarithmic: Bool)
    case integer(lower: Int, upper: Int, isLogarithmic: Bool)
    /// Words without an order; `auto` for what the recipe settles.
    case choice([String])
}

/// A setting that a search turns.
package struct SearchParameter: Hashable, Codable, Sendable {
    package var id: String
    package var domain: SearchDomain

    package init(_ id: String, _ domain: SearchDomain) {
        self.id = id
        self.domain = domain
    }
}

/// What a search may try.
package struct SearchSpace: Hashable, Codable, Sendable {
    /// `YYYY-MM-DD`.
    package var dated: String
    package var source: String
    package var parameters: [SearchParameter]

    package init(dated: String, source: String, parameters: [SearchParameter]) {
        self.dated = dated
        self.source = source
        self.parameters = parameters
    }
}

extension SearchSpace {
    /// Why a point does not lie in it; `nil` where it does.
    package func misfit(_ point: SearchPoint) -> String? {
        for (id, text) in point.values.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameters.first(where: { $0.id == id }) else {
                return "\(id) is \(text), and the search space does not have this setting"
            }
            if !parameter.domain.holds(text) {
                return "\(id) is \(text), and the search space has \(parameter.domain.text)"
            }
        }
        return nil
    }
}

/// How much of a whole training a trial is: 1 of all is the recipe's own.
package struct Fidelity: Hashable, Codable, Sendable {
    /// In (0, 1]: of the rows that are learned from. Rows that validate stay, so that trials compare.
    package var rows: Double
    /// In (0, 1]: of the epochs, the schedule's beginning.
    package var epochs: Double

    package static let whole = Fidelity(rows: 1, epochs: 1)

    package init(rows: Double, epochs: Double) {
        self.rows = rows
        self.epochs = epochs
    }
}

/// One training of a study. It follows from the study's seed and from rungs that were finished before, and from nothing else.
package struct PlannedTrial: Hashable, Codable, Sendable {
    /// From 0, in the order of planning.
    package var number: Int
    /// From 0: trials of one rung are planned together, and the next rung when all of them are finished.
    package var rung: Int
    package var point: SearchPoint
    package var fidelity: Fidelity
    package var seed: UInt64

    package init(
        number: Int, rung: Int, point: SearchPoint, fidelity: Fidelity, seed: UInt64
    ) {
        self.number = number
        self.rung = rung
        self.point = point
        self.fidelity = fidelity
        self.seed = seed
    }
}

/// What came of it.
package struct FinishedTrial: Hashable, Codable, Sendable {
    package var plan: PlannedTrial
    /// Of rows that validate, lower is better; `nil` where the training failed or gave no finite number.
    package var objective: Double?
    /// Constraints' excess over what is asked for, by their text: 0 or less is met; empty without any.
    package var excess: [String: Double]
    /// Further numbers of the trial by metric, for frontiers.
    package var measured: [String: Double]
    /// Why there is no objective.
    package var failure: String?

    package init(
        plan: PlannedTrial, objective: Double?, excess: [String: Double] = [:],
        measured: [String: Double] = [:], failure: String? = nil
    ) {
        self.plan = plan
        self.objective = objective
        self.excess = excess
        self.measured = measured
        self.failure = failure
    }
}

/// Plans a study's trials: a pure function of what is finished, so that any number of workers, kills and resumes make the
/// same study.
package protocol TrialPlanner: Sendable {
    /// The next rung.
    ///
    /// - Parameter finished: All trials of all rungs so far, in the order of their numbers.
    /// - Returns: Empty where there is nothing left to try.
    func next(after finished: [FinishedTrial]) -> [PlannedTrial]
}

extension TrialPlanner {
    /// What comes after trials whose last rung an end may have cut: the rest of that rung, else the next one. So a study that is gone
    /// on with has the trials of one that was never ended.
    ///
    /// A rung is the same again as it follows from those before it; where another version planned it otherwise, it is left cut.
    ///
    /// - Parameter finished: The trials that count, in the order of their numbers.
    package func continued(after finished: [FinishedTrial]) -> [PlannedTrial] {
        let begun = finished.filter { $0.plan.rung == finished.last?.plan.rung }.map(\.plan)
        let rung = next(after: Array(finished.dropLast(begun.count)))
        return rung.count > begun.count && rung.starts(with: begun)
            ? Array(rung.dropFirst(begun.count)) : next(after: finished)
    }
}
