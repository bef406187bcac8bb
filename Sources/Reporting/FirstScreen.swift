import Evidence
import Figures

extension RunReport {
    /// The six rows: what was measured of each drawback, and what a remedy did.
    var drawbackTable: HTML {
        if drawbacks.isEmpty { return "" }
        let showsRemedies = drawbacks.contains { $0.remedy != nil }
        let rows = drawbacks.map { row -> HTML in
            let title: HTML =
                sections.contains { $0.drawback == row.drawback }
                ? "<a href=\"#\(row.drawback.rawValue)\">\(row.drawback.title)</a>"
                : "\(row.drawback.title)"
            let measured = row.measured.map(cell)
            let numbers: HTML =
                measured.isEmpty
                ? "<span class=\"note\">not measured: \(data: row.notMeasured ?? "")</span>"
                : HTML(joining: measured)
            return """
                <tr><th scope="row">\(title)<span class="note">\(row.question)</span></th>\
                <td>\(numbers)</td>\(showsRemedies ? remedyCells(row.remedy) : "")</tr>

                """
        }
        let header: HTML =
            showsRemedies
            ? "<th scope=\"col\">remedy, before → after</th><th scope=\"col\">price elsewhere</th>"
            : ""
        return """
            <table class="six"><thead><tr><th scope="col">drawback</th>\
            <th scope="col">measured</th>\(header)</tr></thead>
            <tbody>\(HTML(joining: rows))</tbody></table>

            """
    }

    private func cell(_ measurement: Measurement) -> HTML {
        let text = MeasurementText(measurement)
        let part: HTML = measurement.group.map { ", \(data: $0)" } ?? ""
        // A number that nobody measured does not stand there as if somebody had.
        let estimate: HTML =
            measurement.note?.hasPrefix("an estimate") == true
            ? " <span class=\"what\">an estimate, see its note</span>" : ""
        return """
            <div class="measured"><span class="what">\(name(of: measurement.metric))\(part)</span> \
            <strong>\(value(measurement))</strong> <span class="num">\(text.interval)</span>\(estimate)</div>
            """
    }

    private func remedyCells(_ remedy: RemedyOutcome?) -> HTML {
        guard let remedy else { return "<td>–</td><td>–</td>" }
        let prices = remedy.prices.map { "<div>\(data: $0)</div>" as HTML }
        return """
            <td>\(remedy.name): \(value(remedy.before)) → <strong>\(value(remedy.after))</strong>\
            <span class="note">\(data: remedy.verdict)</span></td>\
            <td>\(prices.isEmpty ? "none found" : HTML(joining: prices))</td>
            """
    }

    /// What a reader should worry about.
    var worryBox: HTML {
        if worries.isEmpty { return "" }
        let items = worries.map { "<li>\(data: $0)</li>" as HTML }
        return """
            <section class="worries" aria-labelledby="worries"><h2 id="worries">What to worry about</h2>\
            <ol>\(HTML(joining: items))</ol></section>

            """
    }

    var ledgerChapter: HTML {
        guard let ledger else { return "" }
        let rows = ledger.looks.map {
            """
            <tr><th scope="row">\(data: $0.split)</th><td class="r">\(NumberText.count($0.count))</td>\
            <td>\(data: $0.purposes)</td></tr>
            """ as HTML
        }
        return """
            <p>Every look at held-out rows is a record in the run's ledger, each holding the hash of the \
            one before. Keep the last one, the head: with it, anybody can tell whether a record was \
            changed or taken away since.</p>
            <p>Head: <code>\(ledger.head)</code></p>
            <table><thead><tr><th scope="col">rows of</th><th scope="col" class="r">looks</th>\
            <th scope="col">for</th></tr></thead><tbody>\(HTML(joining: rows))</tbody></table>

            """
    }
}
