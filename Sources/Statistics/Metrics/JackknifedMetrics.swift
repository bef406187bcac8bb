/// A metric of two or more classes, by the id that it has in reports.
package enum ClassificationMetric: String, Sendable, CaseIterable {
    case accuracy, sensitivity, specificity, falsePositiveRate, positivePredictiveValue
    case selectionRate, balancedAccuracy, macroF1
    case logLoss, brierScore, meanScore
    case rocAUC, macroAUC, averagePrecision, expectedCalibrationError

    /// A share of rows that are chosen by their class alone: what counts as a hit, among which rows.
    var share: (isHit: (_ call: Int32, _ label: Int32) -> Bool, isChosen: (Int32) -> Bool)? {
        switch self {
        case .accuracy: ({ $0 == $1 }, { _ in true })
        case .sensitivity: ({ call, _ in call == 1 }, { $0 == 1 })
        case .specificity: ({ call, _ in call == 0 }, { $0 == 0 })
        case .falsePositiveRate: ({ call, _ in call == 1 }, { $0 == 0 })
        case .selectionRate: ({ call, _ in call == 1 }, { _ in true })
        default: nil
        }
    }

    /// The rows that a share is of.
    var partName: String {
        switch self {
        case .sensitivity: "positive rows"
        case .specificity, .falsePositiveRate: "negative rows"
        default: "rows"
        }
    }

    /// Why a sample may not have it.
    var undefinedNote: String {
        switch self {
        case .sensitivity, .averagePrecision: "there are no positive rows"
        case .specificity, .falsePositiveRate: "there are no negative rows"
        case .positivePredictiveValue: "no row was decided positive"
        default: "only one class occurs"
        }
    }
}

/// A metric of numbers, by the id that it has in reports.
package enum RegressionMetric: String, Sendable, CaseIterable {
    case rootMeanSquaredError, meanAbsoluteError, rSquared
}

extension SamplingDesign {
    /// `Σ wᵢ aᵢ / Σ wᵢ bᵢ`, its deletions exact; `nil` where no weight has a `bᵢ`.
    ///
    /// - Parameters:
    ///   - name: Of the rows with a `bᵢ`, in a sentence.
    ///   - least: How many of them the ratio's spread needs.
    func jackknifedRatio(
        of name: String, least: Double = SamplePart.linear, _ numerator: (Int) -> Double,
        over denominator: (Int) -> Double
    ) -> JackknifedValue? {
        let mass = (0..<rows).map { weights[$0] * denominator($0) }
        let total = mass.reduce(0, +)
        guard total > 0 else { return nil }
        let parts = (0..<rows).map { weights[$0] * numerator($0) }
        let ratio = parts.reduce(0, +) / total
        return JackknifedValue(
            ratio, influence: zip(parts, mass).map { ($0 - ratio * $1) / total }, mass: mass,
            design: self, parts: [part(name, least: least) { denominator($0) > 0 }])
    }
}

