import Figures

/// An SVG drawing in units that are about one CSS pixel on a phone.
struct Canvas {
    static let width = 420.0
    var height: Double
    private(set) var body: HTML = ""

    init(height: Double) { self.height = height }

    mutating func add(_ markup: HTML) { body += markup }

    enum Anchor: String { case start, middle, end }

    /// Text at its baseline. Where it must be cut, the whole text is its tooltip.
    mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, style: HTML = "t",
        color: Int? = nil, room: Double = .infinity
    ) {
        let shown = Canvas.fitted(visible(text), room: room)
        let tip: HTML = shown == visible(text) ? "" : "<title>\(text)</title>"
        let fill: HTML = color.map { "style=\"fill:var(--c\($0 % 6))\" " } ?? ""
        body += """
            <text x="\(at: x)" y="\(at: y)" class="\(style)" \(fill)text-anchor="\(HTML(text: anchor.rawValue))">\
            \(shown)\(tip)</text>
            """
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: HTML) {
        body += """
            <line x1="\(at: x1)" y1="\(at: y1)" x2="\(at: x2)" y2="\(at: y2)" class="\(style)"/>
            """
    }

    /// The whole drawing with its title and description.
    func svg(_ figure: Figure) -> HTML {
        let id = HTML(text: anchorName(figure.id))
        return """
            <svg viewBox="0 0 \(at: Canvas.width) \(at: height)" role="img" \
            aria-labelledby="t-\(id) d-\(id)"><title id="t-\(id)">\(figure.title)</title>\
            <desc id="d-\(id)">\(figure.textAlternative)</desc>\(body)</svg>
            """
    }

    /// About how wide a text of 12 units' height is; on the safe side for Latin letters.
    static func width(of text: String) -> Double { Double(displayWidth(text)) * 6.6 }

    static func fitted(_ text: String, room: Double) -> String {
        room == .infinity ? text : shortened(text, to: max(2, Int(room / 6.6)))
    }
}

/// A name for links within the page: letters, digits, hyphens; others become their numbers.
func anchorName(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": String(scalar)
        default: "-\(scalar.value)-"
        }
    }.joined()
}

/// The rectangle in which points are drawn, with its axes.
struct PlotFrame {
    var x: Scale
    var y: Scale

    /// Draws grid, ticks and titles: the y title above the axis, where it reads without turning
    /// the head.
    func draw(_ canvas: inout Canvas, xTitle: String, yTitle: String) {
        canvas.text(yTitle, x: 0, y: 13, style: "t a", room: Canvas.width)
        for tick in y.ticks() {
            let at = y.position(tick.value)
            canvas.line(x.start, at, x.end, at, "g")
            canvas.text(tick.text, x: x.start - 7, y: at + 4, anchor: .end)
        }
        canvas.line(x.start, y.start, x.end, y.start, "x")
        var free = -Double.infinity
        for tick in x.ticks() {
            let at = x.position(tick.value)
            let half = Canvas.width(of: tick.text) / 2
            guard at - half > free else { continue }
            free = at + half + 4
            canvas.line(at, y.start, at, y.start + 4, "x")
            canvas.text(tick.text, x: at, y: y.start + 17, anchor: .middle)
        }
        canvas.text(
            xTitle, x: (x.start + x.end) / 2, y: y.start + 35, anchor: .middle, style: "t a",
            room: Canvas.width)
    }
}
