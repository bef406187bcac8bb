import Testing

import Tuning

/// What finished trials say, whoever finished them when.
@Suite struct StudyStandingTests {
    private func trial(
        _ number: Int, _ objective: Double?, part: Double = 1, seed: UInt64 = 7,
        width: Int? = nil, excess: [String: Double] = [:], size: Double? = nil
    ) -> FinishedTrial {
        FinishedTrial(
            plan: PlannedTrial(
                number: number, rung: max(-1, number / 4),
                point: width.map { SearchPoint(["width": "\($0)"]) } ?? .standard,
                fidelity: Fidelity(rows: 1, epochs: part), seed: seed),
            objective: objective, excess: excess, measured: size.map { ["modelSize": $0] } ?? [:])
    }

    private func standing(
        _ trials: [FinishedTrial], bounds: [String: Double] = [:]
    ) -> StudyStanding { StudyStanding(trials, seed: 7, bounds: bounds) }

    @Test func theBestWholeTrainingIsTheIncumbent() {
        let found = standing([
            trial(-1, 0.5), trial(0, 0.1, part: 0.3, width: 8), trial(1, 0.4, width: 16),
            trial(2, 0.3, seed: 8, width: 32), trial(3, nil, width: 64), trial(-2, 0.45, width: 8),
        ])
        #expect(found.incumbent?.plan.number == 1)
        #expect(found.trials.map(\.plan.number) == [-1, 0, 1, 2, 3, -2])
        #expect(standing([trial(3, nil)]).incumbent == nil)
    }

    /// Of equals the default, then the earlier.
    @Test func tiesGoToTheEarlier() {
        #expect(standing([trial(4, 1), trial(-1, 1), trial(-2, 1)]).incumbent?.plan.number == -1)
        #expect(standing([trial(-2, 1), trial(9, 1), trial(4, 1)]).incumbent?.plan.number == 4)
        // Of several ends the earlier.
        #expect(standing([trial(-3, 1), trial(-2, 1)]).trials.map(\.plan.number) == [-2, -3])
        #expect(!standing([trial(-2, 1)]).leads(trial(-3, 1)))
    }

    /// A requirement comes before the objective; what misses least is nearest, each miss as a share of its bound.
    @Test func requirementsComeFirst() {
        let bounds = ["latency <= 50us": 0.05, "gap <= 0.1": 0.1]
        let trials = [
            trial(0, 0.1, excess: ["latency <= 50us": 0.05, "gap <= 0.1": -0.1]),
            trial(1, 0.2, excess: ["latency <= 50us": -0.01, "gap <= 0.1": 0.05]),
        ]
        let missing = standing(trials, bounds: bounds)
        // Half of 0.1 is nearer than all of 0.05.
        #expect(missing.incumbent?.plan.number == 1)
        #expect(missing.incumbent.map(missing.meetsAll) == false)
        let kept = standing(
            trials + [trial(2, 9, excess: ["latency <= 50us": 0, "gap <= 0.1": -1])],
            bounds: bounds)
        #expect(kept.incumbent?.plan.number == 2)
        #expect(kept.incumbent.map(kept.meetsAll) == true)
    }

    /// Whatever is finished first: the best of any first trials had its run written when it was finished.
    @Test func theIncumbentOfAnyFirstTrialsHasLed() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let all = [trial(-1, 5)] + (0..<8).map {
                trial($0, Double(Int.random(in: 0..<6, using: &random)), width: $0)
            }
            var led: Set<Int> = []
            var done: [FinishedTrial] = []
            for one in all.shuffled(using: &random) {
                if standing(done).leads(one) { led.insert(one.plan.number) }
                done.append(one)
            }
            for count in 0...8 {
                let best = standing(all.filter { $0.plan.number < count }).incumbent
                #expect(best.map { led.contains($0.plan.number) } == true)
            }
        }
    }

    @Test func trialsCountUpToTheFirstThatIsNotFinished() {
        #expect(StudyStanding.counted([]) == 0)
        #expect(StudyStanding.counted([true, true, false, true]) == 2)
        #expect(StudyStanding.counted([true, true]) == 2)
    }

    /// The best of the most nearly whole, unless it was trained whole.
    @Test func theMostPromisingIsTrainedWhole() {
        let parts = [
            trial(-1, 0.5), trial(0, 0.1, part: 0.1, width: 8), trial(1, 0.4, part: 0.3, width: 16),
            trial(2, 0.3, part: 0.3, width: 32),
        ]
        #expect(standing(parts).promising?.plan.number == 2)
        #expect(standing(parts + [trial(3, 0.9, width: 32)]).promising == nil)
        #expect(standing([trial(-1, 0.5), trial(0, 0.4, part: 0.5)]).promising == nil)
        // One of another seed may not become the model, and is trained by the study's.
        #expect(standing([trial(-1, 0.5), trial(0, 0.1, seed: 9, width: 8)]).promising?.plan.number == 0)
    }

    @Test func aFrontierHasNoneThatIsWorseInBoth() {
        let found = standing([
            trial(-1, 0.5, size: 3), trial(0, 0.4, width: 8, size: 4),
            trial(1, 0.6, width: 16, size: 3), trial(2, 0.7, width: 32, size: 1),
            trial(3, 0.1, part: 0.5, width: 64, size: 0),
        ]).frontier { one in
            guard let objective = one.objective, let size = one.measured["modelSize"] else { return nil }
            return (objective, size)
        }
        #expect(found.map(\.plan.number) == [0, -1, 2])
    }

    // MARK: - Time

    @Test func theEndIsKeptForTheLastTraining() {
        let clock = StudyClock(deadline: 1000)
        #expect(clock.searchEnd(last: 0, writing: 8) == clock.trainingEnd(writing: 8))
        #expect(clock.trainingEnd(writing: 8) == 1000 - 10 - StudyClock.slack)
        #expect(clock.searchEnd(last: 40, writing: 8) == 1000 - 10 - 50 - StudyClock.slack)
    }

    /// By what the default takes whole and in part; else by the share alone.
    @Test func aWholeTrainingIsExpectedFromItsPart() {
        let part = Fidelity(rows: 0.5, epochs: 0.2)
        #expect(StudyClock.expectedSeconds(3, part, whole: 10, standard: 2) == 15)
        #expect(abs(StudyClock.expectedSeconds(3, part, whole: 10, standard: nil) - 30) < 1e-9)
        #expect(StudyClock.expectedSeconds(3, part, whole: 1, standard: 2) == 3)
    }
}
