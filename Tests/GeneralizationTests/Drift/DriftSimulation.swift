import Foundation
import Generalization
import Prediction
import Statistics
import Tables
import TensorCore

/// Two samples of one population, again and again: numbers with and without ties and tails, categories,
/// missing cells and scores, in one family of comparisons. One column may be shifted.
struct DriftSimulation: Sendable {
    var rows: Int
    var columns: Int
    /// Of the new sample, where they are not as many.
    var newRows: Int?
    /// Of the first column, in its standard deviations.
    var shift: Double
    var leastEffect = 0.1
    var samples: Int
    /// Whether a power of 80 % is claimed of the shift.
    var isClaimed = true

    struct Rate: Sendable {
        var simulation: DriftSimulation
        /// Samples in which the shifted column is called a drift.
        var found: Int
        /// Samples in which any other comparison is.
        var alarms: Int
        /// Samples with a drift whose interval reaches 0.
        var disagreements = 0

        func holds(room: Double) -> Bool {
            guard disagreements == 0 else { return false }
            let count = Double(simulation.samples)
            func reach(_ share: Double) -> Double {
                room * (share * (1 - share) / count).squareRoot()
            }
            // With a drift present, 5 % of the findings may be false: of two findings or so.
            guard simulation.shift == 0 else {
                return !simulation.isClaimed || Double(found) / count >= 0.8 - reach(0.8)
            }
            return Double(alarms) / count <= 0.05 + reach(0.05)
        }
    }

    func run() throws -> Rate {
        var rate = Rate(simulation: self, found: 0, alarms: 0)
        let comparison = DriftComparison(limits: DriftLimits(leastEffect: leastEffect))
        for sample in 0..<samples {
            var words = Words(seed: UInt64(sample) + 1 + UInt64(rows))
            var fresh = self
            fresh.rows = newRows ?? rows
            let (reference, new) = (table(0, &words), fresh.table(shift, &words))
            let findings = comparison.findings(
                features: reference.columns.map(\.name), reference: reference, new: new,
                referencePredictions: scores(&words), newPredictions: fresh.scores(&words))
            let drifting = findings.filter { $0.verdict == .drift }
            // A verdict that its own interval does not share is none.
            if drifting.contains(where: { ($0.effect.lower ?? 0) <= 0 }) { rate.disagreements += 1 }
            let isFound = shift != 0 && drifting.contains { $0.place == "column = x0" }
            if isFound { rate.found += 1 }
            if drifting.count > (isFound ? 1 : 0) { rate.alarms += 1 }
        }
        return rate
    }

    private func table(_ shift: Double, _ words: inout Words) -> Table {
        let cells = (0..<columns).map { index in
            let name = "x\(index)"
            switch index % 5 {
            case 0:
                return Column(
                    name: name,
                    cells: .numbers(numbers(&words) { $0 + shift * (index == 0 ? 1 : 0) }))
            case 1:
                return Column(name: name, cells: .numbers(numbers(&words) { ($0 * 2).rounded() }))
            case 2: return Column(name: name, cells: .numbers(numbers(&words) { exp(2 * $0) }))
            case 3:
                return Column(
                    name: name,
                    cells: .categories(
                        codes: (0..<rows).map { _ in Int32(12 * words.uniform() * words.uniform())
                        },
                        values: (0..<12).map { "v\($0)" }))
            default:
                return Column(
                    name: name,
                    cells: .numbers(
                        numbers(&words) { $0 }.map { words.uniform() < 0.1 ? .nan : $0 }))
            }
        }
        return Table(name: "drawn", rowCount: rows, columns: cells)
    }

    private func numbers(_ words: inout Words, _ change: (Double) -> Double) -> [Double] {
        (0..<rows).map { _ in change(words.normal()) }
    }

    private func scores(_ words: inout Words) -> Predictions {
        Predictions(
            rows: rows, classes: ["no", "yes"],
            values: (0..<rows).flatMap { _ -> [Double] in
                let score = words.uniform() * words.uniform()
                return [1 - score, score]
            })
    }

    static func table(_ rates: [Rate]) -> String {
        var text = """
            # Drift

            Written by DriftTests with VOUCH_VERIFY=1. Reference and new rows are drawn from one \
            population: numbers with and without ties and long tails, categories, missing cells and scores, \
            one family of comparisons a sample, false discoveries controlled at 5 %. The shift moves the \
            first column by so many of its standard deviations. A least effect of 0 leaves significance \
            alone to decide.

            | Rows of each side, or of the reference and new | Columns | Least effect | Shift | Shift found | Samples with a false alarm | Samples | Claim |
            |---|---|---|---|---|---|---|---|

            """
        for rate in rates {
            let simulation = rate.simulation
            func share(_ count: Int) -> String {
                String(format: "%.1f %%", 100 * Double(count) / Double(simulation.samples))
            }
            let claim =
                simulation.shift == 0
                ? "false alarms at most 5 %" : simulation.isClaimed ? "found in at least 80 %" : ""
            text +=
                "| \(simulation.rows)\(simulation.newRows.map { " and \($0)" } ?? "") | \(simulation.columns) | \(simulation.leastEffect) | "
                + "\(simulation.shift) | \(simulation.shift == 0 ? "" : share(rate.found)) | "
                + "\(share(rate.alarms)) | \(simulation.samples) | \(claim)"
                + "\(rate.holds(room: 2) ? "" : " **misses its claim**") |\n"
        }
        return text
    }
}

/// Fast random numbers, four words at a time, for many large samples.
private struct Words {
    private let random: CounterRandom
    private var next: UInt64 = 0

    init(seed: UInt64) { random = CounterRandom(seed: seed, name: "drift") }

    mutating func uniform() -> Double {
        next += 1
        return random.uniform(index: next)
    }

    /// Standard normal, by Box and Muller.
    mutating func normal() -> Double {
        next += 1
        let words = random.words(step: 1, index: next)
        let u = (Double(words.0) + 0.5) * 0x1p-32
        let v = (Double(words.1) + 0.5) * 0x1p-32
        return (-2 * log(u)).squareRoot() * cos(2 * Double.pi * v)
    }
}
