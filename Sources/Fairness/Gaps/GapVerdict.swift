import Figures
import Statistics

/// What a sample says of a gap.
package enum GapVerdict: Sendable, Hashable {
    /// Groups differ, at a false-discovery rate of 5 % over all gaps of the report.
    case gap
    /// The interval ends below what matters.
    case noGapBeyond(Double)
    case cannotTell

    /// - Parameters:
    ///   - adjusted: The gap's p-value after `benjaminiHochberg` over all gaps.
    ///   - equal: The value that says that groups are equal: 0, of ratios 1.
    init(_ gap: PairwiseGaps.Gap, adjusted: Double?, equal: Double, tolerance: Double) {
        guard let adjusted, let lower = gap.estimate.lower, let upper = gap.estimate.upper else {
            self = .cannotTell
            return
        }
        let farthest = abs(lower - equal) > abs(upper - equal) ? lower : upper
        if adjusted <= 0.05 {
            self = .gap
        } else if abs(farthest - equal) <= tolerance {
            self = .noGapBeyond(farthest)
        } else {
            self = .cannotTell
        }
    }
}

extension GapVerdict {
    /// In a sentence.
    func text(isRatio: Bool) -> String {
        switch self {
        case .gap: "gap"
        case .noGapBeyond(let end) where isRatio:
            "no ratio farther from 1 than \(NumberText.fixed(end, decimals: 3))"
        case .noGapBeyond(let end): "no gap larger than \(NumberText.fixed(abs(end), decimals: 3))"
        case .cannotTell: "cannot tell"
        }
    }
}
