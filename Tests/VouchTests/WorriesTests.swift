import Documents
import Evidence
import Reporting
import Testing

/// What to worry about follows from measurements alone, what harms most first.
@Suite struct WorriesTests {
    private static func measured(
        _ metric: MetricID, _ value: Double, _ lower: Double? = nil, _ upper: Double? = nil,
        drawback: Drawback = .overfitting, group: String? = nil, rows: Int = 2000,
        verdict: String? = nil, note: String? = nil, unit: String = ""
    ) -> Measurement {
        var result = Measurement(
            metric: metric, drawback: drawback, value: value, unit: unit,
            sample: .init(split: "test", rows: rows), group: group, note: note)
        if let lower, let upper {
            result.interval = .init(lower: lower, upper: upper, method: "made", varied: "rows")
        }
        result.verdict = verdict
        return result
    }

    private static func about(
        _ task: RunReport.About.Task = .binary, classes: [String] = ["no", "yes"],
        protected: [String] = ["sex"], ending: RunReport.About.Ending? = nil
    ) -> RunReport.About {
        .init(
            target: "y", task: task, classes: classes, testFile: "test.csv",
            protectedColumns: protected, isTrainedHere: true, ending: ending)
    }

    private static func groups(
        _ value: Double, _ lower: Double, _ upper: Double, _ verdict: String?,
        metric: MetricID = "truePositiveRateGap", shows: String? = nil, rows: Int = 2000
    ) -> GroupTable {
        let note =
            "farthest apart: m − f"
            + (shows.map { "; the smallest that such a sample shows: \($0)" } ?? "")
        return GroupTable(
            column: "sex",
            rows: ["f", "m"].map { GroupRow(group: $0, rows: rows / 2, measurements: []) },
            gaps: [
                measured(
                    metric, value, lower, upper, drawback: .bias, group: "sex", rows: rows,
                    verdict: verdict, note: note)
            ])
    }

    /// Of a model that gives no reason to worry but the last one.
    private static let sound = [
        measured("accuracy", 0.87, 0.86, 0.88), measured("selectionRate", 0.2, 0.19, 0.21),
        measured("accuracyGain", 0.1, 0.09, 0.11),
        measured("debiasedCalibrationError", 0.01, 0, 0.015),
    ]

    private static let noGap = groups(0.01, 0, 0.03, "no gap larger than 0.030")

    private func concerns(
        _ measurements: [Measurement], _ tables: [GroupTable] = [noGap],
        _ about: RunReport.About = about()
    ) -> [RunReport.Concern] {
        Worries(ReportFacts(about: about, measurements: measurements, groupTables: tables))
            .concerns
    }

    /// Of a number nothing is told in its squared unit.
    @Test func squaredUnitsAreSharesOfTheSquaredError() throws {
        let found = concerns(
            [
                Self.measured("meanAbsoluteError", 9, 8, 10),
                Self.measured("absoluteErrorGain", -5, -6, -4),
                Self.measured("rootMeanSquaredError", 10, 9, 11),
                Self.measured(
                    "gainFromDoubling", 20, 10, 30, drawback: .dataHunger, unit: "squared"),
                Self.measured(
                    "seedSpread", 5, 2, 9, drawback: .hyperParameters, unit: "squared"),
            ], [], Self.about(.regression, classes: []))
        let more = try #require(found.first { $0.id == "moreRows" })
        #expect(more.text == "The last doubling lowered the loss by 20 % of its mean squared error.")
        let seeds = try #require(found.first { $0.id == "seeds" })
        #expect(seeds.text.hasPrefix("It moves the loss by about 5 % of its mean squared error"))
    }

    @Test func aSoundModelHasOneWorry() {
        #expect(concerns(Self.sound).map(\.id) == ["elsewhere"])
    }

    /// Each rule alone: what is added, which rule speaks, and what its text must hold.
    struct Rule: Sendable, CustomTestStringConvertible {
        var testDescription: String { id }
        var id: String
        var says: [String]
        var added: [Measurement] = []
        var tables: [GroupTable] = [WorriesTests.noGap]
        var about = WorriesTests.about()
        /// Metrics of the sound model that the added ones take the place of.
        var replaces: Set<MetricID> = []
    }

