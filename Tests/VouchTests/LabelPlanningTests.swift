import Platform
import Runs
import Studies
import Testing

/// `vouch data plan --curve`: a curve that was trained elsewhere.
@Suite struct LabelPlanningTests {
    private static let lines = [
        (50, 0.60), (50, 0.62), (100, 0.50), (100, 0.51), (200, 0.425), (200, 0.42), (400, 0.36),
    ]

    private func curve(_ header: String = "rows,loss", in scratch: Scratch) throws -> String {
        let lines = Self.lines.map { "\($0),\($1)" }
        return try scratch.write(
            ([header] + lines).joined(separator: "\n") + "\n", to: "curve.csv")
    }

    private func plan(
        _ file: String, _ change: (inout LabelPlanRequest) throws -> Void = { _ in }
    ) throws -> LabelPlanReport {
        var request = LabelPlanRequest()
        try change(&request)
        return try planLabels(request, curve: file)
    }

    @Test func aFileOfTrainingsIsPlanned() throws {
        let scratch = try Scratch()
        let file = try curve(in: scratch)
        let plan = try plan(file) {
            $0.goal = "loss=0.3"
            $0.labels = [500]
            $0.price.minutes = 1.5
            $0.price.cost = try $0.price.money("2EUR", option: "--label-cost")
        }
        let text = plan.text
        #expect(text.contains("more labels, 90 % interval"), "\(text)")
        #expect(text.contains("EUR") && text.contains("hours") && text.contains("next 100 labels"))
        #expect(text.contains("Back-test of the 90 % intervals"))
        let json = String(decoding: try plan.json(), as: UTF8.self)
        for key in ["\"foretold\"", "\"needed\"", "\"labelsLower\"", "\"ofForms\"", "\"points\""] {
            #expect(json.contains(key))
        }
        // Without a goal: half of the loss; worth says where it ends.
        let other = try self.plan(file) {
            $0.price.cost = try $0.price.money("1EUR", option: "--label-cost")
            $0.price.worth = try $0.price.money("100EUR", option: "--worth")
        }
        #expect(other.text.contains("costs more than it is worth"), "\(other.text)")
    }

    /// What the back-test asks for: shapes of a whole curve, and a plan by the shapes of others.
    @Test func aWholeCurveTellsItsShapes() throws {
        let scratch = try Scratch()
        let file = try curve(in: scratch)
        let later = try scratch.write("rows,loss\n800,0.31\n1600,0.27\n", to: "later.csv")
        #expect(try plan(file).shapes == nil)
        let shapes = try #require(try plan(file) { $0.later = later }.shapes)
        #expect(abs(shapes.values.reduce(0) { $0 + $1.reduce(0, +) } - 1) < 1e-9)
        let parts = shapes.mapValues { $0.map { String(Int(1e5 * $0)) }.joined(separator: ",") }
        func prior(_ text: String) throws -> String {
            try scratch.write("{\"tables\": 9, \"parts\": {\(text)}}", to: "prior.json")
        }
        let learned = try prior(parts.map { "\"\($0)\": [\($1)]" }.joined(separator: ", "))
        #expect(try plan(file) { $0.prior = learned }.text != plan(file).text)
        func refusal(_ change: (inout LabelPlanRequest) -> Void) -> String {
            asTyped(#expect(throws: (any Error).self) { try plan(file, change) })
        }
        let none = try prior("\"pow2\": [1]")
        #expect(refusal { $0.prior = none }.contains("no prior of curves"))
        #expect(refusal { $0.later = file }.contains("more than the 400 rows"))
    }

    @Test func wrongRequestsAreRefused() throws {
        let scratch = try Scratch()
        let file = try curve(in: scratch)
        func refusal(
            _ file: String, _ change: (inout LabelPlanRequest) throws -> Void = { _ in }
        ) -> String {
            asTyped(#expect(throws: (any Error).self) { try plan(file, change) })
        }
        #expect(refusal(file) { $0.goal = "auc" }.contains("METRIC=VALUE"))
        #expect(refusal(file) { $0.goal = "auc=0.9" }.contains("holds loss"))
        #expect(refusal(file) { $0.goal = "loss=0" }.contains("no model reaches"))
        let shares = try scratch.write("rows,accuracy\n10,0.7\n20,0.8\n", to: "shares.csv")
        #expect(refusal(shares) { $0.goal = "accuracy=-1" }.contains("from 0 to 1"))
        #expect(refusal(file) { $0.labels = [0] }.contains("--labels"))
        #expect(refusal(file) { $0.trainings = 2 }.contains("3 to 60"))
        #expect(
            refusal(file) {
                _ = try $0.price.money("2EUR", option: "--label-cost")
                _ = try $0.price.money("2USD", option: "--worth")
            }.contains("USD"))
        #expect(
            refusal(file) { _ = try $0.price.money("two", option: "--label-cost") }
                .contains("2EUR"))
        #expect(refusal(scratch.path + "/none.csv").contains("no such file"))
        let other = try scratch.write("rows,loss\n10.5,0.3\n", to: "other.csv")
        #expect(refusal(other).contains("line 2"))
        let words = try scratch.write("size,loss\n10,0.3\n", to: "words.csv")
        #expect(refusal(words).contains("two columns"))
    }
}
