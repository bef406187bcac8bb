package import Adoption
import Tables
import Yams

/// `rows.yaml`: which columns feed an imported model, and what it says.
///
///     target: income
///     inputs:
///       numbers: {as: number, columns: [age, {column: sex, codes: [Female, Male]}]}
///       job: {as: text, column: job, missing: "?"}
///     output: {name: probabilities, is: probabilities}
///     classes: [low, high]
extension RowMapping {
    /// - Parameter name: How errors call the text, such as `--rows rows.yaml`.
    /// - Throws: an error with the line and the key of what is wrong, or is left to be chosen.
    package init(yaml text: String, as name: String) throws {
        guard let root = try composeYAML(text: text, as: name) else {
            throw VouchError("\(name) is empty; `vouch model init` writes one")
        }
        let file = MappingText(name: name)
        let fields = try file.fields(
            root, "the file", ["target", "inputs", "output", "classes", "labels"])
        guard let inputs = fields["inputs"], let output = fields["output"] else {
            throw VouchError("\(name): `inputs` and `output` are needed; `vouch model init` writes them")
        }
        var read: [Input] = []
        for (key, value) in try file.mapping(inputs, "inputs") { read.append(try file.input(key, value)) }
        let said = try file.output(output)
        let target = try fields["target"].map { try file.text($0, "target") }
        guard let target else { throw VouchError("\(name): `target`, the column of answers, is missing") }
        guard said.meaning != .number else {
            if let classes = fields["classes"] {
                throw VouchError(
                    "\(classes.place(in: name)): the output is a number, which has no `classes`; leave them out")
            }
            self.init(inputs: read, output: said, target: target, classes: [])
            return
        }
        guard let list = fields["classes"] else {
            throw VouchError("\(name): `classes`, the target's texts in the order of the output, are missing")
        }
        let classes = try file.texts(list, "classes")
        guard classes.count > 1, Set(classes).count == classes.count else {
            throw VouchError("\(list.place(in: name)): name two classes or more, each once")
        }
        let labels = try fields["labels"].map { try file.texts($0, "labels") } ?? []
        if let node = fields["labels"],
            labels.count != classes.count || Set(labels).count != labels.count
        {
            throw VouchError(
                "\(node.place(in: name)): `labels` are what the model calls the \(classes.count) classes, each once "
                    + "and in their order")
        }
        self.init(inputs: read, output: said, target: target, classes: classes, labels: labels)
    }
}

/// Reads the parts of such a file.
private struct MappingText {
    let name: String

    func fail(_ node: Node, _ problem: String) -> VouchError {
        VouchError("\(node.place(in: name)): \(problem)")
    }

    /// Whether a key has no value yet.
    private func isOpen(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.string.isEmpty && scalar.style == .plain
    }

    private func check(_ node: Node, _ key: String) throws(VouchError) {
        if isOpen(node) { throw fail(node, "`\(key)` is left to be chosen; write its value behind the colon") }
    }

    func mapping(_ node: Node, _ key: String) throws(VouchError) -> [(key: Node, value: Node)] {
        try check(node, key)
        guard case .mapping(let mapping) = node, !mapping.isEmpty else {
            throw fail(node, "write below `\(key)` one `name: …` a line")
        }
        return mapping.map { (key: $0.key, value: $0.value) }
    }

    /// - Throws: naming a key that is none of those known.
    func fields(
        _ node: Node, _ place: String, _ known: [String]
    ) throws(VouchError) -> [String: Node] {
        var found: [String: Node] = [:]
        for (key, value) in try mapping(node, place) {
            let text = key.string ?? ""
            guard known.contains(text) else {
                let near = nearestName(to: text, among: known).map { "did you mean `\($0)`?" }
                throw fail(
                    key, "\(place) has no key `\(text)`; \(near ?? "write " + known.joined(separator: ", "))")
            }
            found[text] = value
        }
        return found
    }

    func text(_ node: Node, _ key: String) throws(VouchError) -> String {
        try check(node, key)
        guard let text = node.scalar?.string else { throw fail(node, "`\(key)` is one text") }
        return text
    }

    func texts(_ node: Node, _ key: String) throws(VouchError) -> [String] {
        try check(node, key)
        guard case .sequence(let items) = node else {
            throw fail(node, "`\(key)` is a list, such as [no, \"yes\"]")
        }
        var texts: [String] = []
        for item in items { texts.append(try text(item, key)) }
        return texts
    }

