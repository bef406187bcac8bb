import Testing
import Tuning

/// What a search plans, and that it follows from finished rungs alone.
@Suite struct PlannerTests {
    private static let study = MadeStudy(function: .training, seed: 7)

    @Test func anyPrefixOfRungsPlansTheSame() {
        let all = Self.study.run()
        #expect(all.map(\.plan.number) == Array(0..<all.count))
        let rungs = all.map(\.plan.rung)
        #expect(rungs == rungs.sorted())
        for rung in [0, 1, 3, rungs[rungs.count - 1]] {
            let before = all.filter { $0.plan.rung < rung }
            let planned = Self.study.planner.next(after: before)
            #expect(planned == all.filter { $0.plan.rung == rung }.map(\.plan))
        }
        #expect(Self.study.planner.next(after: all).isEmpty)
    }

    /// Wherever an end cut a study: what comes after it is the rest of its rung, then what would have come without an end. Studies
    /// have no planned end, so that a shorter one is the beginning of a longer one.
    @Test func whatAnEndCutIsPlannedAgain() throws {
        var study = Self.study
        study.trainings = nil
        let all = study.run(rungs: 4)
        for cut in [0, 1, 2, 3, 7, 11, 12, 14, 15] {
            let counted = Array(all.prefix(cut))
            let open = all.first { $0.plan.number == cut }?.plan.rung
            #expect(
                study.planner.continued(after: counted)
                    == all.filter { $0.plan.rung == open && $0.plan.number >= cut }.map(\.plan))
        }
        // A plan that was another one is left as it was cut.
        var other = study
        other.seed = 8
        let counted = Array(all.prefix(7))
        #expect(
            other.planner.continued(after: counted) == other.planner.next(after: counted))
    }

    @Test func theDefaultIsFirstAndWhole() throws {
        let all = Self.study.run(rungs: 2)
        let first = try #require(all.first?.plan)
        #expect(first.point == .standard && first.fidelity == .whole && first.number == 0)
        #expect(
            all.filter { $0.plan.rung == 0 }.map(\.plan.fidelity) == Self.study.levels.reversed())
        #expect(all.filter { $0.plan.point == .standard }.allSatisfy { $0.plan.rung == 0 })
        // What cannot hold a cheap rung has none.
        var small = Self.study
        small.trainings = 2
        #expect(small.run().map(\.plan.fidelity) == [.whole, .whole])
    }

    @Test func theBestThirdIsCarriedOn() {
        let all = Self.study.run(rungs: 4)
        let rungs = (0...3).map { rung in all.filter { $0.plan.rung == rung } }
        #expect(rungs.map(\.count) == [3, 9, 3, 1])
        let best = rungs[1].sorted { ($0.objective ?? 0) < ($1.objective ?? 0) }.prefix(3)
        #expect(rungs[2].map(\.plan.point) == best.map(\.plan.point))
        #expect(Set(all.map(\.plan.seed)).count == 1)
        #expect(rungs[3][0].plan.fidelity == .whole)
    }

    @Test func aPlannedBudgetHolds() {
        for trainings in [1.0, 2.5, 5, 12, 40] {
            var study = Self.study
            study.trainings = trainings
            var brackets = 0.0
            // Sizes alone count here: all fail, so that nothing is modelled.
            study.fails = { _ in true }
            for trial in study.run() { brackets += trial.plan.fidelity.cost }
            #expect(brackets <= trainings + 1e-9)
            #expect(brackets > trainings - 1.001)
        }
    }

    @Test func aPortfolioComesBeforeAnythingElse() {
        var study = Self.study
        study.portfolio = [SearchPoint(["width": "64"]), .standard, SearchPoint(["depth": "3"])]
        let points = study.run(rungs: 2).filter { $0.plan.rung == 1 }.map(\.plan.point)
        #expect(points.prefix(2) == [study.portfolio[0], study.portfolio[2]])
        #expect(Set(points).count == 9 && !points.contains(.standard))
        // What the recipe says anyway is no other training.
        let usual = MadeFunction.training.standard.values
        study.portfolio = [SearchPoint(usual), SearchPoint(usual.merging(["depth": "3"]) { $1 })]
        let reduced = study.run(rungs: 2).filter { $0.plan.rung == 1 }.map(\.plan.point)
        #expect(reduced.first == SearchPoint(["depth": "3"]) && reduced.count == 9)
    }

    @Test func failuresAreTheWorst() {
        var study = Self.study
        study.fails = { point in point.values["numbers"] != nil }
        let all = study.run(rungs: 3)
        #expect(all.contains { $0.loss == nil })
        #expect(
            all.filter { $0.plan.rung == 2 }.allSatisfy { $0.plan.point.values["numbers"] == nil })
        // Of a study in which all fail, the rungs still follow.
        study.fails = { _ in true }
        #expect(study.run().incumbent == nil && study.run().nearest == nil)
    }

    @Test func whatDoesNotFitIsNotPlanned() {
        let function = MadeFunction.training
        let planner = HalvingPlanner(
            function.space, seed: 3, standard: function.standard,
            levels: Self.study.levels, trainings: 12,
            fitted: { point in
                guard point.values["depth"] != "5" else { return nil }
                var point = point
                if point.values["numbers"] == "plain" { point.values["dropout"] = nil }
                return point
            })
        var all: [FinishedTrial] = []
        for _ in 0..<3 { all += planner.next(after: all).map(Self.study.finished) }
        #expect(all.allSatisfy { $0.plan.point.values["depth"] != "5" })
        #expect(
            all.allSatisfy {
                $0.plan.point.values["numbers"] != "plain" || $0.plan.point.values["dropout"] == nil
            })
    }

    @Test func theIncumbentMeetsTheConstraints() throws {
        var study = Self.study
        study.excess = { point in
            ["latency <= 50us": (Double(point.values["width"] ?? "") ?? 45) - 100]
        }
        let all = study.run()
        let incumbent = try #require(all.incumbent)
        let whole = all.filter { $0.plan.fidelity == .whole }
        #expect(incumbent.excess.values.allSatisfy { $0 <= 0 })
        #expect(
            whole.filter { $0.excess.values.allSatisfy { $0 <= 0 } }
                .allSatisfy { ($0.objective ?? 9) >= (incumbent.objective ?? 0) })
        // Most of what was carried to the end meets it.
        #expect(2 * whole.count { $0.excess.values.allSatisfy { $0 <= 0 } } > whole.count)
        study.excess = { _ in ["latency <= 50us": 3] }
        let none = study.run(rungs: 4)
        #expect(none.incumbent == nil && none.nearest?.loss != nil)
    }

    @Test func tiesGoToTheLowerNumber() {
        func trial(_ number: Int, _ objective: Double?, _ excess: [String: Double] = [:])
            -> FinishedTrial
        {
            FinishedTrial(
                plan: PlannedTrial(
                    number: number, rung: 0, point: .standard, fidelity: .whole, seed: 1),
                objective: objective, excess: excess)
        }
        let met = ["a": -1.0, "b": 0]
        let trials = [
            trial(0, nil, met), trial(1, 2, met), trial(2, .nan, met),
            trial(3, 1, ["a": 2, "b": 0.1]),
            trial(4, 2, met),
            trial(5, 1, ["a": 1, "b": -1]),
        ]
        #expect(TrialOrder(trials).sorted(trials).map(\.plan.number) == [1, 4, 5, 3, 0, 2])
        #expect(trials.incumbent?.plan.number == 1)
        // What is not known of a constraint is not met.
        #expect([trial(0, 1), trial(1, 2, met)].incumbent?.plan.number == 1)
        #expect([trial(0, 1, ["a": .nan]), trial(1, 2, met)].incumbent?.plan.number == 1)
    }

    /// Cheap trials pay: as many whole trainings' work finds more than whole ones alone, and both more than the default.
    @Test func cheapTrialsFindMore() throws {
        func left(_ levels: [Fidelity]) throws -> Double {
            let found = try (UInt64(1)...2).map { seed in
                var study = MadeStudy(function: .hartmann, seed: seed)
                study.levels = levels
                let best = try #require(study.run().incumbent)
                return study.function.value(at: best.plan.point) - study.function.least
            }
            return found.reduce(0, +) / 2
        }
        let usual = MadeFunction.hartmann.value(at: .standard) - MadeFunction.hartmann.least
        let (halved, whole) = try (left(Self.study.levels), left([.whole]))
        #expect(halved < whole && whole < usual)
    }

    @Test func aSmallSpaceComesToAnEnd() {
        var study = Self.study
        study.trainings = nil
        study.function = MadeFunction(
            name: "four",
            space: SearchSpace(
                dated: "2026-11-30", source: "made",
                parameters: [
                    SearchParameter("a", .choice(["x", "y"])),
                    SearchParameter("b", .choice(["x", "y"])),
                ]), least: 0
        ) { _, word in word("a") == word("b") ? 0 : 1 }
        let all = study.run()
        #expect(Set(all.map(\.plan.point)).count == 4)
    }
}
