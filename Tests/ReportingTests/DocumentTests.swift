import Foundation
import Reporting
import Testing

/// Model card and data sheet in every view.
@Suite struct DocumentTests {
    private let card = AdultFixture.modelCard

    @Test func answersFillWhatIsOpen() {
        #expect(card.state == "4 questions: 1 answered by the run, 1 by a person, 2 open")
        let key = "model.intended_use.primary_uses"
        let filled = card.filled([key: "teaching", "model.details.nothing": "lost"])
        #expect(filled.openCount == 1)
        #expect(filled.sections[1].items[0].answer == .given("teaching", key: key))
        // Another answer replaces it; none leaves it.
        #expect(filled.filled([key: "x"]).sections[1].items[0].answer == .given("x", key: key))
        #expect(filled.filled([:]) == filled)
    }

    @Test func comesBackFromJSON() throws {
        let json = try JSONEncoder().encode(card)
        #expect(try JSONDecoder().decode(Document.self, from: json) == card)
    }

    @Test func everyViewTellsWhoAnswered() {
        let report = AdultFixture.report
        let html = report.html()
        #expect(html.contains("<h2><bdi>Model card</bdi></h2>"))
        #expect(html.contains("<h2><bdi>Data sheet</bdi></h2>"))
        #expect(html.contains("<dd class=\"open\">only a person can say; not given yet: <code>"))
        #expect(html.contains("<span class=\"note\">given by a person</span>"))
        let markdown = report.markdown()
        #expect(markdown.contains("| License | CC BY 4.0 | a person |"))
        #expect(
            markdown.contains(
                "not given yet: model.intended\\_use.primary\\_uses in card.yaml | nobody yet |"))
        let terminal = report.terminal(width: 100)
        #expect(terminal.contains("Model card, 4 questions: 1 answered by the run, 1 by a person"))
        #expect(!terminal.contains("CC BY 4.0"))
    }

    @Test func aReportWithoutThemShowsNone() {
        var report = AdultFixture.report
        report.modelCard = nil
        report.dataSheet = nil
        #expect(!report.html().contains("card.yaml"))
        #expect(!report.markdown().contains("card.yaml"))
        #expect(!report.terminal(width: 80).contains("card.yaml"))
    }

    /// Whatever a person writes into `card.yaml` stays text.
    @Test func answersAreEscaped() {
        var report = AdultFixture.report
        let evil = "<script>alert(1)</script> | `code`\n\n# head\r\n| a | b |\u{1B}[2J\u{7}\u{202E}"
        report.modelCard = card.filled(["model.details.license": evil])
        let html = report.html()
        #expect(!html.contains("<script"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; | `code`"))
        let line: String =
            "| License | &lt;script&gt;alert(1)&lt;/script&gt; \\| \\`code\\`  \\# head\u{FFFD} "
            + "\\| a \\| b \\|\u{FFFD}\\[2J\u{FFFD}\u{FFFD} | a person |\n"
        #expect(report.markdown().contains(line))
        report.modelCard?.title = evil
        let controls = Set("\u{1B}\u{7}\u{202E}\r".unicodeScalars)
        for view in [report.html(), report.markdown(), report.terminal(width: 80)] {
            #expect(controls.isDisjoint(with: view.unicodeScalars))
        }
    }
}
