import DataEfficiency
import Figures
import Platform
import Reporting
import Runs
import Statistics

/// Rules and what is known of them as a document.
struct RuleTables {
    let request: RuleCheckRequest
    let rules: [TableRule]
    let classes: [String]
    let model: LabelModel
    let summary: RuleSummary
    /// `nil` where too few rows have an answer.
    let together: VoteAccuracy?

    private static let cannotTell = TableDocument.Cell.text("cannot tell")

    var document: TableDocument {
        TableDocument(
            title: "Rules of \(request.rules.file) on \(request.data)",
            facts: [
                .init("Rows", "\(summary.rows)"),
                .init("Rows with an answer in \(request.columns.target)", "\(summary.answered)"),
                .init("Rows of which a rule votes", counted(summary.covered)),
                .init("Rows of which rules vote for different classes", counted(summary.conflicts)),
                .init("Made by", "vouch \(vouchVersion)"),
            ], tables: [ruleTable, togetherTable], statements: statements, blanks: [])
    }

    private func counted(_ rows: Int) -> String {
        let share = Double(rows) / Double(max(summary.rows, 1))
        return "\(rows) (\(NumberText.percent(share)) %)"
    }

    private var ruleTable: TableDocument.Table {
        let rows = zip(rules, summary.rules).map { rule, figures -> [TableDocument.Cell] in
            let all = Double(max(summary.rows, 1))
            return [
                .text(rule.name), .text(classes[rule.voted]), .count(figures.covered),
                .number(Double(figures.covered) / all), .number(Double(figures.conflicts) / all),
                .count(figures.answered), figures.accuracy.map(number) ?? Self.cannotTell,
                figures.expectedAccuracy.map { .number($0) } ?? .text("never votes"),
                .number(figures.counted), .text(verdict(figures)),
            ]
        }
        return TableDocument.Table(
            title: "Each rule",
            columns: [
                "rule", "votes for", "rows", "coverage", "conflict", "with an answer",
                "accuracy", "guessed accuracy", "counts", "is it wrong?",
            ], rows: rows,
            notes: [
                "Coverage and conflict are shares of all rows, counted. Accuracy is measured on rows with an answer, from "
                    + "\(RuleSummary.fewestAnswers) such rows on; the guessed one is the label model's, of all rows of which "
                    + "the rule votes.",
                "A rule counts below 1 where others vote with it beyond what the class explains, so that they are not "
                    + "counted twice.",
                "Wrong: its class is rarer where it votes than elsewhere, beyond chance (Fisher's exact test; at most "
                    + "\(NumberText.plain(100 * RuleSummary.falseAlarms)) % chance that any rule is called so though none is).",
            ])
    }

    private func verdict(_ figures: RuleFigures) -> String {
        switch figures.direction {
        case _ where figures.covered == 0: "never votes"
        case .wrong(let value): "WRONG (p = \(NumberText.plain(value)))"
        case .notWrong: "not found to be"
        case .cannotTell: "cannot tell"
        }
    }

    private func number(_ estimate: Estimate) -> TableDocument.Cell {
        estimate.value.map { .number($0, lower: estimate.lower, upper: estimate.upper) }
            ?? Self.cannotTell
    }

    private var togetherTable: TableDocument.Table {
        TableDocument.Table(
            title: "All rules together", columns: ["", "accuracy"],
            rows: [
                [
                    .text("majority vote, on rows with an answer"),
                    together.map { number($0.majority) } ?? Self.cannotTell,
                ],
                [
                    .text("label model, each row by one that did not see its answer"),
                    together.map { number($0.model) } ?? Self.cannotTell,
                ],
                [
                    .text("label model, as it guesses itself, of rows of which a rule votes"),
                    summary.expectedAccuracy.map { .number($0) } ?? Self.cannotTell,
                ],
            ],
            notes: [
                "Where the majority vote says nothing it is taken to be the class that most rows with an answer have. From "
                    + "\(LabelModel.fewestToChoose) rows with an answer on."
            ])
    }

    private var statements: [String] {
        var found = ["Numbers in brackets are 95 % intervals over rows."]
        if summary.answered == 0 {
            found.append(
                "No row has an answer: what the label model guesses rests on the assumption that each rule is right seven "
                    + "times in ten, and on how far rules agree. Nothing here is measured.")
        } else {
            let mass = NumberText.plain(model.openMass.rounded())
            found.append(
                "The rows without an answer count as \(mass) rows with one in the label model"
                    + (summary.answered >= LabelModel.fewestToChoose
                        ? ", by the loss on answers that were left out." : "."))
        }
        let wrong = zip(rules, summary.rules).filter { $1.direction.isWrong }.map { $0.0.name }
        if !wrong.isEmpty {
            found.append(
                "Wrong: \(wrong.map { "\"\($0)\"" }.joined(separator: ", ")). Correct the rule or take it out.")
        }
        let silent = zip(rules, summary.rules).filter { $1.covered == 0 }.map { $0.0.name }
        if !silent.isEmpty {
            found.append(
                "Of no row votes: \(silent.map { "\"\($0)\"" }.joined(separator: ", ")).")
        }
        found.append(
            "Rules that are changed after this table were fitted to the answers in it: judge a model that learns from them on "
                + "rows of a file of their own (vouch train --test).")
        return found
    }
}
