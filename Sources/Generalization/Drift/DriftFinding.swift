package import Statistics

/// What new rows say of one column, or of the predictions.
package struct DriftFinding: Sendable, Hashable {
    /// What is compared.
    package enum Subject: Sendable, Hashable {
        /// The cells of a column that are not missing.
        case values(column: String)
        /// The share of missing cells of a column.
        case missing(column: String)
        /// The scores or the predicted classes.
        case predictions(String)
    }

    package enum Verdict: String, Codable, Sendable, Hashable {
        /// Chance does not explain it, its interval does not reach 0, and it is as large as the bar.
        case drift
        /// The interval lies below the bar.
        case noneLarger
        case cannotTell
    }

    package var subject: Subject
    /// From 0 to 1.
    package var effect: Estimate
    /// With the control of false discoveries over all that was compared.
    package var adjustedPValue: Double
    package var verdict: Verdict

    /// In a report's group.
    package var place: String {
        switch subject {
        case .values(let column): "column = \(column)"
        case .missing(let column): "missing cells of \(column)"
        case .predictions(let what): what
        }
    }
}

/// What is asked of a drift before it is called one.
package struct DriftLimits: Sendable, Hashable {
    /// The share of false findings that is allowed among the findings.
    package var falseDiscovery: Double
    /// The least effect, so that a verdict does not depend on the number of rows alone.
    package var leastEffect: Double

    package init(falseDiscovery: Double = 0.05, leastEffect: Double = 0.1) {
        self.falseDiscovery = falseDiscovery
        self.leastEffect = leastEffect
    }

    /// A verdict needs all: significance over all that was compared, an interval that agrees, and size.
    ///
    /// The interval holds for any two populations, the test's p-value for two equal ones, and with few rows the test finds
    /// more. A drift whose own interval begins at 0 would be none to who reads it.
    func verdict(_ effect: Estimate, adjustedPValue: Double) -> DriftFinding.Verdict {
        guard let value = effect.value else { return .cannotTell }
        let isApart = (effect.lower ?? 0) > 0
        if adjustedPValue <= falseDiscovery, isApart, value >= leastEffect { return .drift }
        if let upper = effect.upper, upper < leastEffect { return .noneLarger }
        return .cannotTell
    }
}
