import Documents
import Evidence
import Reporting
import Testing

/// The sentences of the first screen, from made-up measurements.
@Suite struct BriefTests {
    private func measured(
        _ metric: MetricID, _ value: Double?, _ lower: Double? = nil, _ upper: Double? = nil,
        _ drawback: Drawback = .overfitting, group: String? = nil, verdict: String? = nil,
        note: String? = nil, unit: String = ""
    ) -> Measurement {
        var result = Measurement(
            metric: metric, drawback: drawback, value: value, unit: unit,
            sample: .init(split: "test", rows: 1000), group: group, note: note)
        if let lower, let upper {
            result.interval = .init(lower: lower, upper: upper, method: "made", varied: "rows")
        }
        result.verdict = verdict
        return result
    }

    private func told(
        _ task: RunReport.About.Task, _ measurements: [Measurement], gaps: [Measurement] = [],
        notMeasured: String? = nil
    ) throws -> RunReport {
        let classes =
            switch task {
            case .binary: ["no", "yes"]
            case .multiclass: ["a", "b", "c"]
            case .regression: [String]()
            }
        let tables =
            gaps.isEmpty
            ? []
            : [
                GroupTable(
                    column: "sex",
                    rows: ["f", "m"].map { GroupRow(group: $0, rows: 500, measurements: []) },
                    gaps: gaps)
            ]
        let report = RunReport(
            title: "t", summary: "s",
            drawbacks: Drawback.allCases.map { drawback in
                let own = (measurements + gaps).filter { $0.drawback == drawback }
                return .init(
                    drawback: drawback, question: drawback.question, measured: own,
                    notMeasured: own.isEmpty ? notMeasured ?? "nobody asked" : nil)
            },
            measurements: measurements, groupTables: tables, command: "",
            about: .init(
                target: "price", task: task, classes: classes, testFile: "test.csv",
                protectedColumns: gaps.isEmpty ? [] : ["sex"], isTrainedHere: true)
        ).inPlainWords()
        let brief = try #require(report.brief)
        let all = brief.answers + brief.drawbacks.map(\.answer)
        #expect(all.reduce(0) { $0 + $1.numbers.count } <= 7)
        // What is measured is not told as squared, or in nats.
        for answer in all {
            #expect(!answer.text.contains("squared") && !answer.text.contains("nats"))
            for number in answer.numbers { #expect(answer.text.contains(number)) }
        }
        return report
    }

    private func text(_ report: RunReport, _ id: String) throws -> String {
        try #require(report.brief?.answers.first { $0.id == id }).text
    }

    private func text(_ report: RunReport, _ drawback: Drawback) throws -> String {
        try #require(report.brief?.drawbacks.first { $0.drawback == drawback }).answer.text
    }

    @Test func twoClasses() throws {
        let report = try told(
            .binary,
            [
                measured("accuracy", 0.874, 0.86, 0.89), measured("selectionRate", 0.2, 0.1, 0.3),
                measured("trivialAccuracy", 0.763, 0.75, 0.78, group: "always no"),
                measured("accuracyGain", 0.11, 0.1, 0.12),
                measured("sensitivity", 0.64, 0.6, 0.68),
                measured("positivePredictiveValue", 0.776, 0.7, 0.8),
                measured("debiasedCalibrationError", 0.05, 0.04, 0.06),
                measured("trainingSeconds", 152.9, nil, nil, .computeCost),
                measured("energy", 0.537, nil, nil, .computeCost, note: "an estimate, not read"),
            ],
            gaps: [
                measured(
                    "truePositiveRateGap", 0.11, 0.06, 0.16, .bias, group: "sex", verdict: "gap",
                    note: "farthest apart: m − f")
            ])
        #expect(
            try text(report, "howOftenRight")
                == "Right for 87 of 100 rows that it had not seen; saying \"no\" of everybody is "
                + "right for 76.")
        #expect(
            try text(report, "found")
                == "Of 100 that it calls \"yes\", 78 are. Of 100 that are, it misses 36.")
        #expect(try text(report, "probabilities").contains("differ by 5 of 100"))
        #expect(
            try text(report, "groups")
                == "Of 100 that are \"yes\", it misses 11 more of sex \"f\" than of \"m\" (verdict: gap).")
        // Seven numbers: six stand above, and the energy has no room.
        #expect(try text(report, .computeCost) == "Training took 3 min, on this machine.")
        // The summary of a drawback follows from the gaps that its section shows.
        #expect(try text(report, .bias) == "By sex: gap.")
    }

    /// Whether a cheaper kind of model would do stands beside what this one cost.
    @Test func whatIsNotNeededIsSaid() throws {
        func cost(_ verdict: String, _ group: String? = nil) throws -> String {
            try text(
                told(
                    .binary,
                    [
                        measured("trainingSeconds", 12, nil, nil, .computeCost),
                        measured(
                            "cheaperModels", 1, nil, nil, .computeCost, group: group,
                            verdict: verdict),
                    ]), .computeCost)
        }
        #expect(
            try cost("not needed", "cheapest = additive")
                == "Training took 12 s, on this machine. An additive model, which is cheaper to use, is "
                + "not worse: you do not need this one.")
        #expect(try cost("needed").hasSuffix("Every kind of model that is cheaper to use is worse."))
        #expect(try cost("cannot tell").contains("Cannot tell whether a cheaper kind"))
        #expect(try cost("the cheapest").hasSuffix("No kind of model is cheaper to use."))
    }

    /// No share is rounded until it reads as perfect, and none that is better reads as equal.
    @Test func sharesAreNotRoundedToPerfect() throws {
        let nearly = try told(
            .binary,
            [
                measured("accuracy", 0.9991, 0.99, 1),
                measured("trivialAccuracy", 0.9986, 0.99, 1, group: "always no"),
            ])
        #expect(
            try text(nearly, "howOftenRight")
                == "Right for 99.91 of 100 rows that it had not seen; saying \"no\" of everybody is "
                + "right for 99.86.")
        let sure = try told(.binary, [measured("accuracy", 0.9991, 0.99, 1)])
        #expect(try text(sure, "howOftenRight").hasPrefix("Right for more than 99 of 100"))
        let whole = try told(.binary, [measured("accuracy", 1, 0.99, 1)])
        #expect(try text(whole, "howOftenRight").hasPrefix("Right for 100 of 100"))
        let close = try told(
            .binary,
            [
                measured("accuracy", 0.889, 0.87, 0.9),
                measured("trivialAccuracy", 0.886, 0.87, 0.9, group: "always no"),
                measured("accuracyGain", 0.003, -0.002, 0.008),
            ])
        let said = try text(close, "howOftenRight")
        #expect(said.contains("88.9 of 100") && said.contains("right for 88.6"))
        #expect(said.contains("do not show that it is better"))
    }

    @Test func nobodyIsFound() throws {
        let report = try told(
            .binary,
            [
                measured("accuracy", 0.889, 0.87, 0.9), measured("selectionRate", 0, 0, 0.003),
                measured("sensitivity", 0, 0, 0.03),
                measured("trivialAccuracy", 0.889, 0.87, 0.9, group: "always no"),
                measured("accuracyGain", 0, 0, 0),
            ],
            gaps: [measured("selectionRateGap", 0, 0, 0.01, .bias, verdict: "no gap larger than 0.01")])
        #expect(try text(report, "found") == "No: it never says \"yes\", so it misses every one.")
        #expect(try text(report, "groups").contains("gaps of 0 between groups mean nothing"))
        #expect(try text(report, "whenNot").contains("Not before more rows show that it beats"))
        #expect(report.concerns?.first?.id == "neverPredicted")
        #expect(report.worries.first == report.concerns?.first?.whole)
    }

    @Test func costsStandBesideOneAnswerForAll() throws {
        let report = try told(
            .binary,
            [
                measured("accuracy", 0.8, 0.78, 0.82), measured("selectionRate", 0.4, 0.3, 0.5),
                measured("trivialAccuracy", 0.763, 0.75, 0.78, group: "always no"),
                measured("expectedCost", 0.152, 0.14, 0.16),
                measured("trivialCost", 0.76, 0.7, 0.8, group: "always yes"),
                measured("trivialCost", 1.185, 1.1, 1.2, group: "always no"),
                measured("debiasedCalibrationError", 0.05, 0.04, 0.06),
                measured("trainingSeconds", 10, nil, nil, .computeCost),
            ],
            gaps: [
                measured(
                    "falsePositiveRateGap", 0.11, 0.06, 0.16, .bias, group: "sex", verdict: "gap",
                    note: "farthest apart: m − f")
            ])
        #expect(
            try text(report, "cost")
                == "152 per thousand decisions, at the costs that were given; saying \"yes\" of "
                + "everybody costs 760; saying \"no\" of everybody costs 1,185.")
        #expect(try text(report, "groups").contains("wrongly says so of 11 more of sex \"m\""))
    }

    @Test func aNumberIsToldInItsOwnUnit() throws {
        let report = try told(
            .regression,
            [
                measured("meanAbsoluteError", 31_234, 30_800, 31_700),
                measured("trivialAbsoluteError", 91_170, 90_000, 92_000, group: "always the mean"),
                measured("absoluteErrorGain", -60_000, -61_000, -59_000),
                measured("conformalWidth", 140_000, 139_000, 141_000),
            ],
            gaps: [
                measured(
                    "meanErrorGap", 2_000, -3_000, 7_000, .bias, group: "sex",
                    verdict: "cannot tell", note: "farthest apart: m − f")
            ])
        let said = try text(report, "howOftenRight")
        #expect(said.contains("in the unit of \"price\"; guessing the mean of everybody is off by"))
        #expect(try text(report, "probabilities").contains("within 70,000 of what it says"))
        #expect(try text(report, "groups") == "By sex: cannot tell.")
        #expect(try text(report, .bias) == "By sex: cannot tell.")
    }

    @Test func severalClasses() throws {
        let report = try told(
            .multiclass,
            [
                measured("accuracy", 0.65, 0.6, 0.7),
                measured("classRecall", 0.9, 0.8, 1, group: "class = a"),
                measured("classRecall", 0.42, 0.3, 0.5, group: "class = b"),
                measured("classDecided", 0.5, 0.4, 0.6, group: "class = a"),
                measured("classDecided", 0.3, 0.2, 0.4, group: "class = b"),
            ],
            gaps: [
                measured(
                    "accuracyGap", 0.12, 0.05, 0.2, .bias, group: "sex", verdict: "gap",
                    note: "farthest apart: m − f")
            ])
        #expect(try text(report, "found") == "\"b\": it finds 42 of 100.")
        #expect(
            try text(report, "groups")
                == "Of 100 rows it is wrong for 12 more of sex \"f\" than of \"m\" (verdict: gap).")
        #expect(try text(report, .bias) == "By sex: gap.")
    }

    /// Where nothing was measured the sentence says why, and claims of reduced trainings need a verdict.
    @Test func whatWasNotMeasuredIsSaid() throws {
        let bare = try told(
            .binary, [measured("accuracy", 0.8, 0.7, 0.9)], notMeasured: "the budget was used up")
        #expect(try text(bare, "groups").contains("no protected column was named"))
        #expect(try text(bare, .hyperParameters) == "Not measured: the budget was used up.")
        let unsettled = try told(
            .binary,
            [
                measured("accuracy", 0.8, 0.7, 0.9),
                measured(
                    "gainFromDoubling", nil, nil, nil, .dataHunger, verdict: "cannot tell",
                    note: "no claim"),
                measured("seedSpread", nil, nil, nil, .hyperParameters, verdict: "cannot tell"),
            ])
        #expect(try text(unsettled, .dataHunger) == "Cannot tell whether more rows would help.")
        #expect(try text(unsettled, .hyperParameters).contains("was not settled"))
    }
}