    private func number(_ node: Node, _ key: String) throws(VouchError) -> Double {
        let text = try text(node, key)
        guard let number = CellParsing.number(text) else {
            throw fail(node, "`\(key)` is \"\(text)\", which is no number")
        }
        return number
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ node: Node, _ key: String, of: Choice.Type
    ) throws(VouchError) -> Choice where Choice.RawValue == String {
        let text = try text(node, key)
        guard let choice = Choice(rawValue: text) else {
            throw fail(
                node, "`\(key)` is \"\(text)\"; write \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func output(_ node: Node) throws(VouchError) -> RowMapping.Output {
        typealias Key = RowMapping.Output.Key
        let fields = try fields(node, "output", Key.allCases.map(\.rawValue))
        guard let name = fields[Key.name.rawValue], let meaning = fields[Key.meaning.rawValue] else {
            throw fail(node, "`output` needs `name` and `is`")
        }
        var isLogits = false
        if let node = fields[Key.logits.rawValue] {
            guard let truth = node.bool else { throw fail(node, "`logits` is true or false") }
            isLogits = truth
        }
        let said = try choice(meaning, "is", of: RowMapping.Meaning.self)
        guard !isLogits || said == .probabilities else {
            throw fail(node, "`logits` goes with `is: probabilities` only")
        }
        return RowMapping.Output(name: try text(name, "name"), meaning: said, isLogits: isLogits)
    }

    func input(_ key: Node, _ node: Node) throws(VouchError) -> RowMapping.Input {
        let name = key.string ?? ""
        let place = "input \"\(name)\""
        let fields = try fields(
            node, place, ["as", "column", "columns", "missing", "codes", "unknown"])
        guard let asked = fields["as"] else { throw fail(node, "\(place) needs `as`: number, integer or text") }
        let form = try choice(asked, "as", of: RowMapping.Form.self)
        var items: [Node]
        switch (fields["column"], fields["columns"]) {
        case (let one?, nil): items = [one]
        case (nil, let list?):
            try check(list, "columns")
            guard case .sequence(let sequence) = list, !sequence.isEmpty else {
                throw fail(list, "`columns` is a list, such as [age, income]")
            }
            items = Array(sequence)
        default: throw fail(node, "\(place) needs either `column`, or `columns` side by side")
        }
        // What is said of the input holds for its columns that say nothing of their own.
        let common = try cell("", fields, form)
        var cells: [RowMapping.Cell] = []
        for item in items {
            guard case .mapping = item else {
                var cell = common
                cell.column = try text(item, "column")
                cells.append(cell)
                continue
            }
            let own = try self.fields(
                item, "a column of \(place)", ["column", "missing", "codes", "unknown"])
            guard let named = own["column"] else { throw fail(item, "a column needs `column`, its name") }
            var cell = try cell(try text(named, "column"), own, form)
            cell.missing = cell.missing ?? common.missing
            cell.codes = cell.codes ?? common.codes
            cell.unknown = cell.unknown ?? common.unknown
            cells.append(cell)
        }
        if let twice = cells.first(where: { cell in cells.count { $0.column == cell.column } > 1 }) {
            throw fail(node, "\(place) names the column \"\(twice.column)\" twice")
        }
        return RowMapping.Input(name: name, form: form, cells: cells)
    }

    private func cell(
        _ column: String, _ fields: [String: Node], _ form: RowMapping.Form
    ) throws(VouchError) -> RowMapping.Cell {
        var cell = RowMapping.Cell(column: column)
        if let node = fields["missing"] {
            cell.missing =
                form == .text ? .text(try text(node, "missing")) : .number(try number(node, "missing"))
        }
        if let node = fields["codes"] {
            guard form != .text else {
                throw fail(node, "`codes` are for models that take numbers; this input takes texts")
            }
            cell.codes = try codes(node)
        }
        if let node = fields["unknown"] {
            guard form != .text else { throw fail(node, "`unknown` goes with `codes`") }
            cell.unknown = try number(node, "unknown")
        }
        return cell
    }

    /// A list of texts, whose codes are their places, or numbers by their texts.
    private func codes(_ node: Node) throws(VouchError) -> [String: Double] {
        try check(node, "codes")
        var codes: [String: Double] = [:]
        if case .mapping(let mapping) = node {
            for (key, value) in mapping { codes[key.string ?? ""] = try number(value, "codes") }
            return codes
        }
        for (place, text) in try texts(node, "codes").enumerated() {
            guard codes.updateValue(Double(place), forKey: text) == nil else {
                throw fail(node, "`codes` has \"\(text)\" twice")
            }
        }
        return codes
    }
}
