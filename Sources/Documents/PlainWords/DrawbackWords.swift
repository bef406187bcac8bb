import Cost
import DataEfficiency
import Evidence
import Explanation
import Generalization
import Reporting
import Statistics
import Tuning

/// One answer a drawback, in words, and what a remedy did.
struct DrawbackWords {
    let facts: ReportFacts
    /// Numbers that the first screen has room for.
    let spare: Int

    func answer(_ row: RunReport.DrawbackRow) -> RunReport.DrawbackAnswer {
        var answer =
            switch row.drawback {
            case .computeCost: cost
            case .dataHunger: rowsWithUnlabelled
            case .opacity: columns
            case .overfitting: newRows
            case .hyperParameters: seeds
            case .bias: groups
            }
        if answer.text.isEmpty {
            answer.text =
                row.measured.isEmpty
                ? "Not measured: \(row.notMeasured ?? "no probe measures it")."
                : "Measured; the numbers stand below."
            answer.metrics = row.measured.map(\.metric)
        }
        return RunReport.DrawbackAnswer(
            drawback: row.drawback, answer: answer, remedy: remedy(row.proofs, row.drawback))
    }

    private func made(_ drawback: Drawback) -> RunReport.Answer {
        .init(id: drawback.rawValue, question: drawback.question, text: "")
    }

    private func remedy(_ proofs: [Proof], _ drawback: Drawback) -> String {
        guard !proofs.isEmpty else { return "No remedy was tried." }
        let helped = proofs.filter { $0.verdict == .better }
        guard !helped.isEmpty else {
            return proofs.count == 1
                ? "\(proofs[0].name) was tried and was not proved to help."
                : "\(listedInWords(proofs.map(\.name))) were tried: none was proved to help."
        }
        let free = helped.filter { !$0.elsewhere.contains { $0.verdict == .worse } }
        let price =
            free.isEmpty
            ? "it made something else worse" : "nothing else became worse that these rows show"
        let best = (free.isEmpty ? helped : free)[0]
        return "\(best.name) was proved to help; \(price)."
    }

    private var cost: RunReport.Answer {
        var answer = made(.computeCost)
        guard let seconds = facts.first(of: [.totalSeconds, .trainingSeconds]),
            let value = seconds.value
        else { return answer }
        let time = PlainNumber.time(value)
        answer.text =
            seconds.metric == .totalSeconds
            ? "Training and all tests took \(time)" : "Training took \(time)"
        answer.numbers = [time]
        answer.metrics = [seconds.metric]
        // Of the whole run where its time is that of the whole run.
        let energy =
            seconds.metric == .totalSeconds
            ? facts.first(of: [.totalEnergy, .energy]) : facts.first(.energy)
        if spare > 1, let energy, let kilojoules = energy.value {
            let shown = PlainNumber.energy(kilojoules: kilojoules)
            let estimate = energy.note?.hasPrefix("an estimate") == true ? " (an estimate)" : ""
            answer.text +=
                (seconds.metric == .totalSeconds && energy.metric == .energy
                    ? ", training" : " and")
                + " about \(shown) of electricity\(estimate)"
            answer.numbers.append(shown)
            answer.metrics.append(energy.metric)
        }
        answer.text += ", on this machine."
        if let need = facts.need {
            answer.text += " \(need.sentence)"
            answer.metrics.append(.cheaperModels)
            answer.tone = need.tone
        }
        return answer
    }

    private var rowsWithUnlabelled: RunReport.Answer {
        var answer = rows
        guard let used = facts.first(.unlabelledUsed)?.value else { return answer }
        let lower = facts.first(.unlabelledGain)?.interval?.lower ?? 0
        let sentence =
            used == 0
            ? "Rows without labels were not shown to help and are not used."
            : lower > 0
                ? "Rows without labels made it better on labelled rows that were held out."
                : "Rows without labels are used, as they probably help; that is not shown."
        answer.text += (answer.text.isEmpty ? "" : " ") + sentence
        answer.metrics.append(.unlabelledUsed)
        if facts.first(.unlabelledGain) != nil { answer.metrics.append(.unlabelledGain) }
        return answer
    }

