import Explanation
import Figures

/// Whether a row's explanation stays when the background rows and the seed are drawn anew.
package struct ExplanationCertificate: Sendable, Encodable, Hashable {
    /// Draws of other background rows and orders.
    package var draws: Int
    /// The largest column.
    package var first: String
    /// In how many draws the same column was the largest.
    package var sameFirst: Int
    /// In how many draws the three largest were the same, in any order.
    package var sameThree: Int
    /// The mean over draws of Spearman's correlation of the sizes.
    package var rankCorrelation: Double
    /// The largest standard error of a contribution, as a share of the largest contribution.
    package var error: Double
    /// The residual as a share of the largest contribution.
    package var residual: Double

    /// Whether the largest column may be named as such: it is it in all draws but one of twenty.
    package var isStable: Bool { Double(sameFirst) >= 0.95 * Double(draws) }

    init(_ own: Attribution, others: [Attribution]) {
        let values = own.contributions.map(\.value)
        draws = others.count
        first = own.ranked.first?.column ?? ""
        let (first, three) = (first, Self.three(own))
        sameFirst = others.count { $0.ranked.first?.column == first }
        sameThree = others.count { Self.three($0) == three }
        rankCorrelation =
            others.reduce(0) {
                $0
                    + AttributionComparison.rankCorrelation(
                        values, $1.contributions.map(\.value))
            } / Double(max(others.count, 1))
        let largest = values.map(abs).max() ?? 0
        let worst = own.contributions.map(\.standardError).max() ?? 0
        error = largest > 0 ? worst / largest : 0
        residual = largest > 0 ? abs(own.residual) / largest : 0
    }

    private static func three(_ attribution: Attribution) -> Set<String> {
        Set(attribution.ranked.prefix(3).map(\.column))
    }

    package var text: String {
        let verdict =
            isStable
            ? "Certificate: \(first) is the largest"
            : "No certificate: which column is the largest depends on what was drawn; \(first) is"
        return
            "\(verdict) in \(sameFirst) of \(draws) draws of other background rows, the first three are the same in "
            + "\(sameThree); rank correlation \(NumberText.plain(rankCorrelation)), largest error "
            + "\(NumberText.plain(100 * error)) % and residual \(NumberText.plain(100 * residual)) % of the largest."
    }
}
