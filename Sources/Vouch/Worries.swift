import Evidence
import Figures
import Prediction

/// The three things that a reader should worry about, in plain words, from measurements alone.
///
/// Each rule looks at one number with its interval and speaks only where the interval leaves no
/// doubt, or where there is too little to tell. The order is that of the list below: what makes every
/// other number worthless comes first, whom the model fails before what it cost.
struct Worries {
    private let measurements: [Measurement]
    private let subject: Subject

    init(_ measurements: [Measurement], _ subject: Subject) {
        self.measurements = measurements
        self.subject = subject
    }

    private static let most = 3

    var texts: [String] {
        let rules = [
            leaks, widestGap, unseenGroups, fewRows, miscalibration, overfit, oneColumn, conflicts,
            luck, moreRows, seeds, elsewhere,
        ]
        return Array(rules.compactMap { $0 }.prefix(Self.most))
    }

    private func all(_ metric: String) -> [Measurement] {
        measurements.filter { $0.metric == metric && $0.value != nil }
    }

    private func first(_ metric: String) -> Measurement? { all(metric).first }

    private func percent(_ share: Double) -> String {
        NumberText.plain((share * 1000).rounded() / 10) + " %"
    }

    private var leaks: String? {
        guard let count = first("suspectedLeaks")?.value, count > 0,
            let leak = all("leakEvidence").first, let place = leak.group, let seen = leak.note
        else { return nil }
        let others = count > 1 ? " \(Int(count) - 1) more stand under overfitting." : ""
        return "A leak is suspected (\(place)): \(seen).\(others)"
    }

    private var widestGap: String? {
        let gaps = ["truePositiveRateGap", "falsePositiveRateGap", "selectionRateGap"]
            .flatMap(all).filter { ($0.interval?.lower ?? 0) > 0.05 && $0.verdict == "gap" }
        guard let gap = gaps.max(by: { ($0.value ?? 0) < ($1.value ?? 0) }),
            let value = gap.value, let interval = gap.interval,
            let name = MetricRegistry.definition(gap.metric)?.name
        else { return nil }
        let pair = gap.note?.split(separator: ";").first.map(String.init) ?? ""
        return
            "\(name) by \(gap.group ?? "group"): \(percent(value)) (\(percent(interval.lower)) to "
            + "\(percent(interval.upper))) between two groups (\(pair)). Rows, not "
            + "chance, explain it; whether it is wrong is for people to decide."
    }

    private var unseenGroups: String? {
        subject.test.protected.isEmpty
            ? "No protected column was named, so nobody looked whom the model fails (--protected)."
            : nil
    }

    private var fewRows: String? {
        guard subject.test.rows < 200 else { return nil }
        return
            "Only \(subject.test.rows) rows were left to measure on; every interval here is wide."
    }

    private var miscalibration: String? {
        guard let error = first("expectedCalibrationError"), let value = error.value,
            let lower = error.interval?.lower, lower > 0.02
        else { return nil }
        return
            "Its probabilities are off by \(percent(value)) on average: a stated 90 % is not 90 %."
    }

    private var overfit: String? {
        guard let gap = first("trainTestGap"), let value = gap.value,
            let lower = gap.interval?.lower, let seen = first("trainingLoss")?.value,
            lower > 0.2 * seen
        else { return nil }
        return "On new rows its loss is \(percent(value / seen)) higher than on those it learned "
            + "from: it has learned some of them by heart."
    }

    private var oneColumn: String? {
        guard let columns = first("effectiveColumns")?.value, columns < 1.5,
            let top = all("permutationImportance").max(by: { ($0.value ?? 0) < ($1.value ?? 0) })
        else { return nil }
        return
            "It leans on one thing, \(top.group ?? "a column"). Ask whether that is known before "
            + "the outcome is, and whether it will be in use."
    }

    private var conflicts: String? {
        guard let share = first("conflictingRows")?.value, share > 0.01 else { return nil }
        return "\(percent(share)) of the rows equal another row of another class: no model can be "
            + "right on both."
    }

    private var luck: String? {
        let effects = all("settingEffect").filter { ($0.interval?.upper ?? 0) < 0 }
        guard let best = effects.min(by: { ($0.value ?? 0) < ($1.value ?? 0) }) else { return nil }
        return
            "At a reduced budget another \(best.group ?? "setting") did better than seeds explain; "
            + "try it at the full budget, judged on validation rows."
    }

    private var moreRows: String? {
        guard let gain = first("gainFromDoubling"), let value = gain.value,
            let lower = gain.interval?.lower, lower > 0
        else { return nil }
        return "More rows still help: the last doubling lowered the loss by "
            + "\(NumberText.plain((value * 1e4).rounded() / 1e4)) \(gain.unit)."
    }

    private var seeds: String? {
        guard let spread = first("seedSpread"), let value = spread.value else { return nil }
        return
            "Another seed alone moves its loss by about \(NumberText.plain(value)) \(spread.unit) "
            + "either way, at a reduced budget: smaller differences between two models mean nothing."
    }

    private var elsewhere: String? {
        guard subject.training != nil else { return nil }
        return
            "It was measured on rows drawn like those that it learned from; other people, places and "
            + "times were not tested."
    }
}
