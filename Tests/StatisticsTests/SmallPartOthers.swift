import RealModule
import Statistics

private typealias SampleMetric = @Sendable (ClassificationSample) -> Estimate

extension SmallPart {
    /// Intervals of samples that no `Part` describes: of two samples, of seeds, of folds, of candidates.
    static let others: [SmallPart] =
        exposures + crossed + pairedGaps + selected + independent + crossValidations + weights
}

extension Numbers {
    mutating func normals(_ count: Int) -> [Double] { (0..<count).map { _ in normal() } }
}

// MARK: - Exposure

extension SmallPart {
    /// Losses are normal; those of planted rows that were learned by heart are lower.
    private static let exposures: [SmallPart] =
        [(0.0, "not learned"), (1.5, "learned")].flatMap { shift, name in
            [(true, "planted rows, of 60 references"), (false, "references, of 60 planted rows")]
                .map { isPlanted, part in
                    SmallPart("Exposure", name, few: part) { few in
                        meanBits(references: isPlanted ? 60 : few, shift: shift)
                    } estimate: { few, numbers in
                        try Exposure(
                            planted: numbers.normals(isPlanted ? few : 60).map { $0 - shift },
                            references: numbers.normals(isPlanted ? 60 : few)
                        ).mean
                    }
                }
        }

    /// `E log₂ R/rank` among so many references, of which a binomial number has a lower loss.
    private static func meanBits(references: Int, shift: Double) -> Double {
        let places = 400
        var sum = 0.0
        for place in 0..<places {
            let loss =
                SpecialFunctions.normalQuantile((Double(place) + 0.5) / Double(places)) - shift
            let below = SpecialFunctions.normalCDF(loss)
            for rank in 0...references {
                let logarithm =
                    Double.logGamma(Double(references + 1)) - Double.logGamma(Double(rank + 1))
                    - Double.logGamma(Double(references - rank + 1))
                    + Double(rank) * Double.log(below)
                    + Double(references - rank) * Double.log(onePlus: -below)
                sum += Double.exp(logarithm) * Double.log2(Double(references) / Double(rank + 1))
            }
        }
        return sum / Double(places)
    }
}

// MARK: - Seeds

extension SmallPart {
    /// What rows, seeds and both together add to a difference of 0.3, as standard deviations.
    private static let effects: [(String, (row: Double, seed: Double, both: Double))] = [
        ("rows vary", (1, 0.05, 0.3)), ("seeds vary", (0.3, 1, 0.3)), ("both vary", (1, 0.3, 1)),
    ]

    private static let crossed: [SmallPart] =
        effects.flatMap { name, effect in
            [(true, "rows, of 5 seeds"), (false, "seeds, of 60 rows")].map { isRows, part in
                SmallPart("Mean difference over seeds", name, few: part) { _ in
                    0.3
                } estimate: { few, numbers in
                    let (rows, seeds) = isRows ? (few, 5) : (60, few)
                    let own = numbers.normals(rows).map { effect.row * $0 }
                    let after = (0..<seeds).map { _ in
                        let common = 0.3 + effect.seed * numbers.normal()
                        return own.map { $0 + common + effect.both * numbers.normal() }
                    }
                    return try crossedMeanDifference(
                        before: after.map { $0.map { _ in 0 } }, after: after
                    ).estimate
                }
            }
        }
        + [(ClassificationMetric.accuracy, Part.rows), (.logLoss, .rows), (.rocAUC, .positives)]
        .map { metric, part in
            SmallPart("Difference in \(metric) over seeds", "equal models", few: part.name) { _ in
                0
            } estimate: { few, numbers in
                let rows = part.draw(few, .rows, &numbers)
                func model() throws -> ClassificationSample {
                    try ClassificationSample(
                        labels: rows.labels,
                        probabilities: zip(rows.labels, rows.first).flatMap { label, number in
                            let noise = 0.8 * number + 0.6 * numbers.normal()
                            let score = logistic((label == 1 ? 0.6 : -0.6) + noise)
                            return [1 - score, score]
                        }, classes: 2)
                }
                return try CrossedComparison(
                    (0..<5).map { _ in try PairedComparison(first: model(), second: model()) }
                ).difference(of: metric).estimate
            }
        }
}

// MARK: - Gaps before and after

extension SmallPart {
    /// Of scores that were lower in one group, and are no more.
    private static let pairedGaps: [SmallPart] =
        [(0.0, "equal groups"), (1.0, "a gap is closed")].flatMap { shift, name in
            [
                (ClassificationMetric.selectionRate, "selection rate"),
                (.sensitivity, "true-positive rate"), (.accuracy, "accuracy"),
            ].flatMap { metric, title in
                [
                    ([100], "rows of a group, of 100 others"),
                    ([100, 100], "rows of a group, of two"),
                ]
                .map { others, part in
                    SmallPart("Change of the gap in \(title)", name, few: part) { _ in
                        -closed(metric, shift)
                    } estimate: { few, numbers in
                        let rates = try ([few] + others).enumerated().map { group, rows in
                            try rate(
                                metric, rows: rows, shift: group == 1 ? shift : 0, &numbers)
                        }
                        return PairedGaps(rates: [rates]).change()
                    }
                }
            }
        }

