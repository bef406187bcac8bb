package import Evidence
import Figures
import Statistics

extension Proof {
    /// The verdict with the change that it rests on: `proved: −0.012 [−0.015, −0.009]`.
    package var verdictText: String {
        let change = judged.map { ": " + MeasurementText($0.difference).whole } ?? ""
        switch verdict {
        case .better: return "proved" + change
        case .worse: return "refuted, it made things worse" + change
        case .changed: return "changed" + change
        case .cannotTell: return "cannot tell" + change
        }
    }
}

extension MeasurementText {
    /// Value and interval.
    var whole: String { interval.isEmpty ? value : value + " " + interval }
}

extension RunReport {
    /// A metric's name, with the group that the number is of.
    func label(_ metric: String, _ group: String?) -> String {
        let name = definition(of: metric)?.name ?? metric
        return group.map { "\(name), \($0)" } ?? name
    }

    /// `Temperature scaling: log loss 0.412 → 0.371`.
    func outcomeText(_ proof: Proof) -> String {
        let values = [proof.before, proof.after].map { MeasurementText($0).value }
        return "\(proof.name): \(label(proof.judgedBy, nil)) \(values[0]) → \(values[1])"
    }

    /// What a remedy changed elsewhere, one line a verdict.
    func priceTexts(_ proof: Proof) -> [String] {
        let verdicts: [(Verdict, String)] = [
            (.worse, "worse"), (.better, "better"), (.changed, "changed"),
        ]
        let lines = verdicts.compactMap { verdict, word -> String? in
            let texts = proof.elsewhere.filter { $0.verdict == verdict }.map { change -> String in
                let isRise =
                    change.difference.value.map { $0 > 0 } ?? false
                    && !change.difference.metric.hasSuffix("Ratio")
                return "\(label(change.metric, change.difference.group)) "
                    + (isRise ? "+" : "") + MeasurementText(change.difference).value
            }
            return texts.isEmpty ? nil : "\(word): " + texts.joined(separator: "; ")
        }
        return lines.isEmpty ? ["nothing that these rows show"] : lines
    }

    var proofs: [Proof] { drawbacks.flatMap(\.proofs) }

    /// The remedies that were tried, with all that was compared.
    var remedyChapter: HTML {
        HTML(
            joining: proofs.map { proof in
                """
                <h3 id="remedy-\(anchorName(proof.remedy))">\(data: proof.name)</h3>
                <p>\(data: proof.means). Judged by \(name(of: proof.judgedBy)) over \(data: proof.over): \
                \(value(proof.before)) → <strong>\(value(proof.after))</strong>, \
                \(data: proof.verdictText). <span class="small">Source: \(data: proof.source)</span></p>
                \(measurementTable(proof.changes.map(\.shown), of: "after minus before"))
                <p class="small">After minus before. Each change is judged at 5 % for itself: of \
                \(proof.changes.count), about \(max(1, proof.changes.count / 20)) would differ by chance.</p>

                """
            })
    }
}

extension Change {
    /// The difference under its metric's own name.
    fileprivate var shown: Measurement {
        var result = difference
        if !result.metric.hasSuffix("Ratio") { result.metric = metric }
        return result
    }
}
