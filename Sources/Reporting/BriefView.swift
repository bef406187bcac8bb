import Evidence
import Figures

extension RunReport {
    /// The first screen: answers in plain words, worries beside them, the six drawbacks below.
    var briefView: HTML {
        guard let brief else { return "" }
        let six = brief.drawbacks.isEmpty ? "" : sixView(brief)
        return """
            <div class="first"><section class="brief" aria-labelledby="brief">\
            <h2 id="brief" class="unseen">In plain words</h2><dl>\(HTML(joining: brief.answers.map(answerView)))</dl>\
            </section>\(concernView)</div>
            \(six)
            """
    }

    private func answerView(_ answer: Answer) -> HTML {
        """
        <div class="qa \(mark(answer.tone).style)"><dt>\(mark(answer.tone).sign)\(answer.question)</dt>\
        <dd>\(answer.marked)</dd></div>

        """
    }

    /// A sign that is told apart by its shape and its name, not by its colour alone.
    private func mark(_ tone: Answer.Tone) -> (style: HTML, sign: HTML) {
        func sign(_ text: HTML, _ name: HTML) -> HTML {
            "<span class=\"mark\" role=\"img\" aria-label=\"\(name)\">\(text)</span>"
        }
        return switch tone {
        case .good: ("good", sign("✓", "good"))
        case .bad: ("bad", sign("!", "look here"))
        case .unsure: ("unsure", sign("?", "cannot tell"))
        case .plain: ("plain", sign("·", "to know"))
        }
    }

    private func sixView(_ brief: Brief) -> HTML {
        let untried: HTML =
            proofs.isEmpty ? " <span class=\"note\">No remedy was tried.</span>" : ""
        let cards = brief.drawbacks.map { item -> HTML in
            let title: HTML = "\(item.drawback.title)"
            let link: HTML =
                sections.contains { $0.drawback == item.drawback }
                ? "<a href=\"#\(item.drawback.rawValue)\">\(title)</a>" : title
            let isTried = drawbacks.contains { $0.drawback == item.drawback && !$0.proofs.isEmpty }
            let done: HTML = isTried ? "<p class=\"note\">\(data: item.remedy)</p>" : ""
            return """
                <li class="\(mark(item.answer.tone).style)"><h3>\(mark(item.answer.tone).sign)\(link)</h3>\
                <p>\(item.answer.marked)</p>\(done)</li>

                """
        }
        return """
            <section class="sixfold" aria-labelledby="six"><h2 id="six">The six drawbacks: what was found, \
            what was done</h2>\(untried)<ul>\(HTML(joining: cards))</ul></section>

            """
    }

    /// What to worry about: titles, each with its numbers one click away.
    private var concernView: HTML {
        let concerns = concerns ?? []
        if concerns.isEmpty && warnings.isEmpty { return "" }
        func items(_ concerns: some Sequence<Concern>) -> HTML {
            HTML(
                joining: concerns.map { concern in
                    let proposal: HTML =
                        concern.proposal.map { " <strong>\(data: $0)</strong>" } ?? ""
                    return """
                        <li><details><summary>\(data: concern.title)</summary>\
                        <p>\(data: concern.text)\(proposal)</p></details></li>
                        """
                })
        }
        let shown = concerns.prefix(Self.shownConcerns)
        let rest = concerns.dropFirst(Self.shownConcerns)
        let more: HTML =
            rest.isEmpty
            ? ""
            : """
            <details class="more"><summary>\(rest.count) smaller \
            \(rest.count == 1 ? "worry" : "worries")</summary>\
            <ol start="\(shown.count + 1)">\(items(rest))</ol></details>
            """
        let notes = warnings.map { "<li>\(data: $0)</li>" as HTML }
        let warning: HTML =
            notes.isEmpty
            ? ""
            : """
            <details class="more"><summary>Of the data, to know before believing the numbers: \
            \(notes.count)</summary><ul>\(HTML(joining: notes))</ul></details>
            """
        return """
            <section class="worries" aria-labelledby="worries"><h2 id="worries">What to worry about</h2>\
            <ol>\(items(shown))</ol>\(more)\(warning)</section>
            """
    }
}

extension RunReport.Answer {
    /// The text with its measured numbers set off.
    fileprivate var marked: HTML {
        var html: HTML = ""
        var rest = text[...]
        for number in numbers {
            guard let place = rest.place(ofNumber: number) else { break }
            html += "\(String(rest[..<place.lowerBound]))<strong>\(number)</strong>"
            rest = rest[place.upperBound...]
        }
        return "<bdi>" + html + "\(String(rest))</bdi>"
    }
}

extension Substring {
    /// Where a number stands by itself, no part of another.
    fileprivate func place(ofNumber number: String) -> Range<Index>? {
        func isPart(_ character: Character?) -> Bool { character?.isNumber ?? false }
        return ranges(of: number).first { range in
            !isPart(self[..<range.lowerBound].last) && !isPart(self[range.upperBound...].first)
        }
    }
}
