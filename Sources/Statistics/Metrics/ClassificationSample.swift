/// Rows with a true class and a probability for every class.
///
/// Of two classes, class 1 is the positive one.
package struct ClassificationSample: Sendable {
    /// The true class of each row.
    package let labels: [Int32]
    /// `[rows, classes]`.
    package let probabilities: [Double]
    package let classes: Int
    package let design: SamplingDesign
    /// Of two classes: the probability of the positive one, a row.
    package let scores: [Double]

    package var rows: Int { labels.count }

    /// - Parameters:
    ///   - labels: `[rows]`, each in `0..<classes`.
    ///   - probabilities: `[rows, classes]`, each in [0, 1]; a row's sum is 1 within 1e-4.
    ///   - weights: One a row, or `nil` for ones.
    ///   - clusters: Rows with equal codes belong together; a negative code stands alone.
    package init(
        labels: [Int32], probabilities: [Double], classes: Int, weights: [Double]? = nil,
        clusters: [Int32]? = nil
    ) throws(StatisticsError) {
        guard classes > 1 else { throw StatisticsError("one class leaves nothing to tell apart") }
        guard probabilities.count == labels.count * classes else {
            throw StatisticsError(
                "\(labels.count) rows of \(classes) classes have \(probabilities.count) "
                    + "probabilities; give one for every row and class")
        }
        design = try SamplingDesign(rows: labels.count, weights: weights, clusters: clusters)
        for row in labels.indices {
            guard labels[row] >= 0, labels[row] < classes else {
                throw StatisticsError(
                    "row \(row) is of class \(labels[row]); classes are 0 to \(classes - 1)")
            }
            var sum = 0.0
            for probability in probabilities[row * classes..<(row + 1) * classes] {
                guard probability >= 0, probability <= 1 else {
                    throw StatisticsError(
                        "row \(row) has the probability \(probability), outside of [0, 1]")
                }
                sum += probability
            }
            guard abs(sum - 1) <= 1e-4 else {
                throw StatisticsError("the probabilities of row \(row) sum to \(sum), not to 1")
            }
        }
        self.labels = labels
        self.probabilities = probabilities
        self.classes = classes
        scores =
            classes == 2
            ? stride(from: 1, to: probabilities.count, by: 2).map { probabilities[$0] } : []
    }

    /// The class decided for each row: the positive one of two from the threshold on; of more, the
    /// most probable, the first of equals.
    package func calls(threshold: Double = 0.5) -> [Int32] {
        if classes == 2 { return scores.map { $0 >= threshold ? 1 : 0 } }
        return (0..<rows).map { row in
            var best = 0
            for candidate in 1..<classes
            where probabilities[row * classes + candidate] > probabilities[row * classes + best] {
                best = candidate
            }
            return Int32(best)
        }
    }

    /// The chosen rows alone.
    package func selecting(_ chosen: [Int]) throws(StatisticsError) -> ClassificationSample {
        var kept: [Double] = []
        kept.reserveCapacity(chosen.count * classes)
        for row in chosen { kept += probabilities[row * classes..<(row + 1) * classes] }
        return try ClassificationSample(
            labels: chosen.map { labels[$0] }, probabilities: kept, classes: classes,
            weights: design.isWeighted ? chosen.map { design.weights[$0] } : nil,
            clusters: design.clusters.map { all in chosen.map { Int32(all[$0]) } })
    }
}

// MARK: - Decisions

extension ClassificationSample {
    /// Right decisions / rows.
    package func accuracy(threshold: Double = 0.5) -> Estimate {
        let calls = calls(threshold: threshold)
        return design.share(
            of: { calls[$0] == labels[$0] }, among: { _ in true }, empty: "no row has a weight")
    }

    /// Positives decided positive / positives.
    package func sensitivity(threshold: Double = 0.5) -> Estimate {
        let calls = calls(threshold: threshold)
        return design.share(
            of: { calls[$0] == 1 }, among: { labels[$0] == 1 },
            empty: "there are no positive rows")
    }

    /// Negatives decided negative / negatives.
    package func specificity(threshold: Double = 0.5) -> Estimate {
        let calls = calls(threshold: threshold)
        return design.share(
            of: { calls[$0] == 0 }, among: { labels[$0] == 0 },
            empty: "there are no negative rows")
    }

