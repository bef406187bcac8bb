/// A probe whose numbers a clock gives: what the machine does meanwhile moves them. So two subjects are compared by
/// measuring them by turns, and never by what was measured of each at another time.
package protocol PairedProbe: Probe {
    /// Both by turns.
    ///
    /// - Throws: an error that says why one of the subjects cannot be measured.
    func measure(_ first: Subject, _ second: Subject) throws -> PairedFindings
}

extension PairedProbe {
    /// What it finds of both, each without the held-out rows that the probe did not name.
    ///
    /// - Returns: `nil` where it cannot measure them, as `ProbeSchedule` leaves out such a probe.
    package func findings(of first: Subject, _ second: Subject) -> PairedFindings? {
        guard description.needs.isSubset(of: first.has.intersection(second.has)) else {
            return nil
        }
        let shown = description.looksAt
        return try? measure(first.showing(shown), second.showing(shown))
    }
}

/// What a probe found of two subjects that it measured by turns.
package struct PairedFindings: Sendable {
    /// What `Probe.measure` would find of each.
    package var first: [Measurement]
    package var second: [Measurement]
    /// Second − first.
    package var changes: [MetricChange]

    package init(
        first: [Measurement] = [], second: [Measurement] = [], changes: [MetricChange] = []
    ) {
        self.first = first
        self.second = second
        self.changes = changes
    }
}
