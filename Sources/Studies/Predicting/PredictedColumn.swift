import Generalization
package import Models
package import Prediction
import Runs
import Tables

/// A column of predicted rows, as it lies in memory.
struct PredictedColumn: Sendable {
    enum Cells: Sendable {
        case texts([String])
        /// Codes into the values; −1 where a cell is empty.
        case coded([Int32], values: [String])
        /// Every so many of the numbers, from the first one on.
        case numbers([Double], first: Int, stride: Int)
    }

    let name: String
    let cells: Cells

    init(_ name: String, _ cells: Cells) {
        self.name = name
        self.cells = cells
    }
}

extension PredictedColumn {
    /// A raw column as it stands.
    init(_ column: Column, rows: Int) {
        name = column.name
        if let texts = column.texts {
            cells = .coded(texts.codes, values: texts.values)
        } else {
            cells = .texts((0..<rows).map { column.text($0) ?? "" })
        }
    }
}

/// The class decided for each row.
struct DecidedRows {
    let codes: [Int32]
    let classes: [String]

    var texts: [String] { codes.map { classes[Int($0)] } }
    var column: PredictedColumn { PredictedColumn("decision", .coded(codes, values: classes)) }
}

extension DescribedModel {
    /// What it decides of each row: a class's text.
    package func decidedTexts(_ predictions: Predictions) -> [String] {
        decisions(predictions).texts
    }

    func decisions(_ predictions: Predictions) -> DecidedRows {
        DecidedRows(
            codes: predictions.decisions(threshold: threshold).classes.map { Int32($0) },
            classes: predictions.classes)
    }

    /// What every prediction has: identifiers as they were, probabilities and decision, or the number.
    func columns(_ table: Table, _ predictions: Predictions) -> [PredictedColumn] {
        let width = predictions.width
        let names =
            predictions.classes.isEmpty
            ? ["prediction"] : predictions.classes.map { "probability[\($0)]" }
        let identifiers = schema.namesOfRows.compactMap { table.column(named: $0) }
            .map { PredictedColumn($0, rows: table.rowCount) }
        let numbers = names.enumerated().map { place, name in
            PredictedColumn(name, .numbers(predictions.values, first: place, stride: width))
        }
        let decision = predictions.classes.isEmpty ? [] : [decisions(predictions).column]
        return identifiers + numbers + decision
    }
}
