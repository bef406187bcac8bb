import Evidence
import Figures

/// What most rows of a table have in common, said once; a row says where it differs.
struct Commonplace {
    private let usual: String
    private let isSaid: Bool

    /// - Parameter texts: One a row; what more than half of them say is usual.
    init(_ texts: [String]) {
        var counts: [String: Int] = [:]
        for text in texts { counts[text, default: 0] += 1 }
        let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
        usual = most?.key ?? ""
        isSaid = texts.count > 2 && 2 * (most?.value ?? 0) > texts.count && !usual.isEmpty
    }

    /// What is said of the whole table; `nil` where its rows have nothing in common.
    var said: String? { isSaid ? usual : nil }

    /// What a row still has to say.
    func own(_ text: String) -> String { isSaid && text == usual ? "" : text }
}

/// Notes that many rows share, said once below the table.
struct SharedNotes {
    private let letters: [String: String]
    let inOrder: [(letter: String, note: String)]

    init(_ notes: [String?]) {
        var counts: [String: Int] = [:]
        var order: [String] = []
        for note in notes.compactMap({ $0 }) {
            if counts[note] == nil { order.append(note) }
            counts[note, default: 0] += 1
        }
        let shared = order.filter { (counts[$0] ?? 0) > 2 }.prefix(26)
        inOrder = shared.enumerated().map { place, note in
            (String(UnicodeScalar(UInt8(ascii: "a") + UInt8(place))), note)
        }
        letters = Dictionary(uniqueKeysWithValues: inOrder.map { ($0.note, $0.letter) })
    }

    func letter(_ note: String) -> String? { letters[note] }
}

extension RunReport {
    func measurementTable(_ shown: [Measurement], of what: String) -> HTML {
        if shown.isEmpty { return "" }
        let texts = shown.map(MeasurementText.init)
        let methods = Commonplace(texts.map(\.method).filter { !$0.isEmpty })
        let counts = Commonplace(texts.map(\.count))
        let splits = Commonplace(shown.map(\.sample.split))
        let notes = SharedNotes(shown.map(\.note))
        let rows = zip(shown, texts).map { measurement, text -> HTML in
            let part: HTML =
                measurement.group.map { "<span class=\"note\">\(data: $0)</span>" } ?? ""
            let verdict: HTML =
                measurement.verdict.map { "<span class=\"verdict\">\(data: $0)</span>" } ?? ""
            return """
                <tr><th scope="row">\(name(of: measurement.metric))\(part)\
                \(noteView(measurement.note, notes))\(verdict)</th>\
                <td class="r nowrap value">\(value(measurement))</td>\
                <td class="nowrap num">\(text.interval)</td>\
                <td>\(methods.own(text.method))</td>\
                <td class="r" data-label="n =">\(counts.own(text.count))</td>\
                <td data-label="rows of:">\(data: splits.own(measurement.sample.split))</td></tr>

                """
        }
        return scrolling(
            "Measurements of \(what)",
            """
            <table class="stack">\(caption(methods, counts, splits))\
            <thead><tr><th scope="col">metric</th><th scope="col" class="r">value</th>\
            <th scope="col">interval</th><th scope="col">method, what varied</th>\
            <th scope="col" class="r">n</th><th scope="col">rows of</th></tr></thead>
            <tbody>\(HTML(joining: rows))</tbody></table>
            """) + noteList(notes)
    }

    private func noteView(_ note: String?, _ shared: SharedNotes) -> HTML {
        guard let note else { return "" }
        if let letter = shared.letter(note) { return " <sup>\(letter)</sup>" }
        return "<span class=\"note\">\(data: note)</span>"
    }

    private func noteList(_ notes: SharedNotes) -> HTML {
        let items = notes.inOrder.map {
            "<div class=\"small\"><sup>\($0.letter)</sup> \(data: $0.note)</div>" as HTML
        }
        return items.isEmpty ? "" : "<div class=\"notes\">\(HTML(joining: items))</div>\n"
    }

