/// A fixed list of questions about a model or its data, such as a model card, answered as far as
/// anybody has answered them.
package struct Document: Codable, Sendable, Hashable {
    package var title: String
    /// Where its questions come from.
    package var source: String
    package var sections: [Section]

    package init(title: String, source: String, sections: [Section]) {
        self.title = title
        self.source = source
        self.sections = sections
    }

    package struct Section: Codable, Sendable, Hashable {
        package var title: String
        package var items: [Item]

        package init(title: String, items: [Item]) {
            self.title = title
            self.items = items
        }
    }

    package struct Item: Codable, Sendable, Hashable {
        package var prompt: String
        package var answer: Answer

        package init(_ prompt: String, _ answer: Answer) {
            self.prompt = prompt
            self.answer = answer
        }
    }

    /// An answer and who gave it. A key, such as `model.details.license`, names the place in
    /// `card.yaml` where a person gives it.
    package enum Answer: Sendable, Hashable {
        case measured(String)
        case given(String, key: String)
        case open(key: String)

        /// In every view that shows the key as a part of the sentence.
        package var text: String {
            switch self {
            case .measured(let text), .given(let text, _): text
            case .open(let key): Self.openPrefix + key + Self.openSuffix
            }
        }

        static let openPrefix = "only a person can say; not given yet: "
        static let openSuffix = " in card.yaml"
    }

    package var items: [Item] { sections.flatMap(\.items) }

    /// The questions that wait for a person.
    package var openCount: Int {
        items.count {
            guard case .open = $0.answer else { return false }
            return true
        }
    }

    /// How far it is answered, as a sentence without its full stop.
    package var state: String {
        let measured = items.count {
            guard case .measured = $0.answer else { return false }
            return true
        }
        let given = items.count - measured - openCount
        let count = items.count == 1 ? "1 question" : "\(items.count) questions"
        return "\(count): \(measured) answered by the run, \(given) by a person, "
            + "\(openCount) open"
    }

    /// With what a person answered, by key; what was given before and is not among it stays.
    package func filled(_ answers: [String: String]) -> Document {
        var result = self
        for section in sections.indices {
            for (item, question) in sections[section].items.enumerated() {
                switch question.answer {
                case .given(_, let key), .open(let key):
                    guard let text = answers[key] else { continue }
                    result.sections[section].items[item].answer = .given(text, key: key)
                case .measured: continue
                }
            }
        }
        return result
    }
}

/// In JSON: `{"by": "run", "text": …}`, `{"by": "person", "key": …, "text": …}` or
/// `{"by": "nobody", "key": …}`.
extension Document.Answer: Codable {
    private enum Field: String, CodingKey { case by, key, text }
    private enum By: String, Codable { case run, person, nobody }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        switch try fields.decode(By.self, forKey: .by) {
        case .run: self = .measured(try fields.decode(String.self, forKey: .text))
        case .person:
            self = .given(
                try fields.decode(String.self, forKey: .text),
                key: try fields.decode(String.self, forKey: .key))
        case .nobody: self = .open(key: try fields.decode(String.self, forKey: .key))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        switch self {
        case .measured(let text):
            try fields.encode(By.run, forKey: .by)
            try fields.encode(text, forKey: .text)
        case .given(let text, let key):
            try fields.encode(By.person, forKey: .by)
            try fields.encode(key, forKey: .key)
            try fields.encode(text, forKey: .text)
        case .open(let key):
            try fields.encode(By.nobody, forKey: .by)
            try fields.encode(key, forKey: .key)
        }
    }
}
