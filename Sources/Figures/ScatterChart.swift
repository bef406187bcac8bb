/// A dot for each pair of numbers, each with an optional error of y.
package struct ScatterChart: Chart, Sendable, Hashable {
    package var x: Axis
    package var y: Axis
    package var dots: [Dot]

    package init(x: Axis, y: Axis, dots: [Dot]) {
        self.x = x
        self.y = y
        self.dots = dots
    }

    package struct Dot: Codable, Sendable, Hashable {
        package var x: Double
        package var y: Double
        /// Half of y's interval; `nil` for none.
        package var error: Double?

        package init(x: Double, y: Double, error: Double? = nil) {
            self.x = x
            self.y = y
            self.error = error
        }
    }

    package var textAlternative: String {
        guard let left = dots.min(by: { $0.x < $1.x }), let right = dots.max(by: { $0.x < $1.x })
        else { return "No dots of \(y.label) over \(x.label)." }
        return "\(dots.count) dots of \(y.label) over \(x.label), from "
            + "\(NumberText.plain(left.y)) at \(NumberText.plain(left.x)) to "
            + "\(NumberText.plain(right.y)) at \(NumberText.plain(right.x))."
    }

    /// The mean of y in at most ten stretches of x that hold as many dots.
    package var table: FigureTable {
        let sorted = dots.filter { $0.x.isFinite && $0.y.isFinite }.sorted { $0.x < $1.x }
        let parts = min(10, sorted.count)
        return FigureTable(
            header: ["\(x.label), from", "to", "dots", "mean of y"],
            rows: (0..<parts).map { part in
                let own = sorted[
                    part * sorted.count / parts..<(part + 1) * sorted.count / parts]
                return [
                    NumberText.plain(own.first?.x ?? 0), NumberText.plain(own.last?.x ?? 0),
                    NumberText.count(own.count),
                    NumberText.plain(own.reduce(0) { $0 + $1.y } / Double(own.count)),
                ]
            })
    }
}
