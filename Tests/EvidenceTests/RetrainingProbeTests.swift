import DataEfficiency
import Evidence
import Prediction
import Statistics
import Synchronization
import TensorCore
import Testing
import Tuning

/// What probes that train again say, and when they say nothing.
@Suite struct RetrainingProbeTests {
    private static let rows = 400
    private static let random = CounterRandom(seed: 5, name: "retraining probes")
    private static let labels = (0..<rows).map {
        Int32(random.uniform(index: UInt64($0)) < 0.3 ? 1 : 0)
    }

    /// Predictions that give the true class a probability; with some noise for each seed and row.
    private static func predictions(_ right: Double, seed: UInt64 = 0) -> LabelledPredictions {
        LabelledPredictions(
            split: .test,
            predictions: .init(
                rows: rows, classes: ["n", "y"],
                values: labels.enumerated().flatMap { row, label -> [Double] in
                    let noise = random.uniform(step: UInt32(seed % 1000) + 1, index: UInt64(row))
                    let p = min(0.98, max(0.02, right + 0.02 * (noise - 0.5)))
                    return label == 1 ? [1 - p, p] : [p, 1 - p]
                }), answers: .classes(labels))
    }

    private static let halved = TrainingChange.Knob(
        setting: "learning-rate", name: "learning rate", times: 0.5)

    /// Trainings whose quality follows from what was changed; each counts for a second of work.
    private final class Known: Retrainer {
        let reduction = "few rows"
        let rows = 2000
        let quality: @Sendable (TrainingChange) -> Double
        let work: WorkCounter
        let trained = Mutex<Set<TrainingChange>>([])

        init(_ work: WorkCounter, _ quality: @escaping @Sendable (TrainingChange) -> Double) {
            self.work = work
            self.quality = quality
        }

        let knobs: [TrainingChange.Knob] = [
            RetrainingProbeTests.halved,
            .init(setting: "learning-rate", name: "learning rate", times: 2),
            .init(setting: "width", name: "width", times: 0.5),
            .init(setting: "batch", name: "batch", times: 2),
        ]

        private func seconds(_ change: TrainingChange) -> Double {
            (change.recipe == .delivered ? 4 : 1) * change.shareOfRows
        }

        func expectedSeconds(of changes: [TrainingChange]) -> Double {
            let known = trained.withLock { $0 }
            return Set(changes).subtracting(known).reduce(0) { $0 + seconds($1) }
        }

        func predictions(after change: TrainingChange) throws -> LabelledPredictions {
            if trained.withLock({ $0.insert(change).inserted }) { work.add(seconds(change)) }
            return RetrainingProbeTests.predictions(quality(change), seed: change.seed)
        }
    }

    private static func subject(
        _ quality: @escaping @Sendable (TrainingChange) -> Double
    ) -> Subject {
        var subject = Subject(test: predictions(0.8), training: predictions(0.8))
        subject.retrainer = Known(subject.work, quality)
        return subject
    }

    private func found(
        _ probes: [any Probe], budget: Double?,
        _ quality: @escaping @Sendable (TrainingChange) -> Double
    ) -> [Measurement] {
        ProbeSchedule(budgetSeconds: budget, now: { 0 }).run(probes, on: Self.subject(quality))
            .compactMap(\.findings).flatMap(\.measurements)
    }

    /// A reduced training that is worse than guessing stands for nothing: no claim, with the reason.
    @Test func whatIsWorseThanGuessingMakesNoClaim() throws {
        let all = found([SeedSpread(), LearningCurve(), SettingEffects()], budget: 20) {
            $0.recipe == .reduced ? 0.4 : 0.8
        }
        #expect(Set(all.map(\.metric)) == ["seedSpread", "gainFromDoubling", "settingEffect"])
        for one in all {
            #expect(one.value == nil && one.interval == nil && one.verdict == "cannot tell")
            #expect(one.note?.contains("not shown to stand for") == true, "\(one.note ?? "")")
        }
    }

