package import Evidence
import Figures
import Prediction
import Statistics

/// What changing one of the main settings does to the loss, and whether a change is worth proposing.
///
/// Each setting is changed once. A change whose interval lies below 0 is trained again before anything is
/// said of it: with five paired seeds of the run's recipe, or, where reduced trainings did the looking, with
/// one training of the run's recipe. *Helps* means that this second measurement's interval lies below 0
/// too, allowing for the number of settings that were tried; all else is *cannot tell*, or *harms*.
///
/// Numbers are of the run's own recipe. What reduced trainings say of a setting need not hold for it, so
/// that it has no value here and stands in the note.
package struct SettingEffects: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "settingEffects", name: "Effects of settings", drawback: .hyperParameters,
        needs: [.retraining], looksAt: [.test], metrics: [SpreadMetrics.settingEffect])

    /// One training of each change.
    private static func changes(
        _ recipe: TrainingChange.Recipe, _ subject: Subject, _ retrainer: any Retrainer
    ) -> [TrainingChange] {
        retrainer.knobs.map { TrainingChange(recipe, seed: subject.seed, knob: $0) }
    }

    /// By which recipe settings are changed: that of the seeds, or a reduced one where the budget left
    /// is too small for the run's own.
    private func price(_ subject: Subject, _ retrainer: any Retrainer) -> Double {
        subject.seedSeconds
            + retrainer.expectedSeconds(
                of: Self.changes(subject.seedRecipe, subject, retrainer))
    }

    package func expectedSeconds(_ subject: Subject) -> Double {
        subject.retrainer.map { price(subject, $0) } ?? 0
    }

    package func measure(_ subject: Subject) throws -> Findings {
        let worked = subject.work.seconds
        guard let retrainer = subject.retrainer, let seeds = try subject.seedTrainings() else {
            return Findings()
        }
        let tried = try retrainer.knobs.map { knob in
            try Tried(knob, seeds, subject, retrainer)
        }
        var subject = subject
        subject.allowance.left = subject.allowance.left.map {
            max(0, $0 - (subject.work.seconds - worked))
        }
        // The change that did best, if the seeds do not explain it.
        let best =
            seeds.standsForTheRun
            ? tried.filter { ($0.effect.upper ?? 0) < 0 }
                .min { ($0.effect.value ?? 0) < ($1.effect.value ?? 0) } : nil
        let second = try best.map { try confirmed($0.knob, seeds, subject, retrainer, tried.count) }
        let found = tried.map { one -> Measurement in
            if let best, let second, one.knob == best.knob {
                return measurement(second.estimate, one.knob, subject.test, second.verdict)
            }
            return measurement(one, seeds, subject.test)
        }
        return Findings(measurements: found, figures: figure(tried, seeds, subject.test))
    }

    /// What one training of a change showed against those of the seeds.
    private struct Tried {
        var knob: TrainingChange.Knob
        var effect: Estimate

        init(
            _ knob: TrainingChange.Knob, _ seeds: SeedTrainings, _ subject: Subject,
            _ retrainer: any Retrainer
        ) throws {
            self.knob = knob
            let changed = try retrainer.predictions(
                after: TrainingChange(seeds.recipe, seed: subject.seed, knob: knob)
            ).rowLosses
            let count = Double(seeds.trained.means.count)
            effect = try subject.test.design.mean(
                zip(changed, seeds.trained.meanLosses).map { $0 - $1 }, scale: .plain
            ).addingSeeds(
                variance: seeds.trained.variance * (1 + 1 / count), degrees: seeds.trained.degrees)
        }
    }

    private struct Confirmation {
        var estimate: Estimate
        var verdict: String
    }

    /// The best change, trained again by the run's recipe.
    ///
    /// - Parameter tried: Settings among which it was the best.
    private func confirmed(
        _ knob: TrainingChange.Knob, _ seeds: SeedTrainings, _ subject: Subject,
        _ retrainer: any Retrainer, _ tried: Int
    ) throws -> Confirmation {
        let chance = 0.05 / Double(tried)
        if seeds.recipe == .delivered {
            let changes = subject.retrainingSeeds.map {
                TrainingChange(.delivered, seed: $0, knob: knob)
            }
            let price = retrainer.expectedSeconds(of: changes)
            guard subject.allowance.holds(price) else { return unconfirmed(price, subject) }
            let difference = try crossedMeanDifference(
                before: seeds.trained.losses,
                after: RetrainedLosses(retrainer, changes).losses,
                weights: subject.test.weights, clusters: subject.test.clusters)
            var estimate = difference.estimate
            estimate.note = "by the run's own recipe, \(changes.count) paired seeds"
            return Confirmation(
                estimate: estimate,
                verdict: verdict(estimate, isSure: (difference.pValue ?? 1) <= chance))
        }
        let change = TrainingChange(.delivered, seed: subject.seed, knob: knob)
        let price = retrainer.expectedSeconds(of: [change])
        guard subject.allowance.holds(price) else { return unconfirmed(price, subject) }
        let losses = try retrainer.predictions(after: change).rowLosses
        let paired = try subject.test.design.mean(
            zip(losses, subject.test.rowLosses).map { $0 - $1 }, scale: .plain)
        // Two trainings, the run's and the changed one, each with the seeds' spread.
        func interval(_ tail: Double) -> Estimate {
            paired.addingSeeds(
                variance: 2 * seeds.trained.variance, degrees: seeds.trained.degrees, tail: tail)
        }
        var estimate = interval(0.025)
        estimate.note =
            "by the run's own recipe, one training; the spread over seeds is that of reduced ones"
        return Confirmation(
            estimate: estimate,
            verdict: verdict(estimate, isSure: (interval(chance / 2).upper ?? 0) < 0))
    }

    private func unconfirmed(_ price: Double, _ subject: Subject) -> Confirmation {
        Confirmation(
            estimate: Estimate(
                value: nil, method: "", count: subject.test.rows,
                note:
                    "one training of it did better than seeds explain; whether that holds was not "
                    + "measured, as it takes \(Int(price.rounded(.up))) s more of counted work "
                    + "(--probe-budget)"), verdict: Self.cannotTell)
    }

    private static let cannotTell = "cannot tell"

    private func verdict(_ estimate: Estimate, isSure: Bool) -> String {
        guard let lower = estimate.lower, let upper = estimate.upper else {
            return Self.cannotTell
        }
        if lower > 0 { return "harms" }
        return upper < 0 && isSure ? "helps" : Self.cannotTell
    }

    private func measurement(
        _ estimate: Estimate, _ knob: TrainingChange.Knob, _ test: LabelledPredictions,
        _ verdict: String
    ) -> Measurement {
        var measured = Measurement(
            SpreadMetrics.settingEffect, estimate, on: test, group: "setting = \(knob.text)")
        measured.unit = test.lossUnit
        // The interval that is shown may be wider, for other models' looks at these rows.
        let holdsZero =
            measured.interval.map { $0.lower <= 0 && $0.upper >= 0 } ?? true
        measured.verdict = holdsZero ? Self.cannotTell : verdict
        if let most = mostSaved(measured, test) {
            measured.note = [measured.note, most].compactMap { $0 }.joined(separator: "; ")
        }
        return measured
    }

    /// Whether the setting can be left alone: what changing it saves at most, as the interval's end says.
    private func mostSaved(_ effect: Measurement, _ test: LabelledPredictions) -> String? {
        guard let interval = effect.interval, let loss = try? test.weightedMean(test.rowLosses),
            loss > 0
        else { return nil }
        let share = -100 * interval.lower / loss
        return share <= 0
            ? "changing it saves nothing"
            : "changing it saves at most \(NumberText.plain(share)) % of the loss"
    }

    /// Of a change that was trained once.
    private func measurement(
        _ tried: Tried, _ seeds: SeedTrainings, _ test: LabelledPredictions
    ) -> Measurement {
        var effect = tried.effect
        guard seeds.recipe == .reduced else {
            effect.note = "by the run's own recipe, one training against \(SeedTrainings.count)"
            return measurement(effect, tried.knob, test, verdict(effect, isSure: false))
        }
        let seen =
            "at a reduced budget its effect was \(NumberText.plain(effect.value ?? .nan)) "
            + "[\(NumberText.plain(effect.lower ?? .nan)), \(NumberText.plain(effect.upper ?? .nan))]"
        effect.value = nil
        effect.lower = nil
        effect.upper = nil
        effect.note =
            seeds.standsForTheRun
            ? "no claim: \(seen), which need not hold for the run's recipe"
            : "no claim: \(seeds.standIn?.text ?? seen)"
        return measurement(effect, tried.knob, test, Self.cannotTell)
    }

    private func figure(
        _ tried: [Tried], _ seeds: SeedTrainings, _ test: LabelledPredictions
    ) -> [Figure] {
        guard seeds.standsForTheRun else { return [] }
        let by =
            seeds.recipe == .delivered
            ? "by the run's own recipe" : "in reduced trainings, which look, but decide nothing"
        return [
            Figure(
                id: "settings", title: "What a setting changes",
                caption:
                    "Change of the mean loss of \(test.rows) \(test.split) rows when one setting "
                    + "is changed, one training each, \(by). The intervals are over seeds and rows: a "
                    + "change that holds 0 may be luck.",
                plot: .intervals(
                    IntervalChart(
                        axis: Axis("Change of the loss", unit: test.lossUnit),
                        rows: tried.compactMap { one in
                            one.effect.value.map {
                                .init(
                                    label: one.knob.text, value: $0, lower: one.effect.lower,
                                    upper: one.effect.upper, count: test.rows)
                            }
                        }, reference: .init(value: 0, label: "as it is"))))
        ]
    }
}

extension TrainingChange.Knob {
    var text: String {
        factor == 0 ? "\(name) 0" : factor < 1 ? "\(name) halved" : "\(name) doubled"
    }
}
