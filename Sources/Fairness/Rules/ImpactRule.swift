#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a rule asks to be told of categories of people: data, dated, with its source.
///
/// The rules stand as JSON beside this file. What changes when the law does is a file.
package struct ImpactRule: Codable, Sendable, Hashable {
    package var id: String
    package var title: String
    package var source: String
    package var link: String
    /// The date of the rule's text that the file tells; later changes are not in it.
    package var asOf: String
    package var categories: [Category]
    /// Whether combinations of all categories are a table too.
    package var intersects: Bool
    /// Whether every category must be known; else there is a table for each that is. Yes if not given.
    package var needsAllCategories: Bool?
    /// What a ratio is held against; a rule without one names none.
    package var mark: Mark?
    /// Below this share of all rows a category is told without a ratio.
    package var smallShare: Double
    /// Values that say that a person's category is not known, in lower case.
    package var unknown: [String]
    /// What a reader must know, as it is printed.
    package var statements: [String]
    /// What only a person can fill in.
    package var blanks: [String]

    package struct Category: Codable, Sendable, Hashable {
        package var name: String
        /// Names by which a protected column is known to be it, in lower case, the likeliest first.
        package var columns: [String]
    }

    /// A ratio that a rule speaks of, and when a difference is called significant.
    package struct Mark: Codable, Sendable, Hashable {
        package var name: String
        package var ratio: Double
        package var significance: Double
    }

    /// Every rule, by its name on the command line.
    package static let all: [String: ImpactRule] = {
        let files = [PackageResources.nyc_ll144_json, PackageResources.four_fifths_json]
        // The files are part of the program; a test reads each.
        let rules = files.compactMap { try? JSONDecoder().decode(ImpactRule.self, from: Data($0)) }
        return Dictionary(uniqueKeysWithValues: rules.map { ($0.id, $0) })
    }()
}
