import DataEfficiency
import Documents
import Evidence
import Figures
import Models
import Platform
import Prediction
package import Runs
import Tables

/// What `vouch data plan` is asked for.
package struct LabelPlanRequest: Sendable {
    /// Such as `auc=0.93`; `nil` for half of the remaining error of the loss.
    package var goal: String?
    /// Of each it is told what they would give.
    package var labels: [Int] = []
    package var trainings = LabelPlanProbe.standardTrainings
    package var price = LabelPrice()
    package var threads: Int?
    /// Of a curve's file: another one, of what more rows came to; its shapes are told then.
    package var later: String?
    /// Of a curve's file: one of what shapes weigh before its points.
    package var prior: String?

    package init() {}

    private static let labelsAllowed = 1...1_000_000_000

    func check() throws {
        guard LabelPlanProbe.trainingsAllowed.contains(trainings) else {
            let allowed = LabelPlanProbe.trainingsAllowed
            throw VouchError(
                "--trainings is \(trainings); write a number from \(allowed.lowerBound) to \(allowed.upperBound)"
            )
        }
        if let wrong = labels.first(where: { !Self.labelsAllowed.contains($0) }) {
            throw VouchError("--labels is \(wrong); write how many more, from 1 to a billion")
        }
        try price.check()
    }
}

