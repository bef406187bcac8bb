import RunStore
import Tables

typealias PredictedColumns = [(name: String, cells: [String])]

/// Predicted rows as CSV with a header.
func predictionCSV(_ columns: PredictedColumns, rows: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    CSVWriter.append(columns.map(\.name), to: &bytes)
    for row in 0..<rows { CSVWriter.append(columns.map { $0.cells[row] }, to: &bytes) }
    return bytes
}

/// Predicted rows as a JSON list of objects, one a line: numbers as numbers, what is empty or no finite
/// number as null.
///
/// - Parameter texts: Columns that are texts even where they look like numbers, such as an identifier
///   `007`. So are all that hold a decision or a set.
func predictionJSON(_ columns: PredictedColumns, texts: Set<String>, rows: Int) -> [UInt8] {
    let always: Set = ["decision", "fair_decision", "decision_or_abstain", "set"]
    let described = columns.map { column in
        (
            key: JSONText.quoted(column.name) + ": ", cells: column.cells,
            isText: texts.contains(column.name) || always.contains(column.name)
        )
    }
    var text = "["
    for row in 0..<rows {
        text += row == 0 ? "\n" : ",\n"
        text += "{"
        for (place, column) in described.enumerated() {
            if place > 0 { text += ", " }
            text += column.key + value(column.cells[row], isText: column.isText)
        }
        text += "}"
    }
    return Array((text + "\n]\n").utf8)
}

private func value(_ cell: String, isText: Bool) -> String {
    if cell.isEmpty { return "null" }
    guard !isText, let number = Double(cell) else { return JSONText.quoted(cell) }
    return number.isFinite ? numberText(number) : "null"
}