    /// Negatives decided positive / negatives.
    package func falsePositiveRate(threshold: Double = 0.5) -> Estimate {
        let calls = calls(threshold: threshold)
        return design.share(
            of: { calls[$0] == 1 }, among: { labels[$0] == 0 },
            empty: "there are no negative rows")
    }

    /// Positives decided positive / decided positive.
    package func positivePredictiveValue(threshold: Double = 0.5) -> Estimate {
        let calls = calls(threshold: threshold)
        return design.share(
            of: { labels[$0] == 1 }, among: { calls[$0] == 1 },
            empty: "no row was decided positive")
    }

    /// Decided positive / rows.
    package func selectionRate(threshold: Double = 0.5) -> Estimate {
        let calls = calls(threshold: threshold)
        return design.share(
            of: { calls[$0] == 1 }, among: { _ in true }, empty: "no row has a weight")
    }

    /// The mean cost of a row: what each wrong decision costs.
    package func expectedCost(
        threshold: Double, falsePositive: Double, falseNegative: Double
    ) -> Estimate {
        let calls = calls(threshold: threshold)
        func part(_ coefficient: Double, _ call: Int32, _ label: Int32) -> (Double, Share?) {
            (
                coefficient,
                design.shareWithInterval(
                    of: { calls[$0] == call && labels[$0] == label }, among: { _ in true })
            )
        }
        let total = design.weights.reduce(0, +)
        let cost = (0..<rows).reduce(0.0) { sum, row in
            if calls[row] == labels[row] { return sum }
            return sum + design.weights[row] * (calls[row] == 1 ? falsePositive : falseNegative)
        }
        return design.recovered(
            cost / total, from: [part(falsePositive, 1, 0), part(falseNegative, 0, 1)]
        ).withoutInterval(design.shortage(in: [design.whole(least: SamplePart.squares)]))
    }

    /// The mean over the classes that occur of the share of their rows decided right.
    package func balancedAccuracy(threshold: Double = 0.5) -> Estimate {
        let calls = calls(threshold: threshold)
        let truth = totals(of: labels)
        let hits = hits(calls)
        let present = truth.indices.filter { truth[$0] > 0 }
        let count = Double(present.count)
        return design.recovered(
            present.reduce(0) { $0 + hits[$1] / truth[$1] } / count,
            from: present.map { label in
                (
                    1 / count,
                    design.shareWithInterval(
                        of: { calls[$0] == labels[$0] }, among: { labels[$0] == label })
                )
            })
    }

    /// The mean over the classes that occur or were decided of `2·TP/(decided + true)`.
    ///
    /// Of one class that is `2J/(1 + J)`, with J the share decided right among the rows that are of
    /// the class or were decided so; its interval is J's, transformed.
    package func macroF1(threshold: Double = 0.5) -> Estimate {
        let calls = calls(threshold: threshold)
        let mass = zip(totals(of: labels), totals(of: calls)).map { $0 + $1 }
        let hits = hits(calls)
        let present = mass.indices.filter { mass[$0] > 0 }
        let count = Double(present.count)
        // Of few rows, classes that are seen next time are left out of the mean.
        let shortage = design.shortage(in: [design.whole(least: 5)])
        return design.recovered(
            present.reduce(0) { $0 + 2 * hits[$1] / mass[$1] } / count,
            from: present.map { label in
                let overlap = design.shareWithInterval(
                    of: { calls[$0] == labels[$0] },
                    among: { labels[$0] == label || calls[$0] == label })
                return (1 / count, overlap?.asF1)
            }
        ).withoutInterval(shortage)
    }

    /// The weight of rows decided right of each class.
    private func hits(_ calls: [Int32]) -> [Double] {
        var hits = [Double](repeating: 0, count: classes)
        for row in 0..<rows where calls[row] == labels[row] {
            hits[Int(labels[row])] += design.weights[row]
        }
        return hits
    }

    /// The weight of each class.
    private func totals(of assigned: [Int32]) -> [Double] {
        var totals = [Double](repeating: 0, count: classes)
        for row in 0..<rows { totals[Int(assigned[row])] += design.weights[row] }
        return totals
    }
}

extension Share {
    /// `2J/(1 + J)` of a share J.
    fileprivate var asF1: Share {
        func transformed(_ share: Double) -> Double { 2 * share / (1 + share) }
        let slope = 2 / ((1 + value) * (1 + value))
        return Share(
            value: transformed(value), lower: transformed(lower), upper: transformed(upper),
            isExact: isExact, influence: influence.map { slope * $0 })
    }
}
