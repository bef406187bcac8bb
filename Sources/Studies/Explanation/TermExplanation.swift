import Evidence
import Explanation
import Models
import Runs
import Tables

extension AdditiveReading {
    /// What each of the model's functions adds for some rows: the model itself, so that nothing is estimated.
    ///
    /// - Parameter chosen: Rows of the table, from 1.
    func explanations(
        _ explained: ExplainedModel, _ table: Table, chosen: [Int]
    ) throws -> RowExplanations {
        let rows = table.selecting(rows: chosen.map { $0 - 1 })
        let model = try explained.model.requireNetwork()
        let pool = explained.pool
        let place = explained.place
        // Two classes have one output, the second's, of which the first's is the opposite.
        let output = outputs.count > 1 ? place : 0
        let sign =
            model.target.classes.count == 2 && place == 0 ? -1.0 : 1
        let terms = outputs[output].terms
        let raw = try model.meanTerms(rows, pool: pool).output(output)
        let said = try model.meanOutput(output, rows, pool: pool).map { sign * $0 }
        let values = terms.values(raw, of: try model.read(rows)).map { sign * $0 }
        let intercept = sign * terms.intercept
        let names = terms.names
        var found = RowExplanations(
            quantity: model.additiveQuantity(of: place),
            method: "The model's own functions of \(names.count { $0.count == 1 }) columns and "
                + "\(names.count { $0.count > 1 }) pairs; a pair holds only what its columns do not tell",
            rows: chosen.enumerated().map { place, number in
                let own = values[(place * names.count)..<((place + 1) * names.count)]
                let contributions = zip(names, own).map { columns, value in
                    RowExplanations.Contribution(
                        column: columns.joined(separator: " × "),
                        cell: columns.map { rows.column(named: $0)?.text(place) ?? "(missing)" }
                            .joined(separator: ", "),
                        value: value, standardError: 0)
                }
                return RowExplanations.Row(
                    row: number, base: intercept, value: said[place],
                    residual: said[place] - intercept - own.reduce(0, +),
                    resolved: names.count, evaluations: 1,
                    contributions: contributions.sorted {
                        (abs($1.value), $0.column) < (abs($0.value), $1.column)
                    })
            })
        found.baseName = "the intercept"
        return found
    }
}
