/// Which rules a recipe goes by. An edition is never changed: runs that were made by it are trained again by it, in probes,
/// proofs and studies, whatever is the standard by then.
///
/// What each costs and how good it is on the tables of the benchmark: Documentation/Decisions/0048 and 0056.
package enum RecipeEdition: String, Codable, Sendable, Hashable, CaseIterable, Comparable {
    /// Ensembles of layers 256 wide, numbers as 16 each, patience for 2/15 of the epochs.
    case first = "1"
    /// Ensembles that take about a third of the operations.
    case second = "2"
    /// As the second, with patience for a fifteenth of the epochs in place of a tenth.
    case third = "3"
    /// As the third, with a fitted line blended with ensembles of up to 500 rows.
    case fourth = "4"

    package static let current = fourth

    package static func < (one: Self, other: Self) -> Bool {
        (allCases.firstIndex(of: one) ?? 0) < (allCases.firstIndex(of: other) ?? 0)
    }
}
