package import Evidence
import Figures
import Statistics

extension Proof {
    /// The verdict in a word or two.
    var verdictWord: String {
        switch verdict {
        case .better: "proved"
        case .worse: "refuted"
        case .changed: "changed"
        case .cannotTell: "cannot tell"
        }
    }

    /// The verdict with the changes that it rests on: `proved: −0.012 [−0.015, −0.009]`, or
    /// `cannot tell: race −0.04 [−0.10, 0.01] (cannot tell), sex −0.16 [−0.18, −0.15] (better)`.
    package var verdictText: String {
        let changes = judged.map { change in
            let text = MeasurementText(change.difference).whole
            guard judged.count > 1, let group = change.difference.group else { return text }
            return "\(group) \(text) (\(change.verdict.text))"
        }
        let change = changes.isEmpty ? "" : ": " + changes.joined(separator: ", ")
        switch verdict {
        case .better: return "proved" + change
        case .worse: return "refuted, it made things worse" + change
        case .changed: return "changed" + change
        case .cannotTell: return "cannot tell" + change
        }
    }

    /// What became worse elsewhere, as a sentence: the first few of other drawbacks and of the remedy's own, with their sizes.
    package func priceText(naming name: (Change) -> String) -> String {
        let worse = elsewhere.filter { $0.verdict == .worse }
        guard !worse.isEmpty else { return "Elsewhere these rows show nothing that became worse." }
        let shown =
            (worse.filter { $0.drawback != drawback }.prefix(3)
            + worse.filter { $0.drawback == drawback }.prefix(2))
            .map { "\(name($0)) \(MeasurementText($0.difference).whole)" }
        let more = worse.count > shown.count ? "; and \(worse.count - shown.count) more" : ""
        return "Worse elsewhere: " + shown.joined(separator: "; ") + more + "."
    }
}

extension MeasurementText {
    /// Value and interval.
    var whole: String { interval.isEmpty ? value : value + " " + interval }
}

extension RunReport {
    /// A metric's name, with the group that the number is of.
    func label(_ metric: MetricID, _ group: String?) -> String {
        let name = title(of: metric)
        return group.map { "\(name), \($0)" } ?? name
    }

    /// `Temperature scaling: log loss 0.412 → 0.371`.
    func outcomeText(_ proof: Proof) -> String {
        let values = [proof.before, proof.after].map { MeasurementText($0).value }
        let column = proof.judged.count > 1 ? proof.before.group : nil
        return "\(proof.name): \(label(proof.judgedBy, column)) \(values[0]) → \(values[1])"
    }

    /// The remedy that stands in a row of the first screen, and the others in one line: the first that
    /// was proved and that no other proved one betters by its own metric; else the first.
    func leading(_ proofs: [Proof]) -> (proof: Proof, others: [Proof])? {
        guard !proofs.isEmpty else { return nil }
        var chosen = 0
        for (place, proof) in proofs.enumerated() where proof.verdict == .better {
            let best = proofs[chosen]
            let direction = Double(definition(of: proof.judgedBy)?.direction ?? 0)
            let isBetter =
                proof.judgedBy == best.judgedBy
                && direction * (proof.after.value ?? 0) > direction * (best.after.value ?? 0)
            if best.verdict != .better || isBetter { chosen = place }
        }
        return (
            proofs[chosen],
            proofs.enumerated().filter { $0.offset != chosen }.map(\.element)
        )
    }

    /// `Isotonic calibration (refuted)`.
    func shortText(_ proof: Proof) -> String { "\(proof.name) (\(proof.verdictWord))" }

    /// What a remedy changed elsewhere, one line a verdict.
    func priceTexts(_ proof: Proof) -> [String] {
        let verdicts: [(Verdict, String)] = [
            (.worse, "worse"), (.better, "better"), (.changed, "changed"),
        ]
        let lines = verdicts.compactMap { verdict, word -> String? in
            let texts = proof.elsewhere.filter { $0.verdict == verdict }.map { change -> String in
                let isRise =
                    change.difference.value.map { $0 > 0 } ?? false
                    && !change.difference.metric.isRatio
                return "\(label(change.metric, change.difference.group)) "
                    + (isRise ? "+" : "") + MeasurementText(change.difference).value
            }
            return texts.isEmpty ? nil : "\(word): " + texts.joined(separator: "; ")
        }
        return lines.isEmpty ? ["nothing that these rows show"] : lines
    }

    var proofs: [Proof] { drawbacks.flatMap(\.proofs) }

    /// A remedy that was tried, with all that was compared.
    func proofView(_ proof: Proof) -> HTML {
        """
        <h3 id="remedy-\(anchorName(proof.remedy))">\(data: proof.name)</h3>
        <p>\(data: proof.means). Judged by \(name(of: proof.judgedBy)) over \(data: proof.over): \
        \(value(proof.before)) → <strong>\(value(proof.after))</strong>, \
        \(data: proof.verdictText). <span class="small">Source: \(data: proof.source)</span></p>
        \(measurementTable(proof.changes.map(\.shown), of: "after minus before"))
        <p class="small">After minus before. Each change is judged at 5 % for itself: of \
        \(proof.changes.count), about \(max(1, proof.changes.count / 20)) would differ by chance.</p>

        """
    }
}

extension Change {
    /// The difference under its metric's own name.
    fileprivate var shown: Measurement {
        var result = difference
        if !result.metric.isRatio { result.metric = metric }
        return result
    }
}
