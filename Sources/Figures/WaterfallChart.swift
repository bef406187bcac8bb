/// How a number comes from another, step by step: bars that begin where the one before ended.
package struct WaterfallChart: Chart, Sendable, Hashable {
    package var axis: Axis
    package var start: End
    package var steps: [Step]
    package var end: End

    package init(axis: Axis, start: End, steps: [Step], end: End) {
        self.axis = axis
        self.start = start
        self.steps = steps
        self.end = end
    }

    package struct End: Codable, Sendable, Hashable {
        package var label: String
        package var value: Double

        package init(label: String, value: Double) {
            self.label = label
            self.value = value
        }
    }

    package struct Step: Codable, Sendable, Hashable {
        package var label: String
        package var change: Double
        /// Half the 95 % interval of the change; `nil` where it is exact.
        package var error: Double?

        package init(label: String, change: Double, error: Double? = nil) {
            self.label = label
            self.change = change
            self.error = error
        }

        package var text: String {
            (change < 0 ? "" : "+") + NumberText.plain(change)
                + (error.map { " ± \(NumberText.plain($0))" } ?? "")
        }
    }

    /// Where each step begins and ends.
    package var spans: [(from: Double, to: Double)] {
        var place = start.value
        return steps.map { step in
            defer { place += step.change }
            return (place, place + step.change)
        }
    }

    package var textAlternative: String {
        let strongest = steps.max { abs($0.change) < abs($1.change) }
        return "Steps of \(axis.label) from \(NumberText.plain(start.value)) (\(start.label)) to "
            + "\(NumberText.plain(end.value)) (\(end.label))."
            + (strongest.map { " The largest: \($0.label), \($0.text)." } ?? "")
    }

    package var table: FigureTable {
        FigureTable(
            header: ["step", axis.label],
            rows: [[start.label, NumberText.plain(start.value)]]
                + steps.map { [$0.label, $0.text] }
                + [[end.label, NumberText.plain(end.value)]])
    }
}
