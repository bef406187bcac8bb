import Figures

extension ScatterChart {
    func drawing(_ figure: Figure) -> HTML {
        let bottom = 256.0
        var canvas = Canvas(height: bottom + 44)
        let reaches = dots.flatMap { dot in
            [dot.y] + (dot.error.map { [dot.y - $0, dot.y + $0] } ?? [])
        }
        let y = Scale(self.y, values: reaches + [0], start: bottom, end: 30)
        let left = (y.ticks().map { Canvas.width(of: $0.text) }.max() ?? 20) + 10
        let x = Scale(self.x, values: dots.map(\.x), start: left, end: Canvas.width - 10)
        PlotFrame(x: x, y: y).draw(&canvas, xTitle: self.x.label, yTitle: self.y.label)
        if y.holds(0) { canvas.line(x.start, y.position(0), x.end, y.position(0), "d") }
        for dot in dots where x.holds(dot.x) && y.holds(dot.y) {
            let at = x.position(dot.x)
            if let error = dot.error, y.holds(dot.y - error), y.holds(dot.y + error) {
                canvas.line(at, y.position(dot.y - error), at, y.position(dot.y + error), "x")
            }
            canvas.add(
                """
                <circle cx="\(at: at)" cy="\(at: y.position(dot.y))" r="2.2" class="p" \
                style="opacity:0.6"/>
                """)
        }
        return canvas.svg(figure)
    }
}
