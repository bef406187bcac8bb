import RealModule

extension ClassificationSample {
    /// What is said of each row, and whether it was so: the probability of the positive class of
    /// two; of more, that of the class decided.
    private var statements: (said: [Double], wasSo: [Bool]) {
        if classes == 2 { return (scores, labels.map { $0 == 1 }) }
        let calls = calls()
        return (
            (0..<rows).map { probabilities[$0 * classes + Int(calls[$0])] },
            (0..<rows).map { calls[$0] == labels[$0] }
        )
    }

    /// Rows with about the same probability.
    package struct ReliabilityBin: Sendable, Hashable {
        package var meanScore: Double
        /// The share for which it was so.
        package var observedRate: Estimate
        package var count: Int
    }

    /// Bins of about equal weight, from the lowest probability up; equal probabilities share a bin.
    private func bins(_ wanted: Int, said: [Double]) -> [[Int]] {
        let order = said.indices.filter { design.weights[$0] > 0 }
            .sorted { (said[$0], $0) < (said[$1], $1) }
        let total = design.weights.reduce(0, +)
        var bins: [[Int]] = []
        var current: [Int] = []
        var before = 0.0
        for (position, row) in order.enumerated() {
            let isTied = position > 0 && said[order[position - 1]] == said[row]
            let edge = total * Double(bins.count + 1) / Double(wanted)
            if !isTied, !current.isEmpty, before >= edge * (1 - 1e-12) {
                bins.append(current)
                current = []
            }
            current.append(row)
            before += design.weights[row]
        }
        if !current.isEmpty { bins.append(current) }
        return bins
    }

    package func reliability(bins wanted: Int = 10) -> [ReliabilityBin] {
        let (said, wasSo) = statements
        return bins(wanted, said: said).map { rows in
            let members = Set(rows)
            let weight = rows.reduce(0) { $0 + design.weights[$1] }
            return ReliabilityBin(
                meanScore: rows.reduce(0) { $0 + design.weights[$1] * said[$1] } / weight,
                observedRate: design.share(
                    of: { wasSo[$0] }, among: { members.contains($0) }, empty: "no rows"),
                count: rows.count)
        }
    }

    /// `Σ_b |Σ_{i∈b} wᵢ (scoreᵢ − outcomeᵢ)| / Σ wᵢ` over 15 bins of about equal weight.
    ///
    /// The sum of absolute values exceeds its target by noise, most where calibration is perfect;
    /// the value is not corrected, the interval is (`FoldedGaps`).
    ///
    /// - Source: Naeini et al. 2015, AAAI 29(1); the bias: Kumar et al. 2019, arXiv:1909.10155.
    package func expectedCalibrationError(bins wanted: Int = 15) -> Estimate {
        let (gaps, signed) = calibrationGaps(bins: wanted)
        return calibrationError(gaps, signed).estimate
    }

    /// The same less an estimate of what noise adds to it, at least 0.
    ///
    /// The noise is the mean of `Σ |g_b + noise_b|` over normal noise, less `Σ |g_b|`, for the gaps seen;
    /// the interval is that of the plain error, whose target is the same.
    ///
    /// - Source: Kumar et al. 2019, arXiv:1909.10155, section 5, whose simulation this is the mean of.
    package func debiasedCalibrationError(bins wanted: Int = 15) -> Estimate {
        let (gaps, signed) = calibrationGaps(bins: wanted)
        var (result, noise) = calibrationError(gaps, signed)
        result.value = result.value.map { max(0, $0 - noise) }
        if let value = result.value { result.lower = result.lower.map { min($0, value) } }
        if result.lower != nil { result.note = nil }
        return result
    }

