import Foundation
import Statistics

/// How often something was claimed, and how often it may be or must be.
struct ErrorRate: Sendable {
    enum Bound: Sendable {
        case atMost(Double)
        case atLeast(Double)
        /// A mean width, as a multiple of the nominal one.
        case widthAtMost(Double)
    }

    var scenario: String
    var quantity: String
    var bound: Bound
    var samples: Int
    /// The share of samples, or the multiple of a width.
    var share: Double
    /// What the samples had in common, such as the effect that was looked for.
    var detail = ""

    /// Within two Monte-Carlo errors; three where samples are few.
    func holds(isLong: Bool) -> Bool {
        let room = isLong ? 2.0 : 3
        switch bound {
        case .atMost(let limit):
            return share <= limit + room * (limit * (1 - limit) / Double(samples)).squareRoot()
        case .atLeast(let limit):
            return share >= limit - room * (limit * (1 - limit) / Double(samples)).squareRoot()
        case .widthAtMost(let limit): return share <= limit
        }
    }

    static func table(_ results: [ErrorRate]) -> String {
        let lines = results.map { result in
            let bound =
                switch result.bound {
                case .atMost(let limit): String(format: "at most %.0f %%", 100 * limit)
                case .atLeast(let limit): String(format: "at least %.0f %%", 100 * limit)
                case .widthAtMost(let limit): String(format: "at most %.1f times", limit)
                }
            var found = String(format: "%.1f %%", 100 * result.share)
            if case .widthAtMost = result.bound {
                found = String(format: "%.2f times", result.share)
            }
            let cells = [
                result.scenario, result.quantity, bound,
                found, "\(result.samples)", result.detail,
                result.holds(isLong: true) ? "" : "**misses its claim**",
            ]
            return "| " + cells.joined(separator: " | ") + " |"
        }
        return """
            | Sample | Quantity | Claim | Found | Samples | | |
            |---|---|---|---|---|---|---|

            """ + lines.joined(separator: "\n") + "\n"
    }
}

/// Something whose rates are counted over so many samples.
struct RateScenario: Sendable {
    var name: String
    var run: @Sendable (_ samples: Int) throws -> [ErrorRate]
}
