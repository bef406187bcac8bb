/// Dots with intervals, one below the other (a forest plot).
package struct IntervalChart: Chart, Sendable, Hashable {
    package var axis: Axis
    package var rows: [Row]
    /// A value to compare with, such as that of all rows.
    package var reference: Reference?
    /// What the rows' bands are.
    package var bandMeaning: String?

    package init(
        axis: Axis, rows: [Row], reference: Reference? = nil, bandMeaning: String? = nil
    ) {
        self.axis = axis
        self.rows = rows
        self.reference = reference
        self.bandMeaning = bandMeaning
    }

    package struct Row: Codable, Sendable, Hashable {
        package var label: String
        package var value: Double
        /// Ends of the interval; `nil` where there is none.
        package var lower: Double?
        package var upper: Double?
        /// How many rows of data stand behind it.
        package var count: Int
        /// What the value is to be seen beside, such as where chance leads.
        package var band: Band?

        package init(
            label: String, value: Double, lower: Double?, upper: Double?, count: Int,
            band: Band? = nil
        ) {
            self.label = label
            self.value = value
            self.lower = lower
            self.upper = upper
            self.count = count
            self.band = band
        }

        package var text: String {
            guard let lower, let upper else { return NumberText.plain(value) }
            let text = NumberText.withInterval(value, lower: lower, upper: upper)
            return text.value + " " + text.interval
        }
    }

    package struct Band: Codable, Sendable, Hashable {
        package var lower: Double
        package var upper: Double

        package init(lower: Double, upper: Double) {
            self.lower = lower
            self.upper = upper
        }

        fileprivate var text: String {
            "\(NumberText.plain(lower)) to \(NumberText.plain(upper))"
        }
    }

    package struct Reference: Codable, Sendable, Hashable {
        package var value: Double
        package var label: String

        package init(value: Double, label: String) {
            self.value = value
            self.label = label
        }
    }

    package var textAlternative: String {
        var text =
            "Dots with intervals of \(axis.label) for \(rows.count) "
            + (rows.count == 1 ? "row." : "rows.")
        let finite = rows.filter { $0.value.isFinite }
        if let low = finite.min(by: { $0.value < $1.value }),
            let high = finite.max(by: { $0.value < $1.value })
        {
            text += " Lowest: \(low.label), \(low.text), n = \(NumberText.count(low.count))."
            text += " Highest: \(high.label), \(high.text), n = \(NumberText.count(high.count))."
        }
        if let reference {
            text += " For comparison, \(reference.label): \(NumberText.plain(reference.value))."
        }
        if let bandMeaning { text += " Shaded: \(bandMeaning)." }
        return text
    }

    package var table: FigureTable {
        FigureTable(
            header: ["", axis.label, "n"] + (bandMeaning.map { [$0] } ?? []),
            rows: rows.map {
                [$0.label, $0.text, NumberText.count($0.count)]
                    + (bandMeaning == nil ? [] : [$0.band?.text ?? ""])
            })
    }
}
