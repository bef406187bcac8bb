import Evidence
import Fairness
import Reporting

/// What was found of the groups of one protected column, in words.
struct GapWords {
    enum Verdict { case gap, none, cannotTell, oneGroup }

    let column: String
    let verdict: Verdict
    /// Where it is a gap, the one that speaks; else the widest that was measured.
    let told: Measurement?
    /// The gap's interval, whatever the verdict.
    private let facts: ReportFacts
    private let table: GroupTable

    /// Gaps in errors first, whom it misses before whom it flags wrongly; then in what it gives. The
    /// accuracy of groups of unlike shares differs for any model, and comes late.
    private static let inOrder: [MetricID] = [
        .truePositiveRateGap, .falsePositiveRateGap, .meanErrorGap,
        .equalOpportunityDifference, .averageOddsDifference, .equalizedOddsFFB,
        .equalizedOddsOxonFair, .accuracyGap, .selectionRateGap,
    ]

    /// - Parameter table: One with gaps.
    init(_ table: GroupTable, _ facts: ReportFacts) {
        column = table.column
        self.facts = facts
        self.table = table
        let judged = table.gaps.filter { $0.value != nil }
        let found = judged.filter { $0.verdict == "gap" }
        func widest(_ gaps: [Measurement]) -> Measurement? {
            gaps.max { abs($0.value ?? 0) < abs($1.value ?? 0) }
        }
        func telling(_ gaps: [Measurement]) -> Measurement? {
            Self.inOrder.lazy.compactMap { metric in widest(gaps.filter { $0.metric == metric }) }
                .first ?? widest(gaps)
        }
        if judged.isEmpty {
            verdict = table.rows.count < 2 ? .oneGroup : .cannotTell
            told = nil
        } else if !found.isEmpty {
            verdict = .gap
            told = telling(found)
        } else if judged.contains(where: { $0.verdict == "cannot tell" || $0.verdict == nil }) {
            verdict = .cannotTell
            told = telling(judged.filter { $0.verdict != nil && $0.verdict == "cannot tell" })
                ?? telling(judged)
        } else {
            verdict = .none
            told = telling(judged)
        }
    }

    /// The groups that are farthest apart, the one with the larger rate first.
    var pair: (high: String, low: String)? {
        let prefix = "farthest apart: "
        guard
            let part = told?.note?.split(separator: "; ")
                .first(where: { $0.hasPrefix(prefix) })?.dropFirst(prefix.count)
        else { return nil }
        let names = Set(table.rows.map(\.group))
        for high in names where part.hasPrefix(high + " − ") {
            let low = String(part.dropFirst(high.count + 3))
            if names.contains(low) { return (high, low) }
        }
        return nil
    }

    /// The size of the gap as it stands in the sentence.
    var number: String? {
        guard let told, let value = told.value else { return nil }
        return told.metric == .meanErrorGap
            ? PlainNumber.size(told) : PlainNumber.hundredths(abs(value))
    }

    /// `Of 100 people who are ">50K", it misses 11 more of race "Black" than of "White" (gap).`
    var sentence: String? {
        guard let told, let number else { return nil }
        let metric = told.metric
        let name = MetricRegistry.name(of: metric)
        let verdict = "verdict: gap"
        guard let (high, low) = pair else {
            return "\(name) by \(column): \(number) of 100, \(verdict)."
        }
        let (more, less) = ("\(column) \"\(high)\"", "\"\(low)\"")
        let (worse, better) = ("\(column) \"\(low)\"", "\"\(high)\"")
        switch metric {
        case .truePositiveRateGap:
            return "Of 100 that are \"\(facts.positive)\", it misses \(number) more of \(worse) "
                + "than of \(better) (\(verdict))."
        case .falsePositiveRateGap:
            return "Of 100 that are not \"\(facts.positive)\", it wrongly says so of \(number) more "
                + "of \(more) than of \(less) (\(verdict))."
        case .accuracyGap:
            return "Of 100 rows it is wrong for \(number) more of \(worse) than of \(better) "
                + "(\(verdict))."
        case .selectionRateGap:
            return "Of 100 rows it says \"\(facts.positive)\" of \(number) more of \(more) than of "
                + "\(less) (\(verdict))."
        case .meanErrorGap:
            return "On average it estimates \(more) higher, against the truth, by \(number) than "
                + "\(less) (\(verdict))."
        default: return "\(name), \(more) against \(less): \(number) of 100 (\(verdict))."
        }
    }

    /// In a sentence that names no number.
    var inBrief: String {
        switch verdict {
        case .gap: "by \(column): gap"
        case .none: "by \(column): no gap larger than was allowed"
        case .cannotTell: "by \(column): cannot tell"
        case .oneGroup: "by \(column): only one group"
        }
    }
}

extension ReportFacts {
    /// One a protected column whose groups were compared.
    var gapWords: [GapWords] {
        groupTables.filter { about.protectedColumns.contains($0.column) || !$0.gaps.isEmpty }
            .map { GapWords($0, self) }
    }
}
