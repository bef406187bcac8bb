package import ONNX
package import Tables

/// What rows a model takes and what its outputs say, guessed from its names, shapes, types and a table's columns.
///
/// The guess is a text, `rows.yaml`, so that a person reads and changes the same thing that is adopted. Every guess has
/// a comment with its reason; what cannot be told stands there as a key without a value, `# choose` behind it.
package struct MappingGuess: Sendable {
    package private(set) var text = ""
    /// Each guess with its reason, one sentence each.
    package private(set) var notes: [String] = []
    /// What a person has to choose.
    package private(set) var open: [String] = []

    private let model: ONNXModel
    private let table: Table
    private let facts: ModelFacts
    private let name: String

    /// - Parameters:
    ///   - name: Of the model's file.
    ///   - target: The column of answers; guessed if `nil`.
    ///   - others: Columns that the model is not given, such as identifiers.
    package init(
        _ model: ONNXModel, name: String, table: Table, target: String?, except others: Set<String> = []
    ) {
        self.model = model
        self.table = table
        self.name = name
        facts = ModelFacts(model)
        let answers = GuessedAnswers(model, facts, table, target: target)
        line("# Which columns of a table feed \(name), and what it says; written by vouch.")
        line("# What has a comment behind it was guessed: look at each.")
        if let target {
            line("target: \(yamlText(target))")
        } else {
            write("target", value: answers.target.map(yamlText), answers.targetReason, 0)
        }
        let columns = table.columns.filter { $0.name != answers.target && !others.contains($0.name) }
        let inputs = model.graph.requiredInputs
        line("inputs:")
        let named = Self.byName(inputs, columns)
        let rest = columns.filter { column in !named.values.contains { $0.name == column.name } }
        for port in inputs { write(port, named[port.name], among: rest) }
        line("output:")
        typealias Key = RowMapping.Output.Key
        write(
            Key.name.rawValue, "the output", value: answers.output.map { yamlText($0.name) },
            answers.outputReason, 1)
        write(
            Key.meaning.rawValue, "what it says", value: answers.meaning?.rawValue, answers.meaningReason, 1)
        if answers.isLogits {
            write(
                Key.logits.rawValue, "a score before softmax or the logistic function",
                value: "true", answers.logitsReason, 1)
        }
        guard answers.meaning != .number else { return }
        list("classes", answers.classes, answers.classesReason)
        if !answers.labels.isEmpty { list("labels", answers.labels, answers.labelsReason) }
    }

    // MARK: - Lines

    private mutating func line(_ text: String) { self.text += text + "\n" }

    /// A key with a guessed value, or without one.
    ///
    /// - Parameter what: What the note says is guessed.
    private mutating func write(
        _ key: String, _ what: String? = nil, value: String?, _ reason: String, _ depth: Int
    ) {
        let indent = String(repeating: "  ", count: depth)
        guard let value else {
            line("\(indent)\(key):  # choose: \(reason)")
            open.append("\(key): \(reason)")
            return
        }
        line("\(indent)\(key): \(value)  # \(reason)")
        notes.append("\(what ?? key) is \(value): \(reason)")
    }

    private mutating func list(_ key: String, _ values: [String], _ reason: String) {
        guard !values.isEmpty else { return write(key, value: nil, reason, 0) }
        line("\(key):  # \(reason)")
        for value in values { line("  - \(yamlText(value))") }
        notes.append("\(key) are \(values.prefix(20).joined(separator: ", ")): \(reason)")
    }

    // MARK: - Inputs

    /// Inputs that are called as a column is.
    private static func byName(_ inputs: [ONNXPort], _ columns: [Column]) -> [String: Column] {
        func plain(_ name: String) -> String {
            String(name.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
        }
        var found: [String: Column] = [:]
        for port in inputs where port.columnCount ?? 1 == 1 {
            let same =
                columns.filter { $0.name == port.name } + columns.filter { plain($0.name) == plain(port.name) }
            if let column = same.first, !found.values.contains(where: { $0.name == column.name }) {
                found[port.name] = column
            }
        }
        return found
    }

    private mutating func write(_ port: ONNXPort, _ own: Column?, among rest: [Column]) {
        line("  \(yamlText(port.name)):  # \(port.shapeText)")
        let form = port.elementType.flatMap { RowMapping.Form.fitting($0).first }
        if let form {
            line("    as: \(form.rawValue)")
        } else {
            write("as", value: nil, "number, integer or text, as the model takes it", 2)
        }
        if let own {
            note(port, [own], "called as the input is")
            line("    column: \(yamlText(own.name))  # called as the input is")
            writeCells(of: own, form, depth: 2)
            return
        }
        let numbers = rest.filter { $0.kind == .number }
        let width = port.columnCount
        let fitting = form == .text ? rest.filter { $0.kind != .number } : numbers
        let kind = form == .text ? "columns of texts" : "columns of numbers"
        for (columns, what) in [(fitting, kind), (rest, "columns")]
        where !columns.isEmpty && columns.count == width {
            let reason = "the \(columns.count) \(what) that no other input takes, in the file's order"
            note(port, columns, reason)
            line("    columns:  # \(reason)")
            for column in columns {
                line("      - column: \(yamlText(column.name))")
                writeCells(of: column, form, depth: 4)
            }
            return
        }
        let count = width.map { "\($0)" } ?? "any number"
        let known = rest.namesText
        write(
            "columns", value: nil,
            "\(count) of \(known.isEmpty ? "the table's columns, of which none is left" : known)", 2)
    }

    private mutating func note(_ port: ONNXPort, _ columns: [Column], _ reason: String) {
        let names = columns.prefix(12).map(\.name).joined(separator: ", ") + (columns.count > 12 ? ", …" : "")
        notes.append("input \(port.name) gets \(names): \(reason)")
    }

    /// What else must be said of a column's cells.
    private mutating func writeCells(of column: Column, _ form: RowMapping.Form?, depth: Int) {
        if form == .text {
            guard let text = CSVOptions.usualMissingTokens.first(where: facts.texts.contains) else { return }
            write(
                "missing", value: yamlText(text), "the model holds this text, which the reader takes for missing",
                depth)
            return
        }
        if column.kind != .number {
            let texts = column.coded.values.sorted()
            let shown = texts.prefix(12).joined(separator: ", ") + (texts.count > 12 ? ", …" : "")
            write(
                "codes", value: nil,
                "\(column.name) holds texts and the model takes numbers; list them in the order of their codes "
                    + "from 0, or write text: number for each. They are \(shown)", depth)
        } else if form == .integer, column.missingCount > 0 {
            write("missing", value: nil, "the number that stands for a missing cell", depth)
        }
    }
}

/// A text as YAML has it.
func yamlText(_ text: String) -> String {
    let words: Set = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    let isPlain =
        text.first.map { $0.isLetter && $0.isASCII } ?? false
        && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
        && !words.contains(text.lowercased())
    if isPlain { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\n": quoted += "\\n"
        case "\t": quoted += "\\t"
        case "\r": quoted += "\\r"
        case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
            let digits = String(scalar.value, radix: 16)
            quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
        // YAML takes them for ends of lines.
        case "\u{2028}": quoted += "\\L"
        case "\u{2029}": quoted += "\\P"
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

extension ONNXPort {
    fileprivate var elementType: ElementType? {
        if case .tensor(let type, _) = kind { type } else { nil }
    }

    /// How many columns it takes; `nil` where the file does not tell.
    fileprivate var columnCount: Int? {
        guard case .tensor(_, let shape?) = kind else { return nil }
        if shape.count == 1 { return 1 }
        guard shape.count == 2, case .fixed(let count) = shape[1], count > 0 else { return nil }
        return count
    }
}
