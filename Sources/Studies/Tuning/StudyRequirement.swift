import Evidence
import Runs
import Tables

/// A limit that a study's model must keep: `gap in selection rate, sex <= 0.05`, `latency <= 50us`, `accuracy >= 0.8`.
struct StudyRequirement: Sendable {
    let text: String
    let metric: StudyMetric
    /// In the metric's unit.
    let bound: Double
    let isUpper: Bool

    /// How many of a metric's unit one of another is.
    private static let units: [String: [(name: String, factor: Double)]] = [
        "ms": [("us", 1e-3), ("µs", 1e-3), ("ms", 1), ("s", 1e3)],
        "MB": [("KB", 1e-3), ("MB", 1), ("B", 1e-6)], "rows/s": [("/s", 1), ("rows/s", 1)],
    ]

    /// - Throws: `VouchError` that says what is wrong and what would be accepted.
    init(_ text: String, among known: StudyMetrics) throws(VouchError) {
        func wrong(_ what: String) -> VouchError {
            VouchError(
                "--require is \"\(text)\": \(what). Write a metric, <= or >=, and a number, such as "
                    + "'gap in selection rate, sex <= 0.05' or 'latency <= 50us'")
        }
        let signs = ["<=", ">=", "<", ">"]
        guard let sign = signs.first(where: { text.contains($0) }),
            let place = text.firstRange(of: sign)
        else { throw wrong("it has neither <= nor >=") }
        self.text = text
        isUpper = sign.first == "<"
        metric = try StudyMetric(
            String(trimmed(text[..<place.lowerBound])), option: "--require", among: known)
        let right = String(trimmed(text[place.upperBound...]))
        let unit = metric.definition.unit
        // The longest that fits: KB is no B.
        let named = Self.units[unit, default: []].filter { right.hasSuffix($0.name) }
            .max { $0.name.count < $1.name.count }
        let digits = right.dropLast(named?.name.count ?? 0)
        guard let number = Double(String(trimmed(digits))), number.isFinite else {
            let names = Self.units[unit, default: []].map(\.name)
            throw wrong(
                "\"\(right)\" is no number"
                    + (names.isEmpty ? "" : " with one of " + names.joined(separator: ", ")))
        }
        bound = number * (named?.factor ?? 1)
        let possible = metric.definition.bounds
        guard isUpper ? bound >= possible.lowerBound : bound <= possible.upperBound else {
            throw wrong("no model can have that")
        }
    }

    /// What is missing, in the metric's unit: 0 or less where it is kept.
    func excess(of value: Double) -> Double { isUpper ? value - bound : bound - value }
}
