import Evidence
import Figures
import Prediction
import Runs
import Tuning

extension BoxAnswer {
    /// As a finding of a run's report.
    func probe() -> MeasuredProbe {
        var found = Measurement(
            metric: .safeSpace, drawback: .hyperParameters, value: space,
            sample: .init(split: RowSplit.validation, rows: trials),
            note:
                "around the \(around), not worse by \(NumberText.plain(worseBy)): \(reason); estimated from "
                + "\(trials) trials of a search; rows are trials here")
        found.verdict = verdict
        return MeasuredProbe(
            id: "safeSettings", drawback: .hyperParameters, measurements: [found],
            figures: figures, groups: [])
    }

    /// For people.
    package var text: String {
        var parts: [String] = []
        let limit =
            "\(NumberText.plain(centerLoss)) + \(NumberText.plain(worseBy))"
        if settings.isEmpty {
            parts.append("A safe box around the \(around), \(limit): \(verdict); \(reason).\n")
        } else {
            var rows = [["setting", "safe", ""]]
            rows += settings.map { range in
                [
                    range.setting, Self.words(range),
                    range.isWhole ? "the whole range: leave it alone" : "",
                ]
            }
            parts.append(alignedTable(rows, rightAligned: []) + "\n")
            parts.append(
                "Inside, a loss above \(limit) (the \(around), mean of \(centerTrainings) trainings) is foretold for at "
                    + "most 5 % of trainings, whatever their seed. It is "
                    + "\(NumberText.percent(space ?? 0)) % of the search space; estimated from "
                    + "\(NumberText.count(trials)) trials.\n")
        }
        parts += notes.map { "Note: \($0).\n" }
        return parts.joined()
    }

    private static func words(_ range: Range) -> String {
        if let words = range.words { return words.joined(separator: ", ") }
        guard let lower = range.lower, let upper = range.upper else { return "" }
        return lower == upper
            ? NumberText.plain(lower)
            : "\(NumberText.plain(lower)) to \(NumberText.plain(upper))"
    }
}
