import Evidence
import Figures
import Foundation
import Reporting
import Testing

@Suite struct ReportTests {
    /// A missing snapshot is written and fails; so does a different one, with what came instead
    /// written beside it as `….new`.
    private func checkSnapshot(_ name: String, _ text: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Snapshots")
        let file = folder.appendingPathComponent(name)
        guard let old = try? String(contentsOf: file, encoding: .utf8) else {
            try text.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("the snapshot \(name) was missing; it was written: look at it, commit it")
            return
        }
        let new = folder.appendingPathComponent(name + ".new")
        if old == text {
            try? FileManager.default.removeItem(at: new)
        } else {
            try text.write(to: new, atomically: true, encoding: .utf8)
            Issue.record("\(name) changed; compare it with \(name).new, which replaces it if right")
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func snapshots() throws {
        let report = AdultFixture.report
        try checkSnapshot("adult.html", report.html())
        try checkSnapshot("adult.json", text(report.json()))
        try checkSnapshot("adult.md", report.markdown())
        try checkSnapshot("adult-100.txt", report.terminal(width: 100))
        try checkSnapshot("adult-50.txt", report.terminal(width: 50))
        let plain = AdultFixture.plainReport
        try checkSnapshot("plain.html", plain.html())
        try checkSnapshot("plain.md", plain.markdown())
        try checkSnapshot("plain-80.txt", plain.terminal(width: 80))
        try checkSnapshot("hostile.html", AdultFixture.hostileReport.html())
        try checkSnapshot("hostile.md", AdultFixture.hostileReport.markdown())
    }

    @Test func isSmallAndLoadsNothing() {
        let html = AdultFixture.report.html()
        #expect(html.utf8.count < 300_000)
        #expect(html.contains("default-src 'none'; style-src 'unsafe-inline'"))
        for part in ["<script", "src=", "url(", "@import", "<link", "http:", "https:", "<iframe"] {
            #expect(!html.contains(part), "\(part)")
        }
    }

    @Test(arguments: [AdultFixture.report, AdultFixture.plainReport])
    func numbersOfHTMLAreThoseOfJSON(_ report: RunReport) throws {
        let html = report.html()
        let again = try RunReport(json: report.json())
        let groups = again.groupTables.flatMap { $0.rows.flatMap(\.measurements) + $0.gaps }
        let proofs = again.drawbacks.flatMap { row in
            row.measured
                + row.proofs.flatMap { [$0.before, $0.after] + $0.changes.map(\.difference) }
        }
        let all = again.measurements + groups + proofs
        var seen = 0
        for measurement in all {
            guard let value = measurement.value else { continue }
            seen += 1
            #expect(html.contains("<data value=\"\(value)\""), "\(measurement.metric)")
            if let interval = measurement.interval {
                #expect(html.contains("\(value) [\(interval.lower), \(interval.upper)]"))
            }
        }
        #expect(seen > 30)
        // And none but those: each number of the page is in the JSON.
        let values = Set(all.compactMap(\.value))
        for match in html.matches(of: /<data value="([^"]*)"/) {
            #expect(values.contains(try #require(Double(match.output.1))))
        }
    }

    @Test func jsonComesBackEqualAndIsStable() throws {
        var report = AdultFixture.report
        report.smallestShownGroup = 0
        let json = try report.json()
        #expect(try RunReport(json: json) == report)
        #expect(try report.json() == json)
        #expect(try JSONSerialization.jsonObject(with: Data(json)) is [String: Any])
        let other = text(json).replacingOccurrences(of: "\"format\" : 3", with: "\"format\" : 2")
        #expect(throws: ReportError.self) { try RunReport(json: Array(other.utf8)) }
        #expect(throws: ReportError.self) { try RunReport(json: Array("[]".utf8)) }
    }

    @Test(arguments: [AdultFixture.hostileReport, AdultFixture.hostilePlainReport])
    func hostileTextStaysText(_ report: RunReport) throws {
        let html = report.html()
        // Every tag of the page is one of ours, and nothing of the text got out of its place.
        let tags = Set(html.matches(of: /<\/?([a-zA-Z!][a-zA-Z0-9]*)/).map { String($0.output.1) })
        let ours: Set<String> = [
            "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "main",
            "footer",
            "p", "h1", "h2", "h3", "bdi", "div", "a", "data", "aside", "ul", "li", "nav", "section",
            "dl", "dt", "dd", "ol", "table", "thead", "tbody", "tr", "th", "td", "caption", "span",
            "small",
            "strong", "pre", "code", "figure", "figcaption", "svg", "desc", "text", "line", "path",
            "rect", "circle", "details", "summary", "sup",
        ]
        #expect(tags.subtracting(ours).isEmpty, "\(tags.subtracting(ours))")
        #expect(!html.contains("<b>") && !html.contains("</script"))
        #expect(html.contains("&lt;/script&gt;&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;"))
        for view in [html, report.markdown(), report.terminal(width: 80)] {
            #expect(
                !view.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\0" || $0 == "\u{202E}" })
        }
        // Only the command, inside its fence, stands unescaped.
        #expect(report.markdown().matches(of: /<b>/).count == 1)
        #expect(try RunReport(json: report.json()).title == AdultFixture.hostile)
    }

