import Evidence
import Reporting
import Statistics
import Testing

/// A remedy of a gap is judged in each protected column.
@Suite struct ProofTextTests {
    private func proof(_ verdicts: [(column: String?, verdict: Verdict)]) -> Proof {
        func measurement(_ metric: MetricID, _ value: Double, _ group: String?) -> Measurement {
            Measurement(
                metric: metric, drawback: .bias, value: value,
                interval: .init(
                    lower: value - 0.02, upper: value + 0.02, method: "Wald", varied: "rows"),
                sample: .init(split: "test", rows: 900), group: group)
        }
        return Proof(
            remedy: .init(
                id: "reweighing", name: "Reweighing", drawback: .bias,
                judgedBy: "selectionRateGap", source: "somebody"),
            means: "trained anew", over: "900 test rows",
            before: measurement("selectionRateGap", 0.2, verdicts.first?.column),
            after: measurement("selectionRateGap", 0.1, verdicts.first?.column),
            changes: verdicts.enumerated().map { place, each in
                Change(
                    metric: "selectionRateGap", drawback: .bias, verdict: each.verdict,
                    difference: measurement(
                        "selectionRateGapDifference", -0.1 * Double(place + 1), each.column))
            })
    }

    @Test func everyColumnHasASay() {
        #expect(proof([("race", .better), ("sex", .better)]).verdict == .better)
        #expect(proof([("race", .cannotTell), ("sex", .better)]).verdict == .cannotTell)
        #expect(proof([("race", .better), ("sex", .worse)]).verdict == .worse)
        #expect(proof([]).verdict == .cannotTell)
        let text = proof([("race", .cannotTell), ("sex", .better)]).verdictText
        #expect(
            text == "cannot tell: race −0.10 [−0.12, −0.08] (cannot tell), "
                + "sex −0.20 [−0.22, −0.18] (better)")
        #expect(proof([("sex", .better)]).verdictText == "proved: −0.10 [−0.12, −0.08]")
    }

    @Test func thePriceIsSaid() {
        var proof = proof([("sex", .better)])
        let gap = proof.changes[0]
        #expect(
            proof.priceText { $0.metric.rawValue }
                == "Elsewhere these rows show nothing that became worse.")
        let others: [(MetricID, Drawback, Verdict)] = [
            ("a", .overfitting, .worse), ("b", .overfitting, .better), ("c", .overfitting, .worse),
            ("d", .computeCost, .worse), ("e", .computeCost, .worse), ("f", .bias, .worse),
        ]
        for (metric, drawback, verdict) in others {
            var change = gap
            (change.metric, change.drawback, change.verdict) = (metric, drawback, verdict)
            proof.changes.append(change)
        }
        #expect(
            proof.priceText { $0.metric.rawValue }
                == "Worse elsewhere: a −0.10 [−0.12, −0.08]; c −0.10 [−0.12, −0.08]; "
                + "d −0.10 [−0.12, −0.08]; f −0.10 [−0.12, −0.08]; and 1 more.")
    }

    /// A terminal shows each column's gap, which decides, and its column where the name is cut.
    @Test func theTerminalShowsTheGaps() {
        let changes = proof([("race", .cannotTell), ("sex", .better)]).changes
        let report = RunReport(
            title: "t", summary: "", headlines: changes.map(\.difference.metric),
            measurements: changes.map(\.difference), command: "vouch")
        let text = report.terminal(width: 80, color: false)
        #expect(text.contains("race: selectionRateGap"))
        #expect(text.contains("sex: selectionRateGap"))
    }
}