    static let rules: [Rule] = [
        Rule(
            id: "neverPredicted", says: ["never says \"yes\"", "gaps of 0 between groups mean nothing"],
            added: [measured("selectionRate", 0, 0, 0.001)], replaces: ["selectionRate"]),
        Rule(
            id: "neverPredicted", says: ["never says \"c\""],
            added: [
                measured("classDecided", 0, 0, 0.001, group: "class = c"),
                measured("classRecall", 0, 0, 0.1, group: "class = c"),
                measured("classDecided", 0.4, 0.3, 0.5, group: "class = a"),
                measured("classRecall", 0.9, 0.8, 1, group: "class = a"),
            ], tables: [], about: about(.multiclass, classes: ["a", "b", "c"])),
        Rule(
            id: "noBetterThanTrivial", says: ["is worse than always saying the most frequent class"],
            added: [measured("accuracyGain", -0.02, -0.03, -0.01)], replaces: ["accuracyGain"]),
        Rule(
            id: "noBetterThanTrivial", says: ["not shown to be better than always"],
            added: [measured("accuracyGain", 0.002, -0.01, 0.014)], replaces: ["accuracyGain"]),
        Rule(
            id: "noBetterThanTrivial", says: ["worse than guessing the mean"],
            added: [
                measured("meanAbsoluteError", 9, 8, 10), measured("absoluteErrorGain", 2, 1, 3),
            ], tables: [], about: about(.regression, classes: [])),
        Rule(
            id: "dearerThanTrivial", says: ["cost more than one answer", "always no costs 0.200"],
            added: [
                measured("expectedCost", 0.21, 0.19, 0.23),
                measured("trivialCost", 0.2, 0.18, 0.22, group: "always no"),
                measured("trivialCost", 0.8, 0.7, 0.9, group: "always yes"),
            ]),
        Rule(
            id: "gap", says: ["all groups of sex", "12 % (9 % to 15 %)", "\"m\" and \"f\""],
            tables: [groups(0.12, 0.09, 0.15, "gap")]),
        Rule(
            id: "miscalibration", says: ["taken at their word", "8 % (7 % to 9 %)"],
            added: [measured("debiasedCalibrationError", 0.08, 0.07, 0.09)],
            replaces: ["debiasedCalibrationError"]),
        Rule(
            id: "leak", says: ["a copy of the target", "seen"],
            added: [
                measured("suspectedLeaks", 1),
                measured("leakEvidence", 1, group: "a copy of the target, paid", note: "seen"),
            ]),
        Rule(id: "interrupted", says: ["interrupted"], about: about(ending: .interrupted)),
        Rule(
            id: "numericalFailure", says: ["not finite", "--clip-norm"],
            about: about(ending: .numericalFailure)),
        Rule(id: "diverged", says: ["grew", "--learning-rate"], about: about(ending: .diverged)),
        Rule(
            id: "notNeeded", says: ["a linear model is not worse", "--model linear", "140 operations", "12,000"],
            added: [
                measured(
                    "cheaperModels", 1, drawback: .computeCost, group: "cheapest = linear",
                    verdict: "not needed"),
                measured(
                    "kindLoss", 0.001, -0.001, 0.002, drawback: .computeCost,
                    group: "model = linear", note: "the margin is 0.003, 1 % of this model's loss; x"),
                measured("kindOperations", 140, drawback: .computeCost, group: "model = linear"),
                measured(
                    "kindOperations", 12_000, drawback: .computeCost,
                    group: "model = ensemble, this one"),
            ]),
        Rule(
            id: "readableIsBetter", says: ["can be read whole is better", "--model additive"],
            added: [
                measured(
                    "glassBoxPrice", -0.02, -0.03, -0.01, drawback: .opacity,
                    group: "an additive model against this one", unit: "nats")
            ]),
        Rule(
            id: "fewRows", says: ["80 rows"],
            added: [measured("accuracy", 0.87, 0.8, 0.93, rows: 80)], replaces: ["accuracy"]),
        // 0.1 is shown by 2,000 rows, so half of it by four times as many.
        Rule(
            id: "untoldGroups", says: ["whether sex matters", "10 %", "8,000 rows"],
            tables: [groups(0.08, -0.02, 0.18, "cannot tell", shows: "0.100")]),
        Rule(
            id: "unseenGroups", says: ["--protected"], tables: [], about: about(protected: [])),
        Rule(
            id: "overfit", says: ["by heart", "50 %"],
            added: [measured("trainTestGap", 0.1, 0.09, 0.11), measured("trainingLoss", 0.2)]),
        Rule(
            id: "weakSegment", says: ["age ≤ 20"],
            added: [measured("segmentExcessLoss", 0.4, 0.3, 0.5, group: "age ≤ 20")]),
        Rule(
            id: "oneColumn", says: ["\"gain\""],
            added: [
                measured("effectiveColumns", 1.1, drawback: .opacity),
                measured(
                    "permutationImportance", 0.3, 0.2, 0.4, drawback: .opacity,
                    group: "column = gain"),
                measured(
                    "permutationImportance", 0.01, 0.005, 0.02, drawback: .opacity,
                    group: "column = age"),
            ]),
        Rule(
            id: "conflicts", says: ["3 %"],
            added: [measured("conflictingRows", 0.03, 0.02, 0.04, drawback: .dataHunger)]),
        Rule(
            id: "moreRows", says: ["still help"],
            added: [measured("gainFromDoubling", 0.02, 0.01, 0.03, drawback: .dataHunger)]),
        Rule(
            id: "seeds", says: ["Another seed"],
            added: [measured("seedSpread", 0.01, 0.005, 0.02, drawback: .hyperParameters)]),
    ]

