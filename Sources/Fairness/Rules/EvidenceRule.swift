#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a rule asks to be told of a model's accuracy, overall and by group: data, dated, with its source.
package struct EvidenceRule: Codable, Sendable, Hashable {
    package var id: String
    package var title: String
    package var source: String
    package var link: String
    /// The date of the rule's text that the file tells; later changes are not in it.
    package var asOf: String
    package var sections: [Section]
    /// Groups of fewer rows are named among the limits.
    package var smallGroup: Int
    /// What a reader must know, as it is printed.
    package var statements: [String]
    /// What only a person can fill in.
    package var blanks: [String]

    package struct Section: Codable, Sendable, Hashable {
        package var title: String
        /// Where the rule asks for it.
        package var point: String
        package var content: Content
    }

    package enum Content: String, Codable, Sendable {
        case overall, groups, gaps, limits
    }

    /// Every such rule, by its name on the command line.
    package static let all: [String: EvidenceRule] = {
        let files = [PackageResources.eu_annex_iv_json]
        // The files are part of the program; a test reads each.
        let rules = files.compactMap {
            try? JSONDecoder().decode(EvidenceRule.self, from: Data($0))
        }
        return Dictionary(uniqueKeysWithValues: rules.map { ($0.id, $0) })
    }()
}
