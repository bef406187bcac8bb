package import Evidence
import Figures
package import Prediction
import Statistics

/// A learning curve of the run's own recipe, and how many labels a goal takes by it.
///
/// Shares of the rows are learned anew, several of each with other seeds, and judged on the same test rows. An error over
/// those rows enters the intervals (`CurvePoints.rowError`), as does what trainings differ by, and the choice of the form.
package struct LabelPlanProbe: Probe {
    /// `nil` for the loss.
    private let metric: CurveMetric?
    private let goal: LabelGoal
    /// Rows in all of which it is told what they would give, beside two and four times those that there are.
    private let asked: [Int]
    private let trainings: Int

    package static let standardTrainings = 15
    package static let trainingsAllowed = 3...60

    /// - Parameters:
    ///   - labels: More than there are: of each it is told what it would give.
    ///   - trainings: At most so many, in `trainingsAllowed`.
    package init(
        metric: CurveMetric? = nil, goal: LabelGoal = .half, labels: [Int] = [],
        trainings: Int = Self.standardTrainings
    ) {
        self.metric = metric
        self.goal = goal
        asked = labels
        self.trainings = trainings
    }

    package let description = ProbeDescription(
        id: "labelPlan", name: "How many labels", drawback: .dataHunger, needs: [.retraining],
        looksAt: [.test], metrics: [LabelMetrics.needed, LabelMetrics.foretold])

    /// In the order in which they are trained: what a curve needs first, then repeats, most of them of small shares, which cost
    /// little and vary most.
    private static let order: [(share: Double, seed: UInt64)] =
        [
            (0.5, 0), (0.25, 0), (0.125, 0), (0.75, 0), (0.375, 0), (0.25, 1), (0.125, 1),
            (0.5, 1), (1, 1), (0.125, 2), (0.25, 2), (0.75, 1), (0.375, 1), (0.125, 3), (0.25, 3),
        ]
        + (2..<12).flatMap { seed in
            [(0.5, seed), (1, seed), (0.75, seed), (0.375, seed), (0.25, seed + 2)]
        }
    /// A training of fewer rows teaches nothing of the curve.
    private static let leastRows = 16

    private func changes(_ subject: Subject, _ retrainer: any Retrainer) -> [TrainingChange] {
        let least = max(Self.leastRows, 2 * subject.test.predictions.classes.count)
        return Self.order.filter { $0.share * Double(retrainer.rows) >= Double(least) }
            .prefix(trainings).map {
                TrainingChange(
                    .delivered, seed: subject.seed &+ $0.seed, shareOfRows: $0.share)
            }
    }

    package func expectedSeconds(_ subject: Subject) -> Double {
        guard let retrainer = subject.retrainer else { return 0 }
        return retrainer.expectedSeconds(of: changes(subject, retrainer))
    }

    package func trainings(_ subject: Subject) -> Int {
        subject.retrainer.map { changes(subject, $0).count } ?? 0
    }

    package func measure(_ subject: Subject) throws -> Findings {
        try planned(subject).map { self.findings($0, subject.test) } ?? Findings()
    }

    /// What was planned, and what has to be known beside.
    package struct Planned: Sendable {
        package var plan: GoalPlan
        package var notes: [String]
    }

    /// - Parameters:
    ///   - onTraining: Told before each training which of how many it is, and its rows.
    ///   - reason: Why a training failed, in a note's words.
    /// - Returns: `nil` of a subject that cannot be trained again.
    /// - Throws: what a training throws, before there are sizes enough for a curve. Afterwards it ends the trainings, and the
    ///   curve is drawn of those that were done. An eighth of the rows that cannot be learned is left out.
    package func planned(
        _ subject: Subject, onTraining: (Int, Int, Int) -> Void = { _, _, _ in },
        reason: (any Error) -> String = { "\($0)" }
    ) throws -> Planned? {
        guard let retrainer = subject.retrainer else { return nil }
        let metric = metric ?? CurveMetric.all(of: subject.test)[0]
        let rowError = try metric.logDeviation(of: subject.test)
        var notes: [String] = []
        if rowError == nil {
            notes.append("the test rows do not tell their own error, which is not in the intervals")
        }
        var trained: [(rows: Int, error: Double)] = []
        func add(_ rows: Int, _ predictions: LabelledPredictions) throws {
            if let error = try metric.error(of: predictions) { trained.append((rows, error)) }
        }
        try add(retrainer.rows, subject.test)
        let changes = changes(subject, retrainer)
        for (place, change) in changes.enumerated() {
            let rows = Int((change.shareOfRows * Double(retrainer.rows)).rounded())
            onTraining(place + 1, changes.count, rows)
            do {
                try add(rows, retrainer.predictions(after: change))
            } catch {
                if change.shareOfRows < 0.25 {
                    notes.append("\(rows) rows could not be learned: \(reason(error))")
                    continue
                }
                guard CurvePoints(trained).shortage == nil else { throw error }
                notes.append(
                    "ended after \(trained.count) of \(changes.count + 1) trainings: \(reason(error))")
                break
            }
        }
        let plan = LabelPlan(CurvePoints(trained, rowError: rowError ?? 0))
        if case .fallsFrom(let rows) = plan.behaviour {
            notes.append(
                "the error rises below \(rows) rows beyond noise; the curve is fitted from there on")
        }
        return Planned(plan: GoalPlan(plan, metric: metric, goal: goal), notes: notes)
    }

    package func findings(_ planned: Planned, _ test: LabelledPredictions) -> Findings {
        let sample = Measurement.Sample(split: test.split, rows: test.rows)
        let plan = planned.plan
        return Findings(
            measurements: [
                plan.needed(sample, note: planned.notes.joined(separator: "; "))
            ] + rows(plan).compactMap { plan.foretold(atRows: $0, sample) },
            figures: [plan.figure(sampleText: "\(test.rows) \(test.split) rows")])
    }

    /// Of which it is told what they would give, ascending.
    package func rows(_ plan: GoalPlan) -> [Int] {
        let all = plan.plan.rows
        return Set([2 * all, 4 * all] + asked.map { all + $0 }).sorted()
    }
}
