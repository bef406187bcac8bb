import Evidence
import Figures

extension RunReport {
    /// The main measurements as an aligned table.
    ///
    /// - Parameters:
    ///   - width: Columns of the terminal; lines are not longer where 40 suffice.
    ///   - color: Whether escape sequences for bold and colour may be used.
    package func terminal(width: Int, color: Bool = false) -> String {
        let report = withholdingSmallGroups
        func styled(_ text: String, _ code: String) -> String {
            color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
        }
        var lines = wrapped(visible(title), width).map { styled($0, "1") }
        if !summary.isEmpty { lines += wrapped(visible(summary), width) }
        if let brief {
            lines.append("")
            for answer in brief.answers {
                lines.append(styled(visible(answer.question), "1"))
                lines += wrapped(visible(answer.text), width - 2).map { "  " + $0 }
            }
        }
        lines += worryLines(width, styled)
        if !warnings.isEmpty { lines.append("") }
        for warning in warnings {
            let parts = wrapped(visible(warning), width - 2)
            lines += parts.enumerated().map { index, part in
                (index == 0 ? styled("! ", "33") : "  ") + part
            }
        }
        let shown =
            report.headlines.isEmpty
            ? report.measurements.filter { $0.group == nil }
            : report.comparedGaps + report.headlineMeasurements
        // What was found of columns, methods or groups, where the report is of that alone.
        let parts = report.drawbacks.isEmpty && brief == nil ? report.headlineParts : []
        let table = shown + parts.prefix(Self.shownParts)
        if !table.isEmpty {
            lines.append("")
            lines += report.table(of: table, width: width).enumerated().map {
                $0 == 0 ? styled($1, "2") : $1
            }
        }
        if parts.count > Self.shownParts {
            lines.append("and \(parts.count - Self.shownParts) more in the other forms of this report")
        }
        // What is only of parts of the rows, or of parts of the model, is told by its verdict.
        let judged = table.isEmpty ? report.measurements.filter { $0.verdict != nil } : []
        if !judged.isEmpty { lines.append("") }
        for measurement in judged {
            lines += wrapped(visible(report.text(of: measurement)), width - 2).enumerated().map {
                ($0 == 0 ? "" : "  ") + $1
            }
        }
        for row in report.drawbacks {
            lines.append("")
            let question = shortened(
                visible(row.question), to: max(0, width - row.drawback.title.count - 2))
            lines.append(styled(row.drawback.title, "1") + "  " + styled(question, "2"))
            let told = brief?.drawbacks.first { $0.drawback == row.drawback }?.answer.text
            // An answer says itself that nothing was measured.
            let isSaid = told != nil && row.measured.isEmpty
            let texts = [told].compactMap { $0 } + (isSaid ? [] : report.texts(of: row))
            lines += texts.flatMap { text in
                wrapped(visible(text), width - 4).enumerated().map {
                    ($0 == 0 ? "  " : "    ") + $1
                }
            }
        }
        if report.drawbacks.isEmpty { lines += report.tableLines(width: width) }
        if !documents.isEmpty { lines.append("") }
        for document in documents {
            lines += wrapped(visible("\(document.title), \(document.state)."), width)
        }
        if documents.contains(where: { $0.openCount > 0 }) {
            lines += wrapped(RunReport.cardAdvice, width - 2).map { "  " + $0 }
        }
        if let ledger {
            lines += ["", "Ledger head: " + shortened(visible(ledger.head), to: width - 13)]
        }
        return lines.map { String($0.trimmingEnd()) + "\n" }.joined()
    }

    private static let shownParts = 40

    /// What to worry about, the gravest first; of many the smaller ones are counted.
    private func worryLines(
        _ width: Int, _ styled: (String, String) -> String
    ) -> [String] {
        if worries.isEmpty { return [] }
        var lines = ["", styled("What to worry about", "1")]
        for (index, worry) in worries.prefix(Self.shownConcerns).enumerated() {
            lines += wrapped("\(index + 1). " + visible(worry), width - 2).map { "  " + $0 }
        }
        let more = worries.count - Self.shownConcerns
        if more > 0 {
            lines.append("  and \(more) smaller \(more == 1 ? "worry" : "worries") in the report")
        }
        return lines
    }