    /// The mean over the classes of the calibration error of the class's own probability, each over 15
    /// bins of about equal weight.
    ///
    /// - Source: Kull et al. 2019, arXiv:1910.12656 (with bins of equal mass, as noise asks for).
    package func classwiseCalibrationError(bins wanted: Int = 15) -> Estimate {
        let count = Double(classes)
        var all: [FoldedGaps.Gap] = []
        var moves = [Double](repeating: 0, count: rows)
        for candidate in 0..<classes {
            let (gaps, signed) = calibrationGaps(
                bins: wanted, said: (0..<rows).map { probabilities[$0 * classes + candidate] },
                wasSo: labels.map { Int($0) == candidate })
            all += gaps.map {
                FoldedGaps.Gap(
                    size: $0.size / count, share: $0.share / count,
                    variance: $0.variance / (count * count))
            }
            for row in 0..<rows { moves[row] += signed[row] / count }
        }
        return calibrationError(all, moves).estimate
    }

    private func calibrationError(
        _ gaps: [FoldedGaps.Gap], _ signed: [Double]
    ) -> (estimate: Estimate, noise: Double) {
        let counts = design.counts()
        let value = gaps.reduce(0) { $0 + $1.size }
        var result = Estimate(
            value: value, method: "Inversion, folded normal gaps", varied: design.varied,
            count: counts.rows, clusters: counts.clusters)
        // Groups of rows have a spread that no formula of the scores gives.
        let shortage =
            design.clusters == nil
            ? nil : design.shortage(in: [design.whole(least: SamplePart.linear)])
        guard shortage == nil, let joint = design.deletions(signed, mass: design.weights) else {
            result.note = shortage ?? SamplingDesign.tooFewPieces
            return (result, FoldedGaps(gaps, jointVariance: 0).noise)
        }
        let folded = FoldedGaps(gaps, jointVariance: joint.variance)
        (result.lower, result.upper) = folded.interval()
        if folded.noise > 0.2 * value {
            result.note = "noise alone adds about \((folded.noise * 1e4).rounded() / 1e4)"
        }
        return (result, folded.noise)
    }

    /// Each bin's gap, and the influence values of their sum: those of the gap of a row's bin, with
    /// its sign. In groups of rows, those of a group in a bin are stretched to what leaving them out of it does: with few
    /// groups each makes up much of the bins that it reaches.
    func calibrationGaps(bins wanted: Int = 15) -> (gaps: [FoldedGaps.Gap], signed: [Double]) {
        let (said, wasSo) = statements
        return calibrationGaps(bins: wanted, said: said, wasSo: wasSo)
    }

    private func calibrationGaps(
        bins wanted: Int, said: [Double], wasSo: [Bool]
    ) -> (gaps: [FoldedGaps.Gap], signed: [Double]) {
        let total = design.weights.reduce(0, +)
        var gaps: [FoldedGaps.Gap] = []
        var signed = [Double](repeating: 0, count: rows)
        var sizes: [Int: Int] = [:]
        for cluster in design.clusters ?? [] { sizes[cluster, default: 0] += 1 }
        for members in bins(wanted, said: said) {
            let weight = members.reduce(0) { $0 + design.weights[$1] }
            var sum = 0.0
            var calibrated = 0.0
            for row in members {
                let weight = design.weights[row]
                sum += weight * (said[row] - (wasSo[row] ? 1 : 0))
                calibrated += weight * weight * said[row] * (1 - said[row])
            }
            var influence = [Double](repeating: 0, count: rows)
            for row in members {
                let gap = said[row] - (wasSo[row] ? 1 : 0) - sum / weight
                influence[row] = design.weights[row] * gap / total
                signed[row] = sum < 0 ? -influence[row] : influence[row]
            }
            var mass = [Double](repeating: 0, count: rows)
            for row in members { mass[row] = design.weights[row] }
            if let clusters = design.clusters {
                var own: [Int: Double] = [:]
                for row in members { own[clusters[row], default: 0] += design.weights[row] }
                // A row that stands alone is a simple row.
                for row in members where sizes[clusters[row], default: 0] > 1 {
                    let share = (own[clusters[row]] ?? 0) / weight
                    signed[row] /= 1 - min(share, 1 - 1e-9)
                }
            }
            let seen = design.deletions(influence, mass: mass)?.variance ?? 0
            gaps.append(
                FoldedGaps.Gap(
                    size: abs(sum) / total, share: weight / total,
                    variance: max(seen, calibrated / (total * total))))
        }
        return (gaps, signed)
    }
}
