/// Predicted probability against what happened, in bins, beside the line where both agree.
package struct ReliabilityDiagram: Chart, Sendable, Hashable {
    /// What is predicted, such as `>50K`.
    package var event: String
    package var bins: [Bin]

    package init(event: String, bins: [Bin]) {
        self.event = event
        self.bins = bins
    }

    package struct Bin: Codable, Sendable, Hashable {
        /// Mean predicted probability of the bin's rows.
        package var predicted: Double
        /// Share of the bin's rows where the event happened, with its interval.
        package var observed: Double
        package var lower: Double
        package var upper: Double
        package var count: Int

        package init(
            predicted: Double, observed: Double, lower: Double, upper: Double, count: Int
        ) {
            self.predicted = predicted
            self.observed = observed
            self.lower = lower
            self.upper = upper
            self.count = count
        }
    }

    package var textAlternative: String {
        var text =
            "Reliability diagram for \(event): observed share against predicted "
            + "probability in \(bins.count) bins."
        if let worst = bins.max(by: {
            abs($0.observed - $0.predicted) < abs($1.observed - $1.predicted)
        }) {
            text +=
                " Farthest from agreement: predicted \(NumberText.fixed(worst.predicted, decimals: 3)), "
                + "observed \(NumberText.fixed(worst.observed, decimals: 3)) in "
                + "\(NumberText.count(worst.count)) rows."
        }
        let inside = bins.count { $0.lower <= $0.predicted && $0.predicted <= $0.upper }
        return text + " The interval holds the prediction in \(inside) of \(bins.count) bins."
    }

    package var table: FigureTable {
        FigureTable(
            header: ["predicted", "observed", "n"],
            rows: bins.map {
                let text = NumberText.withInterval($0.observed, lower: $0.lower, upper: $0.upper)
                return [
                    NumberText.fixed($0.predicted, decimals: 3), text.value + " " + text.interval,
                    NumberText.count($0.count),
                ]
            })
    }
}
