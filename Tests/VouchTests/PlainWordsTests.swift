import Documents
import Evidence
import Foundation
import Platform
import Reporting
import Runs
import Studies
import Testing

/// The first screen: a reader's questions, answered from measurements alone.
@Suite struct PlainWordsTests {
    private struct Question: Decodable {
        var question: String
        /// Of the committed reports of `Benchmarks/report`.
        var quotations: [String: String]
        /// What any report of the kind says, as a regular expression.
        var patterns: [String: String]
    }

    private static var questions: [Question] {
        get throws {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("ReadersQuestions.json")
            return try JSONDecoder().decode([Question].self, from: Data(contentsOf: file))
        }
    }

    /// Flowers of three kinds by two numbers, some of them near one another.
    private static func flowers(_ rows: Int) -> String {
        "width,height,region,kind\n"
            + (0..<rows).map { row in
                let kind = row % 3
                let shift = Double((row * 7919) % 100) / 60
                let tall = Double((row * 104729) % 100) / 40
                return
                    "\(Double(kind) + shift),\(Double(2 - kind) + tall),\(row % 2 == 0 ? "north" : "south"),\(["red", "blue", "white"][kind])"
            }.joined(separator: "\n") + "\n"
    }

    /// Prices by area and age, with what neither explains.
    private static func houses(_ rows: Int) -> String {
        "area,age,quarter,price\n"
            + (0..<rows).map { row in
                let area = 40 + (row * 7919) % 120
                let age = (row * 104729) % 60
                let noise = (row * 15485863) % 40
                return
                    "\(area),\(age),\(row % 2 == 0 ? "old" : "new"),\(2500 * area - 900 * age + 1500 * noise)"
            }.joined(separator: "\n") + "\n"
    }

    private func report(_ kind: String, _ scratch: Scratch) throws -> RunReport {
        let run = scratch.path + "/" + kind
        let (data, target, group) =
            switch kind {
            case "adult": (try Adult.csv(1500), "class", "sex")
            case "threeClasses": (Self.flowers(900), "kind", "region")
            default: (Self.houses(900), "price", "quarter")
            }
        let file = try scratch.write(data, to: kind + ".csv")
        _ = try trainRun(
            quick(file, target: target, out: run) {
                $0.columns.protected = [group]
                $0.model.kind = .mlp
                $0.learning.epochs = 20
                $0.learning.folds = 1
                $0.evidence.probeSeconds = 60
            }, control: RunControl(threads: 2))
        return try storedReport(run: run)
    }

    /// Words of the page before its first closed chapter, as they are read.
    private func firstScreens(_ html: String) -> String {
        let start = html.range(of: "<body>")?.upperBound ?? html.startIndex
        let end = html.range(of: "<main>")?.lowerBound ?? html.endIndex
        return html[start..<end].replacing(/<[^>]*>/, with: "")
            .replacingOccurrences(of: "&quot;", with: "\"")
            .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
    }

