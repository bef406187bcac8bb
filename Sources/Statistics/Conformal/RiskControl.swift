import RealModule

/// A limit on the share of wrong decisions among those that are made at all, and how surely it holds.
package struct RiskControl: Sendable, Hashable {
    /// The largest risk among the accepted rows.
    package let risk: Double
    /// The chance, over calibration rows drawn anew, that a threshold keeps it.
    package let confidence: Double

    /// - Throws: where one of them is not between 0 and 1.
    package init(risk: Double, confidence: Double = 0.95) throws(StatisticsError) {
        guard risk > 0, risk < 1, confidence > 0, confidence < 1 else {
            throw StatisticsError(
                "the risk is \(risk); it must lie between 0 and 1, as 0.05 does")
        }
        self.risk = risk
        self.confidence = confidence
    }

    /// The fewest rows without an error that show the risk: `⌈log(1 − confidence)/log(1 − risk)⌉`.
    package var rowsNeeded: Int {
        let rows = Double.log(onePlus: -confidence) / Double.log(onePlus: -risk)
        return Int(min(rows, 1e15).rounded(.up))
    }

    /// What was found.
    package struct Acceptance: Sendable, Hashable {
        /// Rows that are surer than this are accepted.
        package var threshold: Double
        /// The calibration rows' share that is.
        package var coverage: Double
        /// The upper bound of the risk among them.
        package var bound: Double
    }

    /// The threshold that accepts most while the risk is shown to be kept.
    ///
    /// Shares of rows from few to all are tested in turn, the surest first, each by Clopper and
    /// Pearson's upper bound; the first that fails ends it. As the order does not look at the losses
    /// and nothing is tested after a failure, the chance that any accepted threshold breaks the limit is
    /// at most `1 − confidence`. The first share holds three times the rows that are needed without
    /// an error. Weighted or clustered rows count as their effective number.
    ///
    /// - Parameters:
    ///   - losses: 1 for a wrong decision, 0 for a right one.
    ///   - confidences: Larger is surer.
    /// - Returns: `nil` where not even the surest rows show the risk.
    /// - Source: selective risk, Geifman & El-Yaniv 2017, arXiv:1705.08500; fixed-sequence testing,
    ///   Angelopoulos et al. 2021, arXiv:2110.01052.
    package func acceptance(
        losses: [Double], confidences: [Double], design: SamplingDesign
    ) -> Acceptance? {
        let descending = confidences.sorted(by: >)
        let count = descending.count
        var found: Acceptance?
        let steps = 50
        for step in 1...steps {
            let accepted = count * step / steps
            guard accepted >= min(3 * rowsNeeded, count), accepted >= rowsNeeded else { continue }
            // The row at the threshold is not accepted, so that the accepted are drawn at random.
            let threshold = accepted < count ? descending[accepted] : -Double.infinity
            guard
                let share = design.shareWithInterval(
                    of: { losses[$0] > 0 }, among: { confidences[$0] > threshold }),
                let effective = share.effective
            else { continue }
            let tail = 1 - confidence
            let rows = effective.count(tail: tail)
            let bound =
                rows > 0 ? clopperPearson(share: share.value, rows: rows, tail: tail).upper : 1
            guard bound <= risk else { break }
            let kept = confidences.indices.reduce(0) {
                $0 + (confidences[$1] > threshold ? design.weights[$1] : 0)
            }
            found = Acceptance(
                threshold: threshold, coverage: kept / design.weights.reduce(0, +), bound: bound)
        }
        return found
    }
}
