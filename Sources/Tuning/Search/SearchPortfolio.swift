#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What trainings of other tables taught about searches: a dated data file that is part of the program.
package struct SearchPortfolio: Hashable, Codable, Sendable {
    /// `YYYY-MM-DD`.
    package var dated: String
    package var source: String
    /// In the order in which they are tried; the default comes before all.
    package var recipes: [SearchPoint]
    /// What tuning saved on these tables.
    package var gains: TuningGains

    package static let shipped: SearchPortfolio = {
        do {
            return try JSONDecoder().decode(
                SearchPortfolio.self, from: Data(PackageResources.portfolio_json))
        } catch {
            preconditionFailure("the shipped portfolio: \(error)")
        }
    }()
}
