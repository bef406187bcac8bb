extension PairedComparison where Sample == ClassificationSample {
    /// - Parameters:
    ///   - first: `[rows, classes]`: the first model's probabilities.
    ///   - second: `[rows, classes]`: the second's.
    package init(
        labels: [Int32], first: [Double], second: [Double], classes: Int, weights: [Double]? = nil,
        clusters: [Int32]? = nil, firstThreshold: Double = 0.5, secondThreshold: Double = 0.5
    ) throws(StatisticsError) {
        try self.init(
            first: ClassificationSample(
                labels: labels, probabilities: first, classes: classes, weights: weights,
                clusters: clusters),
            second: ClassificationSample(
                labels: labels, probabilities: second, classes: classes, weights: weights,
                clusters: clusters),
            firstThreshold: firstThreshold, secondThreshold: secondThreshold)
    }

    /// The difference in a metric.
    ///
    /// - Means and ratios of sums: Student's interval of the paired jackknife.
    /// - AUC: DeLong's paired variance, Obuchowski's where rows are clustered.
    /// - Shares of rows (accuracy, sensitivity and their like): from the shares of rows that only one
    ///   of the two hits, see `discordantDifference`.
    /// - Expected calibration error: recovered from the two interval's ends (`FoldedGaps`), which allow
    ///   for what noise adds to each, with the correlation of the two; no bootstrap.
    ///
    /// - Source: DeLong et al. 1988, DOI 10.2307/2531595; Obuchowski 1997, DOI 10.2307/2533958.
    package func difference(of metric: ClassificationMetric) -> Difference {
        if metric.share != nil { return discordantDifference(of: metric) }
        var method = "Jackknife, paired"
        switch metric {
        case .expectedCalibrationError: return calibrationDifference()
        case .rocAUC:
            method =
                design.clusters != nil
                ? "Obuchowski, paired"
                : design.isWeighted ? "DeLong, paired, weighted" : "DeLong, paired"
        case .macroAUC, .averagePrecision: method = "Infinitesimal jackknife, paired"
        default: break
        }
        return difference(method: method, note: metric.undefinedNote) { sample, threshold in
            sample.jackknifed(metric, threshold: threshold)
        }
    }

    /// The difference in the mean cost of a row; see `ClassificationSample.expectedCost`.
    package func differenceInExpectedCost(
        falsePositive: Double, falseNegative: Double
    ) -> Difference {
        difference { sample, threshold in
            let calls = sample.calls(threshold: threshold)
            let costs = zip(calls, sample.labels).map { call, label in
                call == label ? 0 : call == 1 ? falsePositive : falseNegative
            }
            return JackknifedValue(meanOf: costs, design: sample.design)
        }
    }

    /// `p₀₁ − p₁₀`: the share that only the second hits less the share that only the first hits.
    ///
    /// Each has its own interval (Clopper and Pearson's or Wilson's), from which that of the
    /// difference is recovered. Unlike Wald's it does not shrink to a point where the two never
    /// disagree: n rows without a disagreement leave room for some 3.7/n.
    ///
    /// - Source: Zou & Donner 2008, DOI 10.1002/sim.3095.
    private func discordantDifference(of metric: ClassificationMetric) -> Difference {
        let method = "Variance recovery from discordant shares"
        let undefined = Difference(
            undefined: metric.undefinedNote, method: method, design: design)
        guard let share = metric.share, let (before, after) = hits(of: metric) else {
            return undefined
        }
        let labels = first.labels
        func part(_ isHit: (Int) -> Bool) -> Share? {
            design.shareWithInterval(of: isHit, among: { share.isChosen(labels[$0]) })
        }
        var total = 0.0
        var net = 0.0
        for row in labels.indices where share.isChosen(labels[row]) {
            total += design.weights[row]
            if after[row] { net += design.weights[row] }
            if before[row] { net -= design.weights[row] }
        }
        guard total > 0 else { return undefined }
        var estimate = design.recovered(
            net / total,
            from: [
                (1, part { after[$0] && !before[$0] }), (-1, part { before[$0] && !after[$0] }),
            ])
        let counts = design.counts(where: { share.isChosen(labels[$0]) })
        (estimate.count, estimate.clusters) = (counts.rows, counts.clusters)
        estimate.method = method
        var difference = Difference(estimate)
        let apart = part { after[$0] != before[$0] }?.effective?.count(tail: 0.025)
        difference.varianceOfEffect = apart.map { 1 / $0 } ?? 0
        return difference
    }

    /// Which rows each of the two hits.
    private func hits(of metric: ClassificationMetric) -> (before: [Bool], after: [Bool])? {
        guard let share = metric.share else { return nil }
        let labels = first.labels
        let (before, after) = (
            first.calls(threshold: firstThreshold), second.calls(threshold: secondThreshold)
        )
        return (
            labels.indices.map { share.isHit(before[$0], labels[$0]) },
            labels.indices.map { share.isHit(after[$0], labels[$0]) }
        )
    }

    /// McNemar's test; `nil` for weighted or clustered rows, which are no simple draws.
    package func mcNemar() -> McNemar? {
        guard !design.isWeighted, design.clusters == nil,
            let (before, after) = hits(of: .accuracy)
        else { return nil }
        return McNemar(
            onlyFirst: before.indices.count { before[$0] && !after[$0] },
            onlySecond: before.indices.count { after[$0] && !before[$0] })
    }

    private func calibrationDifference() -> Difference {
        func part(_ sample: ClassificationSample) -> (value: Double, share: Share?) {
            let estimate = sample.expectedCalibrationError()
            guard let value = estimate.value else { return (0, nil) }
            guard let lower = estimate.lower, let upper = estimate.upper else {
                return (value, nil)
            }
            let share = Share(
                value: value, lower: lower, upper: upper, isExact: false,
                influence: sample.calibrationGaps().signed)
            return (value, share)
        }
        let (before, after) = (part(first), part(second))
        var estimate = design.recovered(
            after.value - before.value, from: [(1, after.share), (-1, before.share)])
        estimate.method = "Variance recovery from folded normal gaps"
        return Difference(estimate)
    }
}
