import RealModule

/// The losses of rows that a model is more or less sure of: what its risk would be if it decided only
/// the surest ones.
///
/// - Source: El-Yaniv & Wiener 2010, JMLR 11:1605; Geifman et al. 2019, arXiv:1805.08206.
package struct RiskCoverage: Sendable {
    private let losses: [Double]
    private let design: SamplingDesign
    /// Rows of equal confidence, from the surest down.
    private let blocks: [Block]

    private struct Block {
        var rows: [Int]
        /// Weight and weighted loss of the surer rows, and of these.
        var weightBefore: Double
        var lossBefore: Double
        var weight: Double
        var loss: Double
    }

    /// - Parameters:
    ///   - losses: `[rows]`, in [0, 1]; 1 for a wrong decision.
    ///   - confidences: `[rows]`; larger is surer.
    package init(losses: [Double], confidences: [Double], design: SamplingDesign) {
        precondition(losses.count == design.rows && confidences.count == design.rows, "one a row")
        self.losses = losses
        self.design = design
        let order = losses.indices.filter { design.weights[$0] > 0 }
            .sorted {
                confidences[$0] == confidences[$1] ? $0 < $1 : confidences[$0] > confidences[$1]
            }
        var blocks: [Block] = []
        var (weight, loss) = (0.0, 0.0)
        var place = 0
        while place < order.count {
            var end = place
            var block = Block(
                rows: [], weightBefore: weight, lossBefore: loss, weight: 0, loss: 0)
            while end < order.count, confidences[order[end]] == confidences[order[place]] {
                let row = order[end]
                block.rows.append(row)
                block.weight += design.weights[row]
                block.loss += design.weights[row] * losses[row]
                end += 1
            }
            weight += block.weight
            loss += block.loss
            blocks.append(block)
            place = end
        }
        self.blocks = blocks
    }

    private var total: Double { blocks.reduce(0) { $0 + $1.weight } }
    /// The mean loss of all rows.
    private var risk: Double { blocks.reduce(0) { $0 + $1.loss } / total }

    package struct Point: Sendable, Hashable {
        /// The share of rows that are decided.
        package var coverage: Double
        /// Their mean loss.
        package var risk: Double
    }

    /// The risk of the surest rows, at about so many coverages up to 1.
    package func curve(points: Int = 100) -> [Point] {
        let total = total
        var found: [Point] = []
        for (place, block) in blocks.enumerated() {
            let weight = block.weightBefore + block.weight
            let wanted = Double(found.count + 1) / Double(points)
            guard weight / total >= wanted || place == blocks.count - 1 else { continue }
            found.append(
                Point(coverage: weight / total, risk: (block.lossBefore + block.loss) / weight))
        }
        return found
    }

    /// The area under the risk–coverage curve: the mean over rows of the risk of all rows at least as
    /// sure. Rows of equal confidence are taken in random order.
    ///
    /// The interval is the jackknife's of the first order: an area is `−mean loss · log(share of rows at
    /// least as sure)` but for terms of order 1/n. With fewer than 20 wrong rows it is the hull of that and of one that
    /// needs no spread: an area is the share of wrong rows, whose interval is exact, times the mean of what one of them adds.
    /// That is −log of a share of rows, whose distribution is about exponential, so that its mean of k has the interval of a
    /// χ² with 2k degrees of freedom. (No interval of few wrong rows would be none where the model happened to do well, and
    /// those of the other samples would lie too high.)
    ///
    /// - Source: Geifman et al. 2019; the form, Zhou et al. 2024, arXiv:2410.15361.
    package func area() -> Estimate { estimate(isExcess: false) }

    /// The area above that of the best order, in which every right row is surer than every wrong one:
    /// `area − (r + (1 − r) log(1 − r))`, for losses of 0 and 1 with mean r.
    package func excessArea() -> Estimate { estimate(isExcess: true) }

    private func estimate(isExcess: Bool) -> Estimate {
        let total = total
        let risk = risk
        var area = 0.0
        for block in blocks {
            let count = Double(block.rows.count)
            for place in 1...block.rows.count {
                let share = Double(place) / count
                area +=
                    block.weight / count * (block.lossBefore + share * block.loss)
                    / (block.weightBefore + share * block.weight) / total
            }
        }
        let best = risk < 1 ? risk + (1 - risk) * Double.log(onePlus: -risk) : 1
        let value = isExcess ? area - best : area
        // From the least sure up: what a surer row takes from the rows below it.
        var influence = [Double](repeating: 0, count: design.rows)
        var below = 0.0
        for block in blocks.reversed() {
            let share = (block.weightBefore + block.weight / 2) / total
            below += block.loss / total / share / 2
            for row in block.rows {
                var move = -losses[row] * Double.log(share) - below + risk - area
                if isExcess {
                    move += Double.log(onePlus: -min(risk, 1 - 1e-9)) * (losses[row] - risk)
                }
                influence[row] = design.weights[row] / total * move
            }
            below += block.loss / total / share / 2
        }
        let method = "Jackknife, \(IntervalScale.log)"
        guard value > 0 else {
            let counts = design.counts()
            return Estimate(
                value: max(0, value), method: method, varied: design.varied, count: counts.rows,
                clusters: counts.clusters,
                note: risk > 0
                    ? "every wrong row is less sure than every right one: no interval"
                    : "no row is wrong: no interval")
        }
        let rows = design.whole(least: SamplePart.squares)
        var result = design.estimate(
            value, influence: influence, method: method, scale: .log, bounds: 0...1,
            parts: [rows])
        let wrong = design.part("", least: SamplePart.squares) { losses[$0] > 0 }
        guard design.shortage(in: [rows]) == nil, design.shortage(in: [wrong]) != nil else {
            return result
        }
        guard let few = intervalOfFew(value, area: area, wrong: wrong.mass) else {
            return result.withoutInterval(SamplingDesign.tooFewPieces)
        }
        result.lower = min(result.lower ?? 1, few.lower)
        result.upper = max(result.upper ?? 0, few.upper)
        result.method = "\(method), and share of wrong rows times what each adds"
        (result.form, result.note) = (nil, nil)
        return result
    }

    /// From the intervals of the share of wrong rows and of the mean of what one of them adds; at most what the
    /// largest share comes to where the wrong rows are the surest.
    ///
    /// - Parameters:
    ///   - value: The area, or its excess, which is a smaller number with the same error.
    ///   - wrong: The weight of each row that is wrong.
    private func intervalOfFew(
        _ value: Double, area: Double, wrong: [Double]
    ) -> (lower: Double, upper: Double)? {
        guard
            let share = design.shareWithInterval(of: { losses[$0] > 0 }, among: { _ in true }),
            share.value > 0
        else { return nil }
        let relative = value / max(area, value)
        let degrees = max(1, Int(2 * design.kish(wrong) * relative * relative))
        func logRatio(_ share: Double, _ end: Double, _ tail: Double) -> Double {
            let mean =
                SpecialFunctions.chiSquareQuantile(tail, degrees: degrees) / Double(degrees)
            let (a, b) = (Double.log(end / share), Double.log(mean))
            return (a * a + b * b).squareRoot()
        }
        let most = share.upper * (1 - Double.log(share.upper))
        return (
            share.lower > 0
                ? value * Double.exp(-logRatio(share.value, share.lower, 0.975)) : 0,
            max(value, min(most, value * Double.exp(logRatio(share.value, share.upper, 0.025))))
        )
    }
}
