import Explanation
import Figures
import Generalization
import Models
package import Runs
import Tables

/// What is asked of `vouch explain reasons`.
package struct ReasonRequest: Sendable {
    package var run: String
    /// A file with a header.
    package var rows: String
    /// Which of its rows, from 1.
    package var chosen: [Int] = [1]
    package var wanted = WantedOutcome()
    /// The class that rows hope for: each is told why it was granted or declined.
    package var favourable: String?
    package var seed: UInt64 = 0
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(run: String, rows: String) {
        self.run = run
        self.rows = rows
    }
}

/// Reasons for decisions, to be shown.
package struct ReasonReport: Sendable, Encodable {
    package var rows: [Row]
    /// The rows that they are compared with.
    var known = "training rows"

    private enum CodingKeys: CodingKey { case rows }

    package struct Row: Sendable, Encodable {
        package var row: Int
        package var quantity: String
        /// The class or the range that the row did not get.
        package var wanted: String
        /// The class that is decided for it; `nil` for a number.
        package var decided: String?
        /// Whether the decision is the favourable one; `nil` where none was named.
        package var isGranted: Bool?
        package var rule: String
        package var value: Double
        /// At most four, from the largest to the smallest.
        package var reasons: [Reason]
        /// What all of them at their typical cells are stated to do to the value, and do.
        package var statedTogether: Double
        package var effectTogether: Double
        package var reachesWanted: Bool
        package var evaluations: Int
    }

    package struct Reason: Sendable, Encodable {
        package var cells: [Cell]
        /// What the typical cells are stated to do to the value, from Shapley values.
        package var stated: Double
        /// What they do alone, as the model says.
        package var effect: Double
    }

    package struct Cell: Sendable, Encodable {
        package var column: String
        package var cell: String?
        package var typical: String
    }
}

/// The factors for which rows did not get a wanted outcome.
///
/// - Throws: an error that names the option or the row, and says what there is.
package func findReasons(_ request: ReasonRequest) throws -> ReasonReport {
    guard request.wanted.label == nil || request.favourable == nil else {
        throw VouchError(
            "--class names the class that a row is asked why it is not, --favourable the one that rows hope "
                + "for; give one of them")
    }
    var wanted = request.wanted
    wanted.label = wanted.label ?? request.favourable
    // Without a named class, and where the favourable one was decided, the decided class is explained.
    wanted.explainsDecided = request.wanted.label == nil
    let model = try ChangeableModel(
        run: request.run, rows: request.rows, chosen: request.chosen, wanted: wanted,
        seed: request.seed, reading: request.reading, threads: request.threads)
    let target = model.explained.model.target
    let goals = try request.chosen.indices.map { try model.goal($0) }
    let codes = ReasonCodes(
        model.search, protected: model.explained.model.schema.protected, seed: request.seed)
    let decided =
        target.classes.isEmpty
        ? []
        : model.predictions.decisions(
            threshold: wanted.threshold ?? model.explained.model.threshold
        ).classes.map { target.classes[$0] }
    let rows = try request.chosen.enumerated().map { place, number in
        let goal = goals[place]
        let answer = try codes.reasons(place, of: model.table, goal: goal)
        return ReasonReport.Row(
            row: number, quantity: WantedOutcome.quantity(goal, target),
            wanted: WantedOutcome.words(goal, target),
            decided: decided.isEmpty ? nil : decided[place],
            isGranted: request.favourable.map { decided[place] == $0 }, rule: WantedOutcome.rule(goal, target),
            value: answer.value,
            reasons: answer.reasons.map { reason in
                .init(
                    cells: reason.cells.map {
                        .init(column: $0.column, cell: $0.cell, typical: $0.typical)
                    }, stated: reason.stated, effect: reason.effect)
            }, statedTogether: answer.statedTogether, effectTogether: answer.effectTogether,
            reachesWanted: answer.reachesGoal, evaluations: answer.evaluations)
    }
    return ReasonReport(rows: rows, known: try backgroundName(of: request.run))
}

extension ReasonReport {
    /// For machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// For a terminal.
    package var text: String {
        var text = """
            Compared with the fifty \(known) most like each row that the model gives the wanted outcome. What \
            the model uses, not what causes the outcome.

            """
        for row in rows {
            text += "\nRow \(row.row): \(row.quantity) is \(NumberText.plain(row.value))"
            text += row.rule.isEmpty ? ".\n" : "; \(row.rule).\n"
            if let decided = row.decided {
                let word = row.isGranted.map { $0 ? "Granted" : "Declined" } ?? "Decided"
                text += "  \(word) (\(decided), not \(row.wanted)) because:\n"
            }
            guard !row.reasons.isEmpty else {
                text += "  No single factor was found that the model, asked, moves as stated.\n"
                continue
            }
            for (number, reason) in row.reasons.enumerated() {
                let own = reason.cells.map { "\($0.column) = \($0.cell ?? "(missing)")" }
                let typical = reason.cells.map(\.typical).joined(separator: ", ")
                let lost = NumberText.plain(abs(reason.stated))
                text += "  \(number + 1). \(own.joined(separator: ", ")): "
                text +=
                    reason.stated > 0 ? "the value fell by \(lost)" : "the value rose by \(lost)"
                text +=
                    "; typical is \(typical), which alone moves it by \(signed(reason.effect)).\n"
            }
            if row.reasons.count > 1 {
                text += "  All of these at their typical values: "
                text += "\(NumberText.plain(row.value + row.effectTogether)), "
                text += "which is \(row.reachesWanted ? "" : "not ")\(row.wanted).\n"
            }
        }
        return text
    }

    private func signed(_ value: Double) -> String {
        (value < 0 ? "" : "+") + NumberText.plain(value)
    }
}
