import Documents
import Evidence
import Fairness
import Figures
import Prediction
import Reporting
import Runs
import Statistics

/// A model that was trained instead of the run's, or the run's own.
struct Alternative {
    var name: String
    /// What to add to the run's command line.
    var options: String
    /// With test rows; `nil` of the run itself.
    var subject: Sealed<Subject>?
    /// On validation rows.
    var accuracy: Estimate
    /// On validation rows.
    var gap: Estimate
}

/// The models that a search found, which of them is chosen on validation rows, and what test rows say of that one.
struct AlternativeChoice {
    var request: AlternativesRequest
    var column: String
    var validationRows: Int
    var own: Alternative
    var found: [Alternative]
    /// From the run's own model to the chosen one, on test rows; `nil` where its own is chosen.
    var change: GapChange?
    var testRows = 0

    /// Of the models that are accurate enough the one with the smallest gap; `nil` where none is.
    var chosen: Alternative? {
        all.filter(isAccurate).min { ($0.gap.value ?? 1) < ($1.gap.value ?? 1) }
    }

    private var all: [Alternative] { [own] + found }

    /// Whether a model costs no more accuracy than may be lost.
    private func isAccurate(_ model: Alternative) -> Bool {
        (model.accuracy.value ?? 0) >= (own.accuracy.value ?? 0) - request.mostAccuracyLost
    }
}

// MARK: - The document

extension AlternativeChoice {
    /// - Parameter readsGroups: Whether a model among them reads the protected columns of new rows.
    func document(run: String, readsGroups: Bool) -> TableDocument {
        TableDocument(
            title: "Alternatives to the model of \(run)", facts: facts, tables: [table],
            statements: [
                "Only the chosen model was measured on test rows.",
                "Whether an alternative must be used is for a person to decide.",
            ]
                + (readsGroups
                    ? ["A model of repaired numbers needs the protected columns of each new row."]
                    : []),
            blanks: [])
    }

    private var facts: [RunReport.Fact] {
        [
            .init("Gap", "\(request.constraint.text), over \(column)"),
            .init(
                "Chosen",
                "on \(validationRows) validation rows: the smallest gap among models whose accuracy is at most "
                    + "\(NumberText.plain(request.mostAccuracyLost)) below the run's"),
        ] + outcome
            + [.init("Made by", request.arguments.map(shellQuoted).joined(separator: " "))]
    }

    /// The chosen model and what test rows say of it.
    private var outcome: [RunReport.Fact] {
        guard let chosen, let change else {
            return [
                .init(
                    "Alternative",
                    "none: no model as accurate has a smaller gap on validation rows")
            ]
        }
        func text(_ estimate: Estimate) -> String { estimate.shown ?? "undefined" }
        return [
            .init("Alternative", chosen.name),
            .init("How to train it", "the run's command with \(chosen.options)"),
            .init(
                "Verdict",
                change.isMitigated(mostAccuracyLost: request.mostAccuracyLost)
                    ? "a less discriminatory alternative: the gap is smaller and the accuracy is kept"
                    : "cannot tell: on \(testRows) test rows the two intervals do not both hold"
            ),
            .init("Gap on test rows", "\(text(change.before)) → \(text(change.after))"),
            .init("Gap, after − before", text(change.change)),
            .init(
                "Accuracy on test rows",
                "\(text(change.accuracyBefore)) → \(text(change.accuracyAfter))"),
            .init("Accuracy, after − before", text(change.accuracyChange)),
        ]
    }

    /// All models on validation rows.
    private var table: TableDocument.Table {
        let chosen = chosen
        let rows = all.map { model -> [TableDocument.Cell] in
            [
                .text(model.name), cell(model.gap), cell(model.accuracy),
                .text(
                    model.name == chosen?.name
                        ? "chosen" : isAccurate(model) ? "" : "less accurate"),
            ]
        }
        return .init(
            title: "On validation rows",
            columns: ["Model", request.constraint.gap.metric.name, "Accuracy", ""], rows: rows,
            notes: [
                "These rows stopped the trainings, and the smallest of several gaps is small by luck too; "
                    + "the chosen model's numbers on test rows are the ones to believe."
            ])
    }

    private func cell(_ estimate: Estimate) -> TableDocument.Cell {
        estimate.value.map { .number($0, lower: estimate.lower, upper: estimate.upper) }
            ?? .text("–")
    }
}
