/// Points of a space that were tried, each once or several times with other seeds.
package struct TriedPoints: Sendable {
    package let axes: [AxisKind]
    /// In the unit cube: numbers in [0, 1], places of words of choices.
    package let points: [[Double]]
    /// Of each point the mean of its values.
    package let means: [Double]
    /// How often each was tried.
    package let counts: [Int]
    /// Squares of the values less their point's mean, added up.
    package let squares: Double
    /// Values that were cut to the cap.
    package let capped: Int

    /// - Parameters:
    ///   - points: One a trial.
    ///   - values: One a trial, finite.
    ///   - ids: One a trial: what has the same id is the same point with another seed.
    ///   - cap: What is more counts as this. Of a point with such a value nothing is learned of the seed.
    package init(
        axes: [AxisKind], points: [[Double]], values: [Double], ids: [Int],
        cap: Double = .infinity
    ) {
        precondition(points.count == values.count && ids.count == values.count, "one a trial")
        var places: [Int: Int] = [:]
        var own: [[Double]] = []
        var kept: [[Double]] = []
        for (trial, id) in ids.enumerated() {
            let value = min(cap, values[trial])
            if let place = places[id] {
                own[place].append(value)
            } else {
                places[id] = own.count
                own.append([value])
                kept.append(points[trial])
            }
        }
        self.axes = axes
        self.points = kept
        means = own.map { $0.reduce(0, +) / Double($0.count) }
        counts = own.map { values in values.contains { $0 >= cap } ? 1 : values.count }
        squares = zip(zip(own, counts), means).reduce(0) { sum, one in
            one.0.1 == 1
                ? sum : one.0.0.reduce(sum) { $0 + ($1 - one.1) * ($1 - one.1) }
        }
        capped = values.count { $0 > cap }
    }

    /// Without some points, to be foretold from the others.
    func without(_ left: Set<Int>) -> TriedPoints {
        TriedPoints(self, points.indices.filter { !left.contains($0) })
    }

    private init(_ whole: TriedPoints, _ kept: [Int]) {
        axes = whole.axes
        points = kept.map { whole.points[$0] }
        means = kept.map { whole.means[$0] }
        counts = kept.map { whole.counts[$0] }
        let share = Double(counts.reduce(0, +) - kept.count) / Double(max(1, whole.repeats))
        squares = whole.squares * share
        capped = 0
    }

    /// Degrees of freedom of the seed noise.
    package var repeats: Int { counts.reduce(0, +) - points.count }

    /// The standard deviation between trainings of one point that differ in the seed alone, pooled over the points that were
    /// tried again; `nil` without any.
    package var seedDeviation: Double? {
        repeats > 0 ? (squares / Double(repeats)).squareRoot() : nil
    }

    /// What the deviation lies below with 95 %.
    package var seedDeviationBound: Double? {
        seedDeviation.map { deviationBound($0, degrees: repeats, tail: 0.05) }
    }
}
