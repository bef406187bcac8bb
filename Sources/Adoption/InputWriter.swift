import Models
package import ONNX
import Tables

/// Writes the cells of some columns as the value of one input.
struct InputWriter: Sendable {
    let input: RowMapping.Input
    private let type: ElementType
    /// Whether the input has an axis of columns.
    private let hasColumns: Bool
    /// Rows that the input takes at once, where it takes no other number.
    let fixedRows: Int?

    /// - Throws: where the input takes something else than rows, or other columns than those named.
    init(_ input: RowMapping.Input, _ port: ONNXPort) throws(ModelError) {
        let place = "input \"\(input.name)\" of the model"
        self.input = input
        switch port.kind {
        case .tensor(let type, let shape):
            self.type = type
            guard let shape else {
                hasColumns = input.cells.count > 1
                fixedRows = nil
                break
            }
            guard (1...2).contains(shape.count) else {
                throw ModelError(
                    "\(place) has \(shape.count) axes (\(port.shapeText)), and a row of a table is one of [rows] or "
                        + "[rows, columns]. Export a model that takes rows")
            }
            hasColumns = shape.count == 2
            if case .fixed(let rows) = shape[0], rows > 0 { fixedRows = rows } else { fixedRows = nil }
            let width = hasColumns ? shape[1] : .fixed(1)
            if case .fixed(let width) = width, width != input.cells.count {
                throw ModelError(
                    "\(place) takes \(width) columns (\(port.shapeText)), and \(input.cells.count) are named: "
                        + "\(input.cells.map(\.column).joined(separator: ", ")). Name as many as it takes, "
                        + "in its order")
            }
        case .unknown:
            type = input.form == .text ? .string : input.form == .integer ? .int64 : .float32
            hasColumns = true
            fixedRows = nil
        case .sequence, .map, .optional:
            throw ModelError("\(place) takes no tensor, so that no row can be given to it")
        }
        guard RowMapping.Form.fitting(type).contains(input.form) else {
            throw ModelError(
                "\(place) takes \(type.name), and its rows are given \"as: \(input.form.rawValue)\". Write "
                    + RowMapping.Form.fitting(type).map { "as: \($0.rawValue)" }
                    .joined(separator: " or "))
        }
    }

    /// The cells of all columns of a table, ready to be cut into batches.
    enum Filled: Sendable {
        /// Column by column.
        case numbers([[Double]])
        case texts([Column.Spelling])
    }

    /// - Throws: naming the first cell that the model cannot be given.
    func filled(_ table: Table) throws(TableError) -> Filled {
        if input.form == .text {
            var columns: [Column.Spelling] = []
            for cell in input.cells { columns.append(try texts(cell, table)) }
            return .texts(columns)
        }
        var columns: [[Double]] = []
        for cell in input.cells { columns.append(try numbers(cell, table)) }
        return .numbers(columns)
    }

    /// The input's value for some rows.
    func value(_ filled: Filled, rows: [Int]) -> ONNXValue {
        let shape = hasColumns ? [rows.count, input.cells.count] : [rows.count]
        switch filled {
        case .texts(let columns):
            var texts: [String] = []
            texts.reserveCapacity(rows.count * columns.count)
            for row in rows { for column in columns { texts.append(column.values[Int(column.codes[row])]) } }
            return .tensor(ONNXTensor(shape, .string(texts)))
        case .numbers(let columns):
            var numbers: [Double] = []
            numbers.reserveCapacity(rows.count * columns.count)
            for row in rows { for column in columns { numbers.append(column[row]) } }
            // They were checked to be of the type.
            let elements = Elements.float64(numbers)
            return .tensor(ONNXTensor(shape, elements.converted(to: type) ?? elements))
        }
    }

    private func column(_ cell: RowMapping.Cell, _ table: Table) throws(TableError) -> Column {
        guard let column = table.column(named: cell.column) else {
            throw TableError(
                action: "predicting", source: table.name, column: cell.column,
                problem: "the model needs it, and it is not there",
                advice: "Add it; cells may be empty")
        }
        return column
    }

