import Evidence
import Figures
import Generalization
import Reporting

/// The first screen: a reader's questions in order, answered from measurements alone, with seven
/// numbers at most.
extension RunReport.Brief {
    /// Numbers on the first screen, of answers and drawbacks together.
    private static let mostNumbers = 7

    init(_ facts: ReportFacts, rows: [RunReport.DrawbackRow]) {
        let words = BriefWords(facts: facts)
        let answers = [
            words.howOftenRight, words.howFarOff, words.cost, words.found, words.classes,
            words.probabilities, words.range, words.groups, words.whenNot,
        ].compactMap { $0 }
        let used = answers.reduce(0) { $0 + $1.numbers.count }
        let drawbacks = DrawbackWords(facts: facts, spare: max(0, Self.mostNumbers - used))
        self.init(answers: answers, drawbacks: rows.map(drawbacks.answer))
    }
}

/// Each answer, or `nil` where its question is not one of this model or was not measured.
struct BriefWords {
    let facts: ReportFacts
    private typealias Answer = RunReport.Answer

    private var about: RunReport.About { facts.about }
    private var positive: String { "\"\(facts.positive)\"" }

    /// `Right for 87 of 100 rows that it had not seen; …`
    var howOftenRight: RunReport.Answer? {
        guard about.task != .regression, let accuracy = facts.first(.accuracy),
            let right = accuracy.value
        else { return nil }
        let rows =
            about.isTrainedHere ? "rows that it had not seen" : "rows"
        var answer = Answer(
            id: "howOftenRight", question: "How often is it right?", text: "",
            metrics: [.accuracy])
        let usual = facts.measurements.first { $0.metric == .trivialAccuracy }
        let trivial = usual?.value ?? trivialFromBaseline(right)
        guard let trivial else {
            let shown = PlainNumber.hundredths(right)
            answer.text = "Right for \(shown) of 100 \(rows)."
            answer.numbers = [shown]
            return answer
        }
        let shown = PlainNumber.pair(right, trivial)
        let said =
            usual?.group.map { "saying \"\($0.dropFirst("always ".count))\" of everybody" }
            ?? "saying the most frequent class of everybody"
        answer.text = "Right for \(shown.0) of 100 \(rows); \(said) is right for \(shown.1)."
        answer.numbers = [shown.0, shown.1]
        judge(&answer)
        return answer
    }

    /// What runs that were written before trivial answers were measured tell of them.
    private func trivialFromBaseline(_ right: Double) -> Double? {
        facts.measurements.first {
            $0.metric == .accuracyAgainstBaseline
                && $0.group == "against the training rows' average"
        }?.value.map { right - $0 }
    }

    private func judge(_ answer: inout RunReport.Answer) {
        guard let against = facts.againstTrivial else { return }
        answer.metrics.append(against.metric)
        if against.isWorse {
            answer.tone = .bad
            answer.text += " So it is worse than no model."
        } else if against.isBetter {
            answer.tone = .good
        } else {
            answer.tone = .unsure
            answer.text += " These rows do not show that it is better than that."
        }
    }

    /// `Off by 31,000 on average …; guessing the mean is off by 91,000.`
    var howFarOff: RunReport.Answer? {
        guard about.task == .regression, let error = facts.first(.meanAbsoluteError) else {
            return nil
        }
        let shown = PlainNumber.size(error)
        let rows = about.isTrainedHere ? " on rows that it had not seen" : ""
        var answer = Answer(
            id: "howOftenRight", question: "How far off is it?",
            text: "Off by \(shown) on average\(rows), in the unit of \"\(about.target)\"",
            numbers: [shown], metrics: [error.metric])
        if let trivial = facts.measurements.first(where: { $0.metric == .trivialAbsoluteError }) {
            let guess = PlainNumber.size(trivial)
            answer.text += "; guessing the mean of everybody is off by \(guess)."
            answer.numbers.append(guess)
        } else {
            answer.text += "."
        }
        judge(&answer)
        return answer
    }

