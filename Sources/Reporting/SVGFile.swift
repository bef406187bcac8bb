package import Figures

extension Figure {
    /// The plot as SVG inside a page; `nil` of a table of classes, which is no drawing.
    var drawing: HTML? {
        switch plot {
        case .lines(let chart): chart.drawing(self)
        case .intervals(let chart): chart.drawing(self)
        case .bars(let chart): chart.drawing(self)
        case .reliability(let chart): chart.drawing(self)
        case .waterfall(let chart): chart.drawing(self)
        case .swarm(let chart): chart.drawing(self)
        case .scatter(let chart): chart.drawing(self)
        case .contours(let chart): chart.drawing(self)
        case .confusion: nil
        }
    }

    /// The figure as an SVG file of its own, in the report's light colours; `nil` where there is no drawing.
    package var svgFile: String? {
        guard let source = drawing?.source, let end = source.firstIndex(of: ">") else { return nil }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" "
            + source[..<end].dropFirst("<svg ".count)
            + "><style>:root{\(lightColors)}\n\(drawingStyle)</style>"
            + source[source.index(after: end)...] + "\n"
    }
}
