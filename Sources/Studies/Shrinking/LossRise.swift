import Cost
import Documents
import Evidence
import Figures
import Models
import Prediction
import Reporting
import Statistics

/// By how much the loss that users of the task know rises from one model to another, paired over the same rows: the log loss
/// of classes, the root mean squared error of numbers.
struct LossRise {
    let metric: MetricID
    let before: Double
    let rise: IntervalNumber
    /// The same with how its interval was found.
    let estimate: Estimate
    let rows: Int

    /// - Throws: where the rows differ, or have no such loss.
    init(_ first: LabelledPredictions, _ second: LabelledPredictions) throws {
        let found: Difference
        let mean = try first.weightedMean(first.rowLosses)
        switch first.answers {
        case .numbers:
            metric = .rootMeanSquaredError
            before = mean.squareRoot()
            found = try PairedComparison<RegressionSample>(first, second)
                .difference(of: .rootMeanSquaredError)
        case .classes:
            metric = .logLoss
            before = mean
            found = try PairedComparison<ClassificationSample>(first, second)
                .difference(of: .logLoss)
        }
        guard let figure = IntervalNumber(found.estimate) else {
            throw ModelError(
                "\(metric) of these \(first.rows) rows has no difference: "
                    + (found.estimate.note ?? "it is not defined for them"))
        }
        rise = figure
        estimate = found.estimate
        rows = first.rows
    }

    /// Such as `logLoss +0.4 % (95 % interval −0.1 to 0.9 %)`.
    var text: String {
        let name = MetricRegistry.name(of: metric)
        guard before > 0 else { return "\(name) \(NumberText.plain(rise.value)) more" }
        return "\(name) \(rise.scaled(by: 100 / before).text(sign: true, unit: " %"))"
    }
}

extension IntervalNumber {
    /// With the ends of its interval, where it is no count.
    func text(sign: Bool = false, unit: String = "") -> String {
        func written(_ number: Double) -> String {
            let text = NumberText.plain(number)
            return sign && number > 0 ? "+" + text : text
        }
        if lower == value, upper == value { return written(value) + unit }
        guard let lower, let upper else { return "\(written(value))\(unit) (no interval)" }
        let ends = "\(written(lower)) to \(written(upper))"
        return "\(written(value))\(unit) (95 % interval \(ends)\(unit))"
    }
}

extension GoalReading {
    /// Such as `rate 6.3 times (95 % interval 5.9 to 6.8 times) what it was`.
    var text: String {
        var text = "\(goal.quantity.rawValue) \(ratio.text(unit: " times")) what it was"
        guard let level else { return text }
        let shown: (factor: Double, unit: String) =
            switch goal.quantity {
            case .latency: (1e6, " µs")
            case .rate: (1, " rows/s")
            case .size: (1e-3, " KB")
            case .energy: (1, " J")
            }
        text += ", \(level.scaled(by: shown.factor).text(unit: shown.unit))"
        return text
    }
}

extension [GoalReading] {
    var text: String { map(\.text).joined(separator: "; ") }
}

extension [ShrinkGoal] {
    /// As they were written.
    var text: String { listedInWords(map(\.text)) }
}
