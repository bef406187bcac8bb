import Evidence
import Figures

extension RunReport {
    /// The report as one HTML file that loads nothing and runs no script.
    ///
    /// - Parameter pictures: Shown in it.
    package func html(with pictures: [PictureExample] = []) -> String {
        withholdingSmallGroups.page(pictures).source
    }

    private func page(_ pictures: [PictureExample]) -> HTML {
        htmlPage(
            title: title, hasPictures: !pictures.isEmpty,
            body: """
                <header>
                <p class="eyebrow">Vouch report</p>
                <h1>\(data: title)</h1>
                <p class="lede">\(data: summary)</p>
                \(brief == nil ? numbersFirst : briefView)</header>
                <main>
                \(pictureChapter(pictures))\(brief == nil ? openChapters : foldedChapters)</main>
                <footer><p>Every number with an interval shows all its digits when the pointer rests on it. \
                The same report for machines is its JSON form, format \(format).</p></footer>
                """)
    }

    typealias Chapter = (id: String, title: String, body: HTML)

    /// Of a report that is of no single model: its numbers, and where to find what.
    private var numbersFirst: HTML {
        let links = (found + rest).map {
            "<li><a href=\"#\($0.id)\">\(data: $0.title)</a></li>" as HTML
        }
        return """
            \(cards)\(drawbackTable)\(worryBox)\(warningBox)\
            <nav aria-label="Contents"><ul>\(HTML(joining: links))</ul></nav>

            """
    }

    private var openChapters: HTML {
        HTML(
            joining: (found + rest).map {
                """
                <section id="\($0.id)"><h2>\(data: $0.title)</h2>
                \($0.body)</section>

                """
            })
    }

    /// The six drawbacks, then all else, each behind its title.
    private var foldedChapters: HTML {
        let six = found.filter { chapter in
            sections.contains { $0.drawback?.rawValue == chapter.id }
        }
        let others = found.filter { chapter in !six.contains { $0.id == chapter.id } }
        let open = six.map {
            """
            <section id="\($0.id)" class="drawback"><h2>\(data: $0.title)</h2>
            \($0.body)</section>

            """ as HTML
        }
        let folded = (others + rest).map {
            fold($0.title, id: HTML(text: $0.id), isHeading: true, $0.body)
        }
        return HTML(joining: open)
            + "<section class=\"rest\" aria-label=\"Everything else\">\(HTML(joining: folded))</section>\n"
    }

    private var found: [Chapter] {
        sections.enumerated().map { index, section in
            let isDrawback = brief != nil && section.drawback != nil
            return (
                anchor(section, index), section.title,
                section.drawback.map { isDrawback ? drawbackChapter(section, $0) : chapter(section) }
                    ?? chapter(section)
            )
        }
    }

    private var rest: [Chapter] {
        let made: [Chapter] = [
            ("trained", "What was trained", factList(facts)), ("data", "Data", dataChapter),
            ("main", "The main numbers", brief == nil ? "" : cards),
            // Of a drawback that has a chapter its remedies stand there.
            (
                "remedies", "Remedies tried",
                HTML(
                    joining: proofs.filter { brief == nil || !hasSection($0.drawback) }
                        .map(proofView))
            ),
            ("measurements", "Measurements", measurementTable(unsectioned, of: "the model")),
            ("groups", "Groups", hasSection(.bias) ? "" : groupChapter),
        ]
        let last: [Chapter] = [
            ("ledger", "Ledger", ledgerChapter), ("repeat", "How to repeat it", repeatChapter),
            ("missing", "Not in this report", missingChapter), ("glossary", "Glossary", glossary),
        ]
        return (made + documentChapters + last).filter { !$0.body.source.isEmpty }
    }

    // MARK: first screen

    private var cards: HTML {
        let cards = headlineMeasurements.map { measurement -> HTML in
            let text = MeasurementText(measurement)
            var how = text.method.isEmpty ? "" : text.method + " · "
            how += "n\u{A0}=\u{A0}\(text.count), \(measurement.sample.split)"
            if let models = measurement.sample.models { how += ", \(models) models measured" }
            if text.interval.isEmpty, let note = measurement.note { how += " · " + note }
            return """
                <div class="card"><div class="name">\(name(of: measurement.metric))</div>\
                <div class="big">\(value(measurement))</div>\
                <div class="range">\(text.interval)</div><div class="how">\(how)</div></div>
                """
        }
        return cards.isEmpty ? "" : "<div class=\"cards\">\(HTML(joining: cards))</div>\n"
    }

    private var warningBox: HTML {
        if warnings.isEmpty { return "" }
        let items = warnings.map { "<li>\(data: $0)</li>" as HTML }
        return """
            <section class="warnings" aria-labelledby="warnings"><h2 id="warnings">Know before you believe it</h2>\
            <ul>\(HTML(joining: items))</ul></section>

            """
    }

    // MARK: pieces

    /// The metric's name, as a link to its definition where there is one.
    func name(of metric: MetricID) -> HTML {
        guard let definition = definition(of: metric) else { return "\(data: metric.rawValue)" }
        return "<a href=\"#metric-\(anchorName(metric.rawValue))\">\(data: definition.name)</a>"
    }

    /// The rounded value; the element carries all digits.
    func value(_ measurement: Measurement) -> HTML {
        let text = MeasurementText(measurement)
        guard let number = measurement.value else {
            return "<span title=\"\(text.full)\">–</span>"
        }
        return "<data value=\"\("\(number)")\" title=\"\(text.full)\">\(text.value)</data>"
    }

