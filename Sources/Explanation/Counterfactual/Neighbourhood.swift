import Tables

/// How far a row is from its nearest training rows: the mean over the five nearest of a sample, where two rows are
/// `Σ |a − b| / MAD` apart over numbers, and 1 for each category that differs.
struct Neighbourhood: Sendable {
    private let space: RowSpace
    /// Nineteen of twenty training rows are as near to others as this.
    let usual: Double

    private static let nearest = 5

    init(_ space: RowSpace, axes: Int) {
        self.space = space
        var found: [Double] = []
        let step = max(1, space.sampleRows / 200)
        for row in stride(from: 0, to: space.sampleRows, by: step) {
            var total = [Double](repeating: 0, count: space.sampleRows)
            for axis in 0..<axes {
                let own = space.sample[axis]
                Self.add(
                    space, axis, number: own.numbers.isEmpty ? .nan : own.numbers[row],
                    code: own.codes[row], times: 1, to: &total)
            }
            total[row] = .infinity
            found.append(Self.meanNearest(total))
        }
        found.sort()
        usual = sortedQuantile(found.isEmpty ? [0] : found, 0.95)
    }

    /// Distances of one cell to the sampled rows' ones, added to what is there.
    static func add(
        _ space: RowSpace, _ place: Int, number: Double, code: Int32, times: Double,
        to total: inout [Double]
    ) {
        let axis = space.axes[place]
        let sample = space.sample[place]
        if axis.kind == .category {
            for row in total.indices where sample.codes[row] != code { total[row] += times }
        } else {
            for row in total.indices {
                total[row] += times * axis.distance(number, sample.numbers[row])
            }
        }
    }

    static func meanNearest(_ distances: [Double]) -> Double {
        var least = [Double](repeating: .infinity, count: min(nearest, distances.count))
        guard !least.isEmpty else { return 0 }
        for distance in distances where distance < least[least.count - 1] {
            var place = least.count - 1
            while place > 0, least[place - 1] > distance {
                least[place] = least[place - 1]
                place -= 1
            }
            least[place] = distance
        }
        let known = least.filter(\.isFinite)
        return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    }
}
