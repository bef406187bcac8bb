import Evidence
import Prediction
import Testing

@Suite struct ProbeScheduleTests {
    struct Fake: Probe {
        var id: String
        var needs: Set<Need> = [.predictions]
        var seconds = 0.0
        var fails = false

        struct Trouble: Error, CustomStringConvertible { var description = "no luck" }

        var description: ProbeDescription {
            .init(id: id, name: id, drawback: .opacity, needs: needs, metrics: [])
        }
        func expectedSeconds(_ subject: Subject) -> Double { seconds }
        func measure(_ subject: Subject) throws -> Findings {
            if fails { throw Trouble() }
            return Findings()
        }
    }

    /// A quotient of nothing by nothing is undefined, and says so.
    @Test func aMeasurementIsANumberOrUndefined() {
        let found = Measurement(
            metric: "m", drawback: .bias, value: .nan,
            interval: .init(lower: .nan, upper: 1, method: "m", varied: "rows"),
            sample: .init(split: "test", rows: 1))
        #expect(found.value == nil)
        #expect(found.interval == nil)
        #expect(found.note == "undefined on this sample")
    }

    static let subject = Subject(
        test: LabelledPredictions(
            split: "test", predictions: .init(rows: 1, classes: [], values: [1]),
            answers: .numbers([2])))

    private func reasons(_ probes: [Fake], budget: Double?) -> [String?] {
        ProbeSchedule(budgetSeconds: budget, now: { 0 }).run(probes, on: Self.subject).map {
            if case .leftOut(let reason) = $0.result { reason } else { nil }
        }
    }

    @Test func whatIsMissingIsNamed() {
        let found = reasons(
            [Fake(id: "a"), Fake(id: "b", needs: [.predictions, .protectedColumns])], budget: nil)
        #expect(found[0] == nil)
        #expect(found[1]?.contains("--protected") == true)
    }

    @Test func aBudgetLeavesOutWhatDoesNotFit() {
        let probes = [Fake(id: "a", seconds: 5), Fake(id: "b", seconds: 50), Fake(id: "c")]
        #expect(reasons(probes, budget: 10).map { $0 == nil } == [true, false, true])
        #expect(reasons(probes, budget: 10)[1]?.contains("50 s") == true)
        // What takes no time runs without a budget too.
        #expect(reasons(probes, budget: 0).map { $0 == nil } == [false, false, true])
        #expect(reasons(probes, budget: nil).allSatisfy { $0 == nil })
    }

    @Test func aProbeThatFailsSaysWhyAndStopsNoOther() {
        let found = reasons([Fake(id: "a", fails: true), Fake(id: "b")], budget: nil)
        #expect(found == ["no luck", nil])
    }
}