    @Test(arguments: rules) func aRuleSpeaksFirst(_ rule: Rule) throws {
        let kept = Self.sound.filter { !rule.replaces.contains($0.metric) }
        let found = concerns(kept + rule.added, rule.tables, rule.about)
        let first = try #require(found.first)
        #expect(first.id == rule.id, "\(found.map(\.id))")
        for text in rule.says { #expect(first.whole.contains(text), "\(first.whole)") }
        // A title is for the first screen: it holds no number that was measured.
        #expect(!first.title.contains { $0.isNumber }, "\(first.title)")
    }

    /// What is written first harms most, whatever the order of the measurements.
    @Test func theOrderIsThatOfTheHarm() {
        let all: [Measurement] =
            [
                Self.measured("seedSpread", 0.01, 0.005, 0.02, drawback: .hyperParameters),
                Self.measured("gainFromDoubling", 0.02, 0.01, 0.03, drawback: .dataHunger),
                Self.measured("trainTestGap", 0.1, 0.09, 0.11),
                Self.measured("trainingLoss", 0.2),
                Self.measured(
                    "glassBoxPrice", -0.02, -0.03, -0.01, drawback: .opacity,
                    group: "an additive model against this one"),
                Self.measured("suspectedLeaks", 1),
                Self.measured("leakEvidence", 1, group: "a copy", note: "seen"),
                Self.measured("debiasedCalibrationError", 0.08, 0.07, 0.09),
                Self.measured("accuracyGain", 0, -0.01, 0.01),
                Self.measured("accuracy", 0.8, 0.79, 0.81),
                Self.measured("selectionRate", 0.1, 0.09, 0.11),
            ]
        let found = concerns(
            all, [Self.groups(0.12, 0.09, 0.15, "gap")], Self.about(ending: .interrupted))
        #expect(
            found.map(\.id) == [
                "noBetterThanTrivial", "gap", "miscalibration", "leak", "interrupted",
                "readableIsBetter", "overfit", "moreRows", "seeds", "elsewhere",
            ])
    }

    /// Nobody is told of gaps of a model that gives everybody the same answer.
    @Test func equalAnswersHaveNoGaps() {
        let found = concerns(
            Self.sound.filter { $0.metric != "selectionRate" }
                + [Self.measured("selectionRate", 0, 0, 0.001)],
            [Self.groups(0, 0, 0.2, "cannot tell", shows: "0.2")])
        #expect(!found.map(\.id).contains("untoldGroups"))
        #expect(found.first?.id == "neverPredicted")
    }

    /// A setting is proposed only where its probe says that the change helps the delivered model.
    @Test(arguments: [nil, "cannot tell", "better"] as [String?])
    func aSettingNeedsAVerdict(_ verdict: String?) {
        let effect = Self.measured(
            "settingEffect", -0.02, -0.03, -0.01, drawback: .hyperParameters,
            group: "setting = width doubled", verdict: verdict)
        #expect(
            concerns(Self.sound + [effect]).contains { $0.id == "setting" } == (verdict == "better"))
        let gain = Self.measured(
            "gainFromDoubling", 0.02, 0.01, 0.03, drawback: .dataHunger, verdict: "cannot tell")
        #expect(!concerns(Self.sound + [gain]).contains { $0.id == "moreRows" })
    }
}
