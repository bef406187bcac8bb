import Figures

extension LineChart {
    func drawing(_ figure: Figure) -> HTML {
        let bottom = diagonal == nil ? 256.0 : 332
        var canvas = Canvas(height: bottom + 44)
        // Bold letters are wider; one line needs no name beside the title.
        let longest = series.map { 1.15 * Canvas.width(of: visible($0.name)) }.max() ?? 0
        let room = series.count > 1 ? min(longest, 120) : 0
        let bands = series.compactMap(\.band)
        let heights = series.flatMap(\.y) + bands.flatMap { $0.lower + $0.upper }
        let places = series.flatMap(\.x) + marks.map(\.x)
        let y = Scale(self.y, values: heights, start: bottom, end: 30)
        let left = (y.ticks().map { Canvas.width(of: $0.text) }.max() ?? 20) + 10
        let x = Scale(
            self.x, values: places, padding: 0, start: left, end: Canvas.width - room - 10)
        let frame = PlotFrame(x: x, y: y)
        frame.draw(&canvas, xTitle: self.x.label, yTitle: self.y.label)
        if let diagonal { frame.drawDiagonal(&canvas, label: diagonal) }
        for mark in marks where x.holds(mark.x) {
            let at = x.position(mark.x)
            let isLeft = at > (x.start + x.end) / 2
            canvas.line(at, y.start, at, y.end, "d")
            canvas.text(
                mark.label, x: isLeft ? at - 5 : at + 5, y: y.end + 8,
                anchor: isLeft ? .end : .start, room: isLeft ? at - x.start : x.end - at)
        }
        for (index, line) in series.enumerated() {
            if let band = line.band {
                let up = frame.points(line.x, band.upper)
                let down = frame.points(line.x, band.lower).reversed()
                canvas.add(
                    """
                    <path d="\(PlotFrame.path(up + down))Z" class="b" \
                    style="fill:var(--c\(index % 6))"><title>\(band.meaning)</title></path>
                    """)
            }
            canvas.add(
                """
                <path d="\(frame.path(line.x, line.y))" class="l l\(index / 6 % 3)" \
                style="stroke:var(--c\(index % 6))"/>
                """)
        }
        // Names beside the ends of their lines, pushed apart where they would overlap.
        let ends = series.enumerated().compactMap { index, line -> (index: Int, y: Double)? in
            frame.points(line.x, line.y).last.map { (index, $0.y) }
        }.sorted { $0.y < $1.y }
        var placed: [Double] = []
        for end in ends { placed.append(max(end.y, (placed.last ?? -100) + 14)) }
        let excess = max(0, (placed.last ?? 0) - y.start)
        for (end, place) in zip(ends, placed) where series.count > 1 {
            canvas.text(
                series[end.index].name, x: x.end + 6, y: place - excess + 4, style: "t s",
                color: end.index, room: room + 4)
        }
        return canvas.svg(figure)
    }
}

extension PlotFrame {
    typealias Point = (x: Double, y: Double)

    /// Coordinates of the points that can be drawn; those closer than half a unit to the one
    /// before are left out, but for the last.
    func points(_ xs: [Double], _ ys: [Double]) -> [Point] {
        var points: [Point] = []
        var skipped: Point?
        for (x, y) in zip(xs, ys) where self.x.holds(x) && self.y.holds(y) {
            let point = (x: self.x.position(x), y: self.y.position(y))
            if let last = points.last, abs(last.x - point.x) < 0.5, abs(last.y - point.y) < 0.5 {
                skipped = point
            } else {
                points.append(point)
                skipped = nil
            }
        }
        if let skipped { points.append(skipped) }
        return points
    }

    /// A line through the points, interrupted where a value cannot be drawn.
    func path(_ xs: [Double], _ ys: [Double]) -> HTML {
        var path: HTML = ""
        var start = 0
        for index in 0...xs.count {
            let ends = index == xs.count || !(x.holds(xs[index]) && y.holds(ys[index]))
            guard ends else { continue }
            if index > start {
                path += PlotFrame.path(points(Array(xs[start..<index]), Array(ys[start..<index])))
            }
            start = index + 1
        }
        return path
    }

    static func path(_ points: [Point]) -> HTML {
        HTML(
            joining: points.enumerated().map {
                "\($0 == 0 ? "M" as HTML : "L")\(at: $1.x) \(at: $1.y)"
            })
    }

    /// The line y = x where both axes have it.
    func drawDiagonal(_ canvas: inout Canvas, label: String) {
        let low = max(x.lower, y.lower)
        let high = min(x.upper, y.upper)
        guard high > low, !x.isLogarithmic, !y.isLogarithmic else { return }
        canvas.line(x.position(low), y.position(low), x.position(high), y.position(high), "d")
        let middle = low + (high - low) * 0.56
        let room = x.end - x.position(middle) - 8
        canvas.text(
            label, x: x.position(middle) + 8, y: y.position(middle) + 16, room: room)
    }
}

extension ReliabilityDiagram {
    func drawing(_ figure: Figure) -> HTML {
        var canvas = Canvas(height: 376)
        let frame = PlotFrame(
            x: Scale(Axis("", lower: 0, upper: 1), values: [], start: 38, end: Canvas.width - 14),
            y: Scale(Axis("", lower: 0, upper: 1), values: [], start: 332, end: 30))
        frame.draw(
            &canvas, xTitle: "predicted probability of \(event)", yTitle: "observed share")
        // Faint bars: how many rows each bin holds.
        let most = bins.map(\.count).max() ?? 0
        for bin in bins where most > 0 {
            let height = 36 * Double(bin.count) / Double(most)
            canvas.add(
                """
                <rect x="\(at: frame.x.position(bin.predicted) - 6)" y="\(at: 332 - height)" \
                width="12" height="\(at: height)" class="f"/>
                """)
        }
        frame.drawDiagonal(&canvas, label: "agreement")
        for bin in bins {
            let x = frame.x.position(bin.predicted)
            let y = frame.y.position(bin.observed)
            canvas.line(x, frame.y.position(bin.lower), x, frame.y.position(bin.upper), "i")
            let text = NumberText.withInterval(bin.observed, lower: bin.lower, upper: bin.upper)
            canvas.add(
                """
                <circle cx="\(at: x)" cy="\(at: y)" r="4" class="p"><title>predicted \
                \(NumberText.fixed(bin.predicted, decimals: 3)), observed \(text.value) \
                \(text.interval), n = \(NumberText.count(bin.count))</title></circle>
                """)
        }
        if let least = bins.map(\.count).min() {
            canvas.text(
                "bars: rows a bin, \(NumberText.count(least)) to \(NumberText.count(most))",
                x: Canvas.width - 14, y: 284, anchor: .end)
        }
        return canvas.svg(figure)
    }
}
