import Foundation
import Statistics
import TensorCore

/// What is asked of an interval that claims 95 %.
enum CoverageClaim: String, Sendable {
    /// 93 to 97 % of samples.
    case regular
    /// At least 95 %, less Monte-Carlo error: near an edge, or few rows.
    case boundary
}

/// How often the intervals of a metric covered the truth.
struct Coverage: Sendable {
    var scenario: String
    var metric: String
    var claim: CoverageClaim
    var truth: Double
    var samples: Int
    /// Samples whose metric had an interval; the coverage is a share of these.
    var intervals = 0
    var covered = 0
    /// Truths below and above the interval.
    var below = 0
    var above = 0
    var width = 0.0
    /// Of the values, for their standard deviation.
    var deviations = 0.0
    var squares = 0.0

    /// The mean width over that of a normal interval of the known sampling deviation.
    var relativeWidth: Double {
        let count = Double(max(intervals, 1))
        let variance = squares / count - deviations / count * (deviations / count)
        return width / count / (2 * 1.96 * variance.squareRoot())
    }

    var share: Double { intervals == 0 ? 0 : Double(covered) / Double(intervals) }
    /// Of a share of 95 %.
    var monteCarloError: Double { (0.95 * 0.05 / Double(max(intervals, 1))).squareRoot() }

    mutating func add(_ estimate: Estimate) {
        guard let value = estimate.value, let lower = estimate.lower, let upper = estimate.upper
        else { return }
        deviations += value - truth
        squares += (value - truth) * (value - truth)
        intervals += 1
        width += upper - lower
        if truth < lower { below += 1 } else if truth > upper { above += 1 } else { covered += 1 }
    }

    /// - Parameter isLong: A few hundred samples of some two hundred intervals leave room of three
    ///   Monte-Carlo errors, and at both ends of the regular band.
    func holds(isLong: Bool) -> Bool {
        // No interval is an answer too; each says why (SmallPartTests).
        guard intervals > 0 else { return true }
        let room = (isLong ? 2 : 3) * monteCarloError
        switch claim {
        case .boundary: return share >= 0.95 - room
        case .regular:
            return isLong
                ? (0.93...0.97).contains(share) : (0.93 - room...0.97 + room).contains(share)
        }
    }
}

extension Coverage {
    /// A table of results in Markdown, one line each.
    static func table(_ results: [Coverage]) -> String {
        func percent(_ share: Double) -> String { String(format: "%.1f", 100 * share) }
        let lines = results.map { result in
            let count = Double(max(result.intervals, 1))
            let cells = [
                result.scenario, result.metric, result.claim.rawValue,
                String(format: "%.4f", result.truth), percent(result.share),
                percent(Double(result.below) / count), percent(Double(result.above) / count),
                String(format: "%.4f", result.width / count),
                String(format: "%.2f", result.relativeWidth),
                "\(result.samples - result.intervals)",
                result.holds(isLong: true) ? "" : "**misses its claim**",
            ]
            return "| " + cells.joined(separator: " | ") + " |"
        }
        let header = [
            "Sample", "Metric", "Claim", "Truth", "Covered %", "Below %", "Above %", "Mean width",
            "Relative", "None", "",
        ]
        return
            (["| " + header.joined(separator: " | ") + " |"]
            + ["|" + String(repeating: "---|", count: header.count)] + lines)
            .joined(separator: "\n") + "\n"
    }
}

/// Samples of one kind from one population.
struct Scenario: Sendable {
    var name: String
    /// Draws so many samples and measures each metric on each.
    var run: @Sendable (_ samples: Int) throws -> [Coverage]

    init<Sample>(
        _ name: String, _ population: @autoclosure @escaping @Sendable () -> Population<Sample>,
        _ draw: Draw, _ metrics: [String: Metric<Sample>],
        claim: @escaping @Sendable (String) -> CoverageClaim
    ) {
        self.name = name
        run = { samples in
            let population = population()
            let whole = try population.all()
            let random = CounterRandom(seed: 95, name: name)
            let computed = metrics.sorted { $0.key < $1.key }
            var results = try computed.map { metric, compute in
                guard let truth = compute(whole).value else {
                    throw StatisticsError("\(metric) is undefined on a whole population")
                }
                return Coverage(
                    scenario: name, metric: metric, claim: claim(metric), truth: truth,
                    samples: samples)
            }
            for number in 0..<samples {
                let sample = try population.draw(draw, number, random)
                for (position, (_, compute)) in computed.enumerated() {
                    results[position].add(compute(sample))
                }
            }
            return results
        }
    }
}
