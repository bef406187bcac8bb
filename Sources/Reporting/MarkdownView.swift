import Evidence
import Figures

extension RunReport {
    /// The report as GitHub-flavoured Markdown; figures are told in words.
    package func markdown() -> String {
        let report = withholdingSmallGroups
        var text = "# \(escaped(title))\n\n\(escaped(summary))\n"
        text += report.briefSection + report.worrySection
        for warning in warnings { text += "\n> **Warning:** \(escaped(warning))\n" }
        text += report.drawbackSection
        text += report.facts("What was trained", facts)
        text += report.measurementSection
        text += report.dataSection
        for section in report.sections {
            text += "\n## \(escaped(section.title))\n"
            if !section.text.isEmpty { text += "\n\(escaped(section.text))\n" }
            for figure in section.figures {
                text += "\n**\(escaped(figure.title)).** \(escaped(figure.caption)) "
                text += escaped(figure.textAlternative) + "\n"
            }
        }
        text += report.groupSection
        for document in report.documents { text += report.section(of: document) }
        text += "\n## How to repeat it\n\n" + codeBlock(command)
        text += report.facts("Where it ran", environment)
        if !definitions.isEmpty {
            text += "\n## Glossary\n\n"
            text += table(
                ["metric", "formula", "better", "source"],
                definitions.map { [$0.name, $0.formula, $0.betterText, $0.source] })
        }
        if !notIncluded.isEmpty {
            text += "\n## Not in this report\n\n"
            for line in notIncluded { text += "- \(escaped(line))\n" }
        }
        return text
    }

    private var briefSection: String {
        guard let brief else { return "" }
        var text = "\n"
        for answer in brief.answers {
            text += "- **\(escaped(answer.question))** \(escaped(answer.text))\n"
        }
        if !brief.drawbacks.isEmpty {
            text += "\n"
            text += table(
                ["drawback", "what was found", "what was done"],
                brief.drawbacks.map { [$0.drawback.title, $0.answer.text, $0.remedy] })
        }
        return text
    }

    private var worrySection: String {
        var text = worries.isEmpty ? "" : "\n## What to worry about\n\n"
        for (index, worry) in worries.enumerated() { text += "\(index + 1). \(escaped(worry))\n" }
        return text
    }

    private var drawbackSection: String {
        var text = ""
        if !drawbacks.isEmpty {
            text += "\n## The six drawbacks\n\n"
            text += table(
                ["drawback", "question", "measured"],
                drawbacks.map {
                    [$0.drawback.title, $0.question, texts(of: $0).joined(separator: "; ")]
                })
        }
        if !leftOut.isEmpty {
            text += "\n## Not measured\n\n"
            text += table(
                ["probe", "drawback", "why"],
                leftOut.map { [$0.probe, $0.drawback.title, $0.reason] })
        }
        if !proofs.isEmpty {
            text += "\n## Remedies tried\n\n"
            text += table(
                ["remedy", "means", "before → after", "verdict", "elsewhere", "over"],
                proofs.map {
                    [
                        $0.name, $0.means, outcomeText($0), $0.verdictText,
                        priceTexts($0).joined(separator: "; "), $0.over,
                    ]
                })
        }
        if let ledger {
            text += "\n## Ledger\n\n\(modelsSentence(ledger.models))\n\n"
            text += "Head: \(escaped(ledger.head))\n\n"
            text += table(
                ["rows of", "looks", "for"],
                ledger.looks.map { [$0.split, NumberText.count($0.count), $0.purposes] })
        }
        return text
    }

    private func facts(_ title: String, _ facts: [Fact]) -> String {
        facts.isEmpty
            ? "" : "\n## \(title)\n\n" + table(["", ""], facts.map { [$0.label, $0.value] })
    }

    private var measurementSection: String {
        if measurements.isEmpty { return "" }
        return "\n## Measurements\n\n"
            + table(
                ["metric", "value", "interval", "method", "n", "rows of", "note"],
                measurements.map { measurement in
                    let text = MeasurementText(measurement)
                    let name = title(of: measurement.metric)
                    return [
                        measurement.group.map { "\(name), \($0)" } ?? name, text.value,
                        text.interval, text.method, text.count, measurement.sample.split,
                        measurement.note ?? "",
                    ]
                })
    }