    /// Of a report that is of no single model: what its tables of parts hold.
    private func tableLines(width: Int) -> [String] {
        groupTables.filter(\.gaps.isEmpty).flatMap { group -> [String] in
            let metrics = group.metrics
            let header =
                [group.column] + metrics.map { title(of: $0) } + ["n"]
            let rows = group.rows.map { row in
                [row.group]
                    + metrics.map { metric in
                        row.measurements.first { $0.metric == metric }
                            .map { MeasurementText($0).whole } ?? "withheld"
                    } + [row.rows.map(NumberText.count) ?? "few"]
            }
            return [""] + aligned([header] + rows, width: width)
        }
    }

    private func aligned(_ rows: [[String]], width: Int) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let sizes = (0..<columns).map { column in
            min(rows.map { displayWidth(visible($0[column])) }.max() ?? 0, max(12, width / 3))
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let text = shortened(visible(cell), to: sizes[column])
                return text + String(repeating: " ", count: sizes[column] - displayWidth(text))
            }.joined(separator: "  ")
        }
    }

    /// One of the six rows in lines of text.
    func texts(of row: DrawbackRow) -> [String] {
        guard !row.measured.isEmpty else { return ["not measured: " + (row.notMeasured ?? "")] }
        var lines = row.measured.map(text)
        if let (proof, others) = leading(row.proofs) {
            lines.append("\(outcomeText(proof)), \(proof.verdictText)")
            lines += priceTexts(proof).map { "elsewhere " + $0 }
            if !others.isEmpty {
                lines.append("also tried: " + others.map(shortText).joined(separator: ", "))
            }
        }
        return lines
    }

    private func text(of measurement: Measurement) -> String {
        let text = MeasurementText(measurement)
        let name = title(of: measurement.metric)
        let part = measurement.group.map { ", \($0)" } ?? ""
        let verdict = measurement.verdict.map { ", \($0)" } ?? ""
        return "\(name)\(part): \(text.value) \(text.interval)\(verdict)"
    }

    private func table(of measurements: [Measurement], width: Int) -> [String] {
        var rows = [["metric", "value", "interval", "n", "method"]]
        for measurement in measurements {
            let text = MeasurementText(measurement)
            let own = title(of: measurement.metric)
            // The group first: the end of a long name is cut.
            let name = measurement.group.map { "\($0): \(own)" } ?? own
            let cells = [name, text.value, text.interval, text.count, text.method]
            rows.append(cells.map { shortened(visible($0), to: 60) })
        }
        // From the right, columns go until the names have room.
        var columns = 5
        func widths(_ columns: Int) -> [Int] {
            (0..<columns).map { column in rows.map { displayWidth($0[column]) }.max() ?? 0 }
        }
        func rest(_ columns: Int) -> Int {
            width - widths(columns).dropFirst().reduce(0) { $0 + $1 + 2 }
        }
        while columns > 4, rest(columns) < min(widths(1)[0], 44) { columns -= 1 }
        var sizes = widths(columns)
        sizes[0] = min(sizes[0], max(8, rest(columns)))
        return rows.map { row in
            (0..<columns).map { column in
                let text = shortened(row[column], to: sizes[column])
                let space = String(repeating: " ", count: sizes[column] - displayWidth(text))
                return column == 1 || column == 3 ? space + text : text + space
            }.joined(separator: "  ")
        }
    }
}

/// Columns that a text takes in a terminal: two for East Asian wide characters and emoji.
func displayWidth(_ text: String) -> Int { text.reduce(0) { $0 + displayWidth($1) } }

private func displayWidth(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    if scalar.properties.isEmojiPresentation { return 2 }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
        return 2
    default: return 1
    }
}

/// Cut to a width, with an ellipsis where something is missing.
func shortened(_ text: String, to width: Int) -> String {
    if displayWidth(text) <= width { return text }
    var result = ""
    var used = 1
    for character in text {
        used += displayWidth(character)
        if used > width { break }
        result.append(character)
    }
    return result + "…"
}

/// Broken into lines at spaces; words longer than a line are cut.
func wrapped(_ text: String, _ width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
        var word = String(word)
        if !line.isEmpty, displayWidth(line) + 1 + displayWidth(word) > width {
            lines.append(line)
            line = ""
        }
        while displayWidth(word) > max(width, 2) {
            var part = ""
            while let first = word.first, displayWidth(part) + displayWidth(first) <= max(width, 2)
            {
                part.append(first)
                word.removeFirst()
            }
            lines.append(part)
        }
        line += line.isEmpty ? word : " " + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines
}

extension String {
    fileprivate func trimmingEnd() -> Substring {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return text
    }
}