    /// One that is nearly as good gives an upper bound of the spread, and a gain of the run's own recipe.
    @Test func whatStandsForTheRunBoundsItsSpread() throws {
        let all = found([SeedSpread(), LearningCurve()], budget: 20) {
            ($0.recipe == .reduced ? 0.79 : 0.8) * ($0.shareOfRows < 1 ? 0.9 : 1)
        }
        let spread = try #require(all.first { $0.metric == "seedSpread" })
        #expect(spread.interval?.lower == 0 && spread.note?.contains("upper bound") == true)
        let gain = try #require(all.first { $0.metric == "gainFromDoubling" })
        #expect((gain.interval?.lower ?? 0) > 0 && gain.verdict == "better")
        #expect(gain.interval?.varied == "seeds and rows")
    }

    /// Where the budget holds the run's own recipe, nothing reduced is trained.
    @Test func aLargeBudgetTakesTheRunsRecipe() throws {
        let subject = Self.subject { $0.recipe == .reduced ? 0.4 : 0.8 }
        let outcomes = ProbeSchedule(budgetSeconds: 100, now: { 0 }).run(
            [SeedSpread(), LearningCurve(), SettingEffects()], on: subject)
        let all = outcomes.compactMap(\.findings).flatMap(\.measurements)
        // Predictions of a quality that no number of rows changes make no plan.
        let plan = try #require(all.first { $0.metric == .labelsNeeded })
        #expect(plan.value == nil && plan.verdict != nil && plan.verdict != "reached already")
        #expect(
            all.allSatisfy {
                $0.metric == .labelsNeeded || ($0.value != nil && $0.interval != nil)
            })
        let known = try #require(subject.retrainer as? Known)
        #expect(known.trained.withLock { $0.allSatisfy { $0.recipe == .delivered } })
    }

    /// A setting that does better once is proposed only where a second measurement confirms it.
    @Test func aSettingHelpsOnlyWhereItIsConfirmed() throws {
        let halved = Self.halved
        func verdict(_ quality: @escaping @Sendable (TrainingChange) -> Double) throws
            -> Measurement
        {
            try #require(
                found([SettingEffects()], budget: nil, quality).first {
                    $0.group == "setting = learning rate halved"
                })
        }
        let lucky = try verdict { $0.knob == halved && $0.seed == 0 ? 0.9 : 0.8 }
        #expect(lucky.verdict == "cannot tell", "\(lucky)")
        let true_ = try verdict { $0.knob == halved ? 0.9 : 0.8 }
        #expect(true_.verdict == "helps" && (true_.interval?.upper ?? 0) < 0)
        let harm = try verdict { $0.knob == halved ? 0.6 : 0.8 }
        #expect(harm.verdict == "harms")
        // Of reduced trainings: one of the run's recipe decides, and the others have no value.
        let reduced = found([SettingEffects()], budget: 18) {
            $0.knob == halved ? ($0.recipe == .reduced ? 0.9 : 0.79) : 0.8
        }
        let said = try #require(reduced.first { $0.group == "setting = learning rate halved" })
        #expect(said.verdict != "helps" && said.value != nil, "\(said)")
        #expect(reduced.filter { $0.value != nil }.count == 1)
        #expect(reduced.allSatisfy { $0.group != "setting = dropout 0" })
    }

    /// Seeds that differ widen an interval by their own quantile.
    @Test func seedsAddToAnInterval() {
        let rows = Estimate(value: 1, lower: 0, upper: 2, method: "m", count: 9)
        let t = SpecialFunctions.studentQuantile(0.975, degrees: 4)
        let wider = rows.addingSeeds(variance: 1 / (t * t) * 3, degrees: 4)
        #expect(abs((wider.upper ?? 0) - 3) < 1e-9 && abs((wider.lower ?? 0) + 1) < 1e-9)
        #expect(rows.addingSeeds(variance: 0, degrees: 4).upper == 2)
        let bare = Estimate(value: 1, method: "m", count: 1)
        #expect(bare.addingSeeds(variance: 1, degrees: 4).upper == nil)
    }
}
