import Evidence

/// What must be about equal in all groups.
package enum FairnessConstraint: String, CaseIterable, Codable, Sendable {
    case demographicParity = "demographic-parity"
    case equalOpportunity = "equal-opportunity"
    case equalizedOdds = "equalized-odds"

    /// The rates of a group that must be within the tolerance of one another.
    package var rates: [GroupRate] {
        switch self {
        case .demographicParity: [.selection]
        case .equalOpportunity: [.truePositive]
        case .equalizedOdds: [.truePositive, .falsePositive]
        }
    }

    /// The gap that it bounds: over all pairs of groups and the rates the largest difference.
    package var gap: GapDefinition {
        let id: MetricID =
            switch self {
            case .demographicParity: GroupMetricDefinitions.selectionGap.id
            case .equalOpportunity: GroupMetricDefinitions.truePositiveGap.id
            case .equalizedOdds: .equalizedOddsGap
            }
        guard let found = GapConvention.fairlearn.gaps.first(where: { $0.metric.id == id }) else {
            preconditionFailure("Fairlearn's gaps hold those of every constraint")
        }
        return found
    }

    /// In a sentence.
    package var text: String { rawValue.replacing("-", with: " ") }

    package var source: String {
        switch self {
        case .demographicParity: "Calders et al. 2009, DOI 10.1109/ICDMW.2009.83"
        case .equalOpportunity, .equalizedOdds: "Hardt et al. 2016, arXiv:1610.02413"
        }
    }
}
