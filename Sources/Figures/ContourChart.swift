/// A value over two numbers: its levels, the points that were tried, and a box that was found.
package struct ContourChart: Chart, Sendable, Hashable {
    package var x: Axis
    package var y: Axis
    /// What is shown over both, with its unit.
    package var title: String
    /// Where the value is known, ascending.
    package var columns: [Double]
    package var rows: [Double]
    /// `[rows][columns]`
    package var values: [[Double]]
    package var dots: [Dot]
    package var box: Box?

    package init(
        x: Axis, y: Axis, title: String, columns: [Double], rows: [Double], values: [[Double]],
        dots: [Dot], box: Box? = nil
    ) {
        (self.x, self.y, self.title) = (x, y, title)
        (self.columns, self.rows, self.values) = (columns, rows, values)
        (self.dots, self.box) = (dots, box)
    }

    package struct Dot: Codable, Sendable, Hashable {
        package var x: Double
        package var y: Double

        package init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    package struct Box: Codable, Sendable, Hashable {
        package var left: Double
        package var right: Double
        package var bottom: Double
        package var top: Double
        package var label: String

        package init(left: Double, right: Double, bottom: Double, top: Double, label: String) {
            (self.left, self.right, self.bottom, self.top) = (left, right, bottom, top)
            self.label = label
        }
    }

    /// The place of the lowest value, and of the highest.
    private var ends:
        (low: (x: Double, y: Double, value: Double), high: (x: Double, y: Double, value: Double))?
    {
        let all = zip(rows, values).flatMap { y, line in
            zip(columns, line).filter { $0.1.isFinite }.map { (x: $0.0, y: y, value: $0.1) }
        }
        guard let low = all.min(by: { $0.value < $1.value }),
            let high = all.max(by: { $0.value < $1.value })
        else { return nil }
        return (low, high)
    }

    package var textAlternative: String {
        guard let ends else { return "No values of \(title) over \(x.label) and \(y.label)." }
        func place(_ end: (x: Double, y: Double, value: Double)) -> String {
            "\(NumberText.plain(end.value)) at \(x.title) \(NumberText.plain(end.x)) and \(y.title) "
                + NumberText.plain(end.y)
        }
        var text =
            "Levels of \(title) over \(x.label) and \(y.label), with \(NumberText.count(dots.count)) "
            + "tried points. Lowest \(place(ends.low)), highest \(place(ends.high))."
        if let box {
            text +=
                " \(box.label): \(x.title) \(NumberText.plain(box.left)) to \(NumberText.plain(box.right)), "
                + "\(y.title) \(NumberText.plain(box.bottom)) to \(NumberText.plain(box.top))."
        }
        return text
    }

    /// Five columns and rows of the grid.
    package var table: FigureTable {
        func chosen(_ count: Int) -> [Int] {
            count <= 5 ? Array(0..<count) : (0..<5).map { $0 * (count - 1) / 4 }
        }
        let across = chosen(columns.count)
        return FigureTable(
            header: ["\(y.label) \\ \(x.label)"] + across.map { NumberText.plain(columns[$0]) },
            rows: chosen(rows.count).reversed().map { row in
                [NumberText.plain(rows[row])]
                    + across.map { NumberText.plain(values[row][$0]) }
            })
    }
}
