import Foundation
import Platform
import RunStore
import Testing

/// What the index keeps of plans.
@Suite struct RunIndexPlanTests {
    private func write(
        _ place: RunIndexTests.Place, _ name: String, plan: String?
    ) throws -> String {
        var writer = RunFolder.Writer()
        try writer.add("configuration.json", text: "{}")
        if let plan { try writer.add("plan.json", text: plan) }
        let path = place.runs + "/" + name
        try writer.commit(to: path, overwrite: true)
        return path
    }

    private func plan(_ day: Int) -> String {
        #"{"made": "2026-11-0\#(day)T10:00:00Z", "n": \#(day)}"#
    }

    @Test func aReplacedRunsPlanIsKept() throws {
        let place = try RunIndexTests.Place()
        var index = try place.index()
        for day in [1, 3] {
            try index.record(runAt: try write(place, "a", plan: plan(day)))
            try index.record(runAt: place.runs + "/a")
        }
        try index.record(runAt: try write(place, "b", plan: plan(2)))
        try index.record(runAt: try write(place, "c", plan: nil))
        #expect(try index.plans(limit: 9).map(\.content) == [plan(3), plan(2), plan(1)])
        #expect(try index.plans(limit: 1).map(\.made) == ["2026-11-03T10:00:00Z"])
        try index.remove(runAt: place.runs + "/a")
        #expect(try index.plans(limit: 9).count == 3)
        // From the folders come those that stand.
        try place.removeIndex()
        index = try place.index()
        _ = try index.rebuild(from: [place.runs])
        #expect(try index.plans(limit: 9).map(\.content) == [plan(3), plan(2)])
    }

    @Test func aBrokenPlanBreaksNothing() throws {
        let place = try RunIndexTests.Place()
        let index = try place.index()
        let run = try index.record(runAt: try write(place, "a", plan: "{"))
        #expect(run.problem == nil)
        #expect(try index.plans(limit: 9).isEmpty)
    }
}
