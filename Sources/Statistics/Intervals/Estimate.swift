/// A number computed from a sample, with its interval and its count.
package struct Estimate: Sendable, Hashable {
    /// `nil` where the metric is undefined on this sample; `note` then says why.
    package var value: Double?
    /// The interval's bounds; `nil` where the sample gives none.
    package var lower: Double?
    package var upper: Double?
    /// The nominal coverage.
    package var level: Double
    /// The interval's method by its name in the literature, such as `DeLong` or `Wilson`.
    package var method: String
    /// What was taken to vary: `rows` or `clusters`.
    package var varied: String
    /// Rows behind the number.
    package var count: Int
    /// Clusters behind the number, where rows belong together.
    package var clusters: Int?
    package var note: String?
    /// How the interval would grow with its level; `nil` where only its ends are known.
    package var form: IntervalForm?

    package init(
        value: Double?, lower: Double? = nil, upper: Double? = nil, level: Double = 0.95,
        method: String, varied: String = "rows", count: Int, clusters: Int? = nil,
        note: String? = nil, form: IntervalForm? = nil
    ) {
        self.value = value
        self.lower = lower
        self.upper = upper
        self.level = level
        self.method = method
        self.varied = varied
        self.count = count
        self.clusters = clusters
        self.note = note
        self.form = form
    }
}

extension Estimate {
    /// The value alone, where there is a reason for that; as it is without one.
    func withoutInterval(_ reason: String?) -> Estimate {
        guard let reason else { return self }
        var none = self
        (none.lower, none.upper, none.form) = (nil, nil, nil)
        none.note = [note, reason].compactMap { $0 }.joined(separator: "; ")
        return none
    }

    /// Of a share, that of the other rows: `1 − value`, the interval mirrored.
    package var complement: Estimate {
        var other = self
        other.value = value.map { 1 - $0 }
        other.lower = upper.map { 1 - $0 }
        other.upper = lower.map { 1 - $0 }
        other.form = nil
        return other
    }
}

/// A sample that no statistic can be computed from: what is wrong with it, and what to do.
package struct StatisticsError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
