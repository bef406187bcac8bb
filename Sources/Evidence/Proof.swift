package import Statistics

/// How a number differs between two models, or between two ways of making them, on the same rows.
package struct Change: Codable, Sendable, Hashable {
    /// The id of the metric that is compared.
    package var metric: MetricID
    package var drawback: Drawback
    package var verdict: Verdict
    /// After − before with its interval, under `metric` and `Difference`; after ÷ before of a spread,
    /// under `metric` and `Ratio`.
    package var difference: Measurement

    package init(
        metric: MetricID, drawback: Drawback, verdict: Verdict, difference: Measurement
    ) {
        self.metric = metric
        self.drawback = drawback
        self.verdict = verdict
        self.difference = difference
    }
}

/// What came of a remedy on untouched rows.
package struct Proof: Codable, Sendable, Hashable {
    /// As on a command line, such as `temperature-scaling`.
    package var remedy: String
    package var name: String
    package var drawback: Drawback
    package var source: String
    /// What was fitted or changed, and by which rows that was chosen.
    package var means: String
    /// What the intervals speak of: test rows, or seeds and test rows.
    package var over: String
    /// The id of the metric that decides.
    package var judgedBy: MetricID
    package var before: Measurement
    package var after: Measurement
    /// All that was compared, the deciding metric among it.
    package var changes: [Change]

    package init(
        remedy: RemedyDescription, means: String, over: String, before: Measurement,
        after: Measurement, changes: [Change]
    ) {
        self.remedy = remedy.id
        name = remedy.name
        drawback = remedy.drawback
        source = remedy.source
        self.means = means
        self.over = over
        judgedBy = remedy.judgedBy
        self.before = before
        self.after = after
        self.changes = changes
    }

    /// Of the deciding metric. Of a gap, which each protected column has one of: what all of them say; worse where it
    /// is so for any.
    package var verdict: Verdict {
        let found = judged.map(\.verdict)
        guard let first = found.first, !found.contains(.worse) else {
            return found.isEmpty ? .cannotTell : .worse
        }
        return found.allSatisfy { $0 == first } ? first : .cannotTell
    }

    /// The deciding metric's changes: of a gap one a protected column, else one.
    package var judged: [Change] { changes.filter { $0.metric == judgedBy } }

    /// What became better, worse or other elsewhere. Each change is judged at 5 % for itself, so that
    /// of twenty that were compared one is expected here by chance.
    package var elsewhere: [Change] {
        changes.filter { $0.metric != judgedBy && $0.verdict != .cannotTell }
    }
}
