import RealModule
import Statistics

extension SmallPart {
    /// Normal scores whose AUC is Φ(shift/√(1 + spread²)).
    private static func normal(
        _ shift: Double, spread: Double = 1
    ) -> @Sendable (Int32, Double) -> Double {
        { label, z in logistic(label == 1 ? shift / 2 + spread * z : z - shift / 2) }
    }

    /// Five scores alone.
    private static let levels: @Sendable (Int32, Double) -> Double = { label, z in
        let place = z + (label == 1 ? 0.7 : -0.7)
        return (Double([-1.5, -0.5, 0.5, 1.5].count { $0 < place }) + 0.5) / 5
    }

    /// Positives are above all negatives, or, one in five, below all.
    private static let apart: @Sendable (Int32, Double) -> Double = { label, z in
        label == 0 ? 0.4 + 0.2 * logistic(z) : z > -0.8416 ? 0.9 : 0.1
    }

    private static let scores: [(String, @Sendable (Int32, Double) -> Double)] = [
        ("AUC 0.80", normal(1.19)), ("AUC 0.95", normal(2.33)),
        ("wide positives", normal(1.5, spread: 3)), ("five scores", levels),
        ("above or below all", apart),
    ]

    /// Which of both ways the score is too high by.
    private static let tooHigh: @Sendable (Int32, Double) -> Double = { label, z in
        logistic(1 + (label == 1 ? 0.7 + z : z - 0.7))
    }

    /// Of one sample of two classes.
    private static let twoClasses:
        [(String, [Part], @Sendable (ClassificationSample) -> Estimate)] = [
            ("Accuracy", [.rows], { $0.accuracy() }),
            ("Sensitivity", [.positives], { $0.sensitivity() }),
            ("Precision", [.rows, .positives], { $0.positivePredictiveValue() }),
            ("Selection rate", [.rows], { $0.selectionRate() }),
            ("Balanced accuracy", [.rows, .positives], { $0.balancedAccuracy() }),
            ("Macro F1", [.rows, .positives], { $0.macroF1() }),
            (
                "Expected cost", [.rows, .positives],
                { $0.expectedCost(threshold: 0.3, falsePositive: 1, falseNegative: 5) }
            ),
            ("Net benefit", [.rows, .positives], { $0.netBenefit(threshold: 0.3) }),
            ("Log loss", [.rows, .positives], { $0.logLoss() }),
            ("Brier score", [.rows, .positives], { $0.brierScore() }),
            ("Mean score", [.rows], { $0.meanScore() }),
            ("Mean error of scores", [.rows], { $0.meanScoreError() }),
            ("Average precision", [.rows, .positives], { $0.averagePrecision() }),
            ("Generalized entropy", [.rows, .positives], { $0.generalizedEntropy() }),
            ("Calibration slope", [.rows, .positives], { $0.calibration().slope }),
            ("Calibration intercept", [.rows, .positives], { $0.calibration().intercept }),
            (
                "Brier: miscalibration", [.rows, .positives],
                { BrierDecomposition($0).miscalibration }
            ),
            (
                "Brier: discrimination", [.rows, .positives],
                { BrierDecomposition($0).discrimination }
            ),
            ("Brier: uncertainty", [.rows, .positives], { BrierDecomposition($0).uncertainty }),
            (
                "True-positive rate at 10 % false", [.positives, .negatives],
                { $0.truePositiveRate(atFalsePositiveRate: 0.1) }
            ),
            ("Risk–coverage area", [.rows, .positives], { riskCoverage($0).area() }),
            (
                "Risk–coverage area above the best", [.rows, .positives],
                { riskCoverage($0).excessArea() }
            ),
        ]

    private static func riskCoverage(_ sample: ClassificationSample) -> RiskCoverage {
        let calls = sample.calls()
        return RiskCoverage(
            losses: zip(calls, sample.labels).map { $0 == $1 ? 0 : 1 },
            confidences: sample.scores.map { abs($0 - 0.5) }, design: sample.design)
    }

