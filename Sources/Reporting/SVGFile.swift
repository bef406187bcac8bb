package import Figures

extension Figure {
    /// The figure as an SVG file of its own, in the report's light colours; `nil` of a table of classes, which is no drawing.
    package var svgFile: String? {
        let drawing: HTML
        switch plot {
        case .lines(let chart): drawing = chart.drawing(self)
        case .intervals(let chart): drawing = chart.drawing(self)
        case .bars(let chart): drawing = chart.drawing(self)
        case .reliability(let chart): drawing = chart.drawing(self)
        case .waterfall(let chart): drawing = chart.drawing(self)
        case .swarm(let chart): drawing = chart.drawing(self)
        case .scatter(let chart): drawing = chart.drawing(self)
        case .confusion: return nil
        }
        let source = drawing.source
        guard let end = source.firstIndex(of: ">") else { return nil }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" "
            + source[..<end].dropFirst("<svg ".count)
            + "><style>:root{\(lightColors)}\n\(drawingStyle)</style>"
            + source[source.index(after: end)...] + "\n"
    }
}