    /// What holds unless a row says otherwise.
    private func caption(
        _ methods: Commonplace, _ counts: Commonplace, _ splits: Commonplace
    ) -> HTML {
        let said = [
            methods.said.map { "intervals \($0)" }, counts.said.map { "n = \($0)" },
            splits.said.map { "rows of \($0)" },
        ].compactMap { $0 }
        guard !said.isEmpty else { return "" }
        return "<caption>Unless a row says otherwise: \(data: said.joined(separator: "; ")).</caption>"
    }

    var groupChapter: HTML {
        if groupTables.isEmpty { return "" }
        var html: HTML = ""
        if lacksSmallGroups { html += "<p>\(withholdingSentence)</p>\n" }
        for table in groupTables {
            html += "<h3>By \(data: table.column)</h3>\n"
            if !table.gaps.isEmpty { html += gapTable(table) }
            html += rateTable(table)
        }
        return html
    }

    private func rateTable(_ table: GroupTable) -> HTML {
        let metrics = table.metrics
        let header = metrics.map {
            "<th scope=\"col\" class=\"r\">\(name(of: $0))</th>" as HTML
        }
        // What is compared but is no group stands in the order in which it was tried.
        let inOrder =
            table.gaps.isEmpty
            ? table.rows : table.rows.sorted { NaturalOrder.precedes($0.group, $1.group) }
        let rows = inOrder.map { row -> HTML in
            let cells = metrics.map { metric -> HTML in
                guard let measurement = row.measurements.first(where: { $0.metric == metric })
                else { return "<td class=\"r\"><small>withheld</small></td>" }
                let text = MeasurementText(measurement)
                let below =
                    measurement.note?.hasPrefix("withheld") == true ? "withheld" : text.interval
                let n: HTML =
                    measurement.sample.rows == row.rows || measurement.value == nil
                    ? "" : "<small>n = \(text.count)</small>"
                return "<td class=\"r\">\(value(measurement))<small>\(below)</small>\(n)</td>"
            }
            let count = row.rows.map(NumberText.count) ?? "fewer than \(smallestShownGroup)"
            return """
                <tr><th scope="row">\(data: row.group)</th><td class="r">\(count)</td>\
                \(HTML(joining: cells))</tr>

                """
        }
        return scrolling(
            "Groups of \(table.column)",
            """
            <table class="groups"><thead><tr><th scope="col">\(data: table.column)</th>\
            <th scope="col" class="r">n</th>\(HTML(joining: header))</tr></thead>
            <tbody>\(HTML(joining: rows))</tbody></table>
            """)
    }

    /// A line a gap: what the rows allow to say, how large, between which bounds.
    private func gapTable(_ table: GroupTable) -> HTML {
        let texts = table.gaps.map(MeasurementText.init)
        let methods = Commonplace(texts.map(\.method).filter { !$0.isEmpty })
        let notes = SharedNotes(table.gaps.map(\.note))
        let rows = zip(table.gaps, texts).map { gap, text -> HTML in
            """
            <tr><th scope="row">\(name(of: gap.metric))\(noteView(gap.note, notes))</th>\
            <td class="verdict">\(data: gap.verdict ?? "–")</td>\
            <td class="r value">\(value(gap))</td>\
            <td><span class="num">\(text.interval)</span>\
            <small>\(methods.own(text.method))</small></td></tr>

            """
        }
        return scrolling(
            "Differences between groups of \(table.column)",
            """
            <table class="stack gaps">\(caption(methods, Commonplace([]), Commonplace([])))\
            <thead><tr><th scope="col">difference between groups</th>\
            <th scope="col">verdict</th><th scope="col" class="r">value</th>\
            <th scope="col">interval</th></tr></thead>
            <tbody>\(HTML(joining: rows))</tbody></table>
            """) + noteList(notes)
    }
}
