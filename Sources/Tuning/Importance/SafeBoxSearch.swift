import Statistics
package import TensorCore

/// Grows a box around a point.
///
/// A point `x` is safe where `f(x) + z·s(x) ≤ m + loss`: `f` is the surrogate's mean, `z` = 1.645, `m` the mean of the trainings at the
/// box's own point, and `s²` the variance of a training at `x` under a new seed: of the surrogate's draws, of what it does not hold, of the
/// seed, and of `m`. So of trainings at any point of the box at most 5 % are foretold to be worse, and of those inside fewer. `s` is
/// stretched by what held-out trials ask for (`EffectSurrogate.stretch`). A step is taken where all of some points in it are safe; points at
/// faces and corners are among them. Steps are taken by turns along all settings, or along one after another, those that matter least
/// first; the larger box is told.
///
/// - Source: Friedman & Fisher 1999, DOI 10.1023/A:1008894516817 (boxes that grow step by step); Lei et al. 2018,
///   DOI 10.1080/01621459.2017.1307116 (errors of held-out trials).
package struct SafeBoxSearch {
    let surrogate: EffectSurrogate
    let reference: [Double]
    let loss: Double
    /// How far deviations are stretched.
    let stretch: Double
    private let draws: [EffectSurrogate.Draw]
    /// The draws' mean.
    private let middle: (level: Double, coefficients: [Double])
    /// What a training may reach.
    private let limit: Double
    /// Of a training, beside the draws' own.
    private let variance: Double
    private var random: DrawnNumbers

    private static let (steps, probes, kept, quantile) = (20, 48, 150, 1.645)

    /// - Parameters:
    ///   - reference: In the unit cube; best among the points that were tried several times.
    ///   - loss: Above 0, in the values' unit.
    package init(
        _ surrogate: EffectSurrogate, around reference: [Double], loss: Double, stretch: Double,
        random: CounterRandom
    ) {
        precondition(loss > 0, "a loss above 0")
        (self.surrogate, self.reference, self.loss) = (surrogate, reference, loss)
        self.stretch = stretch
        self.random = DrawnNumbers(random)
        let all = surrogate.draws
        let every = max(1, all.count / Self.kept)
        let draws = stride(from: 0, to: all.count, by: every).map { all[$0] }
        self.draws = draws
        let size = Double(draws.count)
        let noise = draws.reduce(0) { $0 + $1.noise } / size
        let rest = draws.reduce(0) { $0 + $1.rest } / size
        middle = (
            draws.reduce(0) { $0 + $1.mean } / size,
            surrogate.basis.shares.indices.map { place in
                draws.reduce(0) { $0 + $1.coefficients[place] } / size
            }
        )
        let row = surrogate.basis.values(at: reference)
        if let place = surrogate.tried.points.firstIndex(of: reference) {
            limit = surrogate.tried.means[place] + loss
            variance = rest + noise * (1 + 1 / Double(surrogate.tried.counts[place]))
        } else {
            limit = draws.reduce(0) { $0 + EffectSurrogate.value($1, row) } / size + loss
            variance = 2 * rest + noise
        }
    }

    package mutating func answer() -> SafeBoxAnswer {
        if let bound = surrogate.tried.seedDeviationBound, Self.quantile * bound > loss {
            return .seedNoise(least: Self.quantile * bound)
        }
        let axes = Array(surrogate.basis.axes.indices)
        let rising = axes.sorted { left, right in
            func variance(_ axis: Int) -> Double {
                surrogate.draws.reduce(0) { $0 + $1.effects[axis] }
            }
            let (a, b) = (variance(left), variance(right))
            return a == b ? left < right : a < b
        }
        var nearest: Worst?
        var found: [SafeBox] = []
        for order in [[axes]] + [rising.map { [$0] }] {
            var box = SafeBox(at: reference, axes: surrogate.basis.axes)
            for together in order { grow(&box, along: together, &nearest) }
            found.append(box)
        }
        let largest = found.max { size(of: $0) < size(of: $1) } ?? found[0]
        let point = SafeBox(at: reference, axes: surrogate.basis.axes)
        guard largest == point else { return .box(largest) }
        guard let nearest, nearest.excess < 0 else { return .worseNextToIt }
        // The room that is left over the spread that there is.
        let ratio = nearest.spread * Self.quantile / -nearest.excess
        let trials = Double(surrogate.tried.counts.reduce(0, +))
        return .cannotTell(
            moreTrials: Int((trials * min(10, max(0.25, ratio * ratio - 1))).rounded(.up)))
    }

    /// The worst of some points: by how much the mean and the training's own spread exceed the limit, and the draws' deviation.
    private struct Worst {
        var excess: Double
        var spread: Double
    }

    private mutating func grow(
        _ box: inout SafeBox, along axes: [Int], _ nearest: inout Worst?
    ) {
        // A step that failed once fails in a wider box, too.
        var ended: Set<[Int]> = []
        var hasGrown = true
        while hasGrown {
            hasGrown = false
            for axis in axes {
                for step in widened(box, axis) where !ended.contains([axis, step.side]) {
                    if let worst = firstUnsafe(in: step.slab) {
                        ended.insert([axis, step.side])
                        if worst.excess < nearest?.excess ?? .infinity { nearest = worst }
                    } else {
                        box = step.widened(box)
                        hasGrown = true
                    }
                }
            }
        }
    }

    private func size(of box: SafeBox) -> Double {
        surrogate.basis.axes.enumerated().reduce(1) { product, axis in
            let (place, kind) = axis
            if case .choice(let count) = kind {
                return product * Double(box.words[place].count) / Double(max(1, count))
            }
            return product * (box.upper[place] - box.lower[place] + 1 / Double(Self.steps))
        }
    }

    /// A step along an axis: to a lower or higher end, or by a word.
    private struct Step {
        var axis: Int
        /// 0 downwards, 1 upwards; of words 2 and more.
        var side: Int
        /// What is new.
        var slab: SafeBox

        func widened(_ box: SafeBox) -> SafeBox {
            var wider = box
            switch side {
            case 0: wider.lower[axis] = slab.lower[axis]
            case 1: wider.upper[axis] = slab.upper[axis]
            default: wider.words[axis] = (box.words[axis] + slab.words[axis]).sorted()
            }
            return wider
        }
    }

    private func widened(_ box: SafeBox, _ axis: Int) -> [Step] {
        let step = 1 / Double(Self.steps)
        if case .choice(let count) = surrogate.basis.axes[axis] {
            return (0..<count).filter { !box.words[axis].contains($0) }.map { word in
                var slab = box
                slab.words[axis] = [word]
                return Step(axis: axis, side: 2 + word, slab: slab)
            }
        }
        var found: [Step] = []
        if box.lower[axis] > 0 {
            var slab = box
            (slab.lower[axis], slab.upper[axis]) = (
                max(0, box.lower[axis] - step), box.lower[axis]
            )
            found.append(Step(axis: axis, side: 0, slab: slab))
        }
        if box.upper[axis] < 1 {
            var slab = box
            (slab.lower[axis], slab.upper[axis]) = (
                box.upper[axis], min(1, box.upper[axis] + step)
            )
            found.append(Step(axis: axis, side: 1, slab: slab))
        }
        return found
    }

    /// The first point of a slab that is not safe; `nil` where all that were looked at are.
    private mutating func firstUnsafe(in slab: SafeBox) -> Worst? {
        let size = Double(draws.count)
        for _ in 0..<Self.probes {
            var point = slab.drawn(&random)
            for axis in point.indices where slab.words[axis].isEmpty {
                let side = random.uniform()
                if side < 1.0 / 3 { point[axis] = slab.lower[axis] }
                if side > 2.0 / 3 { point[axis] = slab.upper[axis] }
            }
            let row = surrogate.basis.values(at: point)
            let mean = zip(middle.coefficients, row).reduce(middle.level) { $0 + $1.0 * $1.1 }
            let spread =
                draws.reduce(0) { sum, draw in
                    let apart = EffectSurrogate.value(draw, row) - mean
                    return sum + apart * apart
                } / size
            let reach = Self.quantile * stretch
            guard mean + reach * (spread + variance).squareRoot() > limit else { continue }
            return Worst(
                excess: mean + reach * variance.squareRoot() - limit,
                spread: stretch * spread.squareRoot())
        }
        return nil
    }
}
