import DataEfficiency
import Figures
import Runs

extension LabelPlanReport {
    /// The plan for people.
    package var text: String {
        var rows = [["rows", metric, "90 % interval", "how"]]
        rows += points.map { point in
            let mean = point.values.reduce(0, +) / Double(point.values.count)
            let times = point.values.count == 1 ? "once" : "\(point.values.count) times"
            return [NumberText.count(point.rows), NumberText.plain(mean), "", "trained \(times)"]
        }
        rows += foretold.map { line in
            [
                NumberText.count(line.rows), NumberText.plain(line.value),
                "\(NumberText.plain(line.lower)) to \(NumberText.plain(line.upper))", "foretold",
            ]
        }
        var parts = [alignedTable(rows, rightAligned: [0, 1]) + "\n", answerText + "\n"]
        parts += costLines.map { $0 + "\n" }
        parts.append("\n" + calibration + "\n")
        parts += notes.map { "Note: \($0).\n" }
        return parts.joined()
    }

    private var answerText: String {
        let wanted = goal.map { "\(metric) of \(NumberText.plain($0))" } ?? "the goal"
        guard let needed else { return "\(wanted): \(verdict); \(reason)." }
        let most =
            needed.labelsUpper.map { "to \(NumberText.count($0))" }
            ?? "or more, without an upper end"
        return "\(wanted): \(NumberText.count(needed.labels)) more labels, 90 % interval "
            + "\(NumberText.count(needed.labelsLower)) \(most); "
            + "\(NumberText.count(needed.rows)) rows in all (\(reason))."
    }

    private var costLines: [String] {
        guard let costs else { return [] }
        func range(_ values: [Double?], _ unit: String) -> String {
            let texts = values.map { $0.map(NumberText.plain) ?? "open" }
            return "\(texts[0]) \(unit) (\(texts[1]) to \(texts[2]))"
        }
        var lines: [String] = []
        if let money = costs.money {
            lines.append("Labels cost \(range(money, costs.currency ?? "")).")
        }
        if let hours = costs.hours { lines.append("They take \(range(hours, "hours")).") }
        if let gain = costs.gainOfHundred {
            lines.append(
                "The next 100 labels better \(metric) by \(NumberText.plain(gain)), by the middle of the fan.")
        }
        if let last = costs.lastPayingRows {
            lines.append(
                "From \(NumberText.count(last)) rows on another label costs more than it is worth, by the middle "
                    + "of the fan.")
        } else if costs.paysToTheEnd == true {
            lines.append(
                "Another label still pays at \(Int(LabelPlan.horizon)) times the rows, by the middle of the fan.")
        }
        return lines
    }
}