extension ClassificationSample {
    /// A metric with its deletions; `nil` where it is undefined on these rows.
    ///
    /// Deletions are exact for sums and ratios of sums, of the first order for AUC, average precision
    /// and calibration error.
    package func jackknifed(
        _ metric: ClassificationMetric, threshold: Double = 0.5
    ) -> JackknifedValue? {
        if let share = metric.share {
            let calls = calls(threshold: threshold)
            return design.jackknifedRatio(of: metric.partName) {
                share.isChosen(labels[$0]) && share.isHit(calls[$0], labels[$0]) ? 1 : 0
            } over: {
                share.isChosen(labels[$0]) ? 1 : 0
            }
        }
        switch metric {
        case .logLoss:
            return JackknifedValue(meanOf: rowLogLosses, design: design, parts: lossParts)
        case .brierScore:
            return JackknifedValue(meanOf: rowBrierScores, design: design, parts: lossParts)
        case .meanScore:
            return scores.isEmpty ? nil : JackknifedValue(meanOf: scores, design: design)
        case .positivePredictiveValue:
            let calls = calls(threshold: threshold)
            return design.jackknifedRatio(of: "rows decided positive") {
                calls[$0] == 1 && labels[$0] == 1 ? 1 : 0
            } over: {
                calls[$0] == 1 ? 1 : 0
            }
        case .balancedAccuracy:
            let calls = calls(threshold: threshold)
            return meanOverClasses { label in
                design.jackknifedRatio(of: "rows of a class") {
                    calls[$0] == label && labels[$0] == label ? 1 : 0
                } over: {
                    labels[$0] == label ? 1 : 0
                }
            }
        case .macroF1:
            let calls = calls(threshold: threshold)
            return meanOverClasses { label in
                design.jackknifedRatio(of: "rows that are of a class or decided so") {
                    calls[$0] == label && labels[$0] == label ? 2 : 0
                } over: {
                    (labels[$0] == label ? 1 : 0) + (calls[$0] == label ? 1 : 0)
                }
            }
        case .rocAUC: return jackknifedAUC()
        case .macroAUC:
            return macroAreaUnderCurve.map {
                JackknifedValue(
                    $0.value, influence: $0.influence, design: design,
                    parts: (0..<Int32(classes)).filter { labels.contains($0) }.map { label in
                        design.part("rows of a class") { labels[$0] == label }
                    })
            }
        case .averagePrecision:
            guard classes == 2 else { return nil }
            return precisionRecallArea.map {
                JackknifedValue(
                    $0.value, influence: $0.influence, mass: $0.mass, design: design,
                    parts: [design.part("positive rows") { labels[$0] == 1 }])
            }
        case .expectedCalibrationError:
            let (gaps, signed) = calibrationGaps()
            return JackknifedValue(
                gaps.reduce(0) { $0 + $1.size }, influence: signed, design: design)
        case .accuracy, .sensitivity, .specificity, .falsePositiveRate, .selectionRate: return nil
        }
    }

    private func meanOverClasses(
        _ ratio: (Int32) -> JackknifedValue?
    ) -> JackknifedValue? {
        let parts = (0..<Int32(classes)).compactMap(ratio)
        return parts.isEmpty ? nil : .mean(of: parts)
    }

    /// AUC, the moves such that their variance is DeLong's for simple rows, Obuchowski's for clusters.
    ///
    /// DeLong's divides by `m − 1` positives and `n − 1` negatives, the jackknife by `N − 1` rows; the
    /// influence of simple rows is stretched by `√(m/(m − 1) · (N − 1)/N)`, and the same for negatives.
    private func jackknifedAUC() -> JackknifedValue? {
        guard classes == 2,
            let area = AreaUnderCurve(scores, isPositive: isPositive, weights: design.weights)
        else { return nil }
        let parts = [
            design.part("positive rows") { labels[$0] == 1 },
            design.part("negative rows") { labels[$0] == 0 },
        ]
        if let shortage = design.shortage(in: parts) {
            return JackknifedValue(area.value, nil, shortage: shortage)
        }
        var influence = area.influence(isPositive: isPositive, weights: design.weights)
        if design.clusters == nil && !design.isWeighted {
            let count = Double(rows)
            func stretch(_ part: Double) -> Double {
                part > 1 ? (part / (part - 1) * (count - 1) / count).squareRoot() : 1
            }
            let (positive, negative) = (stretch(area.positive), stretch(area.negative))
            for row in 0..<rows { influence[row] *= labels[row] == 1 ? positive : negative }
        }
        let pieces = design.pieces(influence)
        let units = design.units
        guard units > 1 else { return JackknifedValue(area.value, nil) }
        let share = 1 - 1 / Double(units)
        return JackknifedValue(
            area.value, Deletions(moves: pieces.map { $0 / share }, count: units))
    }
}

extension RegressionSample {
    /// A metric with its exact deletions; `nil` where it is undefined on these rows.
    ///
    /// R² keeps the mean target of all rows when one is left out, as its interval does.
    package func jackknifed(_ metric: RegressionMetric) -> JackknifedValue? {
        let errors = errors
        switch metric {
        case .meanAbsoluteError:
            return JackknifedValue(meanOf: errors.map(abs), design: design)
        case .rootMeanSquaredError:
            return JackknifedValue(
                meanOf: errors.map { $0 * $0 }, design: design,
                parts: [design.whole(least: SamplePart.squares)]
            ).squareRoot()
        case .rSquared:
            let weights = design.weights
            let center =
                zip(weights, targets).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
            return design.jackknifedRatio(of: "rows", least: SamplePart.squares) {
                let spread = (targets[$0] - center) * (targets[$0] - center)
                return spread - errors[$0] * errors[$0]
            } over: {
                (targets[$0] - center) * (targets[$0] - center)
            }
        }
    }
}
