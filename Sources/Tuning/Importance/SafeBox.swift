package import Statistics

/// The largest box that was found around a point in which no training is worse than a stated loss, with 95 %.
package struct SafeBox: Sendable, Hashable {
    /// Of numbers, ends in [0, 1]; of choices 0 and 0.
    package var lower: [Double]
    package var upper: [Double]
    /// Of choices, places of the words in it; of numbers empty.
    package var words: [[Int]]

    /// A point alone.
    init(at point: [Double], axes: [AxisKind]) {
        lower = zip(axes, point).map { $0 == .number ? $1 : 0 }
        upper = lower
        words = zip(axes, point).map { $0 == .number ? [] : [Int($1)] }
    }

    /// Its part of the space: the product over settings of the safe range, or the share of safe words.
    package func share(of axes: [AxisKind]) -> Double {
        axes.indices.reduce(1) { product, axis in
            if case .choice(let count) = axes[axis] {
                return product * Double(words[axis].count) / Double(max(1, count))
            }
            return product * (upper[axis] - lower[axis])
        }
    }

    /// Whether a point lies in it.
    package func holds(_ point: [Double]) -> Bool {
        point.indices.allSatisfy { axis in
            words[axis].isEmpty
                ? lower[axis] <= point[axis] && point[axis] <= upper[axis]
                : words[axis].contains(Int(point[axis]))
        }
    }

    /// A point drawn in it, evenly.
    package func drawn(_ draws: inout DrawnNumbers) -> [Double] {
        lower.indices.map { axis in
            words[axis].isEmpty
                ? lower[axis] + (upper[axis] - lower[axis]) * draws.uniform()
                : Double(words[axis][draws.integer(below: words[axis].count)])
        }
    }
}

/// What trials allow to say of a box.
package enum SafeBoxAnswer: Sendable, Hashable {
    case box(SafeBox)
    /// The seed alone moves a training by more than the loss; the least that could be held is told.
    case seedNoise(least: Double)
    /// Already the next step is foretold to be worse.
    case worseNextToIt
    /// A guess at how many more trials it takes; they narrow the surrogate as the root of their number.
    case cannotTell(moreTrials: Int)
}
