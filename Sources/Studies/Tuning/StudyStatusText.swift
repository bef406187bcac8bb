import Evidence
import Figures
import Platform
import RunStore
import Runs
import Tuning

extension StudyStatus {
    package func json() throws -> [UInt8] { try JSON.encode(self) + [10] }

    /// For a terminal.
    package var text: String {
        var text = "Study \(study) of \(data), target \(target): \(sentence)\n"
        text += "Chosen by: \(objective), on rows that validate"
        text += requirements.isEmpty ? "\n" : "; required: \(requirements.joined(separator: "; "))\n"
        text += start?.text ?? ""
        if !rungs.isEmpty { text += "\n" + rungTable }
        text += "\n" + trialTable
        text += "\n" + verdict
        if frontier.trials.count > 1 { text += "\n" + frontierTable }
        if usage.wallSeconds > 0 {
            text += "\nIt took \(NumberText.plain(usage.processorSeconds)) processor seconds of all processes.\n"
        }
        return text
    }

    private var sentence: String {
        let working = workers.count { $0.works }
        let left = leftSeconds.map { ", \(NumberText.plain($0.rounded())) s left" } ?? ""
        switch standing {
        case .over: return "over, \(counted) trials count"
        case .closing: return "the search has ended, the last training has not"
        case .open:
            return working == 0
                ? "nobody works at it; `vouch tune --resume \(study)` goes on"
                : "\(working) at work\(left)"
        }
    }

    private var rungTable: String {
        alignedTable(
            [["rung", "rows", "epochs", "trials", "finished"]]
                + rungs.map {
                    [
                        "\($0.rung)", NumberText.plain($0.rows), NumberText.plain($0.epochs),
                        "\($0.planned)", "\($0.finished)",
                    ]
                }, rightAligned: [0, 1, 2, 3, 4])
    }

    private func row(_ what: String, _ trial: Trial) -> [String] {
        [
            what, Self.name(trial.number), trial.value.map(NumberText.plain) ?? "–",
            trial.excess.values.allSatisfy { $0 <= 0 } ? "" : "misses",
            StudyText.point(SearchPoint(trial.settings)),
        ]
    }

    private static func name(_ number: Int) -> String {
        switch number {
        case StudyStore.Trial.first: "default"
        case StudyStore.Trial.last: "last"
        case ..<StudyStore.Trial.last: "last-\(StudyStore.Trial.first - number)"
        default: "\(number)"
        }
    }

    private var trialTable: String {
        var rows = [["", "trial", objective, "", "settings"]]
        if let standard, standard.value != nil { rows.append(row("default", standard)) }
        if let incumbent { rows.append(row("incumbent", incumbent)) }
        if let nearest { rows.append(row("nearest", nearest)) }
        return alignedTable(rows, rightAligned: [2])
    }

    private var verdict: String {
        var text = ""
        if let incumbent, let run = incumbent.run {
            text += "The incumbent's run: \(run)\n"
            text +=
                incumbent.number == StudyStore.Trial.first
                ? "Nothing that was tried is better than the default on these rows.\n"
                : "Its value is of the rows that chose it among \(trials.count), and so too good; its report's are of test rows.\n"
        }
        if let nearest {
            let missed = nearest.excess.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                .map { "\($0.key) by \(NumberText.plain($0.value))" }.joined(separator: "; ")
            text += "No trial keeps all requirements. The nearest misses: \(missed)\n"
            if let run = nearest.run { text += "Its run: \(run)\n" }
        }
        let failed = trials.filter { $0.failure != nil }
        if let first = failed.first {
            text += "\(failed.count) of \(trials.count) trials failed; the first: \(first.failure ?? "")\n"
        }
        if standing == .over {
            let last = repeatedBy.dropFirst().map { ", then --resume STUDY \($0)" }.joined()
            text += "The same study again, whatever the clock: \(repeatedBy.first ?? "")\(last)\n"
            text += "To search for longer: `vouch tune --resume \(study) --budget 10m`\n"
        }
        return text
    }

    private var frontierTable: String {
        let chosen = frontier.trials.compactMap { number in
            trials.first { $0.number == number }
        }
        return "Not worse in both by another whole training:\n"
            + alignedTable(
                [["trial", frontier.first, frontier.second, "settings"]]
                    + chosen.map {
                        [
                            Self.name($0.number),
                            $0.measured[frontier.first].map(NumberText.plain) ?? "–",
                            $0.measured[frontier.second].map(NumberText.plain) ?? "–",
                            StudyText.point(SearchPoint($0.settings)),
                        ]
                    }, rightAligned: [1, 2])
    }
}
