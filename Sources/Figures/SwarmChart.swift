/// A dot for each of many values, a line of dots for each label, shaded by a second number.
package struct SwarmChart: Chart, Sendable, Hashable {
    package var axis: Axis
    package var rows: [Row]
    /// What a dark dot means, and a light one: `high` and `low`.
    package var shade: String

    package init(axis: Axis, rows: [Row], shade: String) {
        self.axis = axis
        self.rows = rows
        self.shade = shade
    }

    package struct Row: Codable, Sendable, Hashable {
        package var label: String
        package var dots: [Dot]

        package init(label: String, dots: [Dot]) {
            self.label = label
            self.dots = dots
        }
    }

    package struct Dot: Codable, Sendable, Hashable {
        package var value: Double
        /// From 0, light, to 1, dark; `nil` where there is no order.
        package var shade: Double?

        package init(value: Double, shade: Double?) {
            self.value = value
            self.shade = shade
        }
    }

    package var textAlternative: String {
        "Dots of \(axis.label) for \(rows.count) labels, shaded by \(shade)."
            + (rows.first.map { row in
                let values = row.dots.map(\.value)
                return " \(row.label) goes from \(NumberText.plain(values.min() ?? 0)) to "
                    + "\(NumberText.plain(values.max() ?? 0))."
            } ?? "")
    }

    package var table: FigureTable {
        FigureTable(
            header: ["label", "lowest", "middle", "highest"],
            rows: rows.map { row in
                let values = row.dots.map(\.value).sorted()
                guard let first = values.first, let last = values.last else {
                    return [row.label, "", "", ""]
                }
                return [
                    row.label, NumberText.plain(first),
                    NumberText.plain(values[values.count / 2]), NumberText.plain(last),
                ]
            })
    }
}
