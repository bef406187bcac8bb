import RealModule
package import Statistics
import TensorCore

/// Rows whose label told little, as another row is equal or nearly so.
///
/// *Nearly* is a distance between rows: at most a tenth of the median distance of a row to its nearest
/// other, or less where the rows fill so few dimensions that more than one in a thousand would lie as near
/// by chance. In d dimensions evenly filled, a share `1 − 2^(−c^d)` has its nearest within c times the
/// median, so `c = min(0.1, (−log₂(1 − 0.001))^(1/d))`; `ln(r₂/r₁)` of the nearest two is exponential with
/// the rate d there, so that `d = ln 2 / median ln(r₂/r₁)`, which copies move little unless half of the rows
/// have some. Rows are gone through in their order; one that has an earlier kept row so near is a repeat
/// of the nearest of those, else it is kept.
///
/// A repeat whose answer is another's has told something: it is not counted as saved. Whether copies are
/// needless is not in the numbers: where rows may be equal by chance, their answers' shares are what is learned.
///
/// - Source: Facco et al. 2017, DOI 10.1038/s41598-017-11873-y, for the distribution of the ratio; they fit
///   its rate to all but the largest ratios.
package struct NearRepeats: Sendable, Hashable {
    package var rows: Int
    /// Rows whose features equal those of an earlier row.
    package var equal: Repeats
    /// Of the rows that equal none, those that lie near an earlier one; `nil` where no distance tells near from usual.
    package var near: Near?

    package struct Repeats: Sendable, Hashable {
        package var rows: Int
        /// Those with the answer of the row that they repeat; of numbers, within a tenth of a standard deviation.
        package var agreeing: Int

        /// The share that agrees, with an interval; no value of none.
        package var agreement: Estimate { shareEstimate(agreeing, of: rows) }
    }

    package struct Near: Sendable, Hashable {
        package var repeats: Repeats
        /// The largest distance that is near.
        package var threshold: Double
        /// Of a row to its nearest other.
        package var median: Double
        package var dimension: Double
    }

    package enum Answers: Sendable {
        case classes([Int32])
        case numbers([Double])
    }

    /// Labels that could have been saved.
    package var saved: Int { equal.agreeing + (near?.repeats.agreeing ?? 0) }

    /// Of the median distance.
    private static let nearShare = 0.1
    /// Rows that may lie near by chance.
    private static let chance = 0.001
    /// Rows whose nearest two are measured.
    private static let mostMeasured = 300

    /// - Parameters:
    ///   - values: `[rows, width]`, whose differences are distances.
    ///   - codes: A number from 0 a row; equal ones of rows with equal features.
    ///   - check: Called every few rows; what it throws ends the work.
    /// - Complexity: O(measured · rows · width), and for each row those whose sum of cells is as near.
    package init(
        values: [Float], width: Int, codes: [Int32], answers: Answers, seed: UInt64,
        check: () throws -> Void = {}
    ) throws {
        precondition(values.count == codes.count * width, "a code a row")
        rows = codes.count
        let agrees = Self.agreement(answers)
        var first: [Int32: Int] = [:]
        var distinct: [Int] = []
        equal = Repeats(rows: 0, agreeing: 0)
        for (row, code) in codes.enumerated() {
            if let earlier = first[code] {
                equal.rows += 1
                if agrees(earlier, row) { equal.agreeing += 1 }
            } else {
                first[code] = row
                distinct.append(row)
            }
        }
        guard distinct.count > 2, width > 0 else { return }
        let order = ProjectedRows(values, width: width, rows: distinct, seed: seed)
        var nearest: [Double] = []
        var ratios: [Double] = []
        let random = CounterRandom(seed: seed, name: "near repeats")
        for place in random.permutation(of: distinct.count).prefix(Self.mostMeasured).sorted() {
            try check()
            let (own, next) = order.nearestTwo(of: place)
            nearest.append(own)
            if own > 0 { ratios.append(Double.log(next / own)) }
        }
        nearest.sort()
        ratios.sort()
        let median = nearest[nearest.count / 2]
        guard median > 0, case let usual = ratios[ratios.count / 2], usual > 0 else { return }
        let dimension = Double.log(2) / usual
        let share = min(
            Self.nearShare, Double.pow(-Double.log(1 - Self.chance) / Double.log(2), 1 / dimension))
        let threshold = share * median
        var repeats = Repeats(rows: 0, agreeing: 0)
        var isKept = [Bool](repeating: true, count: distinct.count)
        for place in distinct.indices {
            if place.isMultiple(of: 256) { try check() }
            guard let other = order.earlier(than: place, within: threshold, isKept) else {
                continue
            }
            isKept[place] = false
            repeats.rows += 1
            if agrees(distinct[other], distinct[place]) { repeats.agreeing += 1 }
        }
        near = Near(
            repeats: repeats, threshold: threshold, median: median, dimension: dimension)
    }

    private static func agreement(_ answers: Answers) -> (Int, Int) -> Bool {
        switch answers {
        case .classes(let labels): return { labels[$0] == labels[$1] }
        case .numbers(let numbers):
            let mean = numbers.reduce(0, +) / Double(max(numbers.count, 1))
            let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let least = 0.1 * (squares / Double(max(numbers.count - 1, 1))).squareRoot()
            return { abs(numbers[$0] - numbers[$1]) <= least }
        }
    }
}

