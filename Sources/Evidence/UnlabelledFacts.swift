/// What rows without labels brought to a training.
package struct UnlabelledFacts: Codable, Sendable, Hashable {
    /// Of the file.
    package var rows: Int
    /// Of these the rows that are learned from.
    package var learned: Int
    /// Whose features are those of a test row.
    package var testCopies: Int
    /// Whose features are those of a labelled row that trains or validates.
    package var labelledCopies: Int
    /// Whether the run's model learned from them.
    package var isUsed: Bool
    /// The mean probability of the likeliest class in what the rows are taught as; `nil` of numbers, and where nothing was
    /// taught.
    package var confidence: Double?
    /// The comparison by which it was decided; `nil` where there was none, and `reason` says why.
    package var comparison: Comparison?
    /// Why they are used or not: a sentence.
    package var reason: String

    /// Mean losses of rows that neither model learned from, without and with the rows without labels.
    package struct Comparison: Codable, Sendable, Hashable {
        package var rows: Int
        package var before: Double
        package var after: Double
        /// `before − after`, with a 95 % interval; `nil` where the rows do not carry one.
        package var gain: Double
        package var lower: Double?
        package var upper: Double?
        package var method: String
        package var unit: String

        package init(
            rows: Int, before: Double, after: Double, gain: Double, lower: Double?, upper: Double?,
            method: String, unit: String
        ) {
            self.rows = rows
            self.before = before
            self.after = after
            self.gain = gain
            self.lower = lower
            self.upper = upper
            self.method = method
            self.unit = unit
        }
    }

    package init(
        rows: Int, learned: Int, testCopies: Int, labelledCopies: Int, isUsed: Bool = false,
        confidence: Double? = nil, comparison: Comparison? = nil, reason: String = ""
    ) {
        self.rows = rows
        self.learned = learned
        self.testCopies = testCopies
        self.labelledCopies = labelledCopies
        self.isUsed = isUsed
        self.confidence = confidence
        self.comparison = comparison
        self.reason = reason
    }
}
