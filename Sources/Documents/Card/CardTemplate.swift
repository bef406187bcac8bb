/// A commented `card.yaml` with every question that only a person can answer, all still open.
package func cardTemplate() -> String {
    var text = """
        # What only a person can say of a model and its data. Give it to
        #   vouch train DATA … --card card.yaml       or later
        #   vouch report RUN --card card.yaml --out report.html
        # What is left empty stays open, and the report says so. An answer is a text, or a list of
        # texts; put quotes around one that holds ": " or " #", and write a long one below `key: |`.

        """
    for questionnaire in Questionnaire.all {
        text += "\n# \(questionnaire.title), after \(questionnaire.source)\n"
        text += "\(questionnaire.key):\n"
        for section in questionnaire.sections where !section.ofPersons.isEmpty {
            text += "  # \(section.title)\n  \(section.key):\n"
            for (key, prompt) in section.ofPersons {
                text += "    # \(prompt)\n    \(key):\n"
            }
        }
    }
    return text
}
