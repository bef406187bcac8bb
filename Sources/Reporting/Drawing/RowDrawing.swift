import Figures

extension IntervalChart {
    /// Each row has its words on one line and its interval on the next, so that a narrow screen
    /// holds both.
    func drawing(_ figure: Figure) -> HTML {
        let top = reference == nil ? 24.0 : 40.0
        var canvas = Canvas(height: top + Double(rows.count) * 38 + 44)
        let values = rows.flatMap {
            [$0.value, $0.lower ?? $0.value, $0.upper ?? $0.value]
                + ($0.band.map { [$0.lower, $0.upper] } ?? [])
        }
        let scale = Scale(
            axis, values: values + (reference.map { [$0.value] } ?? []), start: 8,
            end: Canvas.width - 8)
        let bottom = top + Double(rows.count) * 38 + 4
        for tick in scale.ticks() {
            let x = scale.position(tick.value)
            canvas.line(x, top, x, bottom, "g")
            canvas.text(tick.text, x: x, y: bottom + 15, anchor: .middle)
        }
        canvas.text(
            axis.label, x: Canvas.width / 2, y: bottom + 34, anchor: .middle, style: "t a",
            room: Canvas.width)
        if let reference, scale.holds(reference.value) {
            let x = scale.position(reference.value)
            canvas.line(x, top - 8, x, bottom, "d")
            let text = "\(reference.label) \(NumberText.plain(reference.value))"
            let half = Canvas.width(of: text) / 2
            let middle = min(max(x, half), Canvas.width - half)
            canvas.text(text, x: middle, y: top - 14, anchor: .middle, room: Canvas.width)
        }
        for (index, row) in rows.enumerated() {
            let y = top + Double(index) * 38
            let right = "\(row.text) · n = \(NumberText.count(row.count))"
            let room = Canvas.width - Canvas.width(of: right) - 20
            canvas.text(row.label, x: 8, y: y + 15, style: "t n k", room: room)
            canvas.text(right, x: Canvas.width - 8, y: y + 15, anchor: .end, style: "t k")
            if let band = row.band, scale.holds(band.lower), scale.holds(band.upper) {
                let (from, to) = (scale.position(band.lower), scale.position(band.upper))
                canvas.add(
                    """
                    <rect x="\(at: from)" y="\(at: y + 21)" width="\(at: max(1, to - from))" height="12" \
                    class="f"><title>\(bandMeaning ?? "")</title></rect>
                    """)
            }
            guard scale.holds(row.value) else { continue }
            if let lower = row.lower, let upper = row.upper, scale.holds(lower), scale.holds(upper)
            {
                canvas.line(scale.position(lower), y + 27, scale.position(upper), y + 27, "i")
            }
            canvas.add(
                """
                <circle cx="\(at: scale.position(row.value))" cy="\(at: y + 27)" r="4.5" class="p"/>
                """)
        }
        return canvas.svg(figure)
    }
}

extension BarChart {
    func drawing(_ figure: Figure) -> HTML {
        isHistogram ? histogram(figure) : categories(figure)
    }

    private func histogram(_ figure: Figure) -> HTML {
        var canvas = Canvas(height: 280)
        let y = Scale(
            Axis("", lower: 0, upper: amount.upper), values: bars.map(\.amount), start: 236, end: 30
        )
        let left = (y.ticks().map { Canvas.width(of: $0.text) }.max() ?? 20) + 10
        let ends = bars.compactMap(\.lower) + bars.compactMap(\.upper)
        let x = Scale(category, values: ends, padding: 0, start: left, end: Canvas.width - 12)
        PlotFrame(x: x, y: y).draw(&canvas, xTitle: category.label, yTitle: amount.label)
        for bar in bars where y.holds(bar.amount) {
            guard let lower = bar.lower, let upper = bar.upper, x.holds(lower), x.holds(upper)
            else {
                continue
            }
            let (from, to) = (x.position(lower), x.position(upper))
            let height = max(0, 236 - y.position(bar.amount))
            canvas.add(
                """
                <rect x="\(at: from + 0.5)" y="\(at: 236 - height)" width="\(at: max(0.5, to - from - 1))" \
                height="\(at: height)" class="h"><title>\(bar.label): \
                \(NumberText.plain(bar.amount))</title></rect>
                """)
        }
        return canvas.svg(figure)
    }

    private func categories(_ figure: Figure) -> HTML {
        var canvas = Canvas(height: 26 + Double(bars.count) * 34)
        let scale = Scale(
            Axis("", lower: min(0, amount.lower ?? 0), upper: amount.upper),
            values: bars.map(\.amount) + [0], padding: 0, start: 0, end: Canvas.width - 8)
        canvas.text(
            "\(amount.label) by \(category.label)", x: 0, y: 13, style: "t a", room: Canvas.width)
        for (index, bar) in bars.enumerated() {
            let y = 26 + Double(index) * 34
            let right = NumberText.plain(bar.amount)
            let room = Canvas.width - Canvas.width(of: right) - 20
            canvas.text(bar.label, x: 0, y: y + 13, style: "t n", room: room)
            canvas.text(right, x: Canvas.width - 8, y: y + 13, anchor: .end, style: "t n")
            let width = scale.holds(bar.amount) ? max(0.5, scale.position(bar.amount)) : 0
            canvas.add(
                """
                <rect x="0" y="\(at: y + 18)" width="\(at: width)" height="7" class="h"/>
                """)
        }
        return canvas.svg(figure)
    }
}

extension ConfusionMatrix {
    /// A table of HTML, not a drawing: its numbers can be read and copied. The shade of a cell is
    /// its share of the row. Beyond 25 classes only the first are shown.
    func htmlTable() -> HTML {
        let shown = classes.indices.prefix(25)
        var html: HTML =
            "<table class=\"heat\"><caption>Rows: actual class. Columns: decided class."
        if shown.count < classes.count {
            html += " The first \(shown.count) of \(classes.count) classes."
        }
        html += "</caption><thead><tr><td></td>"
        for index in shown { html += "<th scope=\"col\">\(data: classes[index])</th>" }
        html += "</tr></thead><tbody>"
        for actual in shown {
            html += "<tr><th scope=\"row\">\(data: classes[actual])</th>"
            for decided in shown {
                let share = share(actual: actual, decided: decided)
                let percent = NumberText.percent(share, decimals: share < 0.1 ? 1 : 0)
                html += """
                    <td style="--share:\(at: share * 60)%"\(actual == decided ? " class=\"ok\"" as HTML : "")>\
                    \(NumberText.count(counts[actual][decided]))<small>\(percent) %</small></td>
                    """
            }
            html += "</tr>"
        }
        return html + "</tbody></table>"
    }
}