    /// Of costs that were given: what its mistakes cost beside one answer for all.
    var cost: RunReport.Answer? {
        guard let own = facts.first(.expectedCost), let value = own.value else { return nil }
        let others = facts.all(.trivialCost)
        func perThousand(_ cost: Double) -> String {
            NumberText.plain((1000 * cost).rounded())
        }
        var answer = Answer(
            id: "cost", question: "What do its mistakes cost?",
            text: "\(perThousand(value)) per thousand decisions, at the costs that were given",
            numbers: [perThousand(value)], metrics: [.expectedCost])
        for other in others {
            guard let cost = other.value, let said = other.group?.dropFirst("always ".count) else {
                continue
            }
            answer.text += "; saying \"\(said)\" of everybody costs \(perThousand(cost))"
            answer.numbers.append(perThousand(cost))
        }
        answer.text += "."
        if !others.isEmpty { answer.metrics.append(.trivialCost) }
        if let least = others.compactMap(\.value).min(), let upper = own.interval?.upper,
            let lower = own.interval?.lower
        {
            answer.tone = upper < least ? .good : lower > least ? .bad : .unsure
        }
        return answer
    }

    /// Of two classes: of those that it flags how many are right, and how many it misses.
    var found: RunReport.Answer? {
        guard facts.isBinary, facts.first(.expectedCost) == nil,
            let sensitivity = facts.first(.sensitivity)?.value
        else { return nil }
        var answer = Answer(
            id: "found", question: "Does it find \(positive)?", text: "",
            metrics: [.positivePredictiveValue, .sensitivity, .selectionRate])
        if facts.onlyAnswer == facts.negative {
            answer.text = "No: it never says \(positive), so it misses every one."
            answer.tone = .bad
            return answer
        }
        guard let precision = facts.first(.positivePredictiveValue)?.value else { return nil }
        let right = PlainNumber.hundredths(precision)
        let missed = PlainNumber.hundredths(1 - sensitivity)
        answer.text =
            "Of 100 that it calls \(positive), \(right) are. Of 100 that are, it misses \(missed)."
        answer.numbers = [right, missed]
        return answer
    }

    /// Of several classes: the one that is found least.
    var classes: RunReport.Answer? {
        guard about.task == .multiclass else { return nil }
        let never = facts.neverDecided
        let question = "Which class does it serve worst?"
        if !never.isEmpty {
            let names = listedInWords(never.prefix(3).map { "\"\($0)\"" })
            return Answer(
                id: "found", question: question,
                text: "\(names): it never says so, though rows are of it.",
                metrics: [.classDecided, .classRecall], tone: .bad)
        }
        let recalls = facts.all(.classRecall)
        guard let worst = recalls.min(by: { ($0.value ?? 1) < ($1.value ?? 1) }),
            let recall = worst.value, let group = worst.group
        else { return nil }
        let shown = PlainNumber.hundredths(recall)
        return Answer(
            id: "found", question: question,
            text: "\"\(group.dropFirst("class = ".count))\": it finds \(shown) of 100.",
            numbers: [shown], metrics: [.classRecall])
    }

    /// Whether stated probabilities come true as often as they say.
    var probabilities: RunReport.Answer? {
        guard about.task != .regression,
            let error = facts.first(.debiasedCalibrationError)
                ?? facts.first(.expectedCalibrationError),
            let size = facts.first(.expectedCalibrationError) ?? facts.first(error.metric),
            let value = error.value
        else { return nil }
        var answer = Answer(
            id: "probabilities", question: "Can its probabilities be taken at their word?",
            text: "", metrics: [error.metric, size.metric])
        switch Calibrated(facts) {
        case .no:
            answer.tone = .bad
            // Of costs that were given three numbers stand here already.
            guard facts.first(.expectedCost) == nil else {
                answer.text = "No: what it states does not come true as often as it says."
                break
            }
            let shown = PlainNumber.hundredths(value)
            answer.text =
                "No: what it states and what comes true differ by \(shown) of 100 on average."
            answer.numbers = [shown]
        case .yes:
            answer.text = "Yes: what it states comes true about as often as it says."
            answer.tone = .good
        case .cannotTell:
            answer.text = "Cannot tell: these rows are too few to say how often they come true."
            answer.tone = .unsure
        }
        return answer
    }