/// Plans labels for a finished run: its recipe is trained on shares of its rows, and the curve is followed beyond them.
///
/// The look at the test rows stands in the run's ledger, the findings in its folder, so that its report shows them from
/// then on. An interruption ends the trainings; where those that were done make a curve, it is told of them.
///
/// - Throws: where the goal is none of the run's metrics, and what trainings throw before they make a curve.
package func planLabels(
    _ request: LabelPlanRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> LabelPlanReport {
    try request.check()
    let goal = try request.goal.map { try GoalText($0) }
    let finished = try FinishedRun(run, threads: checkedThreads(request.threads), onEvent: onEvent)
    try finished.checkIsTrained()
    let target = try ModelBundle(run: run).target
    let metric = try goal.map {
        try $0.metric(ofClasses: target.task == .regression ? nil : target.classes.count)
    }
    let sealed = try finished.subject()
    let probe = LabelPlanProbe(
        metric: metric, goal: try goal?.goal(metric) ?? .half, labels: request.labels,
        trainings: request.trainings)
    let price = sealed.prices(of: [probe])[0]
    onEvent(.stage("\(price.probe): \(price.obstacle ?? price.text)"))
    if let obstacle = price.obstacle { throw VouchError("\(price.probe): \(obstacle)") }
    let subject = try HeldOutRows.open(sealed, of: run, for: [probe.description])
    let planned = try probe.planned(
        subject,
        onTraining: { place, count, rows in
            onEvent(.stage("Training \(place) of \(count) on \(NumberText.count(rows)) rows"))
        }, reason: { $0 is Interruption ? "interrupted" : "\($0)" })
    guard let planned else { throw VouchError("\(run) cannot be trained again") }
    let findings = probe.findings(planned, subject.test)
    try probeFile.add(
        [
            MeasuredProbe(
                id: probe.description.id, drawback: .dataHunger,
                measurements: findings.measurements, figures: findings.figures, groups: [])
        ], to: run)
    return LabelPlanReport(
        of: run, planned.plan, rows: probe.rows(planned.plan), price: request.price,
        notes: planned.notes)
}

/// Plans labels from a curve that was trained elsewhere: a CSV file with a line a training, of a column `rows` and one
/// column of a loss, or of a metric by its name.
///
/// What is foretold is of the same test rows: their own error is in no interval, as the file does not tell it.
package func planLabels(
    _ request: LabelPlanRequest, curve file: String
) throws -> LabelPlanReport {
    try request.check()
    let (metric, column, trained) = try trainings(file)
    let goal = try request.goal.map { try GoalText($0, metric: column) }
    if let goal, CurveMetric(column: goal.name) != metric {
        throw VouchError("--goal is of \(goal.name), and \(file) holds \(column)")
    }
    let points = CurvePoints(trained)
    let labelPlan = LabelPlan(points, prior: try request.prior.map(priorFile) ?? .current)
    let plan = GoalPlan(labelPlan, metric: metric, goal: try goal?.goal(metric) ?? .half)
    let probe = LabelPlanProbe(labels: request.labels)
    var report = LabelPlanReport(
        of: file, plan, rows: probe.rows(plan), price: request.price,
        notes: [
            "the error over the test rows is not in the intervals, as the file does not tell it"
        ])
    if let later = request.later, let fit = labelPlan.fit {
        let (other, name, more) = try trainings(later)
        guard other == metric, more.allSatisfy({ $0.rows > points.rows }) else {
            throw VouchError(
                "\(later) holds \(name) from \(more.map(\.rows).min() ?? 0) rows on; give \(column) of more "
                    + "than the \(points.rows) rows of \(file)")
        }
        report.shapes = Dictionary(
            uniqueKeysWithValues: CurveFit.shapeShares(fit.points, later: more).map {
                ($0.key.rawValue, $0.value)
            })
    }
    return report
}

/// What a file of trainings holds.
private func trainings(
    _ file: String
) throws -> (metric: CurveMetric, column: String, trained: [(rows: Int, error: Double)]) {
    let table = try CSVReader.read(path: file)
    func text(_ number: Double) -> String {
        number.isFinite ? NumberText.plain(number) : "no number"
    }
    func fail(_ problem: String) -> VouchError {
        VouchError(
            "\(file): \(problem). Give a column rows and one column of losses, a line a training")
    }
    guard table.columns.count == 2, let rows = table.column(named: "rows")?.numbers,
        let column = table.columns.first(where: { $0.name != "rows" }),
        let values = column.numbers
    else { throw fail("it is not of two columns of numbers, rows and a loss") }
    let metric = CurveMetric(column: column.name)
    var trained: [(rows: Int, error: Double)] = []
    for (place, (rows, value)) in zip(rows, values).enumerated() {
        let error = metric.error(ofValue: value)
        guard rows >= 1, rows <= 1e9, rows == rows.rounded() else {
            throw fail("line \(place + 2) has \(text(rows)) for rows")
        }
        guard error.isFinite, error >= 0 else {
            throw fail("line \(place + 2) has \(text(value)) for \(column.name)")
        }
        trained.append((Int(rows), error))
    }
    guard !trained.isEmpty else { throw fail("it has no lines") }
    return (metric, column.name, trained)
}

/// A prior as `Benchmarks/data/plans` writes it of all tables but one.
private func priorFile(_ file: String) throws -> CurvePrior {
    struct Learned: Decodable {
        var tables: Int
        var parts: [String: [Int]]
    }
    let learned = try JSON.decode(Learned.self, from: Files.read(file), file: file)
    guard
        let prior = CurvePrior(
            date: "", source: file, tables: learned.tables, partsOfForms: learned.parts)
    else {
        throw VouchError(
            "\(file) is no prior of curves: it holds no whole parts, from 0 on, of each shape of each form. Leave "
                + "--prior out")
    }
    return prior
}

/// `METRIC=VALUE`, as it is typed.
struct GoalText {
    let name: String
    let value: Double

    /// - Parameter metric: That a value alone is of; `nil` where it has to be named.
    init(_ text: String, metric: String? = nil) throws {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard let last = parts.last, let value = Double(last), value.isFinite,
            parts.count == 2 && !parts[0].isEmpty || parts.count == 1 && metric != nil
        else {
            throw VouchError("--goal is \"\(text)\"; write METRIC=VALUE, such as auc=0.93")
        }
        name = parts.count == 2 ? parts[0] : metric ?? ""
        self.value = value
    }

    /// - Throws: where the run's test rows have no such metric, with those that they have.
    func metric(ofClasses classes: Int?) throws -> CurveMetric {
        guard let found = CurveMetric.named(name, ofClasses: classes) else {
            let known = CurveMetric.all(ofClasses: classes).map(\.definition.id.rawValue)
            throw VouchError(
                "--goal is of \"\(name)\"; of this run's test rows there is "
                    + known.joined(separator: ", "))
        }
        return found
    }

    /// - Throws: where no model can have the value.
    func goal(_ metric: CurveMetric?) throws -> LabelGoal {
        guard let metric else { return .half }
        let bounds = metric.definition.bounds
        let goal = "--goal is \(name)=\(NumberText.plain(value))"
        guard bounds.contains(value) else {
            let (lower, upper) = (
                NumberText.plain(bounds.lowerBound), NumberText.plain(bounds.upperBound)
            )
            let range =
                !bounds.lowerBound.isFinite
                ? "it is at most \(upper)"
                : bounds.upperBound.isFinite
                    ? "it goes from \(lower) to \(upper)" : "it is at least \(lower)"
            throw VouchError("\(goal), and there is no such value: \(range)")
        }
        guard metric.error(ofValue: value) > 0 else {
            throw VouchError(
                "\(goal), which no model reaches for sure: write a value that is worse than the best there can "
                    + "be")
        }
        return .value(value)
    }
}
