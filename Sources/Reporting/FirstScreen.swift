import Evidence
import Figures

extension RunReport {
    /// The six rows: what was measured of each drawback, and what a remedy did.
    var drawbackTable: HTML {
        if drawbacks.isEmpty { return "" }
        let showsRemedies = !proofs.isEmpty
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
                <td>\(numbers)</td>\(showsRemedies ? remedyCells(row.proofs) : "")</tr>

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
        let verdict: HTML =
            measurement.verdict.map { " <span class=\"what\">\(data: $0)</span>" } ?? ""
        return """
            <div class="measured"><span class="what">\(name(of: measurement.metric))\(part)</span> \
            <strong>\(value(measurement))</strong> \
            <span class="num">\(text.interval)</span>\(estimate)\(verdict)</div>
            """
    }

    private func remedyCells(_ proofs: [Proof]) -> HTML {
        guard let (proof, others) = leading(proofs) else {
            return "<td class=\"empty\">none tried</td><td class=\"empty\">–</td>"
        }
        let links = others.map { other -> HTML in
            """
            <a href="#remedy-\(anchorName(other.remedy))">\(data: shortText(other))</a>
            """
        }
        let also: HTML =
            links.isEmpty
            ? "" : "<div class=\"note\">also tried: \(HTML(joining: links, separator: ", "))</div>"
        let prices = priceTexts(proof).map { "<div>\(data: $0)</div>" as HTML }
        return """
            <td data-label="remedy:"><div class="measured">\
            <a href="#remedy-\(anchorName(proof.remedy))">\(data: proof.name)</a>, \
            <span class="what">\(name(of: proof.judgedBy))</span> \
            \(value(proof.before)) → <strong>\(value(proof.after))</strong>\
            <span class="note">\(data: proof.verdictText)</span></div>\(also)</td>\
            <td class="small" data-label="elsewhere:">\(HTML(joining: prices))</td>
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

    /// How many models this one may have been picked from, and what that did to its intervals.
    func modelsSentence(_ models: Int) -> String {
        guard models > 1 else {
            return
                "As far as the index of runs knows, no other model was measured on these test rows."
        }
        return
            "\(NumberText.count(models)) models were measured on these test rows so far, this one "
            + "among them; whoever picked it for doing well there picked some luck too. The intervals "
            + "of test rows allow for that: the end that faces away from the luck errs by "
            + "(1 − level)/2k for k models (Bonferroni; Dunn 1961, DOI 10.1080/01621459.1961.10482090), "
            + "and both ends of numbers that are neither good nor bad when high (Šidák 1967, "
            + "DOI 10.1080/01621459.1967.10482935)."
    }

    var ledgerChapter: HTML {
        guard let ledger else { return "" }
        let rows = ledger.looks.map {
            """
            <tr><th scope="row">\(data: $0.split)</th><td class="r">\(NumberText.count($0.count))</td>\
            <td>\(data: $0.purposes)</td></tr>
            """ as HTML
        }
        let table: HTML = """
            <table><thead><tr><th scope="col">rows of</th><th scope="col" class="r">looks</th>\
            <th scope="col">for</th></tr></thead><tbody>\(HTML(joining: rows))</tbody></table>
            """
        return """
            <p>Every look at held-out rows is a record in the run's ledger, each holding the hash of the \
            one before. Keep the last one, the head: with it, anybody can tell whether a record was \
            changed or taken away since.</p>
            <p>\(data: modelsSentence(ledger.models))</p>
            <p>Head: <code>\(ledger.head)</code></p>
            \(scrolling("Looks", table))
            """
    }
}
