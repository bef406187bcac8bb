import Foundation
import Statistics

/// An interval, and the part of its sample that is made small.
struct SmallPart: Sendable {
    var interval: String
    var population: String
    /// In a table.
    var part: String
    var kinds: [Pieces]
    /// Whether the groups are equal, so that every claim is false.
    var isOfEqualGroups = false
    /// Of those that take long.
    var mostSamples = Int.max
    /// What the interval should hold where the part has so few rows.
    var truth: @Sendable (_ few: Int) throws -> Double
    /// Draws a sample whose part has so few rows: its estimate, and of a gap its p-value.
    var measure:
        @Sendable (_ few: Int, _ kind: Pieces, _ numbers: inout Numbers) throws
            -> (estimate: Estimate, pValue: Double?)

    /// Of rows drawn with a part that is small; the truth is that of the part's population.
    init(
        _ interval: String, _ population: String, _ part: Part,
        kinds: [Pieces] = Pieces.allCases,
        estimate: @escaping @Sendable (DrawnRows) throws -> Estimate
    ) {
        (self.interval, self.population, self.part) = (interval, population, part.name)
        self.kinds = kinds
        truth = { try estimate(.population(part.shares($0))).value ?? .nan }
        measure = { few, kind, numbers in (try estimate(part.draw(few, kind, &numbers)), nil) }
    }

    /// A gap between equal groups, of which every claim is false.
    init(
        equal interval: String, _ population: String, _ part: Part,
        kinds: [Pieces] = Pieces.allCases, truth: Double = 0,
        gap: @escaping @Sendable (DrawnRows) throws -> PairwiseGaps.Gap
    ) {
        (self.interval, self.population, self.part) = (interval, population, part.name)
        (self.kinds, isOfEqualGroups) = (kinds, true)
        self.truth = { _ in truth }
        measure = { few, kind, numbers in
            let found = try gap(part.draw(few, kind, &numbers))
            return (found.estimate, found.pValue)
        }
    }

    /// Of samples that no `Part` describes, of simple rows.
    init(
        _ interval: String, _ population: String, few part: String,
        truth: @escaping @Sendable (_ few: Int) -> Double,
        estimate: @escaping @Sendable (_ few: Int, _ numbers: inout Numbers) throws -> Estimate
    ) {
        (self.interval, self.population, self.part) = (interval, population, part)
        (kinds, self.truth) = ([.rows], truth)
        measure = { few, _, numbers in
            do {
                return (try estimate(few, &numbers), nil)
            } catch let error as StatisticsError {
                // What is refused with a reason has no interval either.
                return (Estimate(value: nil, method: "", count: 0, note: error.description), nil)
            }
        }
    }

    static let sizes = [1, 2, 3, 5, 10, 20]

    /// How often the interval covers what the population has, at each size of the part.
    func coverage(_ kind: Pieces, samples: Int, sizes: [Int] = sizes) throws -> [SmallCoverage] {
        try sizes.map { few in
            var result = SmallCoverage(
                interval: interval, population: population, part: part, kind: kind, few: few,
                truth: try truth(few), isOfEqualGroups: isOfEqualGroups)
            for sample in 0..<min(samples, mostSamples) {
                var numbers = Numbers("\(interval), \(population), \(kind), \(few)", sample)
                let (estimate, pValue) = try measure(few, kind, &numbers)
                result.add(estimate)
                if let pValue, pValue <= 0.05 { result.claims += 1 }
            }
            return result
        }
    }
}

/// How often an interval held the truth where one part of the sample was so small.
struct SmallCoverage: Sendable {
    var interval: String
    var population: String
    var part: String
    var kind: Pieces
    var few: Int
    var truth: Double
    var isOfEqualGroups = false
    var samples = 0
    var intervals = 0
    var covered = 0
    /// Gaps of equal groups that were called one.
    var claims = 0
    var width = 0.0
    /// Why there was none.
    var notes: [String: Int] = [:]