    static let all: [SmallPart] = {
        var all: [SmallPart] = []
        for (name, score) in scores {
            for part in [Part.positives, .negatives, .rows] {
                all.append(SmallPart("ROC AUC", name, part) { try $0.scored(score).rocAUC() })
            }
        }
        for (interval, parts, metric) in twoClasses {
            for part in parts {
                for (name, score) in scores.prefix(2) {
                    var one = SmallPart(interval, name, part) { try metric($0.scored(score)) }
                    // Made of regressions of drawn outcomes.
                    if interval.hasPrefix("Brier: ") { one.mostSamples = 200 }
                    all.append(one)
                }
            }
        }
        // Miscalibrated the same way everywhere, so that the bins do not matter.
        all.append(
            SmallPart("Calibration error", "too high", .rows) {
                try $0.scored(tooHigh).expectedCalibrationError()
            })
        all.append(
            SmallPart("Calibration error, less its noise", "too high", .rows) {
                var found = try $0.scored(tooHigh).debiasedCalibrationError()
                if $0.labels.count > 1000 {
                    found = try $0.scored(tooHigh).expectedCalibrationError()
                }
                return found
            })
        for (strength, name) in [(1.0, "three classes"), (3.0, "three classes, well told apart")] {
            let metrics: [(String, @Sendable (ClassificationSample) -> Estimate)] = [
                ("Macro AUC", { $0.macroAUC() }), ("Macro F1", { $0.macroF1() }),
                ("Balanced accuracy", { $0.balancedAccuracy() }), ("Log loss", { $0.logLoss() }),
                ("Brier score", { $0.brierScore() }),
            ]
            for (interval, metric) in metrics {
                all.append(
                    SmallPart(interval, name, .rareClass) {
                        try metric($0.threeClasses(strength))
                    })
            }
        }
        for error in [0.3, 1] {
            let metrics: [(String, @Sendable (RegressionSample) -> Estimate)] = [
                ("Root mean squared error", { $0.rootMeanSquaredError() }),
                ("Mean absolute error", { $0.meanAbsoluteError() }), ("R²", { $0.rSquared() }),
            ]
            for (interval, metric) in metrics {
                all.append(
                    SmallPart(interval, "errors of \(error)", .rows) {
                        try metric($0.numbers(error))
                    })
            }
        }
        for (metric, part) in [
            (ClassificationMetric.accuracy, Part.rows), (.sensitivity, .positives),
            (.rocAUC, .positives), (.rocAUC, .rows), (.averagePrecision, .positives),
            (.logLoss, .rows), (.logLoss, .positives), (.brierScore, .rows),
            (.balancedAccuracy, .positives), (.macroF1, .positives),
            (.positivePredictiveValue, .positives), (.positivePredictiveValue, .rows),
            (.expectedCalibrationError, .rows), (.selectionRate, .rows), (.meanScore, .rows),
        ] {
            for (name, scores) in [
                ("0.70 to 0.80", (normal(0.74), normal(1.19))),
                ("0.95 to 0.95", (normal(2.33), normal(2.33))),
            ] {
                all.append(
                    SmallPart("Difference in \(metric)", name, part) {
                        try $0.pair(scores.0, scores.1).difference(of: metric).estimate
                    })
            }
        }
        for metric in RegressionMetric.allCases {
            all.append(
                SmallPart("Difference in \(metric)", "errors of 1 to 0.7", .rows) {
                    try $0.numberPair(1, 0.7).difference(of: metric).estimate
                })
        }
        all.append(
            SmallPart("Mean of some rows less that of others", "normal", .positives) { rows in
                try design(rows).subsetDifference(
                    zip(rows.first, rows.labels).map { $0 + Double($1) },
                    isMember: rows.labels.map { $0 == 1 }
                ).estimate
            })
        all.append(
            SmallPart("Mean of some rows less that of others", "log losses", .positives) { rows in
                let losses = try rows.scored(normal(1.19)).rowLogLosses
                return try design(rows).subsetDifference(
                    losses, isMember: rows.labels.map { $0 == 1 }
                ).estimate
            })
        all.append(
            SmallPart("Mean of numbers", "normal", .rows) {
                try design($0).mean($0.first, scale: .plain)
            })
        all.append(
            SmallPart("Correlation", "of 0.6", .rows, kinds: [.rows, .weighted]) { rows in
                weightedCorrelation(
                    rows.first, zip(rows.first, rows.second).map { 0.6 * $0 + 0.8 * $1 },
                    weights: rows.weights ?? rows.first.map { _ in 1 })
            })
        return all + groups + others
    }()