/// Rows in the order of one direction, along which, as along any, no two lie farther apart than they are.
///
/// The signs of a direction are random; columns count by their variances, so that rows are spread widely.
private struct ProjectedRows {
    let values: [Float]
    let width: Int
    /// Rows of `values` by place.
    let rows: [Int]
    /// Places in order of `keys`.
    let order: [Int]
    /// Along the first direction, in `order`; likewise along two more.
    let keys: [Double]
    let second: [Double]
    let third: [Double]
    /// Where each place stands in `order`.
    let positions: [Int]

    init(_ values: [Float], width: Int, rows: [Int], seed: UInt64) {
        self.values = values
        self.width = width
        self.rows = rows
        let random = CounterRandom(seed: seed, name: "near repeats, direction")
        let variances = (0..<width).map { column in
            Self.variance(of: rows.map { Double(values[$0 * width + column]) })
        }
        let length = variances.reduce(0) { $0 + $1 * $1 }.squareRoot()
        func along(_ step: UInt32) -> [Double] {
            let direction = variances.enumerated().map { column, variance in
                let sign =
                    random.uniform(step: step, index: UInt64(column)) < 0.5 ? -1.0 : 1
                return length > 0 ? sign * variance / length : 0
            }
            return rows.map { row in
                var sum = 0.0
                for column in 0..<width {
                    sum += direction[column] * Double(values[row * width + column])
                }
                return sum
            }
        }
        let first = along(0)
        let order = rows.indices.sorted { (first[$0], $0) < (first[$1], $1) }
        self.order = order
        keys = order.map { first[$0] }
        let others = (along(1), along(2))
        second = order.map { others.0[$0] }
        third = order.map { others.1[$0] }
        var positions = [Int](repeating: 0, count: rows.count)
        for (position, place) in order.enumerated() { positions[place] = position }
        self.positions = positions
    }

    private static func variance(of numbers: [Double]) -> Double {
        let mean = numbers.reduce(0, +) / Double(max(numbers.count, 1))
        return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(numbers.count, 1))
    }

    /// The squared distance of two places; `nil` where it is above a limit.
    private func square(_ one: Int, _ other: Int, atMost limit: Double) -> Double? {
        let (a, b) = (rows[one] * width, rows[other] * width)
        var sum = 0.0
        for index in 0..<width {
            let step = Double(values[a + index]) - Double(values[b + index])
            sum += step * step
            if sum > limit { return nil }
        }
        return sum
    }

    /// Rounding of keys must not hide a row that lies just within reach.
    private func doubt(at key: Double) -> Double { 1e-9 * (1 + abs(key)) }

    /// The distances of a place to its nearest two others.
    func nearestTwo(of place: Int) -> (Double, Double) {
        let start = positions[place]
        let key = keys[start]
        let doubt = doubt(at: key)
        var (first, second) = (Double.infinity, Double.infinity)
        var (below, above) = (start - 1, start + 1)
        // From near to far along the direction, so that the reach shrinks soon.
        while below >= 0 || above < keys.count {
            let down = below >= 0 ? key - keys[below] : .infinity
            let up = above < keys.count ? keys[above] - key : .infinity
            guard min(down, up) <= second.squareRoot() + doubt else { break }
            let other = down <= up ? order[below] : order[above]
            if down <= up { below -= 1 } else { above += 1 }
            guard let found = square(place, other, atMost: second) else { continue }
            if found < first { (first, second) = (found, first) } else { second = found }
        }
        return (first.squareRoot(), second.squareRoot())
    }

    /// The nearest of the earlier places that are kept, the first of equals; `nil` where none is so near.
    func earlier(than place: Int, within reach: Double, _ isKept: [Bool]) -> Int? {
        let start = positions[place]
        let doubt =
            reach + doubt(at: keys[start]) + doubt(at: second[start]) + doubt(at: third[start])
        var best: (square: Double, place: Int)?
        for (range, step) in [(start - 1, -1), (start + 1, 1)] {
            var position = range
            while keys.indices.contains(position), abs(keys[position] - keys[start]) <= doubt {
                defer { position += step }
                guard abs(second[position] - second[start]) <= doubt,
                    abs(third[position] - third[start]) <= doubt, order[position] < place,
                    isKept[order[position]],
                    let found = square(
                        place, order[position], atMost: best?.square ?? reach * reach)
                else { continue }
                if best.map({ (found, order[position]) < ($0.square, $0.place) }) ?? true {
                    best = (found, order[position])
                }
            }
        }
        return best?.place
    }
}
