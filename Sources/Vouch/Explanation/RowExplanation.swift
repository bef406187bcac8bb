import Explanation
import Figures
import Platform
import Tables

/// What is asked of `vouch explain`.
package struct ExplanationRequest: Sendable {
    package var run: String
    /// A file with a header.
    package var rows: String
    /// Which of its rows, from 1.
    package var chosen: [Int] = [1]
    /// Training rows that stand for what the columns could have been instead.
    package var background = 100
    /// A file of rows that do, in place of training rows.
    package var backgroundFile: String?
    /// Orders of the columns for each background row, with their opposites; `nil` for all subsets.
    package var pairs: Int? = 1
    /// Whether Shapley values are wanted of an additive model too, which explains itself.
    package var asksShapley = false
    /// The class whose probability is explained; the last in order if `nil`.
    package var label: String?
    package var seed: UInt64 = 0
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(run: String, rows: String) {
        self.run = run
        self.rows = rows
    }
}

/// Explanations of rows, to be shown.
package struct RowExplanations: Sendable, Encodable {
    /// What is explained, such as `probability of >50K`.
    package var quantity: String
    package var method: String
    package var rows: [Row]

    package struct Row: Sendable, Encodable {
        package var row: Int
        package var base: Double
        package var value: Double
        package var residual: Double
        package var resolved: Int
        package var evaluations: Int
        /// From the largest to the smallest.
        package var contributions: [Contribution]
    }

    package struct Contribution: Sendable, Encodable {
        package var column: String
        /// The row's cell; `nil` where it is missing.
        package var cell: String?
        package var value: Double
        package var standardError: Double
    }
}

/// Shapley values of raw columns for rows of a file.
///
/// - Throws: an error that names the option or the row, and says what there is.
package func explainRows(_ request: ExplanationRequest) throws -> RowExplanations {
    guard request.pairs ?? 1 > 0 else {
        throw VouchError("--pairs is \(request.pairs ?? 0); it must be 1 or more")
    }
    let explained = try ExplainedModel(
        run: request.run, label: request.label, threads: request.threads)
    let table = try explained.rows(of: request.rows, request.reading, chosen: request.chosen)
    if !request.asksShapley, let own = try AdditiveReading.of(run: request.run) {
        return try own.explanations(explained, table, chosen: request.chosen)
    }
    let width = explained.model.schema.features.count
    guard request.pairs != nil || width <= ShapleyExplainer.mostExactColumns else {
        throw VouchError(
            "--exact tries all subsets of the columns, which can be done for up to "
                + "\(ShapleyExplainer.mostExactColumns); the model has \(width). Leave it out: the error of "
                + "random orders is shown, and --pairs lowers it")
    }
    let model = try explained.attributed(
        background: request.background,
        file: request.backgroundFile.map { .init(path: $0, reading: request.reading) },
        seed: request.seed)
    let method = ShapleyAttribution(pairs: request.pairs)
    let chosen = table.selecting(rows: request.chosen.map { $0 - 1 })
    let attributions = try method.attributions(of: chosen, in: model, seed: request.seed)
    let rows = zip(request.chosen, attributions).map { number, found in
        RowExplanations.Row(
            row: number, base: found.base, value: found.value, residual: found.residual,
            resolved: found.resolved, evaluations: found.evaluations,
            contributions: found.ranked.map { item in
                .init(
                    column: item.column,
                    cell: table.column(named: item.column)?.text(number - 1), value: item.value,
                    standardError: item.standardError)
            })
    }
    return RowExplanations(
        quantity: explained.quantity,
        method: "Shapley values of \(width) columns against \(model.background.rowCount) "
            + "\(request.backgroundFile.map { "rows of \($0)" } ?? "training rows"), "
            + (request.pairs.map { "\($0 * 2) orders a background row" } ?? "all subsets"),
        rows: rows)
}

extension RowExplanations {
    /// For machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// For a terminal.
    package var text: String {
        var text = "\(method).\nWhat the model uses, not what causes the outcome.\n"
        for row in rows {
            text +=
                "\nRow \(row.row): \(quantity) is \(NumberText.plain(row.value)); the mean over the "
                + "background is \(NumberText.plain(row.base)).\n"
            for item in row.contributions {
                let sign = item.value < 0 ? "" : "+"
                let error =
                    item.standardError > 0
                    ? " ± \(NumberText.plain(1.96 * item.standardError))" : ""
                text +=
                    "  \(item.column) = \(item.cell ?? "(missing)"): "
                    + "\(sign)\(NumberText.plain(item.value))\(error)\n"
            }
            text +=
                row.resolved == 0
                ? "  The order of the columns is not sure: --pairs makes it surer.\n"
                : row.resolved >= row.contributions.count - 1
                    ? "  The order of all columns is sure at 95 % a pair.\n"
                    : "  The order of the first \(row.resolved) is sure at 95 % a pair, the rest is not.\n"
        }
        return text
    }
}
