import Statistics
import TensorCore

/// What chance gives to methods by gradients.
package struct GradientDraws: Sendable {
    /// A baseline and a share of the path from it, for a row and a draw.
    package var path: @Sendable (_ row: Int, _ draw: Int) -> (baseline: Int, share: Float)
    /// A standard normal number for a row, a sample and a number of the row.
    package var normal: @Sendable (_ row: Int, _ sample: Int, _ place: Int) -> Float

    package init(
        path: @escaping @Sendable (Int, Int) -> (baseline: Int, share: Float),
        normal: @escaping @Sendable (Int, Int, Int) -> Float
    ) {
        self.path = path
        self.normal = normal
    }

    /// Independent draws that follow from a seed.
    ///
    /// - Parameters:
    ///   - baselines: Of which one is drawn, each with the same probability.
    ///   - width: Numbers of a row.
    package init(seed: UInt64, baselines: Int, width: Int) {
        let places = CounterRandom(seed: seed, name: "expected gradients")
        let noise = CounterRandom(seed: seed, name: "noise of gradients")
        self.init(
            path: { row, draw in
                let step = UInt32(truncatingIfNeeded: row)
                let baseline = places.integer(below: baselines, step: step, index: UInt64(2 * draw))
                return (baseline, Float(places.uniform(step: step, index: UInt64(2 * draw + 1))))
            },
            normal: { row, sample, place in
                let bits = noise.bits(
                    step: UInt32(truncatingIfNeeded: row), index: UInt64(sample * width + place))
                let uniform = (Double(bits >> 11) + 0.5) * 0x1p-53
                return Float(SpecialFunctions.normalQuantile(uniform))
            })
    }
}

/// Methods that draw at random; each keeps its samples, from which the errors follow.
extension GradientExplainer {
    /// The results of samples `[samples, groups]` of each row, side by side.
    private func results(
        _ sums: [Double], samples: Int, _ values: [Double], base: Double, evaluations: Int,
        areSquares: Bool = false
    ) -> [Result] {
        let each = samples * groupCount
        return values.indices.map { row in
            Result(
                base: base, value: values[row],
                samples: Array(sums[row * each..<(row + 1) * each]), count: samples,
                evaluations: evaluations, areSquares: areSquares)
        }
    }

    /// Expected gradients: baselines and places on the path are drawn, one pair a gradient.
    func expected(_ part: PointRows, draws: Int) -> [Result] {
        let (groups, groupCount, width) = (groups, groupCount, width)
        @Sendable func draw(_ unit: Int, _ point: Int) -> (baseline: Int, share: Float) {
            part.draws.path(part.first + unit, point)
        }
        let sums = engine.sums(
            units: part.count, points: draws, slots: draws * groupCount,
            fill: { unit, point, into in
                let (baseline, share) = draw(unit, point)
                for place in 0..<width {
                    let from = part.baseline(baseline, place)
                    into[place] = from + share * (part.row(unit, place) - from)
                }
            },
            collect: { given, gradient, sums, start in
                let baseline = draw(given.unit, given.point).baseline
                let own = start + given.point * groupCount
                for place in 0..<width {
                    let difference =
                        Double(part.row(given.unit, place)) - Double(part.baseline(baseline, place))
                    sums[own + groups[place]] += Double(gradient[place]) * difference
                }
            })
        return results(
            sums, samples: draws, values(of: part.rows), base: part.base, evaluations: draws + 1)
    }

    /// Adds noise to a row, the same for the same row and sample.
    private func noisy(_ part: PointRows) -> GradientEngine.Fill {
        guard let noise = part.noise else {
            preconditionFailure("\(method.name) needs the size of its noise")
        }
        let width = width
        return { unit, point, into in
            for place in 0..<width {
                let own = part.row(unit, place)
                into[place] =
                    noise[place] > 0
                    ? own + noise[place] * part.draws.normal(part.first + unit, point, place) : own
            }
        }
    }

    func smoothed(_ part: PointRows, samples: Int) -> [Result] {
        let (groups, groupCount, width) = (groups, groupCount, width)
        let sums = engine.sums(
            units: part.count, points: samples, slots: samples * groupCount, fill: noisy(part),
            collect: { given, gradient, sums, start in
                let own = start + given.point * groupCount
                for place in 0..<width { sums[own + groups[place]] += Double(gradient[place]) }
            })
        return results(
            sums, samples: samples, values(of: part.rows), base: part.base,
            evaluations: samples + 1)
    }

    /// The variances of a group's numbers, summed; the noise is passed twice, once for the means.
    func varied(_ part: PointRows, samples: Int) -> [Result] {
        let (groups, groupCount, width) = (groups, groupCount, width)
        let fill = noisy(part)
        let means = engine.sums(
            units: part.count, points: samples, slots: width, fill: fill,
            collect: { _, gradient, sums, start in
                for place in 0..<width {
                    sums[start + place] += Double(gradient[place]) / Double(samples)
                }
            })
        let sums = engine.sums(
            units: part.count, points: samples, slots: samples * groupCount, fill: fill,
            collect: { given, gradient, sums, start in
                let own = start + given.point * groupCount
                for place in 0..<width {
                    let off = Double(gradient[place]) - means[given.unit * width + place]
                    sums[own + groups[place]] += off * off
                }
            })
        return results(
            sums, samples: samples, values(of: part.rows), base: part.base,
            evaluations: 2 * samples + 1, areSquares: true)
    }
}
