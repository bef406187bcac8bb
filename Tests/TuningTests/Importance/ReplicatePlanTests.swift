import Testing
import Tuning

@Suite struct ReplicatePlanTests {
    private static func trial(
        _ number: Int, _ width: Int, _ objective: Double?, rung: Int = 0,
        fidelity: Fidelity = .whole
    ) -> FinishedTrial {
        FinishedTrial(
            plan: PlannedTrial(
                number: number, rung: rung, point: SearchPoint(["width": "\(width)"]),
                fidelity: fidelity, seed: UInt64(number)), objective: objective)
    }

    private static let finished =
        (0..<12).map { trial($0, 10 + $0, Double(($0 + 5) % 12)) } + [
            trial(12, 99, nil), trial(13, 98, -1, rung: 3, fidelity: .init(rows: 0.5, epochs: 1)),
        ]

    @Test func theBestComesFirstAndNoSeedTwice() {
        let planned = ReplicatePlan(points: 3, repeats: 2).trials(after: Self.finished, seed: 7)
        #expect(planned.map(\.number) == Array(14..<20))
        #expect(planned.allSatisfy { $0.rung == 4 && $0.fidelity == .whole })
        // The lowest loss, one in the middle of the better half, its last.
        let widths = planned.map { $0.point.values["width"] ?? "" }
        #expect(widths == ["17", "17", "19", "19", "10", "10"])
        #expect(Set(planned.map(\.seed)).count == 6)
        #expect(
            planned == ReplicatePlan(points: 3, repeats: 2).trials(after: Self.finished, seed: 7))
        #expect(
            planned != ReplicatePlan(points: 3, repeats: 2).trials(after: Self.finished, seed: 8))
    }

    @Test func fewPointsAreAllRepeated() {
        let planned = ReplicatePlan(points: 5, repeats: 1).trials(
            after: Array(Self.finished.prefix(2)), seed: 1)
        #expect(Set(planned.map(\.point)).count == 2)
        #expect(ReplicatePlan().trials(after: [], seed: 1).isEmpty)
    }

    @Test func textsAndPlacesBelongTogether() {
        let rate = SettingAxis(
            SearchParameter("learning-rate", .real(lower: 1e-4, upper: 1, isLogarithmic: true)))
        #expect(abs((rate.place(of: "0.01") ?? 0) - 0.5) < 1e-12)
        #expect(abs(rate.value(at: 0.25) - 1e-3) < 1e-12)
        #expect(rate.place(of: "2") == nil && rate.place(of: "fast") == nil)
        let width = SettingAxis(
            SearchParameter("width", .integer(lower: 32, upper: 96, isLogarithmic: false)))
        #expect(width.place(of: "64") == 0.5 && width.value(at: 1) == 96)
        let word = SettingAxis(SearchParameter("codes", .choice(["auto", "off"])))
        #expect(word.place(of: "off") == 1 && word.place(of: "on") == nil)
        let space = SearchSpace(
            dated: "2026-01-01", source: "a test", parameters: [width.parameter, word.parameter])
        #expect(space.place(of: SearchPoint(["width": "32", "codes": "auto"])) == [0, 0])
        #expect(space.place(of: SearchPoint(["width": "32"])) == nil)
    }
}
