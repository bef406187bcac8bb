import Statistics

// Changes of one pair of models in what neither rows nor turns of a clock pair.

extension Change {
    /// Of two counts, without an error.
    ///
    /// - Returns: `nil` where one has no value.
    package init?(counting before: Measurement, _ after: Measurement, of metric: MetricDefinition) {
        guard let first = before.value, let second = after.value else { return nil }
        let verdict = Verdict(
            lower: second - first, upper: second - first, direction: metric.direction)
        self.init(
            metric, second - first, like: before, interval: nil, verdict,
            note: "\(verdict.text); counted, exact")
    }

    /// Of two estimates of the same rows, whatever goes with what: from the one's lower end less the other's upper end to
    /// the other way round.
    ///
    /// The standard deviation of a difference is at most the sum of both, so that the interval claims too little rather than
    /// too much: of normal errors its level holds under any correlation, of others at least `2 · level − 1` (Bonferroni).
    ///
    /// - Returns: `nil` where one has no value. Where one has no interval, the difference has none.
    package init?(bounding before: Measurement, _ after: Measurement, of metric: MetricDefinition) {
        guard let first = before.value, let second = after.value else { return nil }
        guard let own = before.interval, let other = after.interval else {
            self.init(
                metric, second - first, like: before, interval: nil, .cannotTell,
                note: "cannot tell; an interval is missing on one side")
            return
        }
        let bounds = metric.differenceBounds
        let interval = Measurement.Interval(
            lower: max(other.lower - own.upper, bounds.lowerBound),
            upper: min(other.upper - own.lower, bounds.upperBound),
            level: min(own.level, other.level), method: "Both intervals, added",
            varied: own.varied)
        let verdict = Verdict(
            lower: interval.lower, upper: interval.upper, direction: metric.direction)
        self.init(
            metric, second - first, like: before, interval: interval, verdict, note: verdict.text)
    }

    private init(
        _ metric: MetricDefinition, _ value: Double, like example: Measurement,
        interval: Measurement.Interval?, _ verdict: Verdict, note: String
    ) {
        self.init(
            metric: metric.id, drawback: metric.drawback, verdict: verdict,
            difference: Measurement(
                metric: metric.id.difference, drawback: metric.drawback, value: value,
                unit: example.unit, interval: interval, sample: example.sample,
                group: example.group, note: note))
    }
}
