import RealModule
package import Statistics
package import TensorCore

/// Whether a step along a concept moves the explained number, at one layer, and whether steps along random rows do as
/// much.
///
/// The vector of a concept is `v = mean(activations of its examples) − mean(activations of other rows)`: its pattern,
/// the way by which rows with the concept differ. Of a row with the gradient g the derivative along it is `g·v`. Its
/// mean over rows, the *effect*, is what the explained number would gain to the first order if rows made that step.
/// A random concept is as many random rows against as many others, drawn from the same rows as the examples; if
/// belonging to the concept had nothing to do with what the layer puts out, its effect would be one more of theirs,
/// which is what the p-value counts.
///
/// - Source: Kim et al. 2018, arXiv:1711.11279; the pattern in place of a classifier's weights: Pahde et al. 2022,
///   arXiv:2202.03482. Kim et al. compare scores by a t-test over repeated draws of the other rows, which holds the
///   examples fixed; here the draw of the examples counts.
package struct ConceptTest: Sendable {
    private let width: Int
    /// `[rows, width]`
    private let gradients: [Float]
    private let design: SamplingDesign
    private let shares: [Double]
    /// `[pool, width]`
    private let pool: [Float]
    /// `[rows, pool]`: the derivative of each row along each row of the pool.
    private let poolProducts: [Float]
    private let draws: Int
    private let random: CounterRandom
    private let threads: Int

    /// Random concepts whose scores are computed too.
    private static let scored = 100
    /// Examples are drawn anew in so many blocks, so many times, for the score's interval.
    private static let blocks = 20
    private static let resamples = 100

    /// - Parameters:
    ///   - gradients: Of the explained number at each row's activations, `[rows, width]`.
    ///   - design: How those rows were drawn.
    ///   - pool: Activations of rows that random concepts are made of, `[pool, width]`.
    ///   - draws: Random concepts.
    package init(
        gradients: [Float], design: SamplingDesign, pool: [Float], width: Int, draws: Int,
        random: CounterRandom, threads: Int
    ) {
        precondition(gradients.count == design.rows * width, "a gradient for each row")
        self.width = width
        self.gradients = gradients
        self.design = design
        self.pool = pool
        self.draws = draws
        self.random = random
        self.threads = threads
        let total = design.weights.reduce(0, +)
        shares = design.weights.map { $0 / total }
        poolProducts = rowProducts(gradients, with: pool, width: width, threads: threads)
    }

    /// Random concepts of one size.
    package struct Controls: Sendable {
        /// Their effects, rising.
        package var effects: [Double]
        /// The scores of the first of them, rising.
        package var scores: [Double]

        /// The middle 95 % of the effects.
        package var band: (lower: Double, upper: Double) { middle(effects) }
        package var scoreBand: (lower: Double, upper: Double) { middle(scores) }

        /// `(1 + #{|effect of a random concept| ≥ |effect|}) / (1 + random concepts)`
        package func pValue(_ effect: Double) -> Double {
            let beyond = effects.count { abs($0) >= abs(effect) }
            return Double(1 + beyond) / Double(1 + effects.count)
        }
    }

    /// - Parameter size: Examples of a concept, and other rows.
    /// - Precondition: the pool has twice as many rows.
    package func controls(size: Int) -> Controls {
        let count = pool.count / width
        precondition(2 * size <= count, "the pool is too small")
        let effectOf = means(poolProducts, columns: count)
        var order = Array(0..<count)
        var effects: [Double] = []
        var scores: [Double] = []
        for draw in 0..<draws {
            // A part of a shuffle of an order that was shuffled before: as random as of any other.
            for place in 0..<2 * size {
                let other = random.integer(
                    below: count - place, step: UInt32(draw), index: UInt64(place))
                order.swapAt(place, place + other)
            }
            let effect =
                order[..<size].reduce(0) { $0 + effectOf[$1] }
                - order[size..<2 * size].reduce(0) { $0 + effectOf[$1] }
            effects.append(effect / Double(size))
            guard draw < Self.scored else { continue }
            var score = 0.0
            for row in shares.indices {
                var sum: Float = 0
                for place in order[..<size] { sum += poolProducts[row * count + place] }
                for place in order[size..<2 * size] { sum -= poolProducts[row * count + place] }
                if sum > 0 { score += shares[row] }
            }
            scores.append(min(score, 1))
        }
        return Controls(effects: effects.sorted(), scores: scores.sorted())
    }

    /// The weighted mean over rows of each column.
    private func means(_ products: [Float], columns: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: columns)
        for (row, share) in shares.enumerated() {
            for column in 0..<columns {
                sums[column] += share * Double(products[row * columns + column])
            }
        }
        return sums
    }

    /// What was found of a concept at the layer.
    package struct Result: Sendable {
        /// Share of held-out examples and other rows that a `LinearRule` from the rest tells right.
        package var accuracy: Estimate
        /// Whether the layer tells the concept at all: whether the accuracy is above one half.
        package var isKnown: Bool { accuracy.lower.map { $0 > 0.5 } ?? false }
        /// `mean(g·v)`
        package var effect: Estimate
        /// Share of rows with `g·v > 0`; called the TCAV score.
        package var score: Estimate
        /// The mean derivative along the direction of v, for a step of one standard deviation of the pool along it.
        package var sensitivity: Estimate
        package var controls: Controls
        package var pValue: Double
    }

    /// - Parameters:
    ///   - members: Activations of the concept's examples, in random order, `[size, width]`.
    ///   - others: Of as many rows without it, in random order.
    ///   - controls: Of that size.
    /// - Precondition: six examples or more.
    package func result(members: [Float], others: [Float], controls: Controls) -> Result {
        precondition(members.count == others.count, "as many others as examples")
        let size = members.count / width
        precondition(size >= 6, "too few examples")
        let products = [members, others].map {
            rowProducts(gradients, with: $0, width: width, threads: threads)
        }
        let vector = zip(mean(members, 0..<size), mean(others, 0..<size)).map { $0 - $1 }
        let slopes = derivatives(products, size: size)
        let along = products.map { means($0, columns: size) }
        let effect = effect(slopes, along)
        let spread = Moments(
            rowProducts(pool, with: vector, width: width, threads: threads).map(Double.init)
        ).standardDeviation
        let squares = vector.reduce(0) { $0 + Double($1) * Double($1) }
        return Result(
            accuracy: accuracy(members, others, size: size), effect: effect,
            score: score(products, slopes, size: size),
            sensitivity: effect.scaled(by: squares > 0 ? spread / squares : 0),
            controls: controls, pValue: controls.pValue(effect.value ?? 0))
    }

    private func mean(_ rows: [Float], _ chosen: Range<Int>) -> [Float] {
        var sums = [Double](repeating: 0, count: width)
        for row in chosen {
            for place in 0..<width { sums[place] += Double(rows[row * width + place]) }
        }
        return sums.map { Float($0 / Double(chosen.count)) }
    }

    /// `g·v` of each row.
    private func derivatives(_ products: [[Float]], size: Int) -> [Double] {
        shares.indices.map { row in
            let range = row * size..<(row + 1) * size
            return
                (products[0][range].reduce(0) { $0 + Double($1) }
                - products[1][range].reduce(0) { $0 + Double($1) }) / Double(size)
        }
    }

    /// The error is that of three samples: the rows, the examples and the other rows.
    private func effect(_ slopes: [Double], _ along: [[Double]]) -> Estimate {
        guard let rows = design.error(ofMean: slopes) else {
            return Estimate(
                value: slopes.indices.reduce(0) { $0 + shares[$1] * slopes[$1] },
                method: "Welch–Satterthwaite", count: slopes.count,
                note: "one independent group of rows says nothing of the spread: no interval")
        }
        return design.estimate(
            rows.mean, errors: [rows.error] + along.map { SampleError(meanOf: $0) },
            varied: "rows, examples and other rows")
    }

    /// Of a rule from two thirds of the examples and of the others, on the last third.
    private func accuracy(_ members: [Float], _ others: [Float], size: Int) -> Estimate {
        let held = (size - size / 3)..<size
        let rule = LinearRule(
            members[..<(held.lowerBound * width)], others[..<(held.lowerBound * width)],
            width: width)
        var hits = 0
        for row in held {
            let range = row * width..<(row + 1) * width
            if rule.side(of: members[range]) > 0 { hits += 1 }
            if rule.side(of: others[range]) < 0 { hits += 1 }
        }
        return shareEstimate(hits, of: 2 * held.count)
    }

    /// The share of rows that rise, and an interval that holds for other rows and other examples: examples are drawn
    /// anew in blocks, and from the outer 2.5 % of the shares goes the interval of a share of rows.
    private func score(_ products: [[Float]], _ slopes: [Double], size: Int) -> Estimate {
        var result = design.share(slopes.map { $0 > 0 })
        let blocks = min(Self.blocks, size)
        let bounds = (0...blocks).map { $0 * size / blocks }
        // Of each row, its products summed over each block.
        let sums = products.map { all in
            shares.indices.flatMap { row in
                (0..<blocks).map { block -> Double in
                    var sum = 0.0
                    for place in bounds[block]..<bounds[block + 1] {
                        sum += Double(all[row * size + place])
                    }
                    return sum
                }
            }
        }
        var drawn: [(share: Double, rises: [Bool])] = []
        for draw in 0..<Self.resamples {
            let times = (0..<2).map { side in
                var times = [Double](repeating: 0, count: blocks)
                for place in 0..<blocks {
                    times[
                        random.integer(
                            below: blocks, step: UInt32(draw + side * Self.resamples),
                            index: 1 << 40 + UInt64(place))] += 1
                }
                let rows = zip(times, zip(bounds, bounds.dropFirst())).reduce(0) {
                    $0 + $1.0 * Double($1.1.1 - $1.1.0)
                }
                return times.map { $0 / rows }
            }
            let rises = shares.indices.map { row in
                var slope = 0.0
                for block in 0..<blocks {
                    slope += times[0][block] * sums[0][row * blocks + block]
                    slope -= times[1][block] * sums[1][row * blocks + block]
                }
                return slope > 0
            }
            drawn.append((zip(shares, rises).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }, rises))
        }
        drawn.sort { $0.share < $1.share }
        let outer = Self.resamples / 40
        let low = design.share(drawn[outer].rises)
        let high = design.share(drawn[Self.resamples - 1 - outer].rises)
        if let lower = result.lower, let upper = result.upper, let least = low.lower,
            let most = high.upper
        {
            result.lower = min(lower, least)
            result.upper = max(upper, most)
        }
        result.method += " of examples drawn anew"
        result.varied = "rows and examples"
        result.form = nil
        return result
    }
}

/// Of rising numbers.
private func middle(_ rising: [Double]) -> (lower: Double, upper: Double) {
    guard let first = rising.first, let last = rising.last else { return (0, 0) }
    let cut = rising.count / 40
    return rising.count > 2 * cut ? (rising[cut], rising[rising.count - 1 - cut]) : (first, last)
}

extension Estimate {
    fileprivate func scaled(by factor: Double) -> Estimate {
        var result = self
        result.value = value.map { $0 * factor }
        result.lower = lower.map { $0 * factor }
        result.upper = upper.map { $0 * factor }
        result.form = nil
        return result
    }
}