    private var dataSection: String {
        var text = "\n## Data\n"
        if !data.splits.isEmpty {
            text +=
                "\n"
                + table(
                    ["rows of", "n", "use"],
                    data.splits.map { [$0.name, NumberText.count($0.rows), $0.use] })
        }
        if !data.columns.isEmpty {
            text +=
                "\n"
                + table(
                    ["column", "kind", "role", "missing", "distinct"],
                    data.columns.map {
                        [
                            $0.name, $0.kind, $0.role, NumberText.count($0.missing),
                            NumberText.count($0.distinct),
                        ]
                    })
        }
        return data.splits.isEmpty && data.columns.isEmpty ? "" : text
    }

    private var groupSection: String {
        if groupTables.isEmpty { return "" }
        var text = "\n## Groups\n"
        if lacksSmallGroups { text += "\n\(withholdingSentence)\n" }
        for group in groupTables {
            let metrics = group.metrics
            let names = metrics.map { title(of: $0) }
            text +=
                "\n"
                + table(
                    [group.column, "n"] + names,
                    group.rows.map { row in
                        [
                            row.group,
                            row.rows.map(NumberText.count) ?? "fewer than \(smallestShownGroup)",
                        ]
                            + metrics.map { metric in
                                row.measurements.first { $0.metric == metric }.map {
                                    let text = MeasurementText($0)
                                    return text.value + " " + text.interval
                                } ?? "withheld"
                            }
                    })
            if group.gaps.isEmpty { continue }
            text +=
                "\n"
                + table(
                    [
                        "difference between groups", "value", "interval", "verdict",
                        "to read with it",
                    ],
                    group.gaps.map { gap in
                        let value = MeasurementText(gap)
                        return [
                            title(of: gap.metric), value.value,
                            [value.interval, value.method].filter { !$0.isEmpty }
                                .joined(separator: ", "),
                            gap.verdict ?? "–", gap.note ?? "",
                        ]
                    })
        }
        return text
    }

    private func section(of document: Document) -> String {
        var text = "\n## \(escaped(document.title))\n\n"
        text += "After \(escaped(document.source)). \(escaped(document.state))."
        if document.openCount > 0 { text += " " + RunReport.cardAdvice }
        text += "\n"
        for section in document.sections {
            text += "\n### \(escaped(section.title))\n\n"
            text += table(
                ["question", "answer", "by"],
                section.items.map { [$0.prompt, $0.answer.text, $0.answer.byText] })
        }
        return text
    }

    private func table(_ header: [String], _ rows: [[String]]) -> String {
        markdownTable(header, rows)
    }

    /// A fence longer than any run of backticks within.
    private func codeBlock(_ text: String) -> String {
        var longest = 2
        var run = 0
        for character in text {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        return "\(fence)\n\(visible(text))\n\(fence)\n"
    }

    private func escaped(_ text: String) -> String { markdownEscaped(text) }
}

/// A table of texts, which are escaped.
func markdownTable(_ header: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String {
        "| " + cells.map(markdownEscaped).joined(separator: " | ") + " |\n"
    }
    return line(header) + "| " + header.map { _ in "---" }.joined(separator: " | ") + " |\n"
        + rows.map(line).joined()
}

/// A text from data that is no markup.
func markdownEscaped(_ text: String) -> String {
    var result = ""
    for character in visible(text) {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$":
            result += "\\" + String(character)
        default: result.append(character)
        }
    }
    return result
}

extension GroupTable {
    /// The metrics of the table's columns, in the order in which the rows bring them.
    var metrics: [MetricID] {
        var metrics: [MetricID] = []
        for row in rows {
            for measurement in row.measurements where !metrics.contains(measurement.metric) {
                metrics.append(measurement.metric)
            }
        }
        return metrics
    }
}

extension Document.Answer {
    fileprivate var byText: String {
        switch self {
        case .measured: "the run"
        case .given: "a person"
        case .open: "nobody yet"
        }
    }
}

extension MetricDefinition {
    var betterText: String {
        direction > 0 ? "larger" : direction < 0 ? "smaller" : "neither"
    }
}
