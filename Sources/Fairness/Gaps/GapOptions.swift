import Foundation
import Prediction

/// How gaps are told.
package struct GapOptions: Sendable {
    package var convention = GapConvention.fairlearn
    /// The privileged group by protected column, for conventions that need one.
    package var privileged: [String: String] = [:]
    /// The size up to which a gap does not matter, for *no gap larger than*; of a ratio, below 1.
    package var tolerance = 0.05
    /// Resamples that give the intervals of groups' rates; `nil` for intervals by formula. Gaps keep theirs.
    package var resamples: Int?
    /// Of resamples.
    package var seed: UInt64 = 0

    package init() {}
}

extension GapOptions {
    /// With the privileged group of each intersection, which is the combination of the privileged groups.
    package func extended(to columns: [String]) -> GapOptions {
        var result = self
        for column in columns where result.privileged[column] == nil {
            let groups = column.components(separatedBy: intersectionSign).map { privileged[$0] }
            guard groups.count > 1, groups.allSatisfy({ $0 != nil }) else { continue }
            result.privileged[column] =
                groups.compactMap { $0 }.joined(separator: intersectionSign)
        }
        return result
    }
}
