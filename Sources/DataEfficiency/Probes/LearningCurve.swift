package import Evidence
import Figures
import Prediction
import Statistics

/// How the loss falls with the number of rows learned from, and whether more would help.
///
/// The run's own recipe learns from half of the rows, once to five times, and is compared with what it makes
/// of all rows, on the same test rows: the gain from the last doubling, with an interval over rows and
/// seeds. With five seeds of both, the seeds are paired (`crossedMeanDifference`). With fewer, the seeds'
/// spread comes from `SeedTrainings`, and is taken to be `√2` times as large with half of the rows where it
/// is that of the run's recipe; where it is that of reduced trainings, whose spread is an upper bound, these
/// have to stand for the delivered model, or no claim is made.
///
/// Where there is budget, a quarter and an eighth of the rows are learned from, too, once each. They are for the curve's drawing, and
/// for the plan of the labels that half of the remaining loss takes (`LabelPlan`), which says *cannot tell* without them.
package struct LearningCurve: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "learningCurve", name: "Learning curve", drawback: .dataHunger,
        needs: [.retraining], looksAt: [.test],
        metrics: [DataMetrics.gainFromDoubling, LabelMetrics.needed])

    private static let smallShares = [0.125, 0.25]
    /// Of the probes' budget.
    private static let share = 1.0 / 3

    /// What is trained, by the run's recipe.
    private struct Plan {
        /// Of half of the rows.
        var seeds: [UInt64]
        /// Learned by the first seed alone.
        var smallShares: [Double]

        var points: [(share: Double, changes: [TrainingChange])] {
            smallShares.map { ($0, Self.changes($0, seeds.prefix(1))) }
                + [(0.5, Self.changes(0.5, seeds[...]))]
        }

        private static func changes(
            _ share: Double, _ seeds: ArraySlice<UInt64>
        ) -> [TrainingChange] {
            seeds.map { TrainingChange(.delivered, seed: $0, shareOfRows: share) }
        }
    }

    private func plan(_ subject: Subject, _ retrainer: any Retrainer) -> Plan {
        let most = subject.seedRecipe == .delivered ? SeedTrainings.count : 3
        let plans = (1...most).reversed().flatMap { count in
            [Self.smallShares, []].map { shares in
                Plan(
                    seeds: Array(subject.retrainingSeeds.prefix(count)), smallShares: shares)
            }
        }
        return plans.first { plan in
            subject.allowance.holds(
                retrainer.expectedSeconds(of: plan.points.flatMap(\.changes)), atMost: Self.share)
        } ?? plans[plans.count - 1]
    }

    package func expectedSeconds(_ subject: Subject) -> Double {
        guard let retrainer = subject.retrainer else { return 0 }
        return subject.seedSeconds
            + retrainer.expectedSeconds(of: plan(subject, retrainer).points.flatMap(\.changes))
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let retrainer = subject.retrainer, let seeds = try subject.seedTrainings() else {
            return Findings()
        }
        let test = subject.test
        guard seeds.standsForTheRun else {
            var measured = Measurement(
                metric: DataMetrics.gainFromDoubling.id, drawback: .dataHunger, value: nil,
                unit: test.lossUnit, sample: .init(split: test.split, rows: test.rows),
                note: "no claim, as the spread over seeds is not known: \(seeds.standIn?.text ?? "")")
            measured.verdict = "cannot tell"
            return Findings(measurements: [measured])
        }
        let plan = plan(subject, retrainer)
        let points = try plan.points.map {
            ($0.share, try RetrainedLosses(retrainer, $0.changes))
        }
        let all =
            seeds.recipe == .delivered
            ? seeds.trained
            : try RetrainedLosses(
                retrainer, [TrainingChange(.delivered, seed: subject.seed)])
        let half = points[points.count - 1].1
        let gain = try gain(from: half, to: all, seeds, test)
        var measured = Measurement(DataMetrics.gainFromDoubling, gain, on: test)
        measured.unit = test.lossUnit
        // Of the interval that is shown, which other models' looks at these rows may have widened.
        measured.verdict =
            Verdict(
                lower: measured.interval?.lower ?? 0, upper: measured.interval?.upper ?? 0,
                direction: 1
            ).text
        return Findings(
            measurements: [measured, try labelsForHalf(points + [(1, all)], retrainer.rows, test)],
            figures: [try figure(points + [(1, all)], seeds, retrainer.rows, test)])
    }

    /// What half of the remaining loss takes, by the trainings that are there anyway.
    private func labelsForHalf(
        _ points: [(share: Double, trained: RetrainedLosses)], _ rows: Int,
        _ test: LabelledPredictions
    ) throws -> Measurement {
        let metric = CurveMetric.all(of: test)[0]
        let trained = try points.flatMap { share, trained in
            try trained.predicted.compactMap { predictions in
                try metric.error(of: predictions).map {
                    (rows: Int((share * Double(rows)).rounded()), error: $0)
                }
            }
        }
        let plan = LabelPlan(
            CurvePoints(trained, rowError: try metric.logDeviation(of: test) ?? 0))
        return GoalPlan(plan, metric: metric, goal: .half).needed(
            Measurement.Sample(split: test.split, rows: test.rows),
            note: "by the few trainings of the probes' budget; vouch data plan trains more")
    }

    private func gain(
        from half: RetrainedLosses, to all: RetrainedLosses, _ seeds: SeedTrainings,
        _ test: LabelledPredictions
    ) throws -> Estimate {
        if half.losses.count == all.losses.count, all.losses.count >= SeedTrainings.count {
            var gain = try crossedMeanDifference(
                before: all.losses, after: half.losses, weights: test.weights,
                clusters: test.clusters
            ).estimate
            gain.note =
                "by the run's own recipe, \(all.losses.count) seeds with half and with all rows"
            return gain
        }
        let paired = try test.design.mean(
            zip(half.meanLosses, all.meanLosses).map { $0 - $1 }, scale: .plain)
        let ofHalf = (seeds.recipe == .delivered ? 2 : 1) / Double(half.losses.count)
        var gain = paired.addingSeeds(
            variance: seeds.trained.variance * (ofHalf + 1 / Double(all.losses.count)),
            degrees: seeds.trained.degrees)
        let times = half.losses.count == 1 ? "once" : "\(half.losses.count) times"
        gain.note =
            "by the run's own recipe, half of the rows learned \(times)"
            + (seeds.standIn.map { "; for the spread over seeds, \($0.text)" } ?? "")
        return gain
    }

    private func figure(
        _ points: [(share: Double, trained: RetrainedLosses)], _ seeds: SeedTrainings, _ rows: Int,
        _ test: LabelledPredictions
    ) throws -> Figure {
        let design = try test.design
        let marks = points.map { share, trained in
            let loss = design.mean(trained.meanLosses, scale: .plain).addingSeeds(
                variance: seeds.trained.variance / Double(trained.means.count),
                degrees: seeds.trained.degrees)
            return IntervalChart.Row(
                label: label(share), value: trained.mean, lower: loss.lower, upper: loss.upper,
                count: Int((share * Double(rows)).rounded()))
        }
        return Figure(
            id: "learning-curve", title: "Learning curve",
            caption: "Mean loss of \(test.rows) \(test.split) rows by the share of \(rows) rows learned "
                + "from, by the run's own recipe, with 95 % intervals over seeds and rows; less than half "
                + "of the rows is learned once. The counts are of rows learned from.",
            plot: .intervals(IntervalChart(axis: Axis("Loss", unit: test.lossUnit), rows: marks)))
    }

    private func label(_ share: Double) -> String {
        share == 1 ? "all rows" : "1/\(Int((1 / share).rounded())) of the rows"
    }
}
