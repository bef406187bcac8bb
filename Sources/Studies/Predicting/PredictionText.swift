import RunStore
import Tables

/// Predicted rows as text, a stretch of rows after another: CSV with a header, or a JSON list of objects, one a line.
///
/// In JSON numbers are numbers, and what is empty or no finite number is null.
struct PredictionText: Sendable {
    let asksJSON: Bool
    /// Columns that are texts even where they look like numbers, such as an identifier `007`. So are all that hold a
    /// decision or a set.
    let texts: Set<String>

    private static let alwaysTexts: Set = [
        "decision", "fair_decision", "decision_or_abstain", "set",
    ]

    /// What stands behind the last row.
    var end: [UInt8] { asksJSON ? Array("\n]\n".utf8) : [] }

    /// Rows of the columns, with the header where the first row is among them.
    ///
    /// - Parameter isFirst: Whether the file begins with these rows.
    func bytes(_ columns: [PredictedColumn], rows: Range<Int>, isFirst: Bool) -> [UInt8] {
        let parts = columns.map { TextPart($0, in: self, isAlone: columns.count == 1) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity((rows.count + 1) * parts.reduce(2) { $0 + $1.expected })
        if isFirst {
            if asksJSON {
                bytes.append(UInt8(ascii: "["))
            } else {
                CSVWriter.append(columns.map(\.name), to: &bytes)
            }
        }
        let isFirstRow = rows.lowerBound
        for row in rows {
            if asksJSON {
                if !isFirst || row > isFirstRow { bytes.append(UInt8(ascii: ",")) }
                bytes += [UInt8(ascii: "\n"), UInt8(ascii: "{")]
            }
            for (place, part) in parts.enumerated() {
                if place > 0 {
                    bytes.append(UInt8(ascii: ","))
                    if asksJSON { bytes.append(UInt8(ascii: " ")) }
                }
                part.append(row, to: &bytes)
            }
            bytes.append(asksJSON ? UInt8(ascii: "}") : UInt8(ascii: "\n"))
        }
        return bytes
    }

    func isText(_ column: String) -> Bool {
        texts.contains(column) || Self.alwaysTexts.contains(column)
    }
}

/// A column with all that is the same in each of its rows written beforehand.
private struct TextPart {
    private let column: PredictedColumn
    private let asksJSON: Bool
    private let isText: Bool
    private let isAlone: Bool
    /// In JSON, what stands before each value.
    private let key: [UInt8]
    /// Of coded cells each value, as it is written; the last is that of an empty one.
    private let values: [[UInt8]]

    init(_ column: PredictedColumn, in text: PredictionText, isAlone: Bool) {
        self.column = column
        self.isAlone = isAlone
        asksJSON = text.asksJSON
        isText = text.isText(column.name)
        key = asksJSON ? Array((JSONText.quoted(column.name) + ": ").utf8) : []
        var written: [[UInt8]] = []
        if case .coded(_, let values) = column.cells {
            for value in values + [""] {
                var bytes: [UInt8] = []
                Self.append(
                    value, asksJSON: text.asksJSON, isText: text.isText(column.name),
                    isAlone: isAlone, to: &bytes)
                written.append(bytes)
            }
        }
        values = written
    }

    /// About as many bytes as a cell has.
    var expected: Int {
        switch column.cells {
        case .numbers: key.count + 22
        case .coded: key.count + 2 + (values.map(\.count).max() ?? 0)
        case .texts: key.count + 24
        }
    }

    func append(_ row: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: key)
        switch column.cells {
        case .numbers(let numbers, let first, let stride):
            let number = numbers[first + row * stride]
            guard asksJSON else {
                bytes.append(contentsOf: number.description.utf8)
                return
            }
            bytes.append(contentsOf: Self.json(number, isText: isText).utf8)
        case .coded(let codes, _):
            let code = Int(codes[row])
            bytes.append(contentsOf: values[code < 0 ? values.count - 1 : code])
        case .texts(let texts):
            Self.append(
                texts[row], asksJSON: asksJSON, isText: isText, isAlone: isAlone, to: &bytes)
        }
    }

    private static func append(
        _ cell: String, asksJSON: Bool, isText: Bool, isAlone: Bool, to bytes: inout [UInt8]
    ) {
        guard asksJSON else {
            CSVWriter.append(cell, isAlone: isAlone, to: &bytes)
            return
        }
        bytes.append(contentsOf: json(cell, isText: isText).utf8)
    }

    private static func json(_ cell: String, isText: Bool) -> String {
        if cell.isEmpty { return "null" }
        guard let number = Double(cell), !isText else { return JSONText.quoted(cell) }
        return json(number, isText: false)
    }

    private static func json(_ number: Double, isText: Bool) -> String {
        if isText { return JSONText.quoted(number.description) }
        return number.isFinite ? numberText(number) : "null"
    }
}