    private var rows: RunReport.Answer {
        var answer = made(.dataHunger)
        guard let gain = facts.told(.gainFromDoubling) else {
            guard facts.first(.trainingRows) != nil else { return answer }
            answer.text = "Whether more rows would help was not measured."
            answer.metrics = [.trainingRows]
            answer.tone = .unsure
            return answer
        }
        answer.metrics = [gain.metric]
        switch Claim(gain) {
        case .none:
            answer.text = "Cannot tell whether more rows would help."
            answer.tone = .unsure
        case .holds where (gain.interval?.lower ?? 0) > 0:
            answer.text = "More rows like these still help."
            answer.tone = .bad
        case .holds:
            answer.text = "More rows like these were not shown to help."
        }
        return answer
    }

    private var columns: RunReport.Answer {
        var answer = made(.opacity)
        var parts: [String] = []
        let importances = facts.all(.permutationImportance)
        let important = importances
            .filter { ($0.interval?.lower ?? 0) > 0 }
            .sorted { ($0.value ?? 0) > ($1.value ?? 0) }
            .prefix(3).compactMap { $0.group?.dropFirst("column = ".count) }
        if !important.isEmpty {
            let names = listedInWords(important.map { "\"\($0)\"" })
            parts.append(importances.count > 1 ? "It leans most on \(names)." : "All that it is given is \(names).")
            answer.metrics.append(.permutationImportance)
        }
        if let price = facts.readablePrice {
            answer.metrics.append(price.metric)
            switch (price.verdict, price.isOwn) {
            case (.worse, false): parts.append("A model that can be read whole is worse here.")
            case (.better, false):
                parts.append("A model that can be read whole is better here.")
                answer.tone = .bad
            case (.cannotTell, false):
                parts.append("A model that can be read whole is not shown to be worse.")
            case (.worse, true):
                parts.append("It can be read whole; a black box does better here.")
            case (_, true):
                parts.append("It can be read whole; no black box was shown to do better.")
                answer.tone = .good
            }
        }
        answer.text = parts.joined(separator: " ")
        return answer
    }

    private var newRows: RunReport.Answer {
        var answer = made(.overfitting)
        var parts: [String] = []
        if let gap = facts.first(.trainTestGap), let interval = gap.interval {
            answer.metrics.append(gap.metric)
            let seen = facts.first(.trainingLoss)?.value ?? 0
            if interval.lower > 0.2 * seen, interval.lower > 0 {
                parts.append("Clearly worse on new rows than on those it learned from.")
                answer.tone = .bad
            } else if interval.lower > 0 {
                parts.append("A little worse on new rows than on those it learned from.")
            } else {
                parts.append("No worse on new rows, as far as these show.")
                answer.tone = .good
            }
        }
        if let leaks = facts.first(.suspectedLeaks)?.value {
            answer.metrics.append(.suspectedLeaks)
            parts.append(leaks > 0 ? "A leak is suspected." : "No leak was found.")
            if leaks > 0 { answer.tone = .bad }
        }
        if let weak = facts.first(.weakSegments)?.value {
            answer.metrics.append(.weakSegments)
            if weak > 0 { parts.append("Some kinds of rows fare worse.") }
        }
        answer.text = parts.joined(separator: " ")
        return answer
    }