    private static func design(_ rows: DrawnRows) throws -> SamplingDesign {
        try SamplingDesign(
            rows: rows.labels.count, weights: rows.weights, clusters: rows.clusters)
    }
}

// MARK: - Groups

extension SmallPart {
    /// A rate of each group.
    private typealias Rate = @Sendable (ClassificationSample) -> Estimate

    /// Gaps between a group of few rows, or of few positives, and others.
    private static let groups: [SmallPart] = {
        var all: [SmallPart] = []
        let rates: [(String, Rate)] = [
            ("selection rate", { $0.selectionRate() }), ("accuracy", { $0.accuracy() }),
            ("true-positive rate", { $0.sensitivity() }),
            ("precision", { $0.positivePredictiveValue() }), ("ROC AUC", { $0.rocAUC() }),
            ("mean error of scores", { $0.meanScoreError() }),
        ]
        for (name, rate) in rates {
            for part in [Part.groupRows, .fiveGroups] {
                all.append(
                    SmallPart(equal: "Gap in \(name)", "equal groups", part) {
                        pairwise(try $0.groupSamples(normal(1.19)), rate)
                    })
            }
        }
        for (population, score) in scores {
            all.append(
                SmallPart(equal: "Gap in ROC AUC", "equal, \(population)", .groupPositives) {
                    pairwise(try $0.groupSamples(score)) { $0.rocAUC() }
                })
        }
        for part in [Part.groupRows, .fiveGroups] {
            all.append(
                SmallPart(equal: "Gap in mean error", "equal groups", part) { rows in
                    PairwiseGaps(
                        rates: [
                            try rows.groupRows.map { group in
                                try design(group).mean(group.first, scale: .plain)
                            }
                        ]
                    ).gap(within: .range, across: .maximum)
                })
        }
        for part in [Part.groupRows, .fiveGroups] {
            all.append(
                SmallPart(equal: "Ratio of selection rates", "equal groups", part, truth: 1) {
                    PairwiseGaps(
                        rates: [try $0.groupSamples(normal(1.19)).map { $0.selectionRate() }]
                    ).leastRatio()
                })
        }
        all.append(
            SmallPart(equal: "Average odds difference", "equal groups", .groupRows) { rows in
                let samples = try rows.groupSamples(normal(1.19))
                return PairwiseGaps(
                    rates: [
                        samples.map { $0.sensitivity() }, samples.map { $0.falsePositiveRate() },
                    ]
                ).signedMean()
            })
        var areas = SmallPart(equal: "ABROCA", "equal, AUC 0.80", .groupPositives, kinds: [.rows]) {
            RankingGap(try $0.groupSamples(normal(1.19))).gap(seed: 1)
        }
        areas.mostSamples = 200
        return all + [areas]
    }()

    private static func pairwise(
        _ samples: [ClassificationSample], _ rate: Rate
    ) -> PairwiseGaps.Gap {
        PairwiseGaps(rates: [samples.map(rate)]).gap(within: .range, across: .maximum)
    }
}

extension DrawnRows {
    /// The rows of each group; see `Part.groups`. Where codes tell no class, the third number does.
    fileprivate var groupRows: [DrawnRows] {
        Set(labels.map { $0 / 2 }).sorted().map { group in
            var own = DrawnRows()
            if weights != nil { own.weights = [] }
            if clusters != nil { own.clusters = [] }
            for row in labels.indices where labels[row] / 2 == group {
                own.labels.append(labels[row] % 2)
                own.first.append(first[row])
                own.second.append(second[row])
                own.third.append(third[row])
                if let weights { own.weights?.append(weights[row]) }
                if let clusters { own.clusters?.append(clusters[row]) }
            }
            return own
        }
    }

    fileprivate func groupSamples(
        _ score: (Int32, Double) -> Double
    ) throws -> [ClassificationSample] {
        try groupRows.map { try $0.scored(score) }
    }
}