    mutating func add(_ estimate: Estimate) {
        samples += 1
        guard let lower = estimate.lower, let upper = estimate.upper else {
            notes[estimate.note ?? "", default: 0] += 1
            return
        }
        intervals += 1
        width += upper - lower
        let slack = 1e-9 * max(1, abs(truth))
        if lower <= truth + slack, truth - slack <= upper { covered += 1 }
    }

    var share: Double { Double(covered) / Double(max(intervals, 1)) }

    /// At most 5 % false claims, and at least 93 % where there are intervals, within Monte-Carlo error, and a reason where none is.
    func holds(errors: Double) -> Bool {
        guard notes[""] == nil else { return false }
        let claimed = Double(claims) / Double(max(samples, 1))
        guard claimed <= 0.05 + errors * (0.05 * 0.95 / Double(max(samples, 1))).squareRoot()
        else { return false }
        let missed = Double(intervals - covered) / Double(max(intervals, 1))
        return missed <= 0.07 + errors * (0.93 * 0.07 / Double(max(intervals, 1))).squareRoot()
    }
}

extension SmallCoverage {
    /// A line an interval, population, part and kind of pieces; a column a size of the part.
    static func table(_ lines: [[SmallCoverage]]) -> String {
        func cell(_ one: SmallCoverage) -> String {
            var text = "none"
            if one.intervals > 0 {
                text = String(format: "%.1f", 100 * one.share)
                let without = one.samples - one.intervals
                if without > 0 {
                    text += String(
                        format: " (none %.0f)", 100 * Double(without) / Double(one.samples))
                }
            }
            if one.isOfEqualGroups {
                text += String(format: ", gap %.1f", 100 * Double(one.claims) / Double(one.samples))
            }
            return one.holds(errors: 2.6) ? text : "**\(text)**"
        }
        let rows = lines.map { line in
            let cells =
                [line[0].interval, line[0].population, line[0].part, line[0].kind.rawValue]
                + line.map(cell)
            return "| " + cells.joined(separator: " | ") + " |"
        }
        let header =
            ["Interval", "Population", "Small part", "Pieces"]
            + (lines.first ?? []).map { "\($0.few)" }
        return
            (["| " + header.joined(separator: " | ") + " |"]
            + ["|" + String(repeating: "---|", count: header.count)] + rows)
            .joined(separator: "\n") + "\n"
    }

    static func text(_ lines: [[SmallCoverage]]) -> String {
        """
        # Intervals of samples of which one part is small

        Written by `VOUCH_VERIFY=1 swift test -c release --filter SmallPartTests`: \(lines.first?.first?.samples ?? 0) samples
        a cell, of ABROCA and of the parts of Brier scores at most 200. How many per cent of the 95 % intervals that are given
        hold the truth where the part named has 1, 2, 3, 5, 10 or 20 rows, rows of unequal weight, or clusters of one to four
        rows; *none*: no interval is given, with the reason in its note (of some samples: in so many per cent). Asked for is
        93 %, or none. Of gaps between groups that are equal: how many per cent are called a gap (asked for: at most 5).
        Within 2.6 Monte-Carlo errors, as there are many cells; what misses is in bold.

        \(summary(lines))


        """ + table(lines)
    }

    private static func summary(_ lines: [[SmallCoverage]]) -> String {
        let cells = lines.flatMap { $0 }
        let given = cells.filter { $0.intervals > 0 }
        // Of cells with few intervals the least share is chance.
        let sure = given.filter { 2 * $0.intervals >= $0.samples }
        let claims = cells.map { Double($0.claims) / Double(max($0.samples, 1)) }
        return "\(cells.count) cells, \(cells.count - given.count) of them without any interval, "
            + "\(cells.count { !$0.holds(errors: 2.6) }) that miss. Least coverage where at least half of the samples "
            + String(format: "have an interval: %.1f", 100 * (sure.map(\.share).min() ?? 1))
            + String(format: " %%; most false gaps: %.1f %%.", 100 * (claims.max() ?? 0))
    }
}
