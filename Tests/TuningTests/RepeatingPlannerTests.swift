import Testing
import Tuning

/// A rung of repeats in a search, and the search that goes on as if it were not there.
@Suite struct RepeatingPlannerTests {
    private static let space = SearchSpace(
        dated: "2026-11-30", source: "a test",
        parameters: [
            SearchParameter("rate", .real(lower: 1e-4, upper: 1e-1, isLogarithmic: true)),
            SearchParameter("width", .integer(lower: 8, upper: 64, isLogarithmic: true)),
        ])

    /// Rungs until so many trials, each with a value that its point and seed decide.
    private func run(_ planner: any TrialPlanner, most: Int) -> [FinishedTrial] {
        var finished: [FinishedTrial] = []
        while finished.count < most {
            let rung = planner.next(after: finished)
            #expect(rung == planner.next(after: finished))
            #expect(rung.map(\.number) == Array(finished.count..<finished.count + rung.count))
            #expect(Set(rung.map(\.rung)).count == 1)
            #expect((rung.first?.rung ?? 0) > (finished.last?.plan.rung ?? -1))
            finished += rung.map { plan in
                let width = plan.point.values["width"].flatMap(Double.init) ?? 30
                return FinishedTrial(
                    plan: plan, objective: abs(width - 40) + (plan.seed == 7 ? 0 : 0.5))
            }
        }
        return finished
    }

    @Test func repeatsAreOneRungAndChangeNothingElse() {
        let base = HalvingPlanner(Self.space, seed: 7, levels: [.whole])
        let alone = run(base, most: 30)
        let with = run(
            RepeatingPlanner(base, seed: 7, plan: ReplicatePlan(points: 3, repeats: 2), after: 12),
            most: 38)
        let repeats = with.filter { $0.plan.seed != 7 }
        // Three points and the default, twice each; as soon as twelve points were trained.
        #expect(Set(repeats.map(\.plan.rung)).count == 1)
        #expect(Set(repeats.map(\.plan.point)).contains(.standard))
        #expect(repeats.count == 8 || repeats.count == 6)
        let before = with.prefix { $0.plan.seed == 7 }
        #expect(Set(before.map(\.plan.point)).count >= 12 && before.count < 20)
        // The search is the one without repeats.
        let own = with.filter { $0.plan.seed == 7 }.map(\.plan.point)
        #expect(zip(own, alone.map(\.plan.point)).allSatisfy(==))
    }

    @Test func withoutAPlanNothingIsRepeated() {
        let base = HalvingPlanner(Self.space, seed: 7, levels: [.whole])
        let with = run(RepeatingPlanner(base, seed: 7, plan: nil, after: 12), most: 30)
        #expect(with == run(base, most: 30))
    }
}
