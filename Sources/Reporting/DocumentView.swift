extension RunReport {
    /// The model card and the data sheet, in order, as far as there are any.
    var documents: [Document] { [modelCard, dataSheet].compactMap { $0 } }

    var documentChapters: [Chapter] {
        var chapters: [Chapter] = []
        if let modelCard { chapters.append(("card", modelCard.title, modelCard.chapter)) }
        if let dataSheet { chapters.append(("sheet", dataSheet.title, dataSheet.chapter)) }
        return chapters
    }

    /// How a reader fills what is open; commands stand between backticks.
    static let cardAdvice =
        "`vouch card init` writes a card.yaml with every open question; "
        + "`vouch report RUN --card card.yaml` shows its answers."
}

extension Document {
    /// A list of questions and answers a section. An open answer is quiet, and told apart by more
    /// than its colour.
    var chapter: HTML {
        let advice = RunReport.cardAdvice.split(separator: "`", omittingEmptySubsequences: false)
            .enumerated().map { index, part -> HTML in
                index % 2 == 0 ? "\(String(part))" : "<code>\(String(part))</code>"
            }
        var html: HTML = """
            <p class="small">After \(data: source). \(state). What carries no mark comes from \
            this run. \(openCount > 0 ? HTML(joining: advice) : "")</p>

            """
        for section in sections {
            let items = section.items.map { item -> HTML in
                "<dt>\(data: item.prompt)</dt>\(answer(item.answer))\n"
            }
            html += """
                <h3>\(data: section.title)</h3>
                <dl class="facts">\(HTML(joining: items))</dl>

                """
        }
        return html
    }

    private func answer(_ answer: Answer) -> HTML {
        switch answer {
        case .measured(let text): "<dd>\(data: text)</dd>"
        case .given(let text, _):
            "<dd>\(data: text)<span class=\"note\">given by a person</span></dd>"
        case .open(let key):
            """
            <dd class="open">\(Answer.openPrefix)<code>\(data: key)</code>\(Answer.openSuffix)</dd>
            """
        }
    }
}
