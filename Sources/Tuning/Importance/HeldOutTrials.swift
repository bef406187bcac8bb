package import TensorCore

extension EffectSurrogate {
    /// How far the surrogate must be stretched for held-out trials: the 95 % quantile of their errors towards the worse, in
    /// deviations that the surrogate of the other trials foretells, over that of a normal; at least 1.
    ///
    /// Five surrogates, each without a fifth of the points.
    package static func stretch(_ tried: TriedPoints, random: CounterRandom) -> Double {
        let folds = 5
        let order = random.permutation(of: tried.points.count)
        var errors: [Double] = []
        for fold in 0..<folds {
            let left = Set(order.indices.filter { $0 % folds == fold }.map { order[$0] })
            guard left.count < tried.points.count else { return 1 }
            let others = EffectSurrogate(
                tried.without(left),
                random: CounterRandom(seed: random.bits(index: UInt64(fold)), name: "held out"),
                length: Length(burn: 150, kept: 200))
            for point in left.sorted() {
                let row = others.basis.values(at: tried.points[point])
                let values = others.draws.map { value($0, row) }
                let size = Double(values.count)
                let mean = values.reduce(0, +) / size
                let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / size
                let noise = others.draws.reduce(0) {
                    $0 + $1.rest + $1.noise / Double(tried.counts[point])
                }
                errors.append((tried.means[point] - mean) / (spread + noise / size).squareRoot())
            }
        }
        let rank = Int((0.95 * Double(errors.count + 1)).rounded(.up))
        guard rank <= errors.count else { return 2 }
        return max(1, errors.sorted()[rank - 1] / 1.645)
    }
}