    @Test(arguments: ["adult", "threeClasses", "regression"])
    func tenQuestionsAreAnsweredAtOnce(_ kind: String) throws {
        let scratch = try Scratch()
        let report = try report(kind, scratch)
        let text = firstScreens(report.html())
        let questions = try Self.questions
        #expect(questions.count == 10)
        for question in questions {
            let pattern = try Regex(try #require(question.patterns[kind]))
            #expect(text.contains(pattern), "\(kind): \(question.question)\n\(text)")
            // What is quoted of the committed report is what the pattern finds.
            let quoted = try #require(question.quotations[kind])
            #expect(quoted.contains(pattern), "\(quoted)")
        }
        let brief = try #require(report.brief)
        let told = brief.answers + brief.drawbacks.map(\.answer)
        #expect(told.reduce(0) { $0 + $1.numbers.count } <= 7)
        for answer in told {
            #expect(!answer.text.contains("squared") && !answer.text.contains("nats"))
            for number in answer.numbers { #expect(answer.text.contains(number)) }
        }
        // Every view says the same.
        let views = [
            report.markdown().replacing("\\", with: "").replacing("&lt;", with: "<")
                .replacing("&gt;", with: ">"), report.terminal(width: 10_000),
            String(decoding: try report.json(), as: UTF8.self).replacing("\\\"", with: "\""),
        ]
        for answer in brief.answers {
            for view in views { #expect(view.contains(answer.text), "\(answer.text)") }
        }
        // Again from the stored measurements: the same words.
        #expect(report.inPlainWords() == report)
        // The summary of every drawback follows from what its section shows.
        for row in report.drawbacks {
            let own = report.measurements + report.groupTables.flatMap(\.gaps)
            let isMeasured = own.contains { $0.drawback == row.drawback && $0.value != nil }
            #expect(row.measured.isEmpty == !isMeasured, "\(row.drawback)")
        }
    }

    /// What is found of a run later stands on its page at once, and its seal still holds.
    @Test func laterFindingsStandOnThePage() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(800), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.model.kind = .mlp }, control: RunControl(threads: 1))
        func page() throws -> String {
            String(decoding: try Files.read(run + "/report.html"), as: UTF8.self)
        }
        #expect(try !page().contains("Label smoothing") && !page().contains("Span of a column"))
        let found = try measureExplanations(
            .effects(together: []), run: run, threads: 1, arguments: ["vouch"])
        let said = found.terminal(width: 120)
        #expect(said.contains("column = age: ") && said.contains("Importance among like rows"))
        #expect(try page().contains("Span of a column"))
        let report = try storedReport(run: run)
        let opacity = try #require(report.drawbacks.first { $0.drawback == .opacity })
        #expect(opacity.measured.contains { $0.metric == "conditionalImportance" })
        #expect(report.terminal(width: 100).contains("Importance among like rows"))
        #expect(try page() == report.html())
        _ = try proveRemedy(.init(remedy: "isotonic"), run: run)
        #expect(try page().contains("Isotonic calibration"))
        #expect(try verifyLedger(run: run, head: nil).isEmpty == false)
    }

    /// A comparison begins with the main metrics and what may be said of each.
    @Test func aComparisonBeginsWithVerdicts() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1200), to: "data.csv")
        for (name, epochs) in [("a", 1), ("b", 12)] {
            _ = try trainRun(
                quick(data, out: scratch.path + "/" + name) {
                    $0.model.kind = .mlp
                    $0.learning.epochs = epochs
                }, control: RunControl(threads: 1))
        }
        let (a, b) = (scratch.path + "/a", scratch.path + "/b")
        let report = try compareRuns(a, b, arguments: [])
        let answers = try #require(report.brief?.answers)
        #expect(answers.map(\.id) == ["accuracy", "rocAUC", "logLoss"])
        #expect(answers[2].text.contains("b is better, by"))
        #expect(answers[2].tone == .good)
        let same = try #require(try compareRuns(a, a, arguments: []).brief?.answers)
        #expect(same.allSatisfy { $0.text.contains("cannot tell") && $0.tone == .unsure })
        #expect(report.terminal(width: 100).hasPrefix("b against a\n"))
        let lines = report.terminal(width: 100).split(separator: "\n")
        let first = try #require(lines.firstIndex { $0.contains("b is better") })
        let table = try #require(lines.firstIndex { $0.hasPrefix("metric ") })
        #expect(first < table)
    }

    @Test func anOldRunIsToldInPlainWords() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(500), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.kind = .mlp
                $0.columns.protected = ["sex"]
            }, control: RunControl(threads: 1))
        let report = try storedReport(run: run)
        var old = report
        (old.about, old.brief, old.concerns) = (nil, nil, nil)
        // What is not known of it is not made up.
        #expect(old.inPlainWords() == old)
        old.about = report.about
        #expect(old.inPlainWords() == report)
    }
}
