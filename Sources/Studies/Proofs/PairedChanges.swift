import Documents
import Evidence
import Fairness
import Figures
import Prediction
import Reporting
import Statistics

/// What differs between predictions of the same rows: of one pair over rows, of five and more pairs,
/// each of one seed, over seeds and rows.
struct PairedChanges {
    let pairs: [(before: LabelledPredictions, after: LabelledPredictions)]
    /// How many were judged on these rows, of whom a reader takes the best.
    let looks: ComparedLooks

    init(
        _ pairs: [(before: LabelledPredictions, after: LabelledPredictions)],
        looks: ComparedLooks = .one
    ) {
        precondition(!pairs.isEmpty, "nothing to compare")
        self.pairs = pairs
        self.looks = looks
    }

    private var first: LabelledPredictions { pairs[0].before }

    /// After − before of every metric that moves with the rows.
    func changes() throws -> [Change] {
        guard case .numbers = first.answers else { return try classChanges() }
        let compared = try pairs.map { before, after in
            try PairedComparison<RegressionSample>(before, after)
        }
        let crossed = compared.count > 1 ? try CrossedComparison(compared) : nil
        return RegressionMetric.allCases.compactMap { metric in
            change(
                metric.id,
                crossed?.difference(of: metric) ?? compared[0].difference(of: metric))
        }
    }

    private static let ofTwoClasses: [ClassificationMetric] = [
        .rocAUC, .accuracy, .logLoss, .brierScore, .averagePrecision, .sensitivity, .specificity,
        .selectionRate, .expectedCalibrationError,
    ]
    private static let ofSeveral: [ClassificationMetric] = [
        .accuracy, .macroF1, .macroAUC, .logLoss, .brierScore, .expectedCalibrationError,
    ]
    /// Gaps between groups, by the rate that they are of.
    private static let gaps: [(id: MetricID, rate: ClassificationMetric)] = [
        (.selectionRateGap, .selectionRate), (.truePositiveRateGap, .sensitivity),
        (.falsePositiveRateGap, .falsePositiveRate), (.accuracyGap, .accuracy),
    ]

    /// The rate whose largest difference between groups a gap is; `nil` of another metric.
    static func rate(ofGap id: MetricID) -> ClassificationMetric? {
        gaps.first { $0.id == id }?.rate
    }

    private func classChanges() throws -> [Change] {
        let compared = try compared()
        let crossed = compared.count > 1 ? try CrossedComparison(compared) : nil
        let isBinary = first.predictions.width == 2
        var found = (isBinary ? Self.ofTwoClasses : Self.ofSeveral).compactMap { metric in
            change(
                metric.id,
                crossed?.difference(of: metric) ?? compared[0].difference(of: metric))
        }
        for column in first.protected {
            let codes = column.codes
            for gap in Self.gaps where isBinary || gap.rate == .accuracy {
                func value(_ sample: ClassificationSample, _ threshold: Double) -> JackknifedValue?
                {
                    sample.jackknifedGap(of: gap.rate, codes: codes, threshold: threshold)
                }
                let note = "fewer than two groups have the rate"
                found +=
                    change(
                        gap.id,
                        crossed?.difference(note: note, of: value)
                            ?? compared[0].difference(note: note, of: value), group: column.name
                    ).map { [$0] } ?? []
            }
        }
        return found
    }

    private func compared() throws -> [PairedComparison<ClassificationSample>] {
        try pairs.map { before, after in
            try PairedComparison<ClassificationSample>(before, after)
        }
    }

    private func change(_ id: MetricID, _ difference: Difference, group: String? = nil) -> Change? {
        guard let metric = MetricRegistry.definition(id) else { return nil }
        let difference = looks.widened(difference, of: metric)
        let judgement = Judgement(difference, direction: metric.direction)
        var measured = Measurement(
            metric, difference.estimate, on: first, group: group, isDifference: true)
        measured.metric = id.difference
        measured.note = [judgement.text(within: metric.differenceBounds), difference.estimate.note].compactMap { $0 }
            .joined(separator: "; ")
        return Change(
            metric: id, drawback: metric.drawback, verdict: judgement.verdict, difference: measured)
    }

    /// After − before of one metric, not widened for looks; `nil` of one that does not move with the rows.
    func difference(of id: MetricID) throws -> Difference? {
        guard case .numbers = first.answers else {
            guard let metric = ClassificationMetric(id) else { return nil }
            let compared = try compared()
            return try compared.count > 1
                ? CrossedComparison(compared).difference(of: metric)
                : compared[0].difference(of: metric)
        }
        guard let metric = RegressionMetric(id) else { return nil }
        let compared = try pairs.map { before, after in
            try PairedComparison<RegressionSample>(before, after)
        }
        return try compared.count > 1
            ? CrossedComparison(compared).difference(of: metric)
            : compared[0].difference(of: metric)
    }

    /// McNemar's test of one pair, in words.
    func mcNemarFact() throws -> [RunReport.Fact] {
        guard case .classes = first.answers, pairs.count == 1,
            let test = try compared()[0].mcNemar()
        else { return [] }
        return [
            .init(
                "McNemar's test",
                "\(test.onlyFirst) rows right in the first alone, \(test.onlySecond) in the second "
                    + "alone; p = \(NumberText.plain(test.exactPValue)) exact, "
                    + "\(NumberText.plain(test.midPValue)) mid-p")
        ]
    }
}

/// Changes that were judged on the same rows one after the other, of which a reader takes the best.
struct ComparedLooks: Sendable {
    /// This one among them.
    var count: Int
    /// The metric by which the best is taken; `nil` for any.
    var judgedBy: MetricID?

    static let one = ComparedLooks(count: 1, judgedBy: nil)

    fileprivate func widened(_ difference: Difference, of metric: MetricDefinition) -> Difference {
        SelectionOverLooks.widened(
            difference, looks: count, direction: metric.id == judgedBy ? metric.direction : 0)
    }
}

extension LabelledPredictions.ProtectedColumn {
    /// A number for the group of every row.
    var codes: [Int32] {
        let places = Dictionary(
            uniqueKeysWithValues: Set(groups).sorted().enumerated().map { ($1, Int32($0)) })
        return groups.map { places[$0] ?? -1 }
    }
}

/// - Parameter over: What the intervals are over, such as `rows`.
func changesFigure(_ changes: [Change], axis: String, over: String) -> Figure {
    Figure(
        id: "differences", title: "Differences with 95 % intervals",
        caption: "Paired over \(over); an interval that holds 0 tells nothing either way.",
        plot: .intervals(
            IntervalChart(
                axis: Axis(axis),
                rows: changes.compactMap { change in
                    guard let value = change.difference.value else { return nil }
                    let name = MetricRegistry.name(of: change.metric)
                    return .init(
                        label: change.difference.group.map { "\(name), \($0)" } ?? name,
                        value: value, lower: change.difference.interval?.lower,
                        upper: change.difference.interval?.upper,
                        count: change.difference.sample.rows)
                }, reference: .init(value: 0, label: "equal"))))
}

extension Judgement {
    /// In words, with the gap that this sample could have shown.
    ///
    /// - Parameter bounds: The differences that there can be.
    func text(within bounds: ClosedRange<Double>) -> String {
        guard verdict == .cannotTell, let effect = minimumDetectableEffect else {
            return verdict.text
        }
        guard effect <= bounds.upperBound else {
            return verdict.text + "; so few rows show no difference, however large"
        }
        return verdict.text
            + "; a true difference of \(NumberText.plain(effect)) would be found in 80 % of such samples"
    }
}
