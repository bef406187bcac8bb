/// Bars of counts or amounts: over categories, or over ranges of a number (a histogram).
package struct BarChart: Chart, Sendable, Hashable {
    /// What the bars stand on.
    package var category: Axis
    /// What their height says.
    package var amount: Axis
    package var bars: [Bar]

    package init(category: Axis, amount: Axis, bars: [Bar]) {
        self.category = category
        self.amount = amount
        self.bars = bars
    }

    package struct Bar: Codable, Sendable, Hashable {
        package var label: String
        package var amount: Double
        /// The ends of the range in a histogram; `nil` for a category.
        package var lower: Double?
        package var upper: Double?

        package init(label: String, amount: Double) {
            self.label = label
            self.amount = amount
        }

        package init(lower: Double, upper: Double, amount: Double) {
            self.label = "\(NumberText.plain(lower)) to \(NumberText.plain(upper))"
            self.amount = amount
            self.lower = lower
            self.upper = upper
        }
    }

    /// Whether every bar stands on a range of numbers.
    package var isHistogram: Bool {
        !bars.isEmpty && bars.allSatisfy { $0.lower != nil && $0.upper != nil }
    }

    package var textAlternative: String {
        var text =
            "\(isHistogram ? "Histogram" : "Bars") of \(amount.label) over "
            + "\(category.label): \(bars.count) bars."
        if let high = bars.filter({ $0.amount.isFinite }).max(by: { $0.amount < $1.amount }) {
            text += " Highest: \(high.label), \(NumberText.plain(high.amount))."
        }
        return text
    }

    package var table: FigureTable {
        FigureTable(
            header: [category.label, amount.label],
            rows: bars.map { [$0.label, NumberText.plain($0.amount)] })
    }
}