    /// Of a number: how wide a range holds nine answers of ten.
    var range: RunReport.Answer? {
        guard about.task == .regression, let width = facts.first(.conformalWidth),
            let value = width.value
        else { return nil }
        let shown = PlainNumber.twoDigits(value / 2)
        return Answer(
            id: "probabilities", question: "How sure can one be of one prediction?",
            text: "Nine answers of ten lie within \(shown) of what it says, up or down "
                + "(`vouch predict --coverage`).",
            numbers: [shown], metrics: [.conformalWidth, .conformalCoverage])
    }

    /// Whom it serves worse, by each protected column.
    var groups: RunReport.Answer? {
        var answer = Answer(
            id: "groups", question: "Whom does it serve worse?", text: "", tone: .unsure)
        let words = facts.gapWords
        guard !words.isEmpty else {
            answer.text = "Nobody looked: no protected column was named (--protected)."
            return answer
        }
        answer.metrics = words.compactMap { $0.told?.metric }
        if let only = facts.onlyAnswer {
            answer.text = "It says \"\(only)\" of everybody: gaps of 0 between groups mean nothing."
            answer.tone = .bad
            return answer
        }
        let gaps = words.filter { $0.verdict == .gap }
        guard
            let told = gaps.max(by: { abs($0.told?.value ?? 0) < abs($1.told?.value ?? 0) }),
            let sentence = told.sentence, let number = told.number
        else {
            let text = listedInWords(words.map(\.inBrief))
            answer.text = text.prefix(1).uppercased() + text.dropFirst() + "."
            if words.allSatisfy({ $0.verdict == .none }) { answer.tone = .good }
            return answer
        }
        answer.text = sentence
        answer.numbers = [number]
        answer.tone = .bad
        let rest = words.filter { $0.column != told.column }.map(\.inBrief)
        if !rest.isEmpty {
            let text = listedInWords(rest)
            answer.text += " \(text.prefix(1).uppercased())\(text.dropFirst())."
        }
        return answer
    }

    /// When not to use it.
    var whenNot: RunReport.Answer? {
        var reasons: [String] = []
        var metrics: [MetricID] = []
        if let against = facts.againstTrivial, !against.isBetter {
            metrics.append(against.metric)
            reasons.append(
                against.isWorse
                    ? "not at all as it is: no model does better"
                    : "not before more rows show that it beats no model")
        }
        if let leaks = facts.first(.suspectedLeaks)?.value, leaks > 0 {
            metrics.append(.suspectedLeaks)
            reasons.append("not before the suspected leak is cleared up")
        }
        let never = facts.neverDecided
        if !never.isEmpty {
            metrics.append(.classDecided)
            reasons.append("not to find \(listedInWords(never.prefix(3).map { "\"\($0)\"" }))")
        }
        if facts.gapWords.contains(where: { $0.verdict == .gap }) {
            reasons.append("not where groups must be served alike")
        }
        if let weak = facts.first(.weakSegments)?.value, weak > 0 {
            metrics.append(.weakSegments)
            reasons.append("with care for the kinds of rows that fare worse (under overfitting)")
        }
        let rows = about.isTrainedHere ? "\"\(about.testFile)\"" : "this file"
        reasons.append(
            "not for people, places or times unlike those of \(rows): nobody tested them")
        let text = reasons.prefix(3).joined(separator: "; ")
        return Answer(
            id: "whenNot", question: "When must it not be used?",
            text: text.prefix(1).uppercased() + text.dropFirst() + ".", metrics: metrics,
            tone: reasons.count > 1 ? .bad : .plain)
    }
}

/// What the rows say of stated probabilities: within 3 of 100 of what comes true, off by more than 2,
/// or neither.
enum Calibrated {
    case yes, no, cannotTell

    init(_ facts: ReportFacts) {
        // What noise adds is taken off where that was measured.
        let errors: [MetricID] = [.debiasedCalibrationError, .expectedCalibrationError]
        let found =
            errors.compactMap { facts.first($0) }
            .first { $0.interval != nil }
        guard let interval = found?.interval else {
            self = .cannotTell
            return
        }
        self = interval.lower > 0.02 ? .no : interval.upper <= 0.03 ? .yes : .cannotTell
    }
}
