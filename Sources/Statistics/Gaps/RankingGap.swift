import TensorCore

/// How far apart the ROC curves of groups are: ABROCA, of the pair of groups where it is largest.
///
/// `A = max over pairs ∫ |ROC_g(t) − ROC_h(t)| dt`. It is never negative and noise alone makes it positive, so
/// that its bootstrap distribution never reaches the truth of equal groups. But an integral of a size obeys the
/// triangle inequality: `|Â − A| ≤ E`, the largest over pairs of the area to which the *error* of the
/// difference of two curves comes. E's distribution is that of resamples around the sample, and the interval is
/// `Â ± q₉₅(E)`, at least 0. It holds at equal groups, where Â = E, and is too wide rather than too narrow elsewhere.
///
/// - Source of A: Gardner et al. 2019, DOI 10.1145/3303772.3303791.
package struct RankingGap: Sendable {
    /// Groups with two positives and two negatives at least.
    private let taking: [Int]
    private let samples: [ClassificationSample]
    private static let resamples = 999
    private static let bins = 256
    private static let steps = 200

    package init(_ samples: [ClassificationSample]) {
        self.samples = samples
        taking = samples.indices.filter { Self.fewest(samples[$0]) > 1 }
    }

    /// The independent pieces of the smaller class.
    private static func fewest(_ sample: ClassificationSample) -> Int {
        [Int32(0), 1].map { label in
            let counts = sample.design.counts { sample.labels[$0] == label }
            return counts.clusters ?? counts.rows
        }.min() ?? 0
    }

    /// - Complexity: O(rows log rows + resamples · groups · (bins + groups · steps)) for simple rows.
    package func gap(seed: UInt64) -> PairwiseGaps.Gap {
        let first = samples.first?.design
        var estimate = Estimate(
            value: nil, method: "Resampled area to the difference, \(Self.resamples) resamples",
            varied: first?.varied ?? "rows",
            count: taking.reduce(0) { $0 + samples[$1].rows })
        let leftOut = samples.indices.filter { !taking.contains($0) }.map {
            (group: $0, why: "fewer than two positives or two negatives")
        }
        guard taking.count > 1 else {
            estimate.note = "fewer than two groups have two positives and two negatives"
            return PairwiseGaps.Gap(estimate: estimate, leftOut: leftOut)
        }
        let curves = taking.map { exactCurve(samples[$0]) }
        var value = -1.0
        var widest = (high: 0, low: 0)
        for a in curves.indices {
            for b in curves.indices where b > a {
                let area = curves[a].area(to: curves[b])
                if area > value { (value, widest) = (area, (taking[a], taking[b])) }
            }
        }
        let errors = errors(seed: seed)
        let reach = errors[
            min(errors.count - 1, Int((0.95 * Double(errors.count + 1)).rounded(.up)) - 1)]
        let beyond = errors.count { $0 >= value }
        estimate.value = value
        estimate.lower = max(0, value - reach)
        estimate.upper = min(1, value + reach)
        return PairwiseGaps.Gap(
            estimate: estimate, pValue: Double(beyond + 1) / Double(errors.count + 1),
            // Â ≥ A − E, and E is at most its 80 % quantile in 80 % of samples: then Â is beyond the reach.
            detectable: reach + errors[Int(0.8 * Double(errors.count))], widest: widest,
            leftOut: leftOut)
    }

    private func exactCurve(_ sample: ClassificationSample) -> ROCCurve {
        let ranked = RankedScores(
            sample.scores, isPositive: sample.isPositive, weights: sample.design.weights)
        func weight(_ label: Int32) -> [Double] {
            ranked.ties.map { tie in
                ranked.order[tie].reduce(0) {
                    $0 + (sample.labels[$1] == label ? sample.design.weights[$1] : 0)
                }
            }
        }
        return ROCCurve(positives: weight(1), negatives: weight(0))
    }

    /// Rows of one class in one bin of the scores that are resampled together.
    private struct Cell {
        var group: Int
        var label: Int
        var bin: Int
        var weight: Double
    }

    /// Quantiles of the largest error over pairs, rising: the larger of those by two ways to resample.
    ///
    /// Around each group's own curve, which is right in the long run but too sure where a group has few rows,
    /// as a curve of eight positives has eight steps; and around the curve of all groups, of which each draws as
    /// many rows as it has, which is right where the groups are equal.
    private func errors(seed: UInt64) -> [Double] {
        let edges = binEdges
        let bins = edges.count + 1
        let (pieces, means) = ownPieces(edges)
        let stretches: [Double] = taking.map { place in
            let fewest = Double(Self.fewest(samples[place]))
            return (fewest / (fewest - 1)).squareRoot()
        }
        let stretch = stretches.max() ?? 1
        let own = drawnErrors(pieces, means, bins, CounterRandom(seed: seed, name: "own curves"))
            .map { stretch * $0 }
        let (shared, counts) = sharedPieces(pieces, means, bins)
        let pooled = drawnErrors(
            shared, counts, bins, CounterRandom(seed: seed, name: "shared curve"))
        return zip(own.sorted(), pooled.sorted()).map(max)
    }

    /// Each group's rows as they are. Simple rows of a cell are alike: one Poisson number of their count.
    /// Others are drawn by piece.
    private func ownPieces(_ edges: [Double]) -> (pieces: [[Cell]], means: [Double]) {
        let isSimple = samples.allSatisfy { $0.design.clusters == nil && !$0.design.isWeighted }
        var pieces: [[Cell]] = []
        var means: [Double] = []
        for (group, index) in taking.enumerated() {
            let sample = samples[index]
            var counts = [Double](repeating: 0, count: 2 * edges.count + 2)
            var byPiece: [Int: Int] = [:]
            for row in 0..<sample.rows {
                let bin = Self.bin(sample.scores[row], edges)
                let label = Int(sample.labels[row])
                if isSimple {
                    counts[2 * bin + label] += 1
                    continue
                }
                let cell = Cell(
                    group: group, label: label, bin: bin, weight: sample.design.weights[row])
                let name = sample.design.clusters?[row] ?? row
                if let known = byPiece[name] {
                    pieces[known].append(cell)
                } else {
                    byPiece[name] = pieces.count
                    pieces.append([cell])
                    means.append(1)
                }
            }
            guard isSimple else { continue }
            for place in counts.indices where counts[place] > 0 {
                pieces.append([Cell(group: group, label: place % 2, bin: place / 2, weight: 1)])
                means.append(counts[place])
            }
        }
        return (pieces, means)
    }

    /// Each group's number of effective rows, spread over the bins as all groups' rows are.
    private func sharedPieces(
        _ pieces: [[Cell]], _ means: [Double], _ bins: Int
    ) -> (pieces: [[Cell]], means: [Double]) {
        var mass = [Double](repeating: 0, count: 2 * bins)
        for (cells, mean) in zip(pieces, means) {
            for cell in cells { mass[cell.label * bins + cell.bin] += mean * cell.weight }
        }
        var shared: [[Cell]] = []
        var counts: [Double] = []
        for (group, index) in taking.enumerated() {
            let sample = samples[index]
            for label in 0..<2 {
                let own = mass[label * bins..<(label + 1) * bins]
                let total = own.reduce(0, +)
                let effective = sample.design.kish(
                    (0..<sample.rows).map {
                        Int(sample.labels[$0]) == label ? sample.design.weights[$0] : 0
                    })
                for (bin, part) in own.enumerated() where part > 0 {
                    shared.append([Cell(group: group, label: label, bin: bin, weight: 1)])
                    counts.append(effective * part / total)
                }
            }
        }
        return (shared, counts)
    }

    /// The largest error over pairs in each resample.
    private func drawnErrors(
        _ pieces: [[Cell]], _ means: [Double], _ bins: Int, _ random: CounterRandom
    ) -> [Double] {
        let base = heights(pieces, means, bins: bins)
        return (0..<Self.resamples).map { resample in
            let drawn = means.indices.map {
                random.poisson(mean: means[$0], step: UInt32(resample), index: UInt64($0))
            }
            let heights = heights(pieces, drawn, bins: bins)
            var most = 0.0
            for a in taking.indices {
                for b in taking.indices where b > a {
                    var area = 0.0
                    for step in 0...Self.steps {
                        let error =
                            (heights[a][step] - heights[b][step])
                            - (base[a][step] - base[b][step])
                        area += abs(error)
                    }
                    most = max(most, area / Double(Self.steps + 1))
                }
            }
            return most
        }
    }

    /// Each group's curve on the grid, with the pieces counted so often.
    private func heights(_ pieces: [[Cell]], _ times: [Double], bins: Int) -> [[Double]] {
        var weights = [Double](repeating: 0, count: taking.count * 2 * bins)
        for (piece, cells) in pieces.enumerated() where times[piece] > 0 {
            for cell in cells {
                weights[(2 * cell.group + cell.label) * bins + cell.bin] +=
                    times[piece] * cell.weight
            }
        }
        return taking.indices.map { group in
            let negatives = weights[2 * group * bins..<(2 * group + 1) * bins]
            let positives = weights[(2 * group + 1) * bins..<(2 * group + 2) * bins]
            var heights = [Double](repeating: 0, count: Self.steps + 1)
            // A resample without one of the classes, one in e² of two rows, says nothing.
            guard positives.contains(where: { $0 > 0 }), negatives.contains(where: { $0 > 0 })
            else {
                return (0...Self.steps).map { Double($0) / Double(Self.steps) }
            }
            ROCCurve(positives: positives, negatives: negatives)
                .heights(steps: Self.steps, into: &heights)
            return heights
        }
    }

    /// Falling scores between bins of about equal mass over all groups.
    private var binEdges: [Double] {
        // A few thousand rows settle the bins.
        let all = taking.reduce(0) { $0 + samples[$1].rows }
        let stride = max(1, all / 20_000)
        var some: [Double] = []
        for index in taking {
            let scores = samples[index].scores
            for row in Swift.stride(from: 0, to: scores.count, by: stride) {
                some.append(scores[row])
            }
        }
        some.sort(by: >)
        var edges: [Double] = []
        for bin in 1..<Self.bins {
            let edge = some[bin * some.count / Self.bins]
            if edges.last != edge { edges.append(edge) }
        }
        return edges
    }

    /// Scores above the first edge are in bin 0.
    private static func bin(_ score: Double, _ edges: [Double]) -> Int {
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            if score >= edges[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
