import Figures

extension ContourChart {
    private static let levels = 6

    /// Shades between levels, a line at each, dots above them; the scale of shades below.
    func drawing(_ figure: Figure) -> HTML {
        let bottom = 290.0
        var canvas = Canvas(height: bottom + 82)
        let y = Scale(self.y, values: rows, padding: 0, start: bottom, end: 30)
        let left = (y.ticks().map { Canvas.width(of: $0.text) }.max() ?? 20) + 10
        let x = Scale(self.x, values: columns, padding: 0, start: left, end: Canvas.width - 10)
        let finite = values.flatMap { $0 }.filter(\.isFinite)
        guard columns.count > 1, rows.count > 1, let low = finite.min(), let high = finite.max(),
            columns.allSatisfy(x.holds), rows.allSatisfy(y.holds)
        else { return canvas.svg(figure) }
        let step = high > low ? (high - low) / Double(Self.levels) : 1
        shade(&canvas, x, y, low, step)
        PlotFrame(x: x, y: y).draw(&canvas, xTitle: self.x.label, yTitle: self.y.label)
        for level in 1..<Self.levels {
            let line = crossings(of: low + Double(level) * step, x, y)
            guard !line.isEmpty else { continue }
            canvas.add("<path d=\"\(HTML(text: line))\" class=\"x\" style=\"fill:none\"/>")
        }
        if let box { draw(box, &canvas, x, y) }
        for dot in dots where x.holds(dot.x) && y.holds(dot.y) {
            canvas.add(
                """
                <circle cx="\(at: x.position(dot.x))" cy="\(at: y.position(dot.y))" r="2.4" \
                style="fill:var(--ink);stroke:var(--paper)"/>
                """)
        }
        drawScale(&canvas, top: bottom + 48, low, step)
        return canvas.svg(figure)
    }

    private func opacity(_ value: Double, _ low: Double, _ step: Double) -> Double {
        let level = min(Double(Self.levels) - 1, max(0, ((value - low) / step).rounded(.down)))
        return 0.06 + 0.8 * level / Double(Self.levels - 1)
    }

    /// A cell for each four values, by their mean.
    private func shade(
        _ canvas: inout Canvas, _ x: Scale, _ y: Scale, _ low: Double, _ step: Double
    ) {
        for row in 1..<rows.count {
            for column in 1..<columns.count {
                let mean =
                    (values[row][column] + values[row - 1][column] + values[row][column - 1]
                        + values[row - 1][column - 1]) / 4
                guard mean.isFinite else { continue }
                let (from, to) = (x.position(columns[column - 1]), x.position(columns[column]))
                let (top, end) = (y.position(rows[row]), y.position(rows[row - 1]))
                canvas.add(
                    """
                    <rect x="\(at: from)" y="\(at: top)" width="\(at: to - from)" height="\(at: end - top)" \
                    style="fill:var(--c0);opacity:\(at: opacity(mean, low, step))"/>
                    """)
            }
        }
    }

    /// Straight pieces through the cells, where the value on an edge crosses the level (marching squares).
    private func crossings(of level: Double, _ x: Scale, _ y: Scale) -> String {
        var path = ""
        for row in 1..<rows.count {
            for column in 1..<columns.count {
                let corners = [
                    (row - 1, column - 1), (row - 1, column), (row, column), (row, column - 1),
                ]
                var ends: [(Double, Double)] = []
                for place in 0..<4 {
                    let (a, b) = (corners[place], corners[(place + 1) % 4])
                    let (from, to) = (values[a.0][a.1], values[b.0][b.1])
                    guard from.isFinite, to.isFinite, (from < level) != (to < level) else {
                        continue
                    }
                    let part = (level - from) / (to - from)
                    // Of values that differ by more than a number can be.
                    guard part.isFinite else { continue }
                    let (x1, x2) = (x.position(columns[a.1]), x.position(columns[b.1]))
                    let (y1, y2) = (y.position(rows[a.0]), y.position(rows[b.0]))
                    ends.append((x1 + part * (x2 - x1), y1 + part * (y2 - y1)))
                }
                for pair in stride(from: 0, to: ends.count - 1, by: 2) {
                    let (from, to) = (ends[pair], ends[pair + 1])
                    path += "M\(short(from.0)) \(short(from.1))L\(short(to.0)) \(short(to.1))"
                }
            }
        }
        return path
    }

    /// With one decimal, for paths.
    private func short(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }

    private func draw(_ box: Box, _ canvas: inout Canvas, _ x: Scale, _ y: Scale) {
        guard [box.left, box.right].allSatisfy(x.holds), [box.bottom, box.top].allSatisfy(y.holds)
        else { return }
        let (left, right) = (x.position(box.left), x.position(box.right))
        let (top, end) = (y.position(box.top), y.position(box.bottom))
        canvas.add(
            """
            <rect x="\(at: left)" y="\(at: top)" width="\(at: right - left)" height="\(at: end - top)" \
            style="fill:none;stroke:var(--c1);stroke-width:2"/>
            """)
        canvas.text(
            box.label, x: min(left + 4, Canvas.width - 10 - Canvas.width(of: box.label)),
            y: top < 44 ? end - 6 : top - 5, style: "t n k")
    }

    private func drawScale(
        _ canvas: inout Canvas, top: Double, _ low: Double, _ step: Double
    ) {
        let width = (Canvas.width - 40) / Double(Self.levels)
        for level in 0..<Self.levels {
            let from = 10 + Double(level) * width
            let value = low + (Double(level) + 0.5) * step
            canvas.add(
                """
                <rect x="\(at: from)" y="\(at: top)" width="\(at: width)" height="8" \
                style="fill:var(--c0);opacity:\(at: opacity(value, low, step))"/>
                """)
        }
        for level in stride(from: 0, through: Self.levels, by: 2) {
            let anchor: Canvas.Anchor = level == 0 ? .start : .middle
            canvas.text(
                NumberText.plain(low + Double(level) * step), x: 10 + Double(level) * width,
                y: top + 21, anchor: anchor)
        }
        canvas.text(
            title, x: Canvas.width / 2, y: top + 33, anchor: .middle, style: "t a",
            room: Canvas.width)
    }
}
