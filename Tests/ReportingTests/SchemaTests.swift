import Evidence
import Foundation
import Reporting
import SchemaValidation
import Testing

/// The JSON of a report is what `Documentation/report.schema.json` says.
@Suite struct SchemaTests {
    private let validator: SchemaValidator

    init() throws { validator = try SchemaValidator(schema: RunReport.jsonSchema) }

    @Test func theProgramCarriesTheSchemaOfTheDocumentation() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Documentation/report.schema.json")
        #expect(try Array(Data(contentsOf: file)) == RunReport.jsonSchema)
    }

    /// Of two definitions of one name a reader takes either.
    @Test func everyDefinitionHasANameOfItsOwn() throws {
        let text = String(decoding: RunReport.jsonSchema, as: UTF8.self)
        let definitions = try #require(text.range(of: "\"$defs\": {"))
        let names = text[definitions.upperBound...].split(separator: "\n")
            .filter { $0.hasPrefix("    \"") }.map { $0.prefix { $0 != ":" } }
        #expect(names.count > 20 && Set(names).count == names.count)
    }

    @Test func reportsAreValid() throws {
        var strange = AdultFixture.report
        strange.smallestShownGroup = 0
        strange.measurements[0].value = .nan
        strange.measurements[1].interval?.upper = .infinity
        strange.measurements[1].sample = .init(split: "test", rows: 9, clusters: 3, models: 2)
        let empty = RunReport(title: "", summary: "", command: "")
        for report in [
            AdultFixture.report, AdultFixture.hostileReport, AdultFixture.plainReport,
            AdultFixture.hostilePlainReport, strange, empty,
        ] {
            #expect(try validator.problems(in: JSON(report.json())) == [])
        }
    }

    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// In what is found.
        var says: String
        var make: @Sendable (inout JSON) -> Void

        init(_ name: String, says: String, _ make: @escaping @Sendable (inout JSON) -> Void) {
            testDescription = name
            self.says = says
            self.make = make
        }
    }

    static let changes: [Change] = [
        Change("a field is missing", says: ": lacks title") { $0["title"] = nil },
        Change("a field is missing deep inside", says: "/measurements/0/sample: lacks rows") {
            $0["measurements"]?[0]?["sample"]?["rows"] = nil
        },
        Change("a field too many", says: ": may not hold extra") { $0["extra"] = .null },
        Change("a field too many deep inside", says: "/measurements/0/interval: may not hold x") {
            $0["measurements"]?[0]?["interval"]?["x"] = .number(1)
        },
        Change("a wrong type", says: "/data/splits/0/rows: not of type integer") {
            $0["data"]?["splits"]?[0]?["rows"] = .text("12")
        },
        Change("a part of a row", says: "/data/splits/0/rows: not of type integer") {
            $0["data"]?["splits"]?[0]?["rows"] = .number(1.5)
        },
        Change("fewer than no rows", says: "/data/splits/0/rows: less than 0") {
            $0["data"]?["splits"]?[0]?["rows"] = .number(-1)
        },
        Change("null for a text", says: "/command: not of type string") { $0["command"] = .null },
        Change("a text for a number", says: "/measurements/0/value: fits no choice") {
            $0["measurements"]?[0]?["value"] = .text("Infinity")
        },
        Change("a level of more than all", says: "/interval/level: more than 1") {
            $0["measurements"]?[0]?["interval"]?["level"] = .number(95)
        },
        Change("an unknown drawback", says: "/measurements/0/drawback: none of") {
            $0["measurements"]?[0]?["drawback"] = .text("slowness")
        },
        Change("an unknown direction", says: "/definitions/0/direction: none of") {
            $0["definitions"]?[0]?["direction"] = .number(2)
        },
        Change("an unknown plot", says: "/plot: fits 0 choices") {
            $0["sections"]?[0]?["figures"]?[0]?["plot"]?["kind"] = .text("pie")
        },
        Change("the chart of another plot", says: "/plot: fits 0 choices") {
            $0["sections"]?[0]?["figures"]?[0]?["plot"]?["kind"] = .text("bars")
        },
        Change("an answer by another", says: "/answer: fits 0 choices") {
            $0["modelCard"]?["sections"]?[0]?["items"]?[0]?["answer"]?["by"] = .text("oracle")
        },
        Change("an open answer with a text", says: "/answer: fits 0 choices") {
            $0["modelCard"]?["sections"]?[0]?["items"]?[2]?["answer"]?["text"] = .text("yes")
        },
        Change("an unknown rule of a first screen", says: "/brief: lacks answers") {
            $0["brief"] = .object(["drawbacks": .array([])])
        },
        Change("an older format", says: "/format: not") { $0["format"] = .number(2) },
        Change("a newer format", says: "/format: not") { $0["format"] = .number(4) },
        Change("not an object", says: ": not of type object") { $0 = .array([]) },
    ]

    /// Read once: a report of this size takes longer to read than to judge.
    private static let valid = Result { try JSON(AdultFixture.report.json()) }

    @Test(arguments: changes) func rejects(_ change: Change) throws {
        let valid = try Self.valid.get()
        var json = valid
        change.make(&json)
        #expect(json != valid, "nothing was changed")
        let problems = try validator.problems(in: json)
        #expect(problems.count == 1)
        #expect(problems.contains { $0.contains(change.says) }, "\(problems)")
    }

    /// A keyword that the validator does not know would otherwise accept everything.
    @Test func anUnknownKeywordIsNotPassedOver() throws {
        let other = try SchemaValidator(schema: Array(#"{"maxLength": 3}"#.utf8))
        #expect(throws: SchemaValidator.Unsupported.self) { try other.problems(in: .text("long")) }
    }

    @Test func theFormatIsThatOfTheReports() throws {
        let schema = try JSON(RunReport.jsonSchema)
        let format = schema["$defs"]?["report"]?["properties"]?["format"]?["const"]
        #expect(format == .number(Double(RunReport.currentFormat)))
    }
}
