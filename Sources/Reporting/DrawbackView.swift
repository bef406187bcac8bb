import Evidence
import Figures

extension RunReport {
    /// One drawback: a sentence, the numbers that matter, one figure; all else folded.
    func drawbackChapter(_ section: Section, _ drawback: Drawback) -> HTML {
        let row = drawbacks.first { $0.drawback == drawback }
        let told = brief?.drawbacks.first { $0.drawback == drawback }
        var html: HTML = "<p class=\"question\">\(drawback.question)</p>\n"
        if let told { html += "<p class=\"lead\">\(data: told.answer.text)</p>\n" }
        let numbers = HTML(joining: (row?.measured ?? []).prefix(Self.shownNumbers).map(numberView))
        let lead = section.figures.first
        let figure = lead.map { figureView(shortened($0)) } ?? ""
        html += """
            <div class="told\(lead == nil ? " alone" : "")"><div class="numbers">\(numbers)\
            \(told.map { "<p class=\"note\">\(data: $0.remedy)</p>" as HTML } ?? "")</div>\(figure)</div>

            """
        let own = measurements.filter { $0.drawback == drawback }
        html += fold(
            "All \(own.count) numbers of this drawback",
            measurementTable(own, of: drawback.title))
        if drawback == .bias {
            let names = groupTables.map(\.column).joined(separator: ", ")
            html += fold("Group by group: \(names)", groupChapter)
        }
        var rest = Array(section.figures.dropFirst())
        if let lead, shortened(lead) != lead {
            var whole = lead
            whole.id += "-whole"
            rest.insert(whole, at: 0)
        }
        html += fold(
            rest.count == 1 ? "One more figure" : "\(rest.count) more figures",
            rest.isEmpty
                ? "" : "<div class=\"figures\">\(HTML(joining: rest.map(figureView)))</div>\n")
        let tried = row?.proofs ?? []
        html += fold(
            tried.count == 1 ? "The remedy that was tried" : "\(tried.count) remedies that were tried",
            HTML(joining: tried.map(proofView)))
        let left = leftOut.filter { $0.drawback == drawback }
        html += fold(
            "Not measured: \(left.count)",
            left.isEmpty
                ? ""
                : "<ul>"
                    + HTML(
                        joining: left.map { "<li>\($0.probe), since \(data: $0.reason).</li>" })
                    + "</ul>\n")
        return html
    }

    private static let shownNumbers = 3
    /// Rows of a figure beside which the numbers stand; the whole figure is one click away.
    private static let shownRows = 8

    private func shortened(_ figure: Figure) -> Figure {
        guard case .intervals(var chart) = figure.plot, chart.rows.count > Self.shownRows else {
            return figure
        }
        var result = figure
        result.caption +=
            " The first \(Self.shownRows) of \(chart.rows.count); all stand under more figures."
        chart.rows = Array(chart.rows.prefix(Self.shownRows))
        result.plot = .intervals(chart)
        return result
    }

    private func numberView(_ measurement: Measurement) -> HTML {
        let text = MeasurementText(measurement)
        let part: HTML = measurement.group.map { ", \(data: $0)" } ?? ""
        let estimate: HTML =
            measurement.note?.hasPrefix("an estimate") == true
            ? "<div class=\"how\">an estimate, see its note</div>" : ""
        let verdict: HTML =
            measurement.verdict.map { "<div class=\"verdict\">\(data: $0)</div>" } ?? ""
        return """
            <div class="number"><div class="name">\(name(of: measurement.metric))\(part)</div>\
            <div class="big">\(value(measurement))</div>\
            <div class="range">\(text.interval)</div>\(estimate)\(verdict)</div>

            """
    }

    /// What a reader opens with one click; printed whole. Nothing where there is nothing.
    func fold(_ title: String, id: HTML = "", isHeading: Bool = false, _ body: HTML) -> HTML {
        if body.source.isEmpty { return "" }
        let anchor: HTML = id.source.isEmpty ? "" : " id=\"\(id)\""
        let summary: HTML = isHeading ? "<h2>\(data: title)</h2>" : "\(data: title)"
        return """
            <details class="fold"\(anchor)><summary>\(summary)</summary>
            \(body)</details>

            """
    }

    func figureView(_ figure: Figure) -> HTML {
        """
        <figure id="figure-\(anchorName(figure.id))"><h3>\(data: figure.title)</h3>\
        \(drawing(figure))<figcaption>\(data: figure.caption)</figcaption></figure>

        """
    }
}