    /// The page and its drawings are well-formed.
    @Test func drawingsAreWellFormed() throws {
        for report in [
            AdultFixture.report, AdultFixture.plainReport, AdultFixture.hostileReport,
        ] {
            let html = report.html()
            let drawings = html.matches(of: /<svg[\s\S]*?<\/svg>/)
            #expect(drawings.count == 6)
            for drawing in drawings {
                var open: [Substring] = []
                for tag in drawing.output.matches(of: /<(\/?)([a-z]+)[^>]*?(\/?)>/) {
                    if tag.output.1 == "/" {
                        #expect(open.popLast() == tag.output.2)
                    } else if tag.output.3.isEmpty {
                        open.append(tag.output.2)
                    }
                }
                #expect(open.isEmpty)
                #expect(drawing.output.contains("role=\"img\""))
                #expect(drawing.output.contains("<title") && drawing.output.contains("<desc"))
                #expect(!drawing.output.contains("nan") && !drawing.output.contains("inf\""))
            }
            let ids = html.matches(of: #/\sid="([^"]*)"/#).map { $0.output.1 }
            #expect(Set(ids).count == ids.count)
            for link in html.matches(of: #/href="\#([^"]*)"/#) {
                #expect(ids.contains(link.output.1), "\(link.output.1)")
            }
        }
    }

    @Test func smallGroupsAreWithheldEverywhere() throws {
        let report = AdultFixture.report
        let again = try RunReport(json: report.json())
        let other = try #require(again.groupTables[1].rows.last)
        #expect(other.group == "Other" && other.rows == nil && other.measurements.isEmpty)
        // A value on 3 rows of a group of 9 goes alone.
        let few = again.groupTables[1].rows[3]
        #expect(few.rows == 9)
        #expect(few.measurements.map { $0.value == nil } == [false, true, false, false])
        #expect(few.measurements[1].sample.rows == 0)
        guard case .intervals(let chart) = again.sections[2].figures[0].plot else {
            Issue.record("the last section has an interval chart")
            return
        }
        #expect(!chart.rows.contains { $0.label == "Other" })
        #expect(report.html().contains("Values that rest on fewer than 5 people are withheld."))
        var open = report
        open.smallestShownGroup = 0
        #expect(open.html().contains("<data value=\"0.75\""))
        #expect(!open.html().contains("withheld"))
    }

    @Test(arguments: [20, 40, 60, 80, 120, 200])
    func terminalKeepsItsWidth(width: Int) {
        for report in [AdultFixture.report, AdultFixture.hostileReport] {
            for line in report.terminal(width: width).split(separator: "\n") where width >= 40 {
                // The hostile unit alone is wider than any terminal: only its own cell may be.
                if report == AdultFixture.report { #expect(line.count <= width, "\(line)") }
            }
            #expect(!report.terminal(width: width).contains("\u{1B}"))
        }
        #expect(AdultFixture.report.terminal(width: 80, color: true).contains("\u{1B}[1m"))
    }

    /// The first screen says in words what stands below in numbers, and folds all else; every worry
    /// beyond the first five is one click away.
    @Test func thePlainReportFoldsWhatIsNotSaidFirst() throws {
        let html = AdultFixture.plainReport.html()
        let header = try #require(html.range(of: "</header>"))
        let first = html[..<header.lowerBound]
        #expect(first.contains("Right for <strong>87</strong> of 100 rows"))
        #expect(first.contains("2 smaller worries"))
        #expect(try #require(first.range(of: "Worry a.")) .lowerBound
            < #require(first.range(of: "Worry b.")).lowerBound)
        let main = html[header.upperBound...]
        for title in ["What was trained", "Data", "Glossary", "Model card", "Data sheet", "Ledger"] {
            #expect(main.contains("<summary><h2><bdi>\(title)</bdi></h2></summary>"), "\(title)")
        }
        // Nothing is lost: the remedy stands in its drawback's chapter.
        #expect(main.contains("id=\"remedy-temperature-45-scaling\""))
        #expect(html.contains("details::details-content"))
    }

    /// A phrase that most rows of a table have in common is said once.
    @Test func repeatedPhrasesAreSaidOnce() {
        var report = AdultFixture.plainReport
        report.measurements = (0..<9).map { place in
            var row = report.measurements[0]
            row.note = place < 8 ? "the same note" : "a note of its own"
            row.value = 0.9 + Double(place) / 1000
            return row
        }
        let html = report.html()
        #expect(html.ranges(of: "the same note").count == 1)
        #expect(html.ranges(of: "a note of its own").count == 1)
        #expect(html.contains("Unless a row says otherwise: "))
    }

    /// Groups stand in the order in which a reader looks for them.
    @Test func rangesStandByTheirLowerBound() {
        #expect(
            NaturalOrder.sorted(["> 48", "(missing)", "9 – 20", "≤ 9", "20 – 48"])
                == ["≤ 9", "9 – 20", "20 – 48", "> 48", "(missing)"])
        #expect(
            NaturalOrder.sorted(["65+", "under 20", "20-34", "100", "−5"])
                == ["under 20", "−5", "20-34", "65+", "100"])
        #expect(NaturalOrder.sorted(["group 10", "group 9", "b"]) == ["b", "group 9", "group 10"])
        #expect(NaturalOrder.sorted(["White", "Black", "Other"]) == ["Black", "Other", "White"])
    }

    @Test func anEmptyReportIsAReport() throws {
        let report = RunReport(title: "", summary: "", command: "")
        #expect(report.html().contains("</html>"))
        #expect(report.markdown().contains("How to repeat it"))
        #expect(report.terminal(width: 80).isEmpty == false || report.title.isEmpty)
        #expect(try RunReport(json: report.json()) == report)
    }
}
