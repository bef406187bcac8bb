import Documents
import Foundation
import Platform
import Reporting
import Runs
import SchemaValidation
import Studies
import Testing

/// `card.yaml`, from the template to the report.
@Suite struct CardTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        var yaml: String
        var says: [String]
        var testDescription: String { yaml }
    }

    static let wrong: [Wrong] = [
        Wrong(
            yaml: "model:\n  details:\n    licence: MIT\n",
            says: [
                "card.yaml, line 3", "no key \"licence\" below model.details",
                "Did you mean \"license\"?",
            ]),
        Wrong(yaml: "modle:\n", says: ["line 1", "Did you mean \"model\"?"]),
        Wrong(
            yaml: "data:\n  collection:\n    consent: all\n",
            says: ["line 2", "\"collection\" below data", "collection_process"]),
        Wrong(
            yaml: "model:\n  intended_use:\n    funding: me\n",
            says: ["line 3", "It stands below data.motivation"]),
        // The run answers this section itself.
        Wrong(
            yaml: "model:\n  quantitative_analyses:\n    overall: good\n",
            says: ["line 2", "quantitative_analyses"]),
        Wrong(
            yaml: "model:\n  details:\n    license:\n      MIT: yes\n",
            says: ["line 4", "key \"model.details.license\"", "a text or a list of texts"]),
        Wrong(
            yaml: "model:\n  details:\n    license: [[MIT]]\n",
            says: ["line 3", "key \"model.details.license\""]),
        Wrong(yaml: "model: a model\n", says: ["line 1", "key \"model\"", "vouch card init"]),
        Wrong(yaml: "- model\n", says: ["line 1", "vouch card init"]),
        Wrong(yaml: "model:\n  details: [\n", says: ["not YAML", "3:1"]),
        Wrong(
            yaml: "model:\n  details:\n    license: a: b\n", says: ["not YAML", "3:"]),
        Wrong(
            yaml: "model:\n  details:\n    license: a\n    license: b\n",
            says: ["line 4", "\"license\" stands twice"]),
    ]

    @Test(arguments: wrong) func saysWhatIsWrong(_ wrong: Wrong) throws {
        let scratch = try Scratch()
        let file = try scratch.write(wrong.yaml, to: "card.yaml")
        let error = #expect(throws: VouchError.self) { try CardAnswers(file: file) }
        for part in wrong.says {
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
    }

    @Test func aFileThatIsNotThereIsNamed() throws {
        let error = #expect(throws: PlatformError.self) { try CardAnswers(file: "/no/card.yaml") }
        #expect(error?.description.contains("/no/card.yaml") == true)
    }

    @Test func answersAreTextsOrLists() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            """
            model:
              details: {license: " MIT ", citation: ~, contact: ""}
              intended_use:
                primary_uses: [teaching, "", research]
                primary_users: |
                  students
                  teachers
            data:
              composition:
                confidential: no
              collection_process:
                timeframe: 1994
              distribution:
            """, to: "card.yaml")
        #expect(
            try CardAnswers(file: file).texts == [
                "model.details.license": "MIT",
                "model.intended_use.primary_uses": "teaching; research",
                "model.intended_use.primary_users": "students\nteachers",
                "data.composition.confidential": "no",
                "data.collection_process.timeframe": "1994",
            ])
        #expect(try CardAnswers(file: scratch.write("", to: "empty.yaml")) == CardAnswers())
    }

    /// The template as it is says nothing; with a text after every key nothing is open.
    @Test func theTemplateHoldsEveryOpenQuestion() throws {
        let scratch = try Scratch()
        let template = try scratch.write(cardTemplate(), to: "card.yaml")
        #expect(try CardAnswers(file: template) == CardAnswers())
        let filled = cardTemplate().split(separator: "\n").map { line in
            line.hasPrefix("    ") && line.hasSuffix(":") ? line + " said so" : line
        }
        let answers = try CardAnswers(
            file: scratch.write(filled.joined(separator: "\n"), to: "filled.yaml"))
        #expect(answers.texts.count > 60)
        let data = try scratch.write(try Adult.csv(400), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) { $0.model.kind = .linear }, control: RunControl(threads: 1))
        let open = try storedReport(run: run)
        let report = try storedReport(run: run, card: answers)
        for document in [\RunReport.modelCard, \RunReport.dataSheet] {
            let before = try #require(open[keyPath: document])
            let after = try #require(report[keyPath: document])
            #expect(before.openCount > 10 && after.openCount == 0)
            // What the run can say, it says; no text is empty.
            for item in after.items { #expect(!item.answer.text.isEmpty, "\(item.prompt)") }
        }
        #expect(report.modelCard?.sections.count == 9 && report.dataSheet?.sections.count == 7)
        // A person's answers are all that changed.
        #expect(report.measurements == open.measurements)
    }

    @Test func answersAreStoredWithTheRunAndChangeNoBit() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        var card = CardAnswers()
        card.texts = [
            "model.details.license": "CC BY 4.0", "data.motivation.purpose": "<b>teaching</b>",
        ]
        var hashes: [String] = []
        for (name, answers) in [("with", card), ("without", CardAnswers())] {
            let run = quick(data, out: scratch.path + "/" + name) {
                $0.columns.protected = ["sex", "race"]
                $0.model.kind = .mlp
            }
            let result = try trainRun(run, control: RunControl(threads: 1, card: answers))
            hashes.append(result.weightsSHA256)
        }
        #expect(hashes[0] == hashes[1])
        let report = try storedReport(run: scratch.path + "/with")
        let license = report.modelCard?.items.first { $0.prompt == "License" }
        #expect(license?.answer == .given("CC BY 4.0", key: "model.details.license"))
        let configuration = String(
            decoding: try Files.read(scratch.path + "/with/configuration.json"), as: UTF8.self)
        #expect(!configuration.contains("CC BY") && !configuration.contains("card"))
        let html = String(
            decoding: try Files.read(scratch.path + "/with/report.html"), as: UTF8.self)
        #expect(html.contains("&lt;b&gt;teaching&lt;/b&gt;") && !html.contains("<b>"))
        // A later file replaces some answers; the others stay, and the run too.
        let before = try Files.read(scratch.path + "/with/manifest.json")
        var later = CardAnswers()
        later.texts = ["data.motivation.purpose": "research"]
        let filled = try storedReport(run: scratch.path + "/with", card: later)
        #expect(filled.modelCard == report.modelCard)
        #expect(filled.dataSheet?.items[0].answer.text == "research")
        #expect(try Files.read(scratch.path + "/with/manifest.json") == before)
    }

    /// What a run writes is what the schema says, from every kind of report.
    @Test func whatARunWritesFitsTheSchema() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(400), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.model.width = 8
                $0.learning.folds = 1
                $0.evidence.probeSeconds = 1000
            }, control: RunControl(threads: 2))
        let validator = try SchemaValidator(schema: RunReport.jsonSchema)
        let stored = try JSON(Files.read(run + "/measurements.json"))
        #expect(try validator.problems(in: stored) == [])
        var audit = AuditConfiguration(
            file: run + "/test_predictions.csv",
            predicted: .probability("probability[>50K]"))
        audit.target = "answer"
        for report in [
            try proveRemedy(.init(remedy: "temperature-scaling"), run: run),
            try compareRuns(run, run, arguments: []),
            try auditPredictions(audit, arguments: []),
        ] {
            #expect(try validator.problems(in: JSON(report.json())) == [])
            #expect(report.modelCard == nil && report.dataSheet == nil)
        }
        let audited = try auditPredictions(audit, arguments: [])
        #expect(audited.notIncluded.contains { $0.hasPrefix("A model card") })
    }

    @Test func commands() throws {
        let scratch = try Scratch()
        let file = scratch.path + "/card.yaml"
        #expect(try CommandTests.run("card", "init").output == cardTemplate())
        #expect(try CommandTests.run("card", "init", "--out", file).status == 0)
        try AtomicFile.write(Array("model: {details: {license: mine}}\n".utf8), to: file)
        let refused = try CommandTests.run("card", "init", "--out", file)
        #expect(refused.status == 1 && refused.error.contains("exists already"))
        let data = try scratch.write(try Adult.csv(400), to: "data.csv")
        let run = scratch.path + "/run"
        let trained = try CommandTests.run(
            "train", data, "--target", "class", "--model", "linear", "--epochs", "1", "--out", run,
            "--card", file)
        #expect(trained.status == 0 && trained.output.contains("Model card, "))
        let shown = try CommandTests.run("report", run, "--format", "markdown")
        #expect(shown.output.contains("| License | mine | a person |"))
        try AtomicFile.write(Array("model: {details: {licence: mine}}\n".utf8), to: file)
        for arguments in [["report", run, "--card", file], ["train", data, "--card", file]] {
            let (process, _, error) = try CommandTests.started(
                arguments + (arguments[0] == "train" ? ["--target", "class", "--out", run] : []))
            let said = String(
                decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 1 && said.contains("line 1"), "\(said)")
        }
        _ = try storedReport(run: run)
        let schema = try CommandTests.run("report", "--schema")
        #expect(Array(schema.output.utf8) == RunReport.jsonSchema)
        #expect(try CommandTests.run("report").status == 64)
    }
}
