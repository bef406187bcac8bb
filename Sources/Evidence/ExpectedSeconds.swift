/// What a command was expected to take before it began, on the clock: an estimate.
package struct ExpectedSeconds: Sendable, Hashable {
    package var value: Double
    /// The ends of its interval.
    package var lower: Double
    package var upper: Double
    /// The share of times that the interval is promised to hold.
    package var level: Double
    /// Where the interval comes from, and what was not known.
    package var note: String

    package init(value: Double, lower: Double, upper: Double, level: Double, note: String) {
        self.value = value
        self.lower = lower
        self.upper = upper
        self.level = level
        self.note = note
    }
}
