package import Explanation
import Figures
import Models
import Platform
package import Runs

/// What is asked of `vouch explain counterfactuals`.
package struct CounterfactualRequest: Sendable {
    package var run: String
    /// A file with a header.
    package var rows: String
    /// Which of its rows, from 1.
    package var chosen: [Int] = [1]
    package var changes = ChangeOptions()
    package var wanted = WantedOutcome()
    package var options = CounterfactualSearch.Options()
    /// For each row; `nil` for as long as it takes.
    package var secondsPerRow: Double?
    /// Whether the answer says how long each row took.
    package var isTimed = false
    package var seed: UInt64 = 0
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(run: String, rows: String) {
        self.run = run
        self.rows = rows
    }
}

/// What would change predictions, to be shown.
package struct CounterfactualReport: Sendable, Encodable {
    package var rows: [Row]
    /// The rows that a changed row should be like.
    var known = "training rows"

    private enum CodingKeys: CodingKey { case rows }

    package struct Row: Sendable, Encodable {
        package var row: Int
        /// What `value` is, such as `probability of >50K`.
        package var quantity: String
        /// The class or the range that is wanted.
        package var wanted: String
        /// How it is decided; empty where nothing is to say.
        package var rule: String
        package var value: Double
        /// None is an answer, too.
        package var found: [Answer]
        /// Rows that were predicted for it.
        package var evaluations: Int
        package var endedByTime: Bool
        package var seconds: Double?
    }

    package struct Answer: Sendable, Encodable {
        package var changes: [Change]
        package var value: Double
        /// `Σ |a − b| / MAD` over numbers, and 1 for each category.
        package var distance: Double
        package var isLikeTraining: Bool
    }

    package struct Change: Sendable, Encodable {
        package var column: String
        /// `nil` where missing.
        package var from: String?
        package var to: String
    }
}

/// The smallest changes of rows that give them the wanted outcome.
///
/// - Throws: an error that names the option or the row, and says what there is.
package func findCounterfactuals(_ request: CounterfactualRequest) throws -> CounterfactualReport {
    guard request.options.count > 0 else {
        throw VouchError("--count is \(request.options.count); it must be 1 or more")
    }
    guard request.options.mostColumns > 0 else {
        throw VouchError("--most-columns is \(request.options.mostColumns); it must be 1 or more")
    }
    let model = try ChangeableModel(
        run: request.run, rows: request.rows, chosen: request.chosen, wanted: request.wanted,
        seed: request.seed, reading: request.reading, threads: request.threads)
    let target = model.explained.model.target
    let rules = try request.changes.rules(model.explained.model.schema, model.search)
    let goals = try request.chosen.indices.map { try model.goal($0) }
    let rows = try request.chosen.enumerated().map { place, number in
        let goal = goals[place]
        let began = Clock.monotonicSeconds()
        let answer = try model.search.search(
            place, of: model.table, goal: goal, rules: rules, options: request.options,
            isOver: {
                request.secondsPerRow.map { Clock.monotonicSeconds() - began >= $0 } ?? false
            })
        let seconds = Clock.monotonicSeconds() - began
        return CounterfactualReport.Row(
            row: number, quantity: WantedOutcome.quantity(goal, target),
            wanted: WantedOutcome.words(goal, target), rule: WantedOutcome.rule(goal, target),
            value: answer.value,
            found: answer.found.map { found in
                .init(
                    changes: found.changes.map {
                        .init(column: $0.column, from: $0.from, to: $0.to)
                    },
                    value: found.value, distance: found.distance,
                    isLikeTraining: found.isLikeTraining)
            }, evaluations: answer.evaluations, endedByTime: answer.endedByTime,
            seconds: request.isTimed ? seconds : nil)
    }
    return CounterfactualReport(rows: rows, known: try backgroundName(of: request.run))
}

extension CounterfactualReport {
    /// For machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// For a terminal.
    package var text: String {
        var text =
            "The smallest changes with which the model predicts otherwise, not what would happen in the world.\n"
        for row in rows {
            text += "\nRow \(row.row): \(row.quantity) is \(NumberText.plain(row.value))"
            text += row.rule.isEmpty ? ".\n" : "; \(row.rule).\n"
            let tried = "\(NumberText.count(row.evaluations)) rows were predicted"
            if row.found.isEmpty {
                text +=
                    "  None found: no change that is permitted makes it \(row.wanted), as far as "
                text +=
                    row.endedByTime ? "the time allowed (\(tried)).\n" : "was tried (\(tried)).\n"
                continue
            }
            text += "  To be \(row.wanted), one of:\n"
            for (number, answer) in row.found.enumerated() {
                let changes = answer.changes.map {
                    "\($0.column) from \($0.from ?? "(missing)") to \($0.to)"
                }
                text += "  \(number + 1). \(changes.joined(separator: ", ")): "
                text += "\(NumberText.plain(answer.value))"
                text += answer.isLikeTraining ? "\n" : "; a row unlike the \(known)\n"
            }
            if row.endedByTime { text += "  The time ended the search (\(tried)).\n" }
            if let seconds = row.seconds {
                text += "  \(NumberText.plain(seconds * 1000)) ms, \(tried).\n"
            }
        }
        return text
    }
}