    private func texts(_ cell: RowMapping.Cell, _ table: Table) throws(TableError) -> Column.Spelling {
        var spelling = try column(cell, table).coded
        guard spelling.codes.contains(-1) else { return spelling }
        let filling =
            if case .text(let text)? = cell.missing { text } else { "" }
        let code = Int32(spelling.values.count)
        spelling.values.append(filling)
        for row in spelling.codes.indices where spelling.codes[row] < 0 { spelling.codes[row] = code }
        return spelling
    }

    private func numbers(_ cell: RowMapping.Cell, _ table: Table) throws(TableError) -> [Double] {
        let column = try column(cell, table)
        var filling: Double?
        if case .number(let number)? = cell.missing { filling = number }
        func fail(_ row: Int, _ problem: String, _ advice: String) -> TableError {
            TableError(
                action: "predicting", source: table.name, line: table.lines?[row], row: row + 1,
                column: cell.column, problem: problem, advice: advice)
        }
        var numbers: [Double]
        if cell.codes == nil, let own = column.numbers {
            numbers = own
        } else {
            let coded = column.coded
            // A text is looked up once a value, not once a row.
            let known = coded.values.map { text in
                cell.codes.map { $0[text] ?? cell.unknown } ?? CellParsing.number(text)
            }
            numbers = [Double](repeating: .nan, count: coded.codes.count)
            for (row, code) in coded.codes.enumerated() where code >= 0 {
                guard let number = known[Int(code)] else {
                    let text = coded.values[Int(code)]
                    throw cell.codes == nil
                        ? fail(row, "\"\(text)\" is no number, and the model takes numbers", "Correct the cell")
                        : fail(
                            row, "\"\(text)\" has no code",
                            "Give it one in rows.yaml, or say with `unknown` which all such texts have")
                }
                numbers[row] = number
            }
        }
        if let filling {
            for row in numbers.indices where numbers[row].isNaN { numbers[row] = filling }
        }
        guard input.form == .integer else { return numbers }
        let range = type.wholeNumbers
        for (row, number) in numbers.enumerated() {
            guard !number.isNaN else {
                throw fail(
                    row, "the cell is missing, and the model takes whole numbers, which have no sign for that",
                    "Say in rows.yaml what stands for it, such as `missing: -1`")
            }
            guard number == number.rounded(), range.contains(number) else {
                throw fail(
                    row, "\"\(column.text(row) ?? "")\" is no whole number of the model's type \(type.name)",
                    "Correct the cell, or name another column")
            }
        }
        return numbers
    }
}

extension RowMapping.Form {
    /// The forms in which cells can be given to an input of a type; the usual one first.
    package static func fitting(_ type: ElementType) -> [RowMapping.Form] {
        type == .string ? [.text] : type.isFloat ? [.number] : [.integer]
    }
}

extension ElementType {
    /// Whole numbers that the type holds, as far as a cell is exactly one.
    fileprivate var wholeNumbers: ClosedRange<Double> {
        switch self {
        case .bool: 0...1
        case .int8: -0x1p7...0x1p7 - 1
        case .uint8: 0...0x1p8 - 1
        case .int16: -0x1p15...0x1p15 - 1
        case .uint16: 0...0x1p16 - 1
        case .int32: -0x1p31...0x1p31 - 1
        case .uint32: 0...0x1p32 - 1
        case .uint64: 0...0x1p53
        default: -0x1p53...0x1p53
        }
    }
}

extension ONNXPort {
    /// Such as `float [N, 6]`.
    package var shapeText: String {
        switch kind {
        case .tensor(let type, let shape):
            type.name
                + (shape.map { " [\($0.map(\.description).joined(separator: ", "))]" } ?? ", of any shape")
        case .sequence: "a sequence"
        case .map: "a map"
        case .optional: "an optional"
        case .unknown: "of a type that the file does not tell"
        }
    }
}
