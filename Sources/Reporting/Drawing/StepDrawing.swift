import Figures

extension WaterfallChart {
    /// Each step has its words on one line and its bar on the next.
    func drawing(_ figure: Figure) -> HTML {
        let top = 24.0
        let lines = steps.count + 2
        var canvas = Canvas(height: top + Double(lines) * 34 + 44)
        let reaches = zip(spans, steps).flatMap { span, step in
            step.error.map { [span.to - $0, span.to + $0] } ?? []
        }
        let ends = spans.flatMap { [$0.from, $0.to] } + reaches + [start.value, end.value]
        let scale = Scale(axis, values: ends, start: 8, end: Canvas.width - 8)
        let bottom = top + Double(lines) * 34 + 2
        for tick in scale.ticks() {
            let x = scale.position(tick.value)
            canvas.line(x, top, x, bottom, "g")
            canvas.text(tick.text, x: x, y: bottom + 15, anchor: .middle)
        }
        canvas.text(
            axis.label, x: Canvas.width / 2, y: bottom + 34, anchor: .middle, style: "t a",
            room: Canvas.width)
        func words(_ line: Int, _ label: String, _ right: String) {
            let y = top + Double(line) * 34
            let room = Canvas.width - Canvas.width(of: right) - 20
            canvas.text(label, x: 8, y: y + 14, style: "t n k", room: room)
            canvas.text(right, x: Canvas.width - 8, y: y + 14, anchor: .end, style: "t k")
        }
        func mark(_ line: Int, _ value: Double) {
            guard scale.holds(value) else { return }
            let (x, y) = (scale.position(value), top + Double(line) * 34)
            canvas.line(x, y + 18, x, y + 32, "d")
        }
        words(0, start.label, NumberText.plain(start.value))
        mark(0, start.value)
        for (index, (step, span)) in zip(steps, spans).enumerated() {
            words(index + 1, step.label, step.text)
            guard scale.holds(span.from), scale.holds(span.to) else { continue }
            let (from, to) = (scale.position(span.from), scale.position(span.to))
            let y = top + Double(index + 1) * 34
            canvas.add(
                """
                <rect x="\(at: min(from, to))" y="\(at: y + 19)" width="\(at: max(0.8, abs(to - from)))" height="10" \
                style="fill:var(--c\(step.change < 0 ? 1 : 0))"/>
                """)
            if let error = step.error, scale.holds(span.to - error), scale.holds(span.to + error) {
                canvas.line(
                    scale.position(span.to - error), y + 24, scale.position(span.to + error),
                    y + 24, "x")
            }
        }
        words(lines - 1, end.label, NumberText.plain(end.value))
        mark(lines - 1, end.value)
        return canvas.svg(figure)
    }
}

extension SwarmChart {
    private static let height = 44.0
    private static let lanes = 4

    /// Dots that would cover one another go to lanes above and below.
    func drawing(_ figure: Figure) -> HTML {
        let top = 24.0
        var canvas = Canvas(height: top + Double(rows.count) * Self.height + 44)
        let scale = Scale(
            axis, values: rows.flatMap { $0.dots.map(\.value) } + [0], start: 8,
            end: Canvas.width - 8)
        let bottom = top + Double(rows.count) * Self.height + 4
        for tick in scale.ticks() {
            let x = scale.position(tick.value)
            canvas.line(x, top, x, bottom, "g")
            canvas.text(tick.text, x: x, y: bottom + 15, anchor: .middle)
        }
        canvas.text(
            axis.label, x: Canvas.width / 2, y: bottom + 34, anchor: .middle, style: "t a",
            room: Canvas.width)
        canvas.text("Dark: \(shade)", x: 8, y: 13, style: "t a", room: Canvas.width)
        for (index, row) in rows.enumerated() {
            let y = top + Double(index) * Self.height
            canvas.text(row.label, x: 8, y: y + 12, style: "t n k", room: Canvas.width - 16)
            var ends = [Double](repeating: -.infinity, count: 2 * Self.lanes + 1)
            for dot in row.dots.sorted(by: { $0.value < $1.value }) where scale.holds(dot.value) {
                let x = scale.position(dot.value)
                let lane = ends.indices.first { ends[$0] < x - 4 } ?? index % ends.count
                ends[lane] = x
                let shade = dot.shade.flatMap { $0.isFinite ? min(1, max(0, $0)) : nil } ?? 0.5
                // Lanes 0, 1, 2, … lie at 0, +1, −1, +2, …
                let shift = Double((lane + 1) / 2) * (lane % 2 == 0 ? -2.4 : 2.4)
                canvas.add(
                    """
                    <circle cx="\(at: x)" cy="\(at: y + 28 + shift)" r="2.2" class="p" \
                    style="opacity:\(at: 0.2 + 0.8 * shade)"/>
                    """)
            }
        }
        return canvas.svg(figure)
    }
}
