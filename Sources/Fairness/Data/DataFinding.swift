package import Statistics

/// One number about the groups of a data set, with the chance of one as large where nothing is the matter.
package struct DataFinding: Sendable {
    package var kind: Kind
    /// The protected column.
    package var column: String
    /// One group of it; `nil` where the number compares all.
    package var group: String?
    /// The other column, or the class, that it is about.
    package var subject: String?
    package var estimate: Estimate
    /// `nil` where nothing is tested.
    package var pValue: Double?
    /// After Benjamini and Hochberg over all findings of a report; see `adjusting`.
    package var adjusted: Double?
    /// What a reader must know, such as the groups that are farthest apart.
    package var note: String?

    package enum Kind: Sendable, Hashable, CaseIterable {
        /// Share in the data − share in the population.
        case representation
        /// Largest − smallest share of a class over groups.
        case labelRate
        /// Largest − smallest share of missing cells over groups.
        case missing
        /// How well a feature predicts the group: AUC against the other groups.
        case proxy

        /// The value that says that nothing is the matter.
        package var neutral: Double { self == .proxy ? 0.5 : 0 }
    }

    package init(
        _ kind: Kind, column: String, group: String? = nil, subject: String? = nil,
        _ estimate: Estimate, pValue: Double?, note: String? = nil
    ) {
        self.kind = kind
        self.column = column
        self.group = group
        self.subject = subject
        self.estimate = estimate
        self.pValue = pValue
        self.note = note
    }

    /// With p-values that control the share of false findings over all of them.
    package static func adjusting(_ findings: [DataFinding]) -> [DataFinding] {
        var adjusted = benjaminiHochberg(findings.compactMap(\.pValue))[...]
        return findings.map { finding in
            var result = finding
            if finding.pValue != nil { result.adjusted = adjusted.popFirst() }
            return result
        }
    }

    /// *Found* where chance does not explain it, *not larger than* where its interval ends within the tolerance,
    /// *cannot tell* else.
    package func verdict(tolerance: Double, falseDiscovery: Double) -> DataVerdict {
        guard let adjusted, let lower = estimate.lower, let upper = estimate.upper else {
            return .cannotTell
        }
        if adjusted <= falseDiscovery { return .found }
        let farthest =
            kind == .proxy
            ? max(upper - kind.neutral, 0) : max(abs(lower), abs(upper))
        return farthest <= tolerance ? .notBeyond(farthest) : .cannotTell
    }
}

package enum DataVerdict: Sendable, Hashable {
    case found
    case notBeyond(Double)
    case cannotTell
}