    private func factList(_ facts: [Fact]) -> HTML {
        if facts.isEmpty { return "" }
        let rows = facts.map { "<dt>\(data: $0.label)</dt><dd>\(data: $0.value)</dd>" as HTML }
        return "<dl class=\"facts\">\(HTML(joining: rows))</dl>\n"
    }

    /// A table in a container of its own, so that only it scrolls on a narrow screen.
    func scrolling(_ label: String, _ table: HTML) -> HTML {
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(label)\">\(table)</div>\n"
    }

    private var dataChapter: HTML {
        var html: HTML = ""
        if !data.splits.isEmpty {
            let rows = data.splits.map {
                """
                <tr><th scope="row">\(data: $0.name)</th><td class="r">\(NumberText.count($0.rows))</td>\
                <td>\(data: $0.use)</td></tr>
                """ as HTML
            }
            html += scrolling(
                "Splits",
                """
                <table><thead><tr><th scope="col">rows of</th><th scope="col" class="r">n</th>\
                <th scope="col">use</th></tr></thead><tbody>\(HTML(joining: rows))</tbody></table>
                """)
        }
        if !data.columns.isEmpty {
            let rows = data.columns.map {
                """
                <tr><th scope="row">\(data: $0.name)</th><td>\(data: $0.kind)</td><td>\(data: $0.role)</td>\
                <td class="r">\(NumberText.count($0.missing))</td>\
                <td class="r">\(NumberText.count($0.distinct))</td></tr>
                """ as HTML
            }
            html += scrolling(
                "Columns",
                """
                <table><thead><tr><th scope="col">column</th><th scope="col">kind</th>\
                <th scope="col">role</th><th scope="col" class="r">missing</th>\
                <th scope="col" class="r">distinct</th></tr></thead>\
                <tbody>\(HTML(joining: rows))</tbody></table>
                """)
        }
        return html
    }

    private func anchor(_ section: Section, _ index: Int) -> String {
        section.drawback?.rawValue ?? "section-\(index)"
    }

    private func hasSection(_ drawback: Drawback) -> Bool {
        sections.contains { $0.drawback == drawback }
    }

    private func chapter(_ section: Section) -> HTML {
        var text: HTML = section.text.isEmpty ? "" : "<p>\(data: section.text)</p>\n"
        if let drawback = section.drawback {
            text += measurementTable(
                measurements.filter { $0.drawback == drawback }, of: drawback.title)
            if drawback == .bias { text += groupChapter }
            for left in leftOut where left.drawback == drawback {
                text +=
                    "<p class=\"small\">Not measured: \(left.probe), since \(data: left.reason).</p>\n"
            }
        }
        if section.figures.isEmpty { return text }
        return text
            + "<div class=\"figures\">\(HTML(joining: section.figures.map(figureView)))</div>\n"
    }

    func drawing(_ figure: Figure) -> HTML {
        if case .confusion(let chart) = figure.plot {
            return scrolling(figure.title, chart.htmlTable())
        }
        guard let drawing = figure.drawing else { return "" }
        let table = figure.table
        let header = table.header.map { "<th scope=\"col\">\(data: $0)</th>" as HTML }
        let rows = table.rows.map { row in
            "<tr>\(HTML(joining: row.map { "<td>\(data: $0)</td>" }))</tr>" as HTML
        }
        return drawing
            + """
            <details><summary>The numbers as a table</summary>\
            \(scrolling(figure.title, """
                <table><thead><tr>\(HTML(joining: header))</tr></thead>\
                <tbody>\(HTML(joining: rows))</tbody></table>
                """))</details>
            """
    }

    /// Measurements that stand in no drawback's section.
    private var unsectioned: [Measurement] {
        measurements.filter { $0.group == nil && !hasSection($0.drawback) }
    }

    private var repeatChapter: HTML {
        "<pre><code>\(command)</code></pre>\n" + factList(environment)
    }

    private var missingChapter: HTML {
        if notIncluded.isEmpty { return "" }
        let items = notIncluded.map { "<li>\(data: $0)</li>" as HTML }
        return "<ul>\(HTML(joining: items))</ul>\n"
    }

    private var glossary: HTML {
        if definitions.isEmpty { return "" }
        let entries = definitions.map { definition -> HTML in
            let better: HTML =
                switch definition.direction {
                case 1...: "Larger is better."
                case ..<0: "Smaller is better."
                default: "Neither larger nor smaller is better."
                }
            let unit = definition.unit.isEmpty ? "" : " Unit: \(definition.unit)."
            return """
                <dt id="metric-\(anchorName(definition.id.rawValue))">\(data: definition.name)</dt>\
                <dd><span class="formula">\(data: definition.formula)</span></dd>\
                <dd class="small">\(better)\(unit) Source: \(data: definition.source)</dd>

                """
        }
        return "<dl class=\"glossary\">\(HTML(joining: entries))</dl>\n"
    }
}

/// A page that asks nothing of anybody: no script, and nothing from elsewhere.
///
/// - Parameter hasPictures: Whether pictures are in it, as data.
func htmlPage(title: String, hasPictures: Bool = false, body: HTML) -> HTML {
    let images: HTML = hasPictures ? " img-src data:;" : ""
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none';\(images) style-src 'unsafe-inline'">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="generator" content="Vouch">
    <title>\(title)</title>
    <style>
    \(styleSheet)
    </style>
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
}