    /// The gap that a lower score makes: of the share of positive scores, or of right ones.
    private static func closed(_ metric: ClassificationMetric, _ shift: Double) -> Double {
        func selected(_ label: Double, _ shift: Double) -> Double {
            SpecialFunctions.normalCDF(label == 1 ? 0.6 - shift : -0.6 - shift)
        }
        func rate(_ shift: Double) -> Double {
            let (positive, negative) = (selected(1, shift), selected(0, shift))
            return switch metric {
            case .selectionRate: 0.4 * positive + 0.6 * negative
            case .sensitivity: positive
            default: 0.4 * positive + 0.6 * (1 - negative)
            }
        }
        return abs(rate(0) - rate(shift))
    }

    private static func rate(
        _ metric: ClassificationMetric, rows: Int, shift: Double, _ numbers: inout Numbers
    ) throws -> PairedGaps.Rate {
        let drawn = Part.rows.draw(rows, .rows, &numbers)
        func sample(_ shift: Double) throws -> ClassificationSample {
            try drawn.scored { label, number in
                logistic((label == 1 ? 0.6 : -0.6) - shift + number)
            }
        }
        // The second model's numbers correlate with the first's by 0.8.
        var moved = drawn
        moved.first = zip(drawn.first, drawn.second).map { 0.8 * $0 + 0.6 * $1 }
        let before = try sample(shift)
        let after = try moved.scored { label, number in
            logistic((label == 1 ? 0.6 : -0.6) + number)
        }
        func estimate(_ sample: ClassificationSample) -> Estimate {
            switch metric {
            case .selectionRate: sample.selectionRate()
            case .sensitivity: sample.sensitivity()
            default: sample.accuracy()
            }
        }
        return PairedGaps.Rate(
            before: estimate(before), after: estimate(after),
            moved: try PairedComparison(first: before, second: after).difference(of: metric)
                .estimate)
    }
}

// MARK: - The best of several

extension SmallPart {
    private static let ranked: [(String, Part, SampleMetric)] = [
        ("AUC", .positives, { $0.rocAUC() }), ("accuracy", .rows, { $0.accuracy() }),
        ("Brier score", .rows, { $0.brierScore() }),
    ]

    private static let selected: [SmallPart] =
        [1, -1].flatMap { direction in
            [("normal", false), ("squares", true)].map { name, isSquare in
                SmallPart(
                    "Mean of the \(direction > 0 ? "highest" : "lowest") of five", "equal, \(name)",
                    few: "rows"
                ) { _ in
                    isSquare ? 1 : 0
                } estimate: { few, numbers in
                    let common = numbers.normals(few)
                    let candidates = (0..<5).map { _ in
                        common.map { number in
                            let own = 0.6 * number + 0.8 * numbers.normal()
                            return isSquare ? own * own : own
                        }
                    }
                    return try SelectionOverLooks.best(
                        of: candidates, direction: direction, seed: 1, draws: 1000
                    ).estimate
                }
            }
        }
        + ranked.map { title, part, metric in
            let score: @Sendable (Int32, Double) -> Double = { label, number in
                logistic((label == 1 ? 0.6 : -0.6) + number)
            }
            let direction = title == "Brier score" ? -1 : 1
            return SmallPart("Best \(title) of five", "equal", few: part.name) { few in
                (try? metric(DrawnRows.population(part.shares(few)).scored(score)).value) ?? .nan
            } estimate: { few, numbers in
                let rows = part.draw(few, .rows, &numbers)
                let looks = try (0..<5).map { _ in
                    var own = rows
                    own.first = rows.first.map { 0.6 * $0 + 0.8 * numbers.normal() }
                    return try metric(own.scored(score))
                }
                let best = looks.max {
                    Double(direction) * ($0.value ?? 0) < Double(direction) * ($1.value ?? 0)
                }
                return SelectionOverLooks.widened(
                    best ?? looks[0], looks: 5, direction: direction)
            }
        }
}

// MARK: - Two samples

extension SmallPart {
    private static let score: @Sendable (Int32, Double) -> Double = { label, number in
        logistic((label == 1 ? 0.6 : -0.6) + number)
    }

    private static let compared: [(String, SampleMetric)] = [
        ("accuracy", { $0.accuracy() }), ("mean score", { $0.meanScore() }),
        ("log loss", { $0.logLoss() }), ("AUC", { $0.rocAUC() }),
    ]