    private var seeds: RunReport.Answer {
        var answer = made(.hyperParameters)
        let effects = facts.all(.settingEffect)
        let spread = facts.told(.seedSpread)
        let gain = facts.told(.tuningGain)
        let worth = gain?.verdict.flatMap(Worth.Verdict.init)
        guard spread != nil || !effects.isEmpty || worth != nil else { return answer }
        answer.metrics = [.seedSpread, .settingEffect] + (worth == nil ? [] : [.tuningGain])
        var parts: [String] = []
        if let spread {
            switch Claim(spread) {
            case .none: parts.append("How much a seed matters was not settled.")
            case .holds: parts.append("Another seed moves its errors a little; the size is below.")
            }
        }
        let better = effects.filter { Claim($0) == .holds && ($0.interval?.upper ?? 0) < 0 }
        if let worth {
            parts.append(Self.sentence(worth))
        } else if !better.isEmpty {
            parts.append("Another setting did better: \(better[0].settingName).")
            answer.tone = .bad
        } else if facts.settingsCanBeLeftAlone {
            parts.append(
                "Its main settings can be left alone: changing any one of them saves less than a twentieth of its loss.")
        } else {
            parts.append(
                "No other setting was shown to do better; whether they can be left alone was not settled.")
        }
        answer.text = parts.joined(separator: " ")
        return answer
    }

    private static func sentence(_ worth: Worth.Verdict) -> String {
        switch worth {
        case .worthIt: "Tuning was worth it: the tuned recipe loses less on untouched rows."
        case .leaveTheDefaults: "Leave the defaults: tuning saves less than counts, if anything."
        case .cannotTell: "Whether tuning was worth it cannot be told from these rows."
        }
    }

    private var groups: RunReport.Answer {
        var answer = made(.bias)
        let words = facts.gapWords
        guard !words.isEmpty else { return answer }
        answer.metrics = words.compactMap { $0.told?.metric }
        if facts.onlyAnswer != nil {
            answer.text = "Gaps mean nothing here: everybody gets the same answer."
            answer.tone = .bad
            return answer
        }
        let text = listedInWords(words.map(\.inBrief))
        answer.text = text.prefix(1).uppercased() + text.dropFirst() + "."
        answer.tone =
            words.contains { $0.verdict == .gap }
            ? .bad : words.allSatisfy { $0.verdict == .none } ? .good : .unsure
        return answer
    }
}

/// Whether a number of a reduced training may be told of the delivered model.
///
/// Its probe says so by its verdict; without one, by its interval.
enum Claim {
    case holds, none

    init(_ measurement: Measurement) {
        let isHeld =
            measurement.verdict.map { !$0.hasPrefix("cannot tell") && !$0.hasPrefix("no claim") }
            ?? (measurement.interval != nil)
        self = isHeld ? .holds : .none
    }
}

extension Measurement {
    /// Of `setting = width doubled`.
    var settingName: String {
        group.map { String($0.dropFirst("setting = ".count)) } ?? "another setting"
    }
}

extension ReportFacts {
    /// Whether every setting that was tried is shown to save less than a twentieth of the loss when it is changed.
    ///
    /// Each interval of 95 % has to say so for itself, so that the claim for all of them together errs no more than one of them.
    var settingsCanBeLeftAlone: Bool {
        let tried = measurements.filter { $0.metric == .settingEffect }
        let loss =
            about.task == .regression
            ? first(.rootMeanSquaredError)?.value.map { $0 * $0 } : first(.logLoss)?.value
        guard let loss, loss > 0, !tried.isEmpty else { return false }
        return tried.allSatisfy { effect in
            effect.value != nil && (effect.interval.map { -$0.lower < loss / 20 } ?? false)
        }
    }

    enum PriceVerdict { case better, worse, cannotTell }

    /// How a model that can be read whole compares: better where its price is below 0 for sure.
    ///
    /// `isOwn` where the run's own model is the one that can be read.
    var readablePrice: (metric: MetricID, verdict: PriceVerdict, isOwn: Bool)? {
        let prices: [MetricID] = [.glassBoxPrice, .glassBoxPriceError]
        let found = prices.flatMap(all).first
        guard let found, let interval = found.interval else { return nil }
        let verdict: PriceVerdict =
            interval.upper < 0 ? .better : interval.lower > 0 ? .worse : .cannotTell
        return (found.metric, verdict, found.group?.hasPrefix("this model") == true)
    }
}
