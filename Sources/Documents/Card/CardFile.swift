import Reporting
import Runs
import Tables
import Yams

extension CardAnswers {
    /// Reads a `card.yaml`; `cardTemplate` shows its form. An empty answer is none.
    ///
    /// - Throws: naming the file, the line and the key that is wrong.
    package init(file path: String) throws {
        var reader = CardReader(path: path)
        try reader.read(composeYAML(path))
        self.init()
        texts = reader.texts
    }
}

private struct CardReader {
    let path: String
    var texts: [String: String] = [:]

    mutating func read(_ root: Node?) throws(VouchError) {
        for (key, document) in try fields(root, below: "") {
            let documents = Questionnaire.all
            guard let known = documents.first(where: { $0.key == key.string }) else {
                throw unknown(key, below: "", documents.map(\.key))
            }
            let open = known.sections.filter { !$0.ofPersons.isEmpty }
            for (key, section) in try fields(document, below: known.key) {
                guard let part = open.first(where: { $0.key == key.string }) else {
                    throw unknown(key, below: known.key, open.map(\.key))
                }
                try read(section, part, below: known.key + "." + part.key)
            }
        }
    }

    private mutating func read(
        _ node: Node, _ section: Questionnaire.Section, below place: String
    ) throws(VouchError) {
        let known = section.ofPersons.map(\.key)
        for (key, answer) in try fields(node, below: place) {
            guard let name = key.string, known.contains(name) else {
                throw unknown(key, below: place, known)
            }
            let text = try text(answer, key: "\(place).\(name)")
            if !text.isEmpty { texts["\(place).\(name)"] = text }
        }
    }

    /// What stands below a key; nothing where it was left empty.
    private func fields(_ node: Node?, below place: String) throws(VouchError) -> Node.Mapping {
        guard let node, !node.isEmpty else { return [:] }
        guard let mapping = node.mapping else {
            throw VouchError(
                place.isEmpty
                    ? "\(node.place(in: path)): write `model:` and `data:` with answers below them, as "
                        + "`vouch card init` does"
                    : "\(node.place(in: path)), key \"\(place)\": write `key: answer` lines below it, as "
                        + "`vouch card init` does")
        }
        return mapping
    }

    /// One text, or a list of texts joined.
    private func text(_ node: Node, key: String) throws(VouchError) -> String {
        if node.isEmpty { return "" }
        if let text = node.scalar?.string { return text.trimmed }
        guard let list = node.sequence, list.allSatisfy({ $0.scalar != nil }) else {
            throw VouchError(
                "\(node.place(in: path)), key \"\(key)\": an answer is a text or a list of texts. Put quotes "
                    + "around a text that holds \": \"")
        }
        return list.compactMap { $0.scalar?.string.trimmed }.filter { !$0.isEmpty }
            .joined(separator: "; ")
    }

    private func unknown(_ key: Node, below place: String, _ known: [String]) -> VouchError {
        let name = key.string ?? ""
        let near = nearestName(to: name, among: known).map { "Did you mean \"\($0)\"? " }
        let elsewhere = Questionnaire.all.lazy.flatMap { document in
            document.sections.filter { $0.ofPersons.contains { $0.key == name } }
                .map { "\(document.key).\($0.key)" }
        }
        let hint = near ?? elsewhere.first.map { "It stands below \($0). " } ?? ""
        return VouchError(
            "\(key.place(in: path)): there is no key \"\(name)\""
                + (place.isEmpty ? "" : " below \(place)")
                + ". \(hint)The keys are: \(known.joined(separator: ", "))")
    }

}

extension Node {
    /// Whether a key was written and its value left out.
    fileprivate var isEmpty: Bool {
        guard let scalar else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}