    private static let independent: [SmallPart] =
        compared.map { title, metric in
            SmallPart("Difference in \(title) of two samples", "equal", few: "rows, of 100 others")
            {
                _ in
                0
            } estimate: { few, numbers in
                let own = try Part.rows.draw(few, .rows, &numbers).scored(score)
                let other = try Part.rows.draw(100, .rows, &numbers).scored(score)
                return metric(other).minus(metric(own))
            }
        }
        + [
            SmallPart("Sum of means of three samples", "normal", few: "values, of 60 rows") { _ in
                0
            } estimate: { few, numbers in
                let design = try SamplingDesign(rows: 60, weights: nil, clusters: nil)
                guard let rows = design.error(ofMean: numbers.normals(60)) else {
                    return Estimate(value: nil, method: "", count: 0, note: "no spread")
                }
                let others = (0..<2).map { _ in numbers.normals(few) }
                guard few > 1 else {
                    return Estimate(value: nil, method: "", count: 0, note: "no spread")
                }
                let sums = others.map { $0.reduce(0, +) / Double(few) }
                return design.estimate(
                    rows.mean + sums[0] - sums[1],
                    errors: [rows.error] + others.map { SampleError(meanOf: $0) }, varied: "all")
            }
        ]
        + [
            SmallPart("Distance of distributions", "equal", few: "rows, of 100 others") { _ in
                0
            } estimate: { few, numbers in
                distributionDistance(numbers.normals(few), numbers.normals(100))
            },
            SmallPart("Distance of categories", "equal", few: "rows, of 100 others") { _ in
                0
            } estimate: { few, numbers in
                func counts(_ rows: Int) -> [Int] {
                    var counts = [0, 0, 0, 0]
                    for _ in 0..<rows { counts[Int(4 * numbers.uniform())] += 1 }
                    return counts
                }
                return compareCategories(counts(few), counts(100)).effect
            },
            SmallPart("Distance of shares", "0.2 to 0.4", few: "rows, of 100 others") { _ in
                0.2
            } estimate: { few, numbers in
                let own = (0..<few).count { _ in numbers.uniform() < 0.4 }
                let others = (0..<100).count { _ in numbers.uniform() < 0.2 }
                return compareShares(own, of: few, others, of: 100).effect
            },
        ]
}

// MARK: - Folds

extension SmallPart {
    /// Of the mean of the rows learned as everybody's prediction, whose error on new rows is known.
    private static let crossValidations: [SmallPart] =
        [(true, "folds, of 60 rows"), (false, "rows a fold, of 5 folds")].flatMap { isFolds, part in
            [false, true].map { isSquare in
                SmallPart(
                    "Cross-validated \(isSquare ? "squared" : "absolute") error", "normal",
                    few: part
                ) { few in
                    let (folds, rows) = isFolds ? (max(few, 2), 60) : (5, 5 * few)
                    let learned = Double(rows * (folds - 1)) / Double(folds)
                    let variance = 1 + 1 / learned
                    return isSquare ? variance : (2 * variance / .pi).squareRoot()
                } estimate: { few, numbers in
                    let (folds, rows) = isFolds ? (max(few, 2), 60) : (5, 5 * few)
                    let values = numbers.normals(rows)
                    let errors = (0..<(isFolds ? few : folds)).map { fold in
                        let held = values.indices.filter { $0 % folds == fold }
                        let learned = values.indices.filter { $0 % folds != fold }
                        let mean =
                            learned.reduce(0) { $0 + values[$1] } / Double(learned.count)
                        return held.reduce(0) { sum, row in
                            let error = values[row] - mean
                            return sum + (isSquare ? error * error : abs(error))
                        } / Double(held.count)
                    }
                    return crossValidated(errors, folds: folds, rows: rows)
                }
            }
        }
}

// MARK: - Weights that differ by a hundred

extension SmallPart {
    private static let weighted: [(String, Part, SampleMetric)] = [
        ("Accuracy", .rows, { $0.accuracy() }), ("Sensitivity", .positives, { $0.sensitivity() }),
        ("ROC AUC", .positives, { $0.rocAUC() }), ("Log loss", .rows, { $0.logLoss() }),
        ("Mean score", .rows, { $0.meanScore() }),
    ]

    /// They tell nothing of a row.
    private static let weights: [SmallPart] =
        weighted.map { title, part, metric in
            SmallPart("\(title), weights from 0.1 to 10", "AUC 0.80", few: part.name) { few in
                (try? metric(DrawnRows.population(part.shares(few)).scored(score)).value) ?? .nan
            } estimate: { few, numbers in
                var rows = part.draw(few, .rows, &numbers)
                rows.weights = rows.labels.map { _ in Double.exp10(2 * numbers.uniform() - 1) }
                return try metric(rows.scored(score))
            }
        }
}
