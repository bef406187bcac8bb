import Cost
import DataEfficiency
import Evidence
import Explanation
import Fairness
import Figures
import Generalization
package import Reporting
import Statistics
import Tuning

/// What a reader should worry about, in plain words, from measurements alone; what harms most first.
///
/// Each rule looks at numbers with their intervals and speaks only where these leave no doubt, or
/// where there is too little to tell and that itself is the worry. A setting comes last, and only where
/// its probe says that following it was measured to help.
package struct Worries {
    private let facts: ReportFacts

    package init(_ facts: ReportFacts) { self.facts = facts }

    package var concerns: [RunReport.Concern] {
        let rules: [[RunReport.Concern]] = [
            one(neverPredicted), one(noBetterThanTrivial), one(dearerThanTrivial), gaps,
            one(miscalibration), one(leaks), one(ending), one(notNeeded),
            one(readableIsBetter), one(fewRows),
            untoldGroups, one(unseenGroups), one(overfit), one(weakSegment), one(oneColumn),
            one(conflicts), one(moreRows), one(setting), one(seeds), one(elsewhere),
        ]
        return rules.flatMap { $0 }
    }

    private func one(_ concern: RunReport.Concern?) -> [RunReport.Concern] {
        concern.map { [$0] } ?? []
    }

    private typealias Concern = RunReport.Concern

    private func percent(_ share: Double) -> String {
        NumberText.plain((share * 1000).rounded() / 10) + " %"
    }

    /// `11 % (9 % to 13 %)`.
    private func percents(_ measurement: Measurement) -> String {
        let value = percent(abs(measurement.value ?? .nan))
        guard let interval = measurement.interval else { return value }
        let ends = [abs(interval.lower), abs(interval.upper)].sorted()
        return "\(value) (\(percent(ends[0])) to \(percent(ends[1])))"
    }

    /// A loss as a reader can place it: of a number, whose loss is in squared units, as a share of the
    /// squared error itself.
    private func lossText(_ measurement: Measurement) -> String {
        guard measurement.unit == "squared", let value = measurement.value,
            let error = facts.first(.rootMeanSquaredError)?.value, error > 0
        else { return measurement.shownText }
        return "\(percent(abs(value) / (error * error))) of its mean squared error"
    }

    // MARK: - Worse than no model

    private var neverPredicted: RunReport.Concern? {
        let never = facts.neverDecided
        guard !never.isEmpty else { return nil }
        let names = listedInWords(never.prefix(3).map { "\"\($0)\"" })
        let more = never.count > 3 ? " and \(never.count - 3) more classes" : ""
        var text = "No row of \(NumberText.count(facts.testRows)) was decided so, though some are."
        if let accuracy = facts.first(.accuracy) {
            text += " Its accuracy of \(accuracy.shownText) hides that."
        }
        if facts.onlyAnswer != nil, !facts.gapWords.isEmpty {
            text += " Nobody is treated differently, so gaps of 0 between groups mean nothing."
        }
        return Concern(
            id: "neverPredicted", title: "It never says \(names)\(more).", text: text,
            proposal: facts.isBinary
                ? "Say what wrong decisions cost (--cost): the threshold follows from it." : nil,
            metrics: facts.isBinary ? [.selectionRate, .accuracy] : [.classDecided, .classRecall])
    }

    private var noBetterThanTrivial: RunReport.Concern? {
        guard let against = facts.againstTrivial, !against.isBetter, against.lower != nil else {
            return nil
        }
        let trivial =
            facts.about.task == .regression
            ? "guessing the mean" : "always saying the most frequent class"
        let found = facts.measurements.first { $0.metric == against.metric && $0.value != nil }
        return Concern(
            id: "noBetterThanTrivial",
            title: against.isWorse
                ? "It is worse than \(trivial)." : "It is not shown to be better than \(trivial).",
            text: "The difference is \(found?.shownText ?? "not known").", metrics: [against.metric])
    }

    private var dearerThanTrivial: RunReport.Concern? {
        guard let own = facts.first(.expectedCost), let upper = own.interval?.upper,
            let best = facts.all(.trivialCost).min(by: { ($0.value ?? 0) < ($1.value ?? 0) }),
            let cost = best.value, upper >= cost
        else { return nil }
        return Concern(
            id: "dearerThanTrivial",
            title: "Its mistakes may cost more than one answer for everybody.",
            text: "A decision costs \(own.shownText) on average; \(best.group ?? "one answer") costs "
                + "\(NumberText.plain(cost)).",
            metrics: [.expectedCost, .trivialCost])
    }

    // MARK: - Whom it fails

    private var gaps: [RunReport.Concern] {
        guard facts.onlyAnswer == nil else { return [] }
        return facts.gapWords.filter { $0.verdict == .gap }
            .sorted { abs($0.told?.value ?? 0) > abs($1.told?.value ?? 0) }
            .compactMap { words in
                guard let told = words.told else { return nil }
                let name = MetricRegistry.name(of: told.metric)
                let size = told.metric == .meanErrorGap ? told.shownText : percents(told)
                let pair = words.pair.map { " between \"\($0.high)\" and \"\($0.low)\"" } ?? ""
                return Concern(
                    id: "gap", title: "It does not serve all groups of \(words.column) alike.",
                    text: "\(name): \(size)\(pair). Rows, not chance, explain it; whether it is wrong "
                        + "is for people to decide.",
                    proposal: provedAgainstGaps, metrics: [told.metric])
            }
    }

    private var provedAgainstGaps: String? {
        facts.proofs.first { $0.drawback == .bias && $0.verdict == .better }
            .map { "\($0.name) was proved to make it smaller." }
    }

    private var untoldGroups: [RunReport.Concern] {
        guard facts.onlyAnswer == nil else { return [] }
        return facts.gapWords.filter { $0.verdict == .cannotTell }.map { words in
            let told = words.told
            let rows = told?.sample.rows ?? facts.testRows
            var text =
                "\(NumberText.count(rows)) rows are too few to tell whether its groups are served alike."
            if let told, let shown = told.smallestShown, let needed = Self.rowsNeeded(told) {
                text += " The smallest gap that they would show is \(percent(shown)); to show one of "
                    + "\(percent(Self.gapThatMatters)), about \(NumberText.count(needed)) rows like "
                    + "these are needed."
            } else if told == nil {
                text = "No two of its groups have enough rows to be compared."
            }
            return Concern(
                id: "untoldGroups", title: "Nobody can tell yet whether \(words.column) matters.",
                text: text, metrics: told.map { [$0.metric] } ?? [])
        }
    }

    /// The size below which a gap is taken not to matter where nothing else was said.
    private static let gapThatMatters = 0.05

    /// Rows that a gap of `gapThatMatters` would be shown by: what is shown falls with the square root
    /// of the rows.
    private static func rowsNeeded(_ gap: Measurement) -> Int? {
        guard let shown = gap.smallestShown, shown > gapThatMatters, gap.metric != .meanErrorGap
        else { return nil }
        let ratio = shown / gapThatMatters
        let rows = Double(gap.sample.rows) * ratio * ratio
        // Two significant digits: it is an estimate.
        guard rows.isFinite, rows < 1e12 else { return nil }
        var scale = 1.0
        while rows / scale >= 100 { scale *= 10 }
        return Int((rows / scale).rounded(.up) * scale)
    }

    private var unseenGroups: RunReport.Concern? {
        guard facts.gapWords.isEmpty, facts.about.protectedColumns.isEmpty else { return nil }
        return Concern(
            id: "unseenGroups", title: "Nobody looked whom it fails.",
            text: "No protected column was named (--protected).", metrics: [])
    }

    // MARK: - What its numbers are worth

    private var miscalibration: RunReport.Concern? {
        let metrics: [MetricID] = [.debiasedCalibrationError, .expectedCalibrationError]
        guard Calibrated(facts) == .no, let error = facts.first(of: metrics) else { return nil }
        let proved = facts.proofs.first {
            $0.drawback == .overfitting && $0.verdict == .better
                && [.logLoss, .expectedCalibrationError].contains($0.judgedBy)
        }
        return Concern(
            id: "miscalibration", title: "Its probabilities cannot be taken at their word.",
            text: "What it states and what comes true differ by \(percents(error)) on average.",
            proposal: proved.map {
                "\($0.name) was proved to help: \(MetricRegistry.name(of: $0.judgedBy)) "
                    + "\($0.before.shownText) → \($0.after.shownText)."
            }, metrics: [error.metric])
    }

    private var leaks: RunReport.Concern? {
        guard let count = facts.first(.suspectedLeaks)?.value, count > 0,
            let leak = facts.all(.leakEvidence).first, let place = leak.group, let seen = leak.note
        else { return nil }
        let others = count > 1 ? " \(Int(count) - 1) more stand under overfitting." : ""
        return Concern(
            id: "leak", title: "A leak is suspected: \(place).", text: "\(seen).\(others)",
            metrics: [.suspectedLeaks, .leakEvidence])
    }

    private var ending: RunReport.Concern? {
        switch facts.about.ending {
        case .interrupted:
            Concern(
                id: "interrupted", title: "Its training was interrupted.",
                text: "The best weights until then were kept; a whole training may do better.",
                proposal: nil, metrics: [])
        case .numericalFailure:
            Concern(
                id: "numericalFailure", title: "Its training broke off: a number was not finite.",
                text: "The best weights before it were kept. Lower --learning-rate or set "
                    + "--clip-norm 1, and train again.", metrics: [])
        case .diverged:
            Concern(
                id: "diverged", title: "Its training diverged: its loss grew.",
                text: "The best weights were kept, which need not be of any use. Lower --learning-rate or "
                    + "set --clip-norm 1, and train again.", metrics: [])
        case nil: nil
        }
    }

    private var notNeeded: RunReport.Concern? {
        guard case .notNeeded(let kind)? = facts.need,
            let loss = facts.all(.kindLoss).first(where: { $0.group == "model = \(kind)" })
        else { return nil }
        func operations(_ model: String) -> String {
            facts.all(.kindOperations).first { $0.group == "model = \(model)" }?.value
                .map { NumberText.count(Int($0.rounded())) } ?? "an unknown number of"
        }
        let own =
            facts.all(.kindOperations).compactMap(\.group).first { $0.hasSuffix(", this one") }?
            .dropFirst("model = ".count) ?? ""
        let name = NeedWords.name(kind)
        return Concern(
            id: "notNeeded", title: "You do not need this model: \(name) is not worse.",
            text: "Its loss minus this one's: \(loss.shownText), on the same rows, where "
                + "\(loss.note?.split(separator: ";").first ?? "a margin"). A prediction takes it "
                + "\(operations(kind)) operations, this model \(operations(String(own))).",
            proposal: "Train with --model \(kind).", metrics: [.cheaperModels, .kindLoss])
    }

    /// Where the cheaper model that would do is the readable one, that says it.
    private var readableIsBetter: RunReport.Concern? {
        if facts.need?.isReadable ?? false { return nil }
        guard let price = facts.readablePrice, price.verdict == .better, !price.isOwn,
            let measured = facts.all(price.metric).first
        else { return nil }
        return Concern(
            id: "readableIsBetter", title: "A model that can be read whole is better here.",
            text: "An additive model's loss minus this one's: \(measured.shownText), on the same rows.",
            proposal: "Train with --model additive.", metrics: [price.metric])
    }

    private var fewRows: RunReport.Concern? {
        guard facts.testRows > 0, facts.testRows < 200 else { return nil }
        return Concern(
            id: "fewRows", title: "Few rows were left to measure on.",
            text: "\(facts.testRows) rows: every interval here is wide.",
            metrics: [facts.about.task == .regression ? .meanAbsoluteError : .accuracy])
    }

    private var overfit: RunReport.Concern? {
        guard let gap = facts.first(.trainTestGap), let value = gap.value,
            let lower = gap.interval?.lower, let seen = facts.first(.trainingLoss)?.value,
            seen > 0, lower > 0.2 * seen
        else { return nil }
        return Concern(
            id: "overfit", title: "It has learned some rows by heart.",
            text: "On new rows its loss is \(percent(value / seen)) higher than on those it learned "
                + "from.", metrics: [.trainTestGap, .trainingLoss])
    }

    private var weakSegment: RunReport.Concern? {
        let found = facts.all(.segmentExcessLoss).filter { ($0.interval?.lower ?? 0) > 0 }
        guard let worst = found.max(by: { ($0.value ?? 0) < ($1.value ?? 0) }),
            let segment = worst.group
        else { return nil }
        let others = found.count > 1 ? " \(found.count - 1) more stand under overfitting." : ""
        return Concern(
            id: "weakSegment", title: "It errs more on some kinds of rows.",
            text: "Most where \(segment): its mean loss is \(lossText(worst)) higher there.\(others)",
            metrics: [.segmentExcessLoss])
    }

    private var oneColumn: RunReport.Concern? {
        let importances = facts.all(.permutationImportance)
        // A model that is given one thing leans on it.
        guard importances.count > 1, let columns = facts.first(.effectiveColumns)?.value, columns < 1.5,
            let top = importances.max(by: { ($0.value ?? 0) < ($1.value ?? 0) })
        else { return nil }
        let column = top.group.map { String($0.dropFirst("column = ".count)) } ?? "one column"
        return Concern(
            id: "oneColumn", title: "It leans on one thing, \"\(column)\".",
            text: "Ask whether that is known before the outcome is, and whether it will be in use.",
            metrics: [.effectiveColumns, .permutationImportance])
    }

    private var conflicts: RunReport.Concern? {
        guard let share = facts.first(.conflictingRows)?.value, share > 0.01 else { return nil }
        return Concern(
            id: "conflicts", title: "Equal rows have different answers.",
            text: "\(percent(share)) of the rows equal another row of another class: no model can be "
                + "right on both.", metrics: [.conflictingRows])
    }

    // MARK: - What might be gained

    private var moreRows: RunReport.Concern? {
        guard let gain = facts.first(.gainFromDoubling), Claim(gain) == .holds,
            (gain.interval?.lower ?? 0) > 0
        else { return nil }
        return Concern(
            id: "moreRows", title: "More rows still help.",
            text: "The last doubling lowered the loss by \(lossText(gain))\(gain.basis).",
            metrics: [.gainFromDoubling])
    }

    /// Only where its probe says that the change was measured to help the delivered model.
    private var setting: RunReport.Concern? {
        let effects = facts.all(.settingEffect).filter {
            $0.verdict != nil && Claim($0) == .holds && ($0.interval?.upper ?? 0) < 0
        }
        guard let best = effects.min(by: { ($0.value ?? 0) < ($1.value ?? 0) }) else { return nil }
        return Concern(
            id: "setting", title: "Another setting did better: \(best.settingName).",
            text: "It changed the loss by \(lossText(best))\(best.basis).",
            proposal: "Try it in full, judged on validation rows.", metrics: [.settingEffect])
    }

    private var seeds: RunReport.Concern? {
        guard let spread = facts.first(.seedSpread), let value = spread.value, value > 0,
            Claim(spread) == .holds
        else { return nil }
        return Concern(
            id: "seeds", title: "Another seed gives another model.",
            text: "It moves the loss by about "
                + (spread.unit == "squared"
                    ? lossText(spread) : "\(NumberText.plain(value)) \(spread.unit)")
                + " either way\(spread.basis): smaller differences between two models mean nothing.",
            metrics: [.seedSpread])
    }

    private var elsewhere: RunReport.Concern? {
        guard facts.about.isTrainedHere else { return nil }
        return Concern(
            id: "elsewhere", title: "Other people, places and times were not tested.",
            text: "It was measured on rows drawn like those that it learned from.", metrics: [])
    }
}

extension Measurement {
    /// The smallest gap that such a sample shows, as its note says.
    fileprivate var smallestShown: Double? {
        let prefix = "the smallest that such a sample shows: "
        return note?.split(separator: "; ").first { $0.hasPrefix(prefix) }
            .flatMap { Double($0.dropFirst(prefix.count)) }
    }

    /// What a reduced training was reduced to, to stand in a sentence.
    fileprivate var basis: String {
        guard let note, note.hasPrefix("at a reduced budget") else { return "" }
        return ", at a reduced budget"
    }
}
