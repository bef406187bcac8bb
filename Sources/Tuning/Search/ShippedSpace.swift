#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension SearchSpace {
    /// What a search turns where no other space is given: a dated data file that is part of the program.
    package static let shipped: SearchSpace = {
        do {
            return try JSONDecoder().decode(
                SearchSpace.self, from: Data(PackageResources.search_space_json))
        } catch {
            preconditionFailure("the shipped search space: \(error)")
        }
    }()
}
