import Reporting
import Runs

/// The questions of a document, each with who can answer it. One list for the report, for the
/// template and for reading `card.yaml`.
struct Questionnaire: Sendable {
    /// At the top of `card.yaml`.
    let key: String
    let title: String
    let source: String
    let sections: [Section]

    static let all = [modelCard, dataSheet]

    struct Section: Sendable {
        let key: String
        let title: String
        let questions: [Question]

        init(_ key: String, _ title: String, _ questions: [Question]) {
            self.key = key
            self.title = title
            self.questions = questions
        }

        /// What a person can answer, by key.
        var ofPersons: [(key: String, prompt: String)] {
            questions.compactMap {
                guard case .person(let key, let prompt) = $0 else { return nil }
                return (key, prompt)
            }
        }
    }

    enum Question: Sendable {
        case run(String, @Sendable (any CardFacts) -> String)
        case person(_ key: String, String)
    }

    /// The document of a run, with what a person answered so far.
    func document(_ facts: any CardFacts, _ answers: CardAnswers) -> Document {
        Document(
            title: title, source: source,
            sections: sections.map { section in
                Document.Section(
                    title: section.title,
                    items: section.questions.map { question in
                        switch question {
                        case .run(let prompt, let answer):
                            Document.Item(prompt, .measured(answer(facts)))
                        case .person(let question, let prompt):
                            Document.Item(
                                prompt, .open(key: "\(key).\(section.key).\(question)"))
                        }
                    })
            }
        ).filled(answers.texts)
    }
}
